import { asApiError, type Schemas } from "./client";

/** Sends a file and tells how far it is; `fetch` cannot. */
export function upload(
  project: string,
  name: string,
  file: File,
  onShare: (share: number) => void,
): Promise<Schemas["DatasetInfo"]> {
  const query = new URLSearchParams({ name, file_name: file.name });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/v1/projects/${encodeURIComponent(project)}/uploads?${query}`);
    request.responseType = "json";
    request.upload.onprogress = (event) => onShare(event.loaded / Math.max(1, event.total));
    request.onload = () => {
      if (request.status < 300) resolve(request.response);
      else reject(asApiError(request.status, request.response));
    };
    request.onerror = () => reject(new TypeError("The upload was cut off."));
    request.send(file);
  });
}
