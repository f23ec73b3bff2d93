import { type Exit, findEdge } from "../graph/edges.ts";
import { nodeType } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { check } from "./budget.ts";
import type { Frame } from "./context.ts";
import { type EndStatus, fail, leaveBy, type Step } from "./step.ts";
import type { Turn } from "./turn.ts";

/** Follows the steps from node to node until the run waits or has ended. */
export function walk(turn: Turn, first: Step, kinds: NodeKinds): void {
  let step = first;
  for (;;) {
    check(turn.budget);
    if (turn.hasWrittenTooMuch) step = fail("variables_too_large: maxVariablesSize");
    else if (turn.isMuted) step = fail("too_many_replies: maxRepliesPerHour");
    switch (step.kind) {
      case "exit":
        step = leave(turn, step.exits, step.otherwise);
        break;
      case "goto":
        step = visit(turn, step.nodeId, kinds);
        break;
      case "end": {
        const frame = turn.context.frames.at(-1);
        if (frame) {
          step = returnToCaller(turn, frame, step.outcome, kinds);
          break;
        }
        finish(turn, "completed", "flow_completed", step.outcome);
        return;
      }
      case "wait":
        turn.context.status = "waiting";
        turn.context.waiting = step.waiting;
        return;
      case "finish":
        finish(turn, step.status, step.reason, null);
        if (step.isRestart) turn.effects.push({ kind: "restart" });
        return;
      default:
        step satisfies never;
    }
  }
}

/** The step that leaves the current node by the first exit that has an edge. */
function leave(turn: Turn, exits: Exit[], otherwise?: { status: EndStatus; reason: string }): Step {
  const edges = turn.graph?.edges.get(turn.context.currentNodeId ?? "") ?? [];
  const edge = findEdge(edges, exits);
  if (edge) return { kind: "goto", nodeId: edge.target };
  return otherwise ? { kind: "finish", ...otherwise } : { kind: "end", outcome: null };
}

/** Enters a node, unless a guard ends the run. */
function visit(turn: Turn, nodeId: string, kinds: NodeKinds): Step {
  const { context, settings, graph } = turn;
  const subflow = context.frames.at(-1)?.chatbotId;
  const node = graph?.nodes.get(nodeId);
  if (node === undefined) return fail(`missing_node: ${nodeId}`);

  const visits = context.nodeHistory.filter((visit) => visit.nodeId === nodeId && visit.subflow === subflow);
  if (++turn.steps > settings.maxStepsPerTurn) return fail("loop_detected: maxStepsPerTurn");
  if (visits.length >= settings.maxVisitsPerNode) return fail("loop_detected: maxVisitsPerNode");
  if (context.nodeHistory.length >= settings.maxStepsPerRun) return fail("run_too_long: maxStepsPerRun");

  context.currentNodeId = nodeId;
  context.nodeHistory.push({ nodeId, at: turn.now, ...(subflow !== undefined && { subflow }) });
  turn.observe?.(turn);
  const kind = kinds.of(node);
  return kind
    ? kind.enter(turn, node)
    : fail(`unknown_node_type: ${nodeType(node) || "(none)"} at ${nodeId}`);
}

/** Ends a called graph: restores the caller's variables and lets the calling node decide the next step. */
function returnToCaller(turn: Turn, frame: Frame, outcome: string | null, kinds: NodeKinds): Step {
  const { context } = turn;
  const results = context.variables;
  context.frames.pop();
  turn.exchange(frame.callerVariables);
  context.currentNodeId = frame.callerNodeId;
  const node = turn.graph?.nodes.get(frame.callerNodeId);
  if (node === undefined) return fail(`missing_node: ${frame.callerNodeId}`);
  return kinds.of(node)?.returned?.(turn, node, outcome, results) ?? leaveBy(outcome ?? "");
}

function finish(turn: Turn, status: EndStatus, reason: string, outcome: string | null): void {
  const { context } = turn;
  context.status = status;
  context.outcome = outcome ?? status;
  context.completionReason = reason;
  context.waiting = null;
  context.inbox = [];
  context.callbacks = [];
  turn.effects.push({ kind: "finish", status, outcome: context.outcome, reason });
}
