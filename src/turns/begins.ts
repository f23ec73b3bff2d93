import type { Budget } from "../chatbot/budget.ts";
import type { InboundMessage } from "../chatbot/event.ts";
import { isBeginning, matchTrigger } from "../chatbot/trigger.ts";
import type { RunnableVersion } from "./version_store.ts";

/** The version that a message begins, among those of the active chatbots, the oldest first; null when it begins none. */
export function versionBegun(
  candidates: readonly RunnableVersion[],
  message: InboundMessage,
  now: string,
  isFirstMessage: boolean,
  budget: Budget,
): RunnableVersion | null {
  const rules = candidates
    .filter(({ settings }) => isBeginning(settings, message))
    .flatMap((version) => version.rules);
  const rule = matchTrigger(rules, { kind: "message", message, isFirstMessage }, now, budget);
  // Rules go by version here: of a chatbot only one version is active.
  return rule && (candidates.find(({ id }) => id === rule.chatbotId) ?? null);
}
