import { Badge } from "@mantine/core";
import type { Endpoint } from "./queries";

const SAID: Record<Endpoint["status"], [label: string, color: string]> = {
  starting: ["starting", "blue"],
  ready: ["ready", "teal"],
  silent: ["does not answer", "yellow"],
  stopping: ["ending", "yellow"],
  stopped: ["stopped", "gray"],
  failed: ["failed", "red"],
};

export function StatusBadge({ status }: { status: Endpoint["status"] }) {
  const [label, color] = SAID[status];
  return (
    <Badge color={color} variant="light">
      {label}
    </Badge>
  );
}
