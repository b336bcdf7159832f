import { Alert, List } from "@mantine/core";
import type { Problem } from "@/shared/api/client";

/** Why a design with its changed settings cannot be trained. */
export function DesignProblems({ problems }: { problems: Problem[] }) {
  return (
    <Alert color="red" role="alert" title="The design cannot be trained so">
      <List size="sm">
        {problems.map((one) => (
          <List.Item key={`${one.file}${one.key}${one.message}`}>
            {one.key ?? one.file}: {one.message} {one.fix}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
