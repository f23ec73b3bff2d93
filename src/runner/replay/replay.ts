import type { JsonObject } from "../../base/json/json.ts";
import { type Budget, NO_BUDGET } from "../../chatbot/engine/budget.ts";
import type { Instant, NodeVisit } from "../../chatbot/engine/context.ts";
import { isBeginning } from "../../chatbot/engine/trigger.ts";
import type { Playing } from "../../chatbot/simulation/simulation.ts";
import type { ContextRow } from "../claimed_turn.ts";
import { contextOf } from "../context_row.ts";
import type { RunnableVersion } from "../runnable_version.ts";
import { startedVersion } from "../started_version.ts";
import type { RecordedMessage, Recording } from "./recording.ts";
import { ReplayedConversation } from "./replayed_conversation.ts";
import { isSame, type ShownMessage, shownMessage } from "./shown_message.ts";

/** A turn: the customer's messages, the chatbot's recorded replies, and the version's replies. */
type ReplayedTurn = {
  /** When the turn began. */
  at: Instant;
  heard: ShownMessage[];
  said: ShownMessage[];
  wouldSay: ShownMessage[];
  isDifferent: boolean;
};

/** A run of the replay. While it is active, `outcome` is `waiting` and `reason` names what it waits for. */
type ReplayedRun = {
  startedAt: Instant;
  path: string[];
  variables: JsonObject;
  outcome: string;
  reason: string;
};

export type Replay = {
  turns: ReplayedTurn[];
  runs: ReplayedRun[];
  /** The number of turns with different replies. */
  differentTurns: number;
  /** Whether messages are left: only the first ones were replayed. */
  isCut: boolean;
  /** The simulated clock at the end. */
  until: Instant;
};

export type ReplayOptions = {
  /** Timers fire until then, unless messages are left. */
  until: Instant;
  /** Whether every message to an inactive chatbot starts it, regardless of its triggers. */
  ignoresTriggers: boolean;
  /** Creates the time budget of each turn. */
  budget?: () => Budget;
};

/** Messages within this time of each other, without a reply between them, are one turn: which one was answered is not recorded. */
const TOGETHER_MS = 10_000;

/**
 * Replays a recorded conversation with a version as the only chatbot, by a simulated clock. The version is paused whenever an
 * agent had taken over. Language models give their recorded answers; every other request is yielded to the caller. Pure: nothing
 * is stored or sent.
 */
export function* replay(
  version: RunnableVersion,
  recording: Recording,
  { until, ignoresTriggers, budget = () => NO_BUDGET }: ReplayOptions,
): Playing<Replay> {
  const conversation = new ReplayedConversation(
    version,
    recording,
    ignoresTriggers ? firstOf : startedVersion,
    budget,
  );
  const turns: Omit<ReplayedTurn, "isDifferent">[] = [];
  for (const { at, messages, said } of inTurns(recording.messages)) {
    const before = turns.at(-1);
    const turn = {
      at,
      heard: [] as ShownMessage[],
      said: said.map(shownMessage),
      wouldSay: [] as ShownMessage[],
    };
    for (const burst of inBursts(messages, version.settings.debounceMs)) {
      const last = burst.at(-1)!;
      const isOpen = turns.at(-1) === turn;
      (isOpen ? turn : (before ?? turn)).wouldSay.push(...(yield* conversation.passTime(burst[0]!.at)));
      if (!isOpen) turns.push(turn);
      if (last.by === "person") conversation.pause(last.at);
      else {
        turn.heard.push(...burst.map(shownMessage));
        turn.wouldSay.push(...(yield* conversation.receive(burst, said)));
      }
    }
    if (messages.length === 0) turns.push(turn);
  }
  const end = recording.isCut ? (recording.messages.at(-1)?.at ?? until) : until;
  turns.at(-1)?.wouldSay.push(...(yield* conversation.passTime(end)));
  const shown = turns
    .filter(({ heard, said, wouldSay }) => heard.length + said.length + wouldSay.length > 0)
    .map((turn) => ({ ...turn, isDifferent: !isSame(turn.said, turn.wouldSay) }));
  return {
    turns: shown,
    runs: [...conversation.runs.values()].map(runOf),
    differentTurns: shown.filter(({ isDifferent }) => isDifferent).length,
    isCut: recording.isCut,
    until: end,
  };
}

const firstOf: typeof startedVersion = ([version], message) =>
  version && isBeginning(version.settings, message) ? version : null;

type PastTurn = { at: Instant; messages: RecordedMessage[]; said: RecordedMessage[] };

/** Divides a recording into turns: the messages of the customer and of agents, with the chatbot's replies to them. */
function inTurns(messages: readonly RecordedMessage[]): PastTurn[] {
  const turns: PastTurn[] = [];
  for (const message of messages) {
    const turn = turns.at(-1);
    const last = turn?.messages.at(-1);
    if (message.by === "chatbot") {
      if (turn) turn.said.push(message);
      else turns.push({ at: message.at, messages: [], said: [message] });
    } else if (
      turn &&
      (message.by === "person" || (turn.said.length === 0 && last && isWithin(last, message, TOGETHER_MS)))
    )
      turn.messages.push(message);
    else turns.push({ at: message.at, messages: [message], said: [] });
  }
  return turns;
}

/** Divides messages into bursts: consecutive texts that the version's `debounceMs` joins; other messages separately. */
function inBursts(messages: readonly RecordedMessage[], debounceMs: number): RecordedMessage[][] {
  const bursts: RecordedMessage[][] = [];
  for (const message of messages) {
    const last = bursts.at(-1)?.at(-1);
    const isText = (one: RecordedMessage) => one.by === "customer" && one.type === "text";
    if (last && isText(last) && isText(message) && isWithin(last, message, debounceMs))
      bursts.at(-1)?.push(message);
    else bursts.push([message]);
  }
  return bursts;
}

function isWithin(earlier: RecordedMessage, later: RecordedMessage, ms: number): boolean {
  return Date.parse(later.at) - Date.parse(earlier.at) < ms;
}

function runOf(row: ContextRow): ReplayedRun {
  const { startedAt, nodeHistory, variables, outcome, completionReason, waiting } = contextOf(row);
  return {
    startedAt,
    path: nodeHistory.map(({ nodeId }: NodeVisit) => nodeId),
    variables,
    outcome: outcome ?? "waiting",
    reason: completionReason ?? `waiting_for: ${waiting?.kind ?? "nothing"}`,
  };
}
