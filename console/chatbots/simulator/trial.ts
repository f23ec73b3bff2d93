import type { JsonObject } from "../graph/draft.ts";
import type { Step } from "./documents.ts";
import { type PhoneMessage, phoneMessage } from "./phone_message.ts";

/** What is shown of a run that is tried out, in its order. */
export type Entry =
  | { kind: "bot"; message: PhoneMessage }
  | { kind: "customer"; text: string }
  /** The clock was moved on. */
  | { kind: "time"; at: string }
  | { kind: "end"; outcome: string; reason: string };

export type Trial = {
  entries: readonly Entry[];
  step: Step;
  /** Of the run, by the virtual clock. */
  now: string;
  /** When the run's timer fires. */
  timerAt: string | null;
  waitsFor: string | null;
  isOver: boolean;
  /** The node at which the run is. */
  current: string | null;
};

type State = {
  now: string;
  messages: { type: string; content: unknown }[];
  context: {
    currentNodeId: string | null;
    waiting: { kind: string; nodeId: string; timer: { at: string } | null } | null;
  };
};

/** A trial after another step: what was said by the customer, then what the chatbot has said since. */
export function afterStep(before: Trial | null, step: Step, said: Entry[] = []): Trial {
  const state = step.state as State;
  const known = before ? (before.step.state as State).messages.length : 0;
  const fresh = state.messages
    .slice(known)
    .map(({ type, content }): Entry => ({ kind: "bot", message: phoneMessage(type, content) }));
  const isOver = step.outcome !== "waiting";
  const end: Entry[] = isOver ? [{ kind: "end", outcome: step.outcome, reason: step.reason }] : [];
  const { waiting, currentNodeId } = state.context;
  return {
    entries: [...(before?.entries ?? []), ...said, ...fresh, ...end],
    step,
    now: state.now,
    timerAt: waiting?.timer?.at ?? null,
    waitsFor: waiting?.kind ?? null,
    isOver,
    current: waiting?.nodeId ?? currentNodeId ?? step.path.at(-1) ?? null,
  };
}

/** Variables that the author set or the run stored, without those that every run has. */
export function ownVariables(variables: unknown): [string, unknown][] {
  const system = new Set(["contact", "customer_phone", "callback_url", "opening_message", "referral"]);
  return Object.entries((variables ?? {}) as JsonObject).filter(
    // Nested results are shown; their flat names are those of old exports.
    ([name]) => !system.has(name) && !name.includes("."),
  );
}
