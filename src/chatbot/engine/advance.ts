import type { ChatbotVersion } from "../graph/version.ts";
import { answerQuestion, isAnswer } from "../nodes/question.ts";
import { TurnTooLong } from "./budget.ts";
import { type Context, type Instant, isActive } from "./context.ts";
import type { Effect } from "./effect.ts";
import type { ChatbotEvent } from "./event.ts";
import { react } from "./react.ts";
import { fail } from "./step.ts";
import { type Attendance, Turn } from "./turn.ts";
import { walk } from "./walk.ts";

/**
 * One turn of a run: what an event makes of its context, and what is to be done in the world. A pure function:
 * time and events come in as arguments, the context given is not changed, the same arguments give the same result.
 *
 * Never throws and always halts, on any graph and any input; within its budget, where it is given one. A run that is over, and an event that is not for what
 * the run waits for, change nothing.
 *
 * @param now the turn's one instant; must not be before that of an earlier turn.
 * @returns the new context, and what the shell has to do in the transaction that stores it.
 */
export function advance(
  version: ChatbotVersion,
  context: Context,
  event: ChatbotEvent,
  now: Instant,
  attendance?: Attendance,
): { context: Context; effects: Effect[] } {
  if (!isActive(context)) return { context, effects: [] };
  try {
    return take(version, context, event, now, attendance);
  } catch (error) {
    const turn = new Turn(version, structuredClone(context), now);
    walk(turn, fail(reasonOf(error)));
    return settle(turn, context);
  }
}

/** Nothing else is thrown than a defect of ours, or a context that is none of ours. The run must not stay stuck on it. */
function reasonOf(error: unknown): string {
  if (error instanceof TurnTooLong) return "turn_too_long: PYTRN";
  return `engine_error: ${error instanceof Error ? error.message : String(error)}`;
}

function take(
  version: ChatbotVersion,
  context: Context,
  event: ChatbotEvent,
  now: Instant,
  attendance?: Attendance,
): { context: Context; effects: Effect[] } {
  const turn = new Turn(version, structuredClone(context), now, attendance);
  const step = react(turn, event);
  if (step) walk(turn, step);
  takeFromInbox(turn);
  if (
    isActive(turn.context) &&
    JSON.stringify(turn.context.variables).length > turn.settings.maxVariablesSize
  ) {
    walk(turn, fail("variables_too_large: maxVariablesSize"));
  }
  return settle(turn, context);
}

/** Messages that came while a call was under way answer the next question, if they can; otherwise they are too old. */
function takeFromInbox(turn: Turn): void {
  for (;;) {
    const { waiting, inbox } = turn.context;
    if (waiting?.kind !== "answer") return;
    const message = inbox.shift();
    const node = turn.graph?.nodes.get(waiting.nodeId);
    if (message === undefined || node === undefined) return;
    if (isAnswer(turn, node, waiting, message)) walk(turn, answerQuestion(turn, node, waiting, message));
    else turn.log(node, "message_ignored", `${message.type} came before the question`);
  }
}

/** Says what became of the run's timer. */
function settle(turn: Turn, before: Context): { context: Context; effects: Effect[] } {
  const { context, effects } = turn;
  const [old, timer] = [before.waiting?.timer ?? null, context.waiting?.timer ?? null];
  if (timer && (timer.at !== old?.at || timer.kind !== old.kind)) effects.push({ kind: "set_timer", timer });
  if (!timer && old) effects.push({ kind: "clear_timer" });
  return { context, effects };
}
