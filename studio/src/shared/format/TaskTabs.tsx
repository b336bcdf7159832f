import { Button, Group } from "@mantine/core";
import { Link } from "react-router";
import { type TaskIds, taskKey } from "@/shared/api/queries";

/** The switch between the two sides of a task. */
export function TaskTabs({ ids, active }: { ids: TaskIds; active: "design" | "result" }) {
  const sides = [
    ["design", "Design"],
    ["result", "Result"],
  ] as const;
  return (
    <Group gap={4} mb="md" component="nav" aria-label="Sides of the task">
      {sides.map(([key, label]) => (
        <Button
          key={key}
          component={Link}
          to={`/tasks/${taskKey(ids)}/${key}`}
          size="compact-md"
          variant={active === key ? "light" : "subtle"}
          aria-current={active === key ? "page" : undefined}
        >
          {label}
        </Button>
      ))}
    </Group>
  );
}
