import type { TimerKind } from "./context.ts";

/** How long a run waits at a node, and which timer ends it; `seconds` null: without a limit. */
export type WaitTime = { kind: TimerKind; seconds: number | null };
