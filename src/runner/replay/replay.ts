import type { JsonObject } from "../../base/json/json.ts";
import { type Budget, NO_BUDGET } from "../../chatbot/engine/budget.ts";
import type { Instant, NodeVisit } from "../../chatbot/engine/context.ts";
import { isBeginning } from "../../chatbot/engine/trigger.ts";
import type { Playing } from "../../chatbot/simulation/simulation.ts";
import { versionBegun } from "../begins.ts";
import type { ContextRow } from "../claimed_turn.ts";
import { contextOf } from "../context_row.ts";
import type { RunnableVersion } from "../runnable_version.ts";
import type { Past, PastMessage } from "./past.ts";
import { isSame, type Spoken, spoken } from "./spoken.ts";
import { Stage } from "./stage.ts";

/** What the customer said, what the chatbot said to that, and what the version would say. */
type ReplayedTurn = {
  /** When it began. */
  at: Instant;
  heard: Spoken[];
  said: Spoken[];
  wouldSay: Spoken[];
  isDifferent: boolean;
};

/** A run that there would have been. `outcome` is `waiting` while it is not over, and `reason` then what it waits for. */
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
  /** How many turns are different. */
  differentTurns: number;
  /** Messages are left: only the first ones were replayed. */
  isCut: boolean;
  /** What the clock showed at the end. */
  until: Instant;
};

export type ReplayOptions = {
  /** Timers ring until then, unless messages are left. */
  until: Instant;
  /** Whether any message to a resting chatbot begins it, whatever its triggers say. */
  ignoresTriggers: boolean;
  /** Of each turn. */
  budget?: () => Budget;
};

/** Messages closer together than this, with nothing said between, are one turn: nobody knows which was answered. */
const TOGETHER_MS = 10_000;

/**
 * Plays what was said in a conversation to a version, as if it had been the only chatbot: by the clock of then, silent
 * while a person had stepped in. What a language model answered then it answers again; any other call goes to whoever
 * drives this. Pure: nothing of it happens.
 */
export function* replay(
  version: RunnableVersion,
  past: Past,
  { until, ignoresTriggers, budget = () => NO_BUDGET }: ReplayOptions,
): Playing<Replay> {
  const stage = new Stage(version, past, ignoresTriggers ? firstOf : versionBegun, budget);
  const turns: Omit<ReplayedTurn, "isDifferent">[] = [];
  for (const { at, messages, said } of inTurns(past.messages)) {
    const before = turns.at(-1);
    const turn = { at, heard: [] as Spoken[], said: said.map(spoken), wouldSay: [] as Spoken[] };
    for (const burst of inBursts(messages, version.settings.debounceMs)) {
      const last = burst.at(-1)!;
      const isOpen = turns.at(-1) === turn;
      (isOpen ? turn : (before ?? turn)).wouldSay.push(...(yield* stage.passTime(burst[0]!.at)));
      if (!isOpen) turns.push(turn);
      if (last.by === "person") stage.pause(last.at);
      else {
        turn.heard.push(...burst.map(spoken));
        turn.wouldSay.push(...(yield* stage.hear(burst, said)));
      }
    }
    if (messages.length === 0) turns.push(turn);
  }
  const end = past.isCut ? (past.messages.at(-1)?.at ?? until) : until;
  turns.at(-1)?.wouldSay.push(...(yield* stage.passTime(end)));
  const told = turns
    .filter(({ heard, said, wouldSay }) => heard.length + said.length + wouldSay.length > 0)
    .map((turn) => ({ ...turn, isDifferent: !isSame(turn.said, turn.wouldSay) }));
  return {
    turns: told,
    runs: [...stage.runs.values()].map(runOf),
    differentTurns: told.filter(({ isDifferent }) => isDifferent).length,
    isCut: past.isCut,
    until: end,
  };
}

const firstOf: typeof versionBegun = ([version], message) =>
  version && isBeginning(version.settings, message) ? version : null;

type PastTurn = { at: Instant; messages: PastMessage[]; said: PastMessage[] };

/** The customer's messages, and a person's between them, with what the chatbot said to that. */
function inTurns(messages: readonly PastMessage[]): PastTurn[] {
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

/** Texts that the version's `debounceMs` makes one; anything else by itself. */
function inBursts(messages: readonly PastMessage[], debounceMs: number): PastMessage[][] {
  const bursts: PastMessage[][] = [];
  for (const message of messages) {
    const last = bursts.at(-1)?.at(-1);
    const isText = (one: PastMessage) => one.by === "customer" && one.type === "text";
    if (last && isText(last) && isText(message) && isWithin(last, message, debounceMs))
      bursts.at(-1)?.push(message);
    else bursts.push([message]);
  }
  return bursts;
}

function isWithin(earlier: PastMessage, later: PastMessage, ms: number): boolean {
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
