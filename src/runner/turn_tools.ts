import type { Budget } from "../chatbot/engine/budget.ts";
import type { InboundMessage } from "../chatbot/engine/context.ts";
import type { RunnableVersion } from "./runnable_version.ts";

/** What a turn needs from outside; production and replay pass different ones. */
export type TurnTools = {
  /** The version a run is of, or that may begin; loaded beforehand. */
  version: (versionId: string) => RunnableVersion;
  /** Which of the candidates a message begins, if any. */
  begins: (
    candidates: readonly RunnableVersion[],
    message: InboundMessage,
    now: string,
    isFirstMessage: boolean,
    budget: Budget,
  ) => RunnableVersion | null;
  /** Which of them a message begins although a run of this version waits, if any. */
  enters: (
    candidates: readonly RunnableVersion[],
    running: RunnableVersion,
    message: InboundMessage,
    now: string,
    budget: Budget,
  ) => RunnableVersion | null;
  /** Is a message a signal that no person types, to any of the candidates? */
  isSignal: (candidates: readonly RunnableVersion[], message: InboundMessage, budget: Budget) => boolean;
  /** Where others can call a run back. */
  callbackAddress: (runId: string) => string;
  newRunId: () => string;
  now: string;
  /** Of this turn. What is left when it is used up waits for the next one. */
  budget: Budget;
};
