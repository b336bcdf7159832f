import { Group, Select, Text, Title } from "@mantine/core";
import { useDebouncedValue } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Failure } from "@/shared/format/failure";
import { CurlLine } from "./CurlLine";
import { type Endpoint, endpointQueries, type Field, type Model } from "./queries";
import { type Row, typicalValues } from "./rows";
import { RowsTable } from "./RowsTable";

const PAUSE = 250;

type Props = { endpoint: Endpoint; model: Model };

/** A form for rows: what would the model say if…? */
export function TryIt(props: Props) {
  const form = useQuery(endpointQueries.form(props.endpoint.name, props.model));
  return (
    <section aria-labelledby="try">
      <Title order={2} size="h4" id="try">
        Try it
      </Title>
      {form.isError && <Failure error={form.error} />}
      {form.data && <Rows {...props} fields={form.data.form.fields} isTypical={form.data.form.is_typical} />}
    </section>
  );
}

function Rows({ endpoint, model, fields, isTypical }: Props & { fields: Field[]; isTypical: boolean }) {
  const [rows, setRows] = useState<Row[]>(() => [{ id: 1, values: typicalValues(fields) }]);
  const [version, setVersion] = useState<string | null>(null);
  const [asked] = useDebouncedValue(rows, PAUSE);
  const tried = useQuery(endpointQueries.tried(endpoint.name, model, version, asked));
  const shared = Object.keys(model.shares);
  const isLate = tried.isPlaceholderData || asked !== rows;
  return (
    <>
      <Text size="sm" c="dimmed" mb="xs">
        {isTypical
          ? "It begins with a typical row of the train data; change a value and see what is predicted."
          : "Fill in a row and see what is predicted; the model keeps no typical values of these columns."}
      </Text>
      {shared.length > 1 && (
        <Select
          label="Version that answers"
          maw={220}
          mb="xs"
          clearable
          placeholder="by the shares"
          clearButtonProps={{ "aria-label": "Version by the shares" }}
          data={shared}
          value={version}
          onChange={setVersion}
        />
      )}
      <RowsTable
        fields={fields}
        rows={rows}
        onChange={setRows}
        predictions={tried.isError ? undefined : tried.data?.predictions}
        isLate={isLate}
      />
      <Group mt={4} mih={24}>
        {tried.isError ? (
          <Failure error={tried.error} />
        ) : (
          <Text size="sm" c="dimmed">
            {tried.data && `Answered by version ${tried.data.version}.`}
          </Text>
        )}
      </Group>
      {endpoint.address && <CurlLine address={endpoint.address} model={model.name} rows={rows} />}
    </>
  );
}
