import type { JsonObject } from "../../../base/json/json.ts";
import { wordOf } from "../../../base/json/values.ts";

/** The keys under which Meta has reported the limit, the newest first. */
const KEYS = [
  "max_daily_conversations_per_business",
  "max_daily_conversation_per_business",
  "max_daily_conversation_per_phone",
  "current_limit",
];

/**
 * Returns the number of customers to whom the business can start conversations in 24 hours, in the spelling that is
 * stored: `TIER_250`, `TIER_2K`, …, `TIER_UNLIMITED`. Meta reports tiers, numbers, and -1 for no limit. Returns null if
 * the limit is missing or invalid.
 */
export function messagingLimitOf(value: JsonObject): string | null {
  const word = KEYS.map((key) => wordOf(value[key]))
    .find((found) => found !== null)
    ?.toUpperCase();
  if (word === undefined) return null;
  if (word === "-1") return "TIER_UNLIMITED";
  if (/^[1-9]\d{0,9}$/.test(word)) return `TIER_${word.replace(/000$/, "K")}`;
  if (/^(TIER_)?NOT_SET$/.test(word)) return null;
  return /^TIER_\w{1,20}$/.test(word) ? word : null;
}
