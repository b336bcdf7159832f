import { Button } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import { showFailure } from "@/shared/format/failure";
import type { Endpoint } from "./queries";

type Action = "start" | "stop" | "end" | "remove";

/** What can be done to an endpoint as it stands. */
export function EndpointActions({ endpoint, onRemoved }: { endpoint: Endpoint; onRemoved?: () => void }) {
  const client = useQueryClient();
  const path = { name: endpoint.name };
  const done = useMutation({
    mutationFn: async (action: Action): Promise<void> => {
      if (action === "remove") await unwrap(api.DELETE("/api/v1/endpoints/{name}", { params: { path } }));
      else if (action === "start") await unwrap(api.POST("/api/v1/endpoints/{name}/start", { params: { path } }));
      else {
        const query = { at_once: action === "end" };
        await unwrap(api.POST("/api/v1/endpoints/{name}/stop", { params: { path, query } }));
      }
    },
    onSuccess: async (_, action) => {
      if (action === "remove") onRemoved?.();
      await client.invalidateQueries({ queryKey: ["endpoints"], exact: action === "remove" });
    },
    onError: showFailure,
  });
  const button = (action: Action, label: string) => (
    <Button
      key={action}
      size="compact-sm"
      variant={action === "start" ? "filled" : "default"}
      loading={done.isPending && done.variables === action}
      onClick={() => done.mutate(action)}
      aria-label={`${label} ${endpoint.name}`}
    >
      {label}
    </Button>
  );
  if (endpoint.status === "stopping") return button("end", "End at once");
  if (endpoint.status === "stopped" || endpoint.status === "failed") {
    return [button("start", "Start"), button("remove", "Remove")];
  }
  return button("stop", "Stop");
}
