import { ParleyError } from "../../base/errors.ts";
import type { Instant } from "../../chatbot/engine/context.ts";

const FIRST = Date.UTC(1970, 0, 1);
const LAST = Date.UTC(9999, 11, 31);

/** An argument of type Datetime, which is any text, as an instant. @throws ParleyError PYREQ */
export function readInstant(name: string, given: string): Instant {
  const at = Date.parse(given);
  if (Number.isNaN(at) || at < FIRST || at > LAST)
    throw new ParleyError("PYREQ", `${name} is no instant between 1970 and 9999`);
  return new Date(at).toISOString();
}
