import type { Graph, GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { type Problem, warning } from "./problem.ts";
import { nodesNamedBy } from "./structure.ts";

/** How long after a customer's last message other messages than templates are delivered. */
const WINDOW_SECONDS = 24 * 3600;

/**
 * Warnings for nodes that may send a text when the customer has not written for a day. Waits and timeouts are added up along
 * each path, and the longest path counts. The count restarts at an answer, and at waits of unknown length (a subflow, an agent).
 */
export function windowProblems(graph: Graph, settings: ChatbotSettings, kinds: NodeKinds): Problem[] {
  const silence = longestSilence(graph, settings, kinds);
  return graph.nodes
    .filter((node) => (silence.get(node.id) ?? 0) >= WINDOW_SECONDS)
    .filter((node) => kinds.of(node)?.needsWindow?.(node.data))
    .map(({ id }) =>
      warning(
        "outside_window",
        id,
        "The message may be sent 24 hours or more after the customer's last message, when only templates are delivered.",
      ),
    );
}

/** The longest time since the customer's last message at each node that is reached, in seconds, at most a day. */
function longestSilence(graph: Graph, settings: ChatbotSettings, kinds: NodeKinds): Map<string, number> {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const silence = new Map(graph.nodes.filter((node) => kinds.of(node)?.begins).map(({ id }) => [id, 0]));
  const transitions = transitionsOf(graph, nodes, settings, kinds);
  // A path without a loop has fewer steps than there are nodes. A time that still grows then is in a loop that waits.
  for (let round = 0, changed = true; changed; round++) {
    changed = false;
    for (const { source, target, seconds } of transitions) {
      const before = silence.get(source);
      if (before === undefined) continue;
      const sum = seconds === "answered" ? 0 : Math.min(before + seconds, WINDOW_SECONDS);
      if (sum <= (silence.get(target) ?? -1)) continue;
      silence.set(target, round > nodes.size ? WINDOW_SECONDS : sum);
      changed = true;
    }
  }
  return silence;
}

type Transition = { source: string; target: string; seconds: number | "answered" };

function transitionsOf(
  graph: Graph,
  nodes: ReadonlyMap<string, GraphNode>,
  settings: ChatbotSettings,
  kinds: NodeKinds,
): Transition[] {
  const drawn = graph.edges.flatMap(({ source, target, sourceHandle = "" }): Transition[] => {
    const node = nodes.get(source);
    return node ? [{ source, target, seconds: secondsAt(node, sourceHandle, settings, kinds) }] : [];
  });
  const jumps = graph.nodes.flatMap((node) =>
    nodesNamedBy(node, kinds).map((target): Transition => ({ source: node.id, target, seconds: 0 })),
  );
  return [...drawn, ...jumps].filter(({ target }) => nodes.has(target));
}

/** How long a run stays at a node that it leaves by this exit. */
function secondsAt(
  node: GraphNode,
  handle: string,
  settings: ChatbotSettings,
  kinds: NodeKinds,
): number | "answered" {
  const kind = kinds.of(node);
  const exit = kind?.exits.find((one) => one.handle === handle);
  const leaves = exit?.leaves ?? kind?.leaves ?? "at_once";
  if (leaves === "after_reaction") return "answered";
  return leaves === "after_wait" ? (kind?.waits?.(node.data, settings).seconds ?? 0) : 0;
}
