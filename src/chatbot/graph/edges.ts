import type { GraphEdge } from "./graph.ts";

/** Exits that are only taken by name, never as "any way on". */
const NAMED_ONLY: ReadonlySet<string> = new Set(["error", "invalid", "timeout"]);

/**
 * A way out of a node: the name of a handle, `plain` for an edge that has none or is called `default`, `any` for
 * the first edge whatever its name, short of an error, an invalid answer or a timeout.
 */
export type Exit = { handle: string } | "plain" | "any";

/** The first edge of the first exit that has one; edges count in the order they were drawn. */
export function findEdge(edges: readonly GraphEdge[], exits: readonly Exit[]): GraphEdge | undefined {
  for (const exit of exits) {
    const edge =
      edges.find(({ sourceHandle }) => typeof exit === "object" && sourceHandle === exit.handle) ??
      edges.find(({ sourceHandle = "" }) => takes(sourceHandle, exit));
    if (edge) return edge;
  }
  return undefined;
}

function takes(handle: string, exit: Exit): boolean {
  if (exit === "plain") return handle === "" || handle === "default";
  if (exit === "any") return !NAMED_ONLY.has(handle);
  return sameHandle(handle, exit.handle);
}

/** Builders have written the N-th string button as `btn-N` and as `btn_N`; both are the same button. */
export function sameHandle(a: string, b: string): boolean {
  return a === b || (POSITIONAL.test(a) && POSITIONAL.test(b) && a.slice(4) === b.slice(4));
}

const POSITIONAL = /^btn[-_]\d+$/;
