import { Button, Group, NumberInput, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, unwrap } from "@/shared/api/client";
import { Failure } from "@/shared/format/failure";
import type { Model } from "./queries";
import { percentsOf, sharesOf, told, totalOf } from "./shares";

/** Which versions answer, and how many of the requests. */
export function Shares({ name, model, served }: {
  name: string;
  model: Model;
  served: Record<string, number> | undefined;
}) {
  const [percents, setPercents] = useState(() => percentsOf(model));
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (shares: Record<string, number> | null) =>
      unwrap(
        api.PUT("/api/v1/endpoints/{name}/models/{model}/shares", {
          params: { path: { name, model: model.saved_model_id } },
          body: { shares },
        }),
      ),
    onSuccess: () => client.invalidateQueries({ queryKey: ["endpoints"] }),
  });
  const total = totalOf(percents);
  return (
    <section aria-labelledby="shares">
      <Title order={2} size="h4" id="shares">
        Versions of {model.name}
      </Title>
      <Text size="sm" c="dimmed" mb="xs">
        {model.has_shares
          ? "Requests are shared between versions, at every endpoint that serves the model."
          : `The active version, ${model.active_version}, answers; another that becomes active takes over.`}
        {served && ` Answering now: ${told(served) || "none"}.`}
      </Text>
      {model.versions.length > 1 && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            save.mutate(sharesOf(percents));
          }}
        >
          <Group align="flex-end">
            {model.versions.map((one) => (
              <NumberInput
                key={one}
                label={`${one}${one === model.active_version ? ", active" : ""}`}
                w={110}
                min={0}
                max={100}
                suffix=" %"
                value={percents[one]}
                onChange={(value) => setPercents({ ...percents, [one]: Number(value) || 0 })}
              />
            ))}
            <Button type="submit" variant="default" disabled={total !== 100} loading={save.isPending}>
              Set shares
            </Button>
            {model.has_shares && (
              <Button variant="default" onClick={() => save.mutate(null)}>
                Active version alone
              </Button>
            )}
          </Group>
          <Text size="sm" mt={4} role="status">
            {total === 100 ? "" : `Together ${total} %, expected 100 %.`}
          </Text>
        </form>
      )}
      {save.isError && <Failure error={save.error} />}
    </section>
  );
}
