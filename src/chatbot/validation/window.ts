import { numberField, textField } from "../../base/json/fields.ts";
import { type Graph, type GraphNode, nodeKind } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { delaySeconds } from "../nodes/delay.ts";
import { type Problem, warning } from "./problem.ts";

/** How long after a customer's message anything but a template is delivered. */
const WINDOW_SECONDS = 24 * 3600;

/**
 * Texts that some way leads to when the customer has said nothing for a day: waits and timeouts are added up along each
 * way, and the longest counts. An answer begins the count again, and so does what cannot be known (a subflow, a person).
 */
export function windowProblems(graph: Graph, settings: ChatbotSettings): Problem[] {
  const silence = longestSilence(graph, settings);
  return graph.nodes
    .filter((node) => (silence.get(node.id) ?? 0) >= WINDOW_SECONDS && needsWindow(node))
    .map(({ id }) =>
      warning(
        "outside_window",
        id,
        "It can come 24 hours or more after the customer's last message, when only a template is delivered.",
      ),
    );
}

/** What this node sends is no template. */
function needsWindow(node: GraphNode): boolean {
  const { data } = node;
  switch (nodeKind(node)) {
    case "message":
      return textField(data, "messageType") !== "template";
    case "question":
    case "whatsapp_flow":
      return true;
    case "end":
    case "handoff":
      return textField(data, "content") !== "";
    case "ai_reply":
      return data.aiSend !== false;
    default:
      return false;
  }
}

/** For each node that is reached: seconds since the customer's last message, at most a day. */
function longestSilence(graph: Graph, settings: ChatbotSettings): Map<string, number> {
  const nodes = new Map(graph.nodes.map((node) => [node.id, node]));
  const silence = new Map(graph.nodes.filter((node) => nodeKind(node) === "start").map(({ id }) => [id, 0]));
  const ways = waysOf(graph, nodes, settings);
  // A way without a loop has fewer steps than there are nodes: what still grows then is in a loop that waits.
  for (let round = 0, changed = true; changed; round++) {
    changed = false;
    for (const { source, target, seconds } of ways) {
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

type Way = { source: string; target: string; seconds: number | "answered" };

function waysOf(graph: Graph, nodes: ReadonlyMap<string, GraphNode>, settings: ChatbotSettings): Way[] {
  const drawn = graph.edges.flatMap(({ source, target, sourceHandle = "" }): Way[] => {
    const node = nodes.get(source);
    return node ? [{ source, target, seconds: secondsAt(node, sourceHandle, settings) }] : [];
  });
  const jumps = graph.nodes
    .filter((node) => nodeKind(node) === "jump")
    .map((node): Way => ({ source: node.id, target: textField(node.data, "targetNodeId"), seconds: 0 }));
  return [...drawn, ...jumps].filter(({ target }) => nodes.has(target));
}

/** How long a run stays at a node that it leaves by this exit. */
function secondsAt(node: GraphNode, handle: string, settings: ChatbotSettings): number | "answered" {
  const given = (field: string) => numberField(node.data, field) || undefined;
  switch (nodeKind(node)) {
    case "delay":
      return delaySeconds(node);
    case "question":
      if (handle === "timeout") return given("timeoutSeconds") ?? settings.sessionExpirySeconds;
      return handle === "error" ? 0 : "answered";
    case "whatsapp_flow":
      if (handle === "timeout") return given("flowExpirySeconds") ?? settings.flowExpirySeconds;
      return handle === "error" ? 0 : "answered";
    case "handoff":
      return handle === "timeout" ? (given("timeoutSeconds") ?? 0) : "answered";
    case "wait_for_callback":
      return handle === "timeout" ? (given("timeoutSeconds") ?? WINDOW_SECONDS) : 0;
    case "subflow":
      return "answered";
    default:
      return 0;
  }
}
