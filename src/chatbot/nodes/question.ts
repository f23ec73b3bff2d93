import type { JsonObject } from "../../base/json/json.ts";
import type { InboundMessage, Waiting } from "../engine/context.ts";
import { tappedReply } from "../engine/inbound_message.ts";
import { interactive, leadIn } from "../engine/interactive.ts";
import { fail, SKIP, type Step } from "../engine/step.ts";
import type { Turn } from "../engine/turn.ts";
import type { WaitTime } from "../engine/wait_time.ts";
import type { Exit } from "../graph/edges.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { ChatbotSettings } from "../graph/settings.ts";
import { menuMessage } from "../question/menu.ts";
import type { Option } from "../question/option.ts";
import { optionExits } from "../question/option_exits.ts";
import { optionsOf } from "../question/options.ts";
import { QUESTION } from "../question/question_fields.ts";
import { questionProblems } from "../question/question_problems.ts";
import { answerKind } from "../question/question_type.ts";
import { type Reading, readAnswer } from "../question/read_answer.ts";
import { readNumber } from "../question/read_number.ts";
import type { AnswerKind } from "../text/texts.ts";
import { defineNode } from "./define_node.ts";

type AnswerWaiting = Extract<Waiting, { kind: "answer" }>;

export const question = defineNode({
  kind: "question",
  about: "Asks a question and waits for the answer.",
  fields: QUESTION,
  numberedAs: "question",
  results: { response: "the answer", title: "the title of the chosen option" },
  exits: [
    { handle: "answered", label: "a valid answer that has no exit of its own" },
    { handle: "invalid", label: "too many invalid answers" },
    { handle: "timeout", label: "no answer in time", leaves: "after_wait" },
    { handle: "error", label: "the question could not be sent", leaves: "at_once" },
  ],
  ownExits: optionExits,
  ownExitsAbout: "the ids of the options",
  leaves: "after_reaction",
  waits: waitTime,
  needsWindow: () => true,
  problems: questionProblems,
  enter: (turn, node) => ask(turn, node, { attempts: 0, page: 0, nudged: false }),
  receive(turn, node, event, waiting) {
    if (waiting.kind !== "answer") return null;
    if (event.kind === "message") return receiveAnswer(turn, node, waiting, event.message);
    return event.kind === "resume" ? ask(turn, node, waiting) : null;
  },
  accepts(turn, node, message, waiting) {
    const kind = answerKind(node);
    if (kind === null || waiting.kind !== "answer") return false;
    const reading = readAnswer(turn, node, kind, message, menuOf(turn, node, kind), waiting.page);
    return reading.kind === "answer";
  },
});

function receiveAnswer(turn: Turn, node: GraphNode, waiting: AnswerWaiting, message: InboundMessage): Step {
  const kind = answerKind(node);
  if (kind === null) return unknownType(node);
  const reading = readAnswer(turn, node, kind, message, menuOf(turn, node, kind), waiting.page);
  switch (reading.kind) {
    case "answer":
      return store(turn, node, kind, reading);
    case "page":
      return ask(turn, node, { ...waiting, page: reading.page });
    case "skip":
      turn.record(node, { exit: "skip" });
      return SKIP;
    case "wrong_type":
      // Pictures often arrive several at a time: only the first is answered. Every tap on an old menu is answered.
      if (waiting.nudged && tappedReply(message) === null) return { kind: "wait", waiting };
      return ask(turn, node, { ...waiting, nudged: true }, retryText(turn, node, kind));
    case "invalid":
      return reject(turn, node, kind, waiting, reading.typed);
    default:
      return reading satisfies never;
  }
}

/** Sends the question, or another text in its place, and waits. */
function ask(
  turn: Turn,
  node: GraphNode,
  state: { attempts: number; page: number; nudged: boolean },
  template = QUESTION.content.of(node.data),
): Step {
  const kind = answerKind(node);
  if (kind === null) return unknownType(node);
  const text = turn.fill(node, template);
  if (kind === "location") {
    const body = leadIn(turn, node, text || turn.texts.locationBody, 1024);
    const action = { name: "send_location" };
    turn.send(node, interactive(turn, node, "location_request_message", body, action, NO_MARGINS));
  } else {
    const options = menuOf(turn, node, kind);
    if (options.length > 0) turn.send(node, menuMessage(turn, node, options, state.page, text));
    else turn.say(node, isMenu(kind) ? `${text}\n\n${turn.texts.typeYourChoice}`.trim() : text);
  }
  const { attempts, page, nudged } = state;
  const timer = turn.timerFor(waitTime(node.data, turn.settings));
  return { kind: "wait", waiting: { kind: "answer", nodeId: node.id, timer, attempts, page, nudged } };
}

/** A location request has no header and no footer. */
const NO_MARGINS = { header: "", footer: "" };

function waitTime(data: JsonObject, settings: ChatbotSettings): WaitTime {
  const seconds = QUESTION.timeoutSeconds.of(data) ?? 0;
  return seconds > 0
    ? { kind: "answer_timeout", seconds }
    : { kind: "session_expiry", seconds: settings.sessionExpirySeconds };
}

function store(
  turn: Turn,
  node: GraphNode,
  kind: AnswerKind,
  { value, choice }: Extract<Reading, { kind: "answer" }>,
): Step {
  turn.assignResult(node, QUESTION.variable.of(node.data), "response", value);
  if (choice) turn.assignResult(node, "", "title", choice.wording);
  turn.record(node, { exit: choice?.answer ?? "answered", answer: value });
  const exits: Exit[] = choice ? [{ handle: choice.answer }] : [];
  exits.push({ handle: "answered" }, "plain");
  // A button without an edge may be meant to end the run; a typed answer leaves by any edge that exists.
  if (!isMenu(kind)) exits.push("any");
  return { kind: "exit", exits };
}

function reject(turn: Turn, node: GraphNode, kind: AnswerKind, waiting: AnswerWaiting, typed: string): Step {
  const edges = turn.graph?.edges.get(node.id) ?? [];
  const attempts = waiting.attempts + 1;
  const isOver = attempts >= (QUESTION.maxAttempts.of(node.data) ?? turn.settings.maxAttempts);
  // An edge named `default` is for answers that match no option: it is taken without asking again.
  const hasDefault = isMenu(kind) && edges.some((edge) => edge.sourceHandle === "default");
  if (!isOver && !hasDefault)
    return ask(turn, node, { ...waiting, attempts }, retryText(turn, node, kind, typed));

  // A menu with only a default exit leaves it to later nodes to interpret the answer, including typed text.
  if (isMenu(kind)) turn.assignResult(node, QUESTION.variable.of(node.data), "response", typed);
  turn.record(node, { success: false, exit: hasDefault ? "default" : "invalid", answer: typed });
  const exits: Exit[] = hasDefault ? [{ handle: "default" }] : [{ handle: "invalid" }, { handle: "default" }];
  if (isMenu(kind)) exits.push("plain");
  return { kind: "exit", exits, otherwise: { status: "completed", reason: "invalid_answer" } };
}

function unknownType(node: GraphNode): Step {
  return fail(`unknown_question_type: ${QUESTION.questionType.of(node.data)}`);
}

function retryText(turn: Turn, node: GraphNode, kind: AnswerKind, typed = ""): string {
  const isAmbiguous = kind === "number" && readNumber(typed) === "ambiguous";
  return (
    QUESTION.retryText.of(node.data) || (isAmbiguous ? turn.texts.ambiguousNumber : turn.texts.invalid[kind])
  );
}

function menuOf(turn: Turn, node: GraphNode, kind: AnswerKind): Option[] {
  return isMenu(kind) ? optionsOf(turn, node) : [];
}

function isMenu(kind: AnswerKind): boolean {
  return kind === "choice" || kind === "rating";
}
