import { Alert, MultiSelect, Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useAddress } from "@/shared/address/useAddress";
import type { Schemas } from "@/shared/api/client";
import { CompareTable } from "@/shared/compare/CompareTable";
import type { Row } from "@/shared/compare/comparison";
import { Failure } from "@/shared/format/failure";
import { modelQueries, type SavedModel } from "./queries";

type Comparison = Schemas["ModelComparison"];

const FIRST = 6;

/** Versions side by side, each held against the baseline: that which is first. */
export function CompareVersions({ model }: { model: SavedModel }) {
  const { search, set } = useAddress();
  const known = model.versions.map((one) => one.version_id);
  const asked = search.get("versions")?.split(",").filter((one) => known.includes(one));
  const shown = asked ?? known.slice(-FIRST);
  const baseline = shown.find((one) => one === search.get("baseline")) ?? shown[0];
  const ordered = [...shown].sort((a, b) => Number(b === baseline) - Number(a === baseline));
  const comparison = useQuery(modelQueries.comparison(model.saved_model_id, ordered));
  return (
    <Stack component="section" aria-label="Comparison of versions">
      <Title order={2} size="h4">
        Compare versions
      </Title>
      <MultiSelect
        label="Versions"
        maw={480}
        data={known.map((one) => ({ value: one, label: one === model.active_version ? `${one} (active)` : one }))}
        value={shown}
        onChange={(some) => set("versions", some.join(",") || "none")}
      />
      {known.length < 2 && <Text size="sm">There is one version only. Retrain the model, or deploy another one under its name.</Text>}
      {known.length > 1 && shown.length < 2 && <Text size="sm">Choose two versions or more.</Text>}
      {comparison.isError && <Failure error={comparison.error} />}
      {comparison.data && shown.length > 1 && (
        <Comparisons found={comparison.data} baseline={baseline!} onBaseline={(one) => set("baseline", one)} />
      )}
    </Stack>
  );
}

function Comparisons({ found, baseline, onBaseline }: {
  found: Comparison;
  baseline: string;
  onBaseline: (version: string | null) => void;
}) {
  const tables: [string, string, Schemas["ComparedValues"][]][] = [
    ["Metric", "metrics", found.metrics],
    ["Training", "trainings", found.facts],
    ["Setting", "settings", found.settings],
    ["Package", "packages", found.packages],
  ];
  const same = tables.filter(([, , rows]) => rows.length === 0).map(([, plural]) => plural);
  if (found.code.length === 0) same.push("code");
  return (
    <>
      {found.same_test_rows !== true && (
        <Alert color="yellow">
          <Text size="sm">
            {found.same_test_rows === false
              ? "These versions were measured on different test rows: part of a difference may be due to them. Evaluate them on the same rows to know."
              : "Whether these versions were measured on the same test rows is not known."}
          </Text>
        </Alert>
      )}
      {tables.map(
        ([label, , rows]) =>
          rows.length > 0 && (
            <CompareTable
              key={label}
              label={label}
              rows={rows.map((one): Row => ({ key: one.name, values: one.values as Row["values"] }))}
              shown={found.models.map((one) => ({ key: one, name: one, line: one }))}
              base={baseline}
              onBase={onBaseline}
            />
          ),
      )}
      {found.code.map((one) => (
        <Difference key={`${one.file} ${one.after}`} found={one} />
      ))}
      {same.length > 0 && (
        <Text size="sm" c="dimmed">
          Nothing differs in their {new Intl.ListFormat("en").format(same)}.
        </Text>
      )}
    </>
  );
}

const KINDS: Record<string, string> = { "+": "added", "-": "removed" };

function Difference({ found }: { found: Schemas["CodeDifference"] }) {
  const lines = found.diff.split("\n").filter((line) => !line.startsWith("+++") && !line.startsWith("---"));
  const name = `${found.file}, from ${found.before} to ${found.after}`;
  return (
    <section>
      <Title order={3} size="h5" mb={4}>
        {name}
      </Title>
      <pre tabIndex={0} className="code-changes" aria-label={`Changes of ${name}`}>
        {lines.map((line, at) => (
          <span key={at} data-kind={KINDS[line[0] ?? ""]}>
            {`${line}\n`}
          </span>
        ))}
      </pre>
    </section>
  );
}
