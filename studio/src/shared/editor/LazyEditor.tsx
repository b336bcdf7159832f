import { Skeleton } from "@mantine/core";
import { type ComponentProps, lazy, Suspense } from "react";
import type { EditorHandle } from "./CodeEditor";

const CodeEditor = lazy(() => import("./CodeEditor"));

export type { EditorHandle };

/** The editor, fetched when a page first needs one. */
export function LazyEditor(props: ComponentProps<typeof CodeEditor>) {
  return (
    <Suspense fallback={<Skeleton h={props.height ?? "28rem"} />}>
      <CodeEditor {...props} />
    </Suspense>
  );
}
