import type { Budget } from "../chatbot/engine/budget.ts";
import type { InboundMessage } from "../chatbot/engine/context.ts";
import type { RunnableVersion } from "./runnable_version.ts";

/** What a turn needs from outside. Production and replay pass different implementations. */
export type TurnTools = {
  /** The version of a run or of a candidate; it has been loaded before. */
  version: (versionId: string) => RunnableVersion;
  /** The candidate that a message starts, if any. */
  startedVersion: (
    candidates: readonly RunnableVersion[],
    message: InboundMessage,
    now: string,
    isFirstMessage: boolean,
    budget: Budget,
  ) => RunnableVersion | null;
  /** The candidate that a message starts although a run of this version waits, if any. */
  interruptingVersion: (
    candidates: readonly RunnableVersion[],
    running: RunnableVersion,
    message: InboundMessage,
    now: string,
    budget: Budget,
  ) => RunnableVersion | null;
  /** Whether a message is an entry signal for any of the candidates. */
  isSignal: (candidates: readonly RunnableVersion[], message: InboundMessage, budget: Budget) => boolean;
  /** The callback address of a run. */
  callbackAddress: (runId: string) => string;
  newRunId: () => string;
  now: string;
  /** The time budget of this turn. Events that are left when it is used up wait for the next turn. */
  budget: Budget;
};
