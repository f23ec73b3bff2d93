import type { Json } from "../../base/json/json.ts";
import type { Context } from "../engine/context.ts";
import { type ChatbotVersion, currentGraph } from "../graph/version.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";

/** The body of a successful answer, in which there is nothing, to the request that a run waits for. */
export function emptyAnswer(
  version: ChatbotVersion,
  { waiting, frames }: Pick<Context, "waiting" | "frames">,
  kinds: NodeKinds,
): Json {
  // Of several nodes with one id the last one counts, as in the engine.
  const node = currentGraph(version, frames)?.nodes.findLast(({ id }) => id === waiting?.nodeId);
  return (node && kinds.of(node)?.emptyAnswer) ?? null;
}
