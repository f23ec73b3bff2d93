import type { ChatbotVersion } from "../graph/version.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { TurnTooLong } from "./budget.ts";
import { type Context, type Instant, isActive } from "./context.ts";
import type { Effect } from "./effect.ts";
import type { ChatbotEvent } from "./event.ts";
import { react } from "./react.ts";
import { fail } from "./step.ts";
import { Turn, type TurnOptions } from "./turn.ts";
import { walk } from "./walk.ts";

/**
 * Executes one turn of a run: computes from its context and an event the new context and the effects. A pure function:
 * time and events are arguments, the given context is not changed, and equal arguments give equal results.
 *
 * Never throws and always terminates, for any graph and any input; within its budget, if it has one. Nothing changes if the
 * run has ended or does not wait for the event.
 *
 * @param now the instant of the whole turn; must not be before that of an earlier turn.
 * @param options `kinds`: the kinds of nodes that the engine can run; defaults to {@link NODE_KINDS}.
 * @returns the new context, and the effects that the runner executes in the transaction that stores it.
 */
export function advance(
  version: ChatbotVersion,
  context: Context,
  event: ChatbotEvent,
  now: Instant,
  { kinds = NODE_KINDS, ...options }: TurnOptions & { kinds?: NodeKinds } = {},
): { context: Context; effects: Effect[] } {
  if (!isActive(context)) return { context, effects: [] };
  try {
    const turn = new Turn(version, structuredClone(context), now, kinds, options);
    play(turn, event, kinds);
    return resultOf(turn, context);
  } catch (error) {
    const turn = new Turn(version, structuredClone(context), now, kinds);
    walk(turn, fail(reasonOf(error)), kinds);
    return resultOf(turn, context);
  }
}

/** Only a defect of the engine or an invalid context throws. The run fails with it, so that it cannot stay stuck. */
function reasonOf(error: unknown): string {
  if (error instanceof TurnTooLong) return "turn_too_long: PYTRN";
  return `engine_error: ${error instanceof Error ? error.message : String(error)}`;
}

function play(turn: Turn, event: ChatbotEvent, kinds: NodeKinds): void {
  const step = react(turn, event, kinds);
  if (step) walk(turn, step, kinds);
  receiveInbox(turn, kinds);
  if (
    isActive(turn.context) &&
    JSON.stringify(turn.context.variables).length > turn.settings.maxVariablesSize
  ) {
    walk(turn, fail("variables_too_large: maxVariablesSize"), kinds);
  }
}

/** Passes messages that arrived during a request to the next question; those that are not valid answers are ignored. */
function receiveInbox(turn: Turn, kinds: NodeKinds): void {
  for (;;) {
    const { waiting, inbox } = turn.context;
    if (waiting?.kind !== "answer") return;
    const message = inbox.shift();
    const node = turn.graph?.nodes.get(waiting.nodeId);
    if (message === undefined || node === undefined) return;
    const kind = kinds.of(node);
    const step = kind?.accepts?.(turn, node, message, waiting)
      ? kind.receive?.(turn, node, { kind: "message", message }, waiting)
      : null;
    if (step) walk(turn, step, kinds);
    else turn.log(node, "message_ignored", `${message.type} came before the question`);
  }
}

/** The context and the effects of the turn, including the effect that sets or clears the run's timer. */
function resultOf(turn: Turn, before: Context): { context: Context; effects: Effect[] } {
  const { context, effects } = turn;
  const [old, timer] = [before.waiting?.timer ?? null, context.waiting?.timer ?? null];
  if (timer && (timer.at !== old?.at || timer.kind !== old.kind)) effects.push({ kind: "set_timer", timer });
  if (!timer && old) effects.push({ kind: "clear_timer" });
  return { context, effects };
}
