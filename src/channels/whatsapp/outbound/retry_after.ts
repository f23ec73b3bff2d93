import type { Json } from "../../../base/json/json.ts";
import { numberOf, objectOf, objectsOf } from "../../../base/json/values.ts";

const LONGEST = 24 * 60 * 60_000;

/**
 * Returns the delay that the provider requests, in milliseconds, at most one day: `Retry-After` (seconds), or the
 * longest `estimated_time_to_regain_access` (minutes) of `X-Business-Use-Case-Usage`. Returns null if both are missing.
 */
export function retryAfterMs(headers: Record<string, string | string[] | undefined>): number | null {
  const seconds = numberOf(first(headers["retry-after"]));
  const minutes = minutesToRegainAccess(first(headers["x-business-use-case-usage"]));
  const wait = seconds !== null ? seconds * 1000 : minutes !== null ? minutes * 60_000 : null;
  return wait === null || wait <= 0 ? null : Math.min(wait, LONGEST);
}

/** The format of the header: `{"<business id>": [{"type": …, "estimated_time_to_regain_access": 19}]}`. */
function minutesToRegainAccess(header: string | undefined): number | null {
  const waits = Object.values(objectOf(parse(header)) ?? {})
    .flatMap(objectsOf)
    .map((usage) => numberOf(usage.estimated_time_to_regain_access))
    .filter((wait) => wait !== null);
  return waits.length === 0 ? null : Math.max(...waits);
}

function parse(header: string | undefined): Json {
  try {
    return JSON.parse(header ?? "null");
  } catch {
    return null;
  }
}

function first(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
