import type { JsonObject } from "../../../base/json/json.ts";
import { wordOf } from "../../../base/json/values.ts";

/** Where Meta has put the limit, the newest key first. */
const KEYS = [
  "max_daily_conversations_per_business",
  "max_daily_conversation_per_business",
  "max_daily_conversation_per_phone",
  "current_limit",
];

/**
 * How many people may be written to first in 24 hours, in the one spelling that is stored: `TIER_250`, `TIER_2K`, …,
 * `TIER_UNLIMITED`. Meta writes tiers, numbers and, for none, -1. Null where it is not set, or is not a limit.
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
