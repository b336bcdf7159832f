import { Text, Title } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import type { Schemas } from "@/shared/api/client";
import { queries } from "@/shared/api/queries";
import { lineChanges } from "./differences";

type Summary = Schemas["SessionSummary"];

/** What each model's files have that the baseline's have not, and the other way round. */
export function CodeChanges({ shown, base }: { shown: Summary[]; base: Summary }) {
  const files = useQueries({ queries: shown.map((one) => queries.files(one)) });
  const reference = files[shown.indexOf(base)]?.data;
  if (reference === undefined) return null;
  return (
    <section>
      <Title order={2} size="h4" mb="xs">
        Files that differ from {base.name}
      </Title>
      {shown.map((session, at) => {
        const other = files[at]?.data;
        if (session === base || other === undefined) return null;
        const all = [...new Set([...Object.keys(reference), ...Object.keys(other)])];
        const names = all.filter((name) => reference[name] !== other[name]);
        return (
          <section key={session.session_id}>
            <Title order={3} size="h5">
              {session.name} ({session.session_id})
            </Title>
            {names.length === 0 && <Text size="sm">The same files.</Text>}
            {names.map((name) => (
              <Changes key={name} name={name} before={reference[name] ?? ""} after={other[name] ?? ""} />
            ))}
          </section>
        );
      })}
    </section>
  );
}

function Changes({ name, before, after }: { name: string; before: string; after: string }) {
  const changes = lineChanges(before, after).filter((one) => one.kind !== "same");
  return (
    <>
      <Text size="sm" fw={600} mt={4}>
        {name}
      </Text>
      <pre tabIndex={0} className="code-changes" aria-label={`Changes of ${name}`}>
        {changes.map((one, at) => (
          <span key={at} data-kind={one.kind}>
            {`${one.kind === "added" ? "+" : "−"} ${one.text}\n`}
          </span>
        ))}
      </pre>
    </>
  );
}
