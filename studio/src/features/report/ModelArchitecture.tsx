import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { queries, type SessionIds } from "@/shared/api/queries";
import { Failure } from "@/shared/format/failure";
import { count } from "@/shared/format/numbers";
import { Network } from "@/shared/network/Network";
import { FrozenFiles } from "./FrozenFiles";

/** The network that was trained, and the code that made it. */
export function ModelArchitecture({ ids }: { ids: SessionIds }) {
  const network = useQuery(queries.modelNetwork(ids));
  const known = network.data;
  return (
    <Stack gap="lg">
      <section aria-label="Architecture">
        <Title order={2} size="h4">
          Architecture
        </Title>
        {network.isError && <Failure error={network.error} />}
        {known && (
          <>
            <Text size="sm" c="dimmed" mb="sm">
              {count(known.layers.length)} layers, {count(known.parameters)} parameters
              {known.trainable_parameters !== known.parameters && `, ${count(known.trainable_parameters)} of them trained`}
            </Text>
            <Network layers={known.layers} />
          </>
        )}
      </section>
      <FrozenFiles ids={ids} />
    </Stack>
  );
}
