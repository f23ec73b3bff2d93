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
 * One turn of a run: what an event makes of its context, and what is to be done in the world. A pure function:
 * time and events come in as arguments, the context given is not changed, the same arguments give the same result.
 *
 * Never throws and always halts, on any graph and any input; within its budget, where it is given one. A run that is
 * over, and an event that is not for what the run waits for, change nothing.
 *
 * @param now the turn's one instant; must not be before that of an earlier turn.
 * @param options also `kinds`: what the engine can run, {@link NODE_KINDS} by default.
 * @returns the new context, and what the shell has to do in the transaction that stores it.
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

/** Only a defect of ours throws, or a context that is not one of ours. The run must not stay stuck on it. */
function reasonOf(error: unknown): string {
  if (error instanceof TurnTooLong) return "turn_too_long: PYTRN";
  return `engine_error: ${error instanceof Error ? error.message : String(error)}`;
}

function play(turn: Turn, event: ChatbotEvent, kinds: NodeKinds): void {
  const step = react(turn, event, kinds);
  if (step) walk(turn, step, kinds);
  takeFromInbox(turn, kinds);
  if (
    isActive(turn.context) &&
    JSON.stringify(turn.context.variables).length > turn.settings.maxVariablesSize
  ) {
    walk(turn, fail("variables_too_large: maxVariablesSize"), kinds);
  }
}

/** Messages that came while a request was under way answer the next question, if they can; otherwise they are too old. */
function takeFromInbox(turn: Turn, kinds: NodeKinds): void {
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

/** The turn's context and effects, with what has to be done about the run's timer. */
function resultOf(turn: Turn, before: Context): { context: Context; effects: Effect[] } {
  const { context, effects } = turn;
  const [old, timer] = [before.waiting?.timer ?? null, context.waiting?.timer ?? null];
  if (timer && (timer.at !== old?.at || timer.kind !== old.kind)) effects.push({ kind: "set_timer", timer });
  if (!timer && old) effects.push({ kind: "clear_timer" });
  return { context, effects };
}
