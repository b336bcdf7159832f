import { Select, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { queries, type SessionIds } from "@/shared/api/queries";
import { LazyEditor } from "@/shared/editor/LazyEditor";
import { Failure } from "@/shared/format/failure";

export function FrozenFiles({ ids }: { ids: SessionIds }) {
  const [name, setName] = useState("architecture.py");
  const files = useQuery(queries.files(ids));
  if (files.isError) return <Failure error={files.error} />;
  if (files.data === undefined) return null;
  return (
    <Stack>
      <Title order={2} size="h4">
        The design as it was trained
      </Title>
      <Select label="File" w={280} allowDeselect={false} data={Object.keys(files.data)} value={name} onChange={(value) => setName(value ?? name)} />
      <LazyEditor key={name} label={`Trained ${name}`} readOnly value={files.data[name] ?? ""} onChange={() => {}} plain={name.endsWith(".toml")} />
    </Stack>
  );
}
