import type { Budget } from "../chatbot/engine/budget.ts";
import type { InboundMessage } from "../chatbot/engine/context.ts";
import { typedText } from "../chatbot/engine/inbound_message.ts";
import {
  isBeginning,
  isExactKeyword,
  isSignal,
  matchTrigger,
  type TriggerRule,
} from "../chatbot/engine/trigger.ts";
import { fold } from "../chatbot/text/fold.ts";
import type { RunnableVersion } from "./runnable_version.ts";

/** The version that a message starts, among those of the active chatbots (the oldest first); null when it starts none. */
export function startedVersion(
  candidates: readonly RunnableVersion[],
  message: InboundMessage,
  now: string,
  isFirstMessage: boolean,
  budget: Budget,
): RunnableVersion | null {
  return matching(candidates, () => true, message, now, isFirstMessage, budget);
}

/**
 * The version that a message starts although a run waits: the one whose entry signal it is or, where the settings of the run
 * allow it (`yieldsToKeywords`), whose exact keyword it is.
 */
export function interruptingVersion(
  candidates: readonly RunnableVersion[],
  running: RunnableVersion,
  message: InboundMessage,
  now: string,
  budget: Budget,
): RunnableVersion | null {
  const text = fold(typedText(message) ?? "");
  const interrupts = (rule: TriggerRule) =>
    isSignal(rule, message, text, budget) ||
    (running.settings.yieldsToKeywords && rule.chatbotId !== running.id && isExactKeyword(rule));
  return matching(candidates, interrupts, message, now, false, budget);
}

/** Whether a message is an entry signal for one of these versions. */
export function isSignalOfAny(
  candidates: readonly RunnableVersion[],
  message: InboundMessage,
  budget: Budget,
): boolean {
  const text = fold(typedText(message) ?? "");
  return candidates.some(({ rules }) => rules.some((rule) => isSignal(rule, message, text, budget)));
}

function matching(
  candidates: readonly RunnableVersion[],
  counts: (rule: TriggerRule) => boolean,
  message: InboundMessage,
  now: string,
  isFirstMessage: boolean,
  budget: Budget,
): RunnableVersion | null {
  const rules = candidates
    .filter(({ settings }) => isBeginning(settings, message))
    .flatMap((version) => version.rules.filter(counts));
  const rule = matchTrigger(rules, { kind: "message", message, isFirstMessage }, now, budget);
  // Rules are matched by version, because only one version of a chatbot is active.
  return rule && (candidates.find(({ id }) => id === rule.chatbotId) ?? null);
}
