import { useHasPassed } from "../clock.ts";
import type { Head } from "../documents.ts";

/** Why nothing but a template, or nothing at all, can be sent to the customer. */
export type Hindrance = "closed" | "blocked" | "optedOut" | "channel";

/** The rules are the database's (`canSendSessionMessage`); what is between two answers of it passes here: time. */
export function useHindrance({ contact, channel, windowExpiresAt, isWindowOpen }: Head): Hindrance | null {
  const hasExpired = useHasPassed(windowExpiresAt);
  if (contact.status === "blocked") return "blocked";
  if (contact.optedOutAt !== null) return "optedOut";
  if (channel.status !== "active") return "channel";
  const hasWindow = channel.kindCapabilities.replyWindow !== null;
  return hasWindow && (hasExpired || !(isWindowOpen || isAhead(windowExpiresAt))) ? "closed" : null;
}

/** The window may have been opened by an event that came before `isWindowOpen` was read again. */
function isAhead(at: string | null): boolean {
  return at !== null && Date.parse(at) > Date.now();
}
