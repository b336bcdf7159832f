let page = "";
let status = "";

/** What the page is about; how trainings stand goes before it in the browser's tab. */
export function setPageTitle(title: string): void {
  page = title;
  show();
}

/** How trainings and the connection stand, in a few signs; empty where there is nothing to say. */
export function setTitleStatus(text: string): void {
  if (text === status) return;
  status = text;
  show();
}

function show(): void {
  document.title = [status, page, page && "·", "Hornbook"].filter(Boolean).join(" ");
}
