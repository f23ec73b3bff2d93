import type { GraphEdge } from "./graph.ts";

/** Exits that are taken only by name, never as `any`. */
const NAMED_ONLY: ReadonlySet<string> = new Set(["error", "invalid", "timeout"]);

/**
 * An exit of a node: the name of a handle; `plain`, the default exit, for an edge without a name or named `default`; `any`
 * for the first edge with any name except `error`, `invalid` and `timeout`.
 */
export type Exit = { handle: string } | "plain" | "any";

/** The first edge of the first exit that has one, in the order of the graph's edges. */
export function findEdge(edges: readonly GraphEdge[], exits: readonly Exit[]): GraphEdge | undefined {
  for (const exit of exits) {
    const edge =
      edges.find(({ sourceHandle }) => typeof exit === "object" && sourceHandle === exit.handle) ??
      edges.find(({ sourceHandle = "" }) => matches(sourceHandle, exit));
    if (edge) return edge;
  }
  return undefined;
}

function matches(handle: string, exit: Exit): boolean {
  if (exit === "plain") return handle === "" || handle === "default";
  if (exit === "any") return !NAMED_ONLY.has(handle);
  return sameHandle(handle, exit.handle);
}

/** Whether two handles are the same. Graph editors have written the N-th button without an id as `btn-N` and as `btn_N`. */
export function sameHandle(a: string, b: string): boolean {
  return a === b || (POSITIONAL.test(a) && POSITIONAL.test(b) && a.slice(4) === b.slice(4));
}

const POSITIONAL = /^btn[-_]\d+$/;
