import { Anchor, Loader, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/format/failure";
import type { Summary } from "./ResultPage";

export function TensorBoardSwitch({ shown, onChange }: { shown: boolean; onChange: (shown: boolean) => void }) {
  return <Switch label="TensorBoard" checked={shown} onChange={(event) => onChange(event.currentTarget.checked)} />;
}

/** The real TensorBoard, started when it is first looked at; it shows this session's runs first. */
export function TensorBoardFrame({ session }: { session: Summary }) {
  const found = useQuery({
    queryKey: ["tensorboard"],
    queryFn: () => unwrap(api.POST("/api/v1/tensorboard")),
    retry: false,
  });
  if (found.isError) return <Failure error={found.error} />;
  if (found.data === undefined) {
    return (
      <Text size="sm" role="status">
        <Loader size="xs" /> Starting TensorBoard…
      </Text>
    );
  }
  const address = `${found.data.path}?runFilter=${encodeURIComponent(`^${session.reference}/`)}`;
  return (
    <div>
      <Anchor href={address} target="_blank" size="sm">
        Open in a tab of its own
      </Anchor>
      <iframe
        title={`TensorBoard of ${session.name}`}
        src={address}
        style={{ width: "100%", height: "70vh", border: "1px solid var(--mantine-color-default-border)" }}
      />
    </div>
  );
}
