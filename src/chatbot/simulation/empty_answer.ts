import type { Json } from "../../base/json/json.ts";
import type { Context } from "../engine/context.ts";
import { type ChatbotVersion, currentGraph } from "../graph/version.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";

/** The body of a successful but empty response to the request that a run waits for. */
export function emptyAnswer(
  version: ChatbotVersion,
  { waiting, frames }: Pick<Context, "waiting" | "frames">,
  kinds: NodeKinds,
): Json {
  // Where several nodes have the same id, the last one counts, as in the engine.
  const node = currentGraph(version, frames)?.nodes.findLast(({ id }) => id === waiting?.nodeId);
  return (node && kinds.of(node)?.emptyAnswer) ?? null;
}
