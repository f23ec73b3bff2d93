import { numberField, textField } from "../../base/json/fields.ts";
import type { Waiting } from "../engine/context.ts";
import type { InboundMessage } from "../engine/event.ts";
import { tappedReply } from "../engine/inbound.ts";
import { interactive, leadIn } from "../engine/interactive.ts";
import { fail, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { Exit } from "../graph/edges.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { menuMessage } from "../question/menu.ts";
import { type Option, optionsOf } from "../question/options.ts";
import { answerKind } from "../question/question_type.ts";
import { type Reading, readAnswer } from "../question/read_answer.ts";
import { readNumber } from "../question/read_number.ts";
import type { AnswerKind } from "../text/texts.ts";

export type AnswerWaiting = Extract<Waiting, { kind: "answer" }>;

/**
 * Asks, and waits for the answer.
 *
 * - `questionType`: see `question_type.ts`; `text` by default.
 * - `content`: what is asked; interpolated.
 * - `variable`: receives the answer, besides `question_N.response` (and `question_N.title` of a choice).
 * - `retryText`: said after an invalid answer; `maxAttempts` (3): then the exit `invalid`.
 * - `timeoutSeconds`: without an answer by then, the exit `timeout`.
 * - Menus: see `options.ts` and `menu.ts`. Limits of typed answers: see `parse_answer.ts`.
 *
 * Exits: the id of the option; `answered`; `invalid`; `timeout`; `default` takes words that are no option.
 */
export function enterQuestion(turn: Turn, node: GraphNode): Step {
  return ask(turn, node, { attempts: 0, page: 0, nudged: false });
}

/** Asks again what the run waits for, on the same page, after a pause. */
export function repeatQuestion(turn: Turn, node: GraphNode, waiting: AnswerWaiting): Step {
  return ask(turn, node, waiting);
}

/** Takes a message as the answer. */
export function answerQuestion(
  turn: Turn,
  node: GraphNode,
  waiting: AnswerWaiting,
  message: InboundMessage,
): Step {
  const kind = answerKind(node);
  if (kind === null) return unknownType(node);
  const reading = readAnswer(turn, node, kind, message, menuOf(turn, node, kind), waiting.page);
  switch (reading.kind) {
    case "answer":
      return take(turn, node, kind, reading);
    case "page":
      return ask(turn, node, { ...waiting, page: reading.page });
    case "skip":
      turn.record(node, { exit: "skip" });
      return SKIP;
    case "wrong_type":
      // Pictures come in numbers; each tap on an old menu is somebody who wants something.
      if (waiting.nudged && tappedReply(message) === null) return { kind: "wait", waiting };
      return ask(turn, node, { ...waiting, nudged: true }, retryText(turn, node, kind));
    case "invalid":
      return reject(turn, node, kind, waiting, reading.typed);
    default:
      return reading satisfies never;
  }
}

/** Would this message be an answer? Asked of messages that came before the question did. */
export function isAnswer(
  turn: Turn,
  node: GraphNode,
  waiting: AnswerWaiting,
  message: InboundMessage,
): boolean {
  const kind = answerKind(node);
  if (kind === null) return false;
  return readAnswer(turn, node, kind, message, menuOf(turn, node, kind), waiting.page).kind === "answer";
}

/** Where a skipped question leads: the way for anything else, else any way. */
export const SKIP: Step = { kind: "exit", exits: [{ handle: "default" }, "plain", "any"] };

/** Sends the question, or what is said instead of it, and waits. */
function ask(
  turn: Turn,
  node: GraphNode,
  state: { attempts: number; page: number; nudged: boolean },
  template = textField(node.data, "content"),
): Step {
  const kind = answerKind(node);
  if (kind === null) return unknownType(node);
  const text = turn.fill(node, template);
  if (kind === "location") {
    const body = leadIn(turn, node, text || turn.texts.locationBody, 1024);
    turn.send(
      node,
      interactive(turn, node, "location_request_message", body, { name: "send_location" }, NO_MARGINS),
    );
  } else {
    const options = menuOf(turn, node, kind);
    if (options.length > 0) turn.send(node, menuMessage(turn, node, options, state.page, text));
    else turn.say(node, isMenu(kind) ? `${text}\n\n${turn.texts.typeYourChoice}`.trim() : text);
  }
  const { attempts, page, nudged } = state;
  return {
    kind: "wait",
    waiting: {
      kind: "answer",
      nodeId: node.id,
      timer: turn.timerFor(answerTime(node, turn.settings)),
      attempts,
      page,
      nudged,
    },
  };
}

/** A location request has a body and nothing else. */
const NO_MARGINS = { header: [], footer: [] };

/** How long an answer is waited for. */
export function answerTime({ data }: GraphNode, settings: ChatbotSettings): WaitTime {
  const seconds = numberField(data, "timeoutSeconds") ?? 0;
  return seconds > 0
    ? { kind: "answer_timeout", seconds }
    : { kind: "session_expiry", seconds: settings.sessionExpirySeconds };
}

function take(
  turn: Turn,
  node: GraphNode,
  kind: AnswerKind,
  reading: Extract<Reading, { kind: "answer" }>,
): Step {
  const { value, choice } = reading;
  turn.assignResult(node, textField(node.data, "variable"), "response", value);
  if (choice) turn.assignResult(node, "", "title", choice.wording);
  turn.record(node, { exit: choice?.answer ?? "answered", answer: value });
  const exits: Exit[] = choice ? [{ handle: choice.answer }] : [];
  exits.push({ handle: "answered" }, "plain");
  // A button without an edge may end the run on purpose; a typed answer goes on by whatever edge there is.
  if (!isMenu(kind)) exits.push("any");
  return { kind: "exit", exits };
}

function reject(turn: Turn, node: GraphNode, kind: AnswerKind, waiting: AnswerWaiting, typed: string): Step {
  const edges = turn.graph?.edges.get(node.id) ?? [];
  const attempts = waiting.attempts + 1;
  const isOver = attempts >= (numberField(node.data, "maxAttempts") ?? turn.settings.maxAttempts);
  // An exit that the author drew for anything else takes it at once.
  const hasDefault = isMenu(kind) && edges.some((edge) => edge.sourceHandle === "default");
  if (!isOver && !hasDefault)
    return ask(turn, node, { ...waiting, attempts }, retryText(turn, node, kind, typed));

  // A menu whose only way on is plain has its answer tested further on: words included.
  if (isMenu(kind)) turn.assignResult(node, textField(node.data, "variable"), "response", typed);
  turn.record(node, { success: false, exit: hasDefault ? "default" : "invalid", answer: typed });
  const exits: Exit[] = hasDefault ? [{ handle: "default" }] : [{ handle: "invalid" }, { handle: "default" }];
  if (isMenu(kind)) exits.push("plain");
  return { kind: "exit", exits, otherwise: { status: "completed", reason: "invalid_answer" } };
}

function unknownType(node: GraphNode): Step {
  return fail(`unknown_question_type: ${textField(node.data, "questionType")}`);
}

function retryText(turn: Turn, node: GraphNode, kind: AnswerKind, typed = ""): string {
  const isAmbiguous = kind === "number" && readNumber(typed) === "ambiguous";
  return (
    textField(node.data, "retryText") || (isAmbiguous ? turn.texts.ambiguousNumber : turn.texts.invalid[kind])
  );
}

function menuOf(turn: Turn, node: GraphNode, kind: AnswerKind): Option[] {
  return isMenu(kind) ? optionsOf(turn, node) : [];
}

function isMenu(kind: AnswerKind): boolean {
  return kind === "choice" || kind === "rating";
}
