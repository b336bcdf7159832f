import { Alert, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { ApiError } from "@/shared/api/client";

function words(error: unknown): { detail: string; fix: string | null } {
  if (error instanceof ApiError) return { detail: error.detail, fix: error.fix };
  if (error instanceof TypeError) {
    return { detail: "The server cannot be reached.", fix: "Is `hornbook serve` still running?" };
  }
  return { detail: String(error), fix: null };
}

/** Says what went wrong, and what to do, in a corner of the page. */
export function showFailure(error: unknown): void {
  const { detail, fix } = words(error);
  notifications.show({ title: detail, message: fix ?? "", color: "red", autoClose: 9000 });
}

/** Says it in the page. */
export function Failure({ error }: { error: unknown }) {
  const { detail, fix } = words(error);
  return (
    <Alert color="red" title={detail} role="alert">
      {fix && <Text size="sm">{fix}</Text>}
    </Alert>
  );
}
