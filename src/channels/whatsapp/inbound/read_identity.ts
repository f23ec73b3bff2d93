import type { Json } from "../../../base/json/json.ts";
import { wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";

/** The raw ids under which one customer may be named in one place; any may be absent, empty or in the wrong key. */
export type RawIds = {
  /** `wa_id`: the number to answer to. */
  waId?: Json;
  /** `from`, `to`, `recipient_id`: the number as the message writes it. */
  number?: Json;
  userId?: Json;
  parentUserId?: Json;
};

const PHONE = /^\+?[1-9][0-9]{6,14}$/;
const BSUID = /^[A-Z]{2}\.[A-Za-z0-9]{1,128}$/;
const PARENT_BSUID = /^[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}$/;
const MAX_EXTERNAL = 256;

/**
 * Sorts ids by what they look like, not by their key: with usernames Meta leaves numbers out, sends `""`, or puts the
 * BSUID in their place (docs/reference/cloud-api.md, "Business-scoped user ids"). Nothing is rewritten but for the `+`.
 *
 * @param own ids of the business itself, which never count as a customer's second number.
 */
export function identityOf(raw: RawIds, own: ReadonlySet<string>): ContactIdentity {
  const numbers = [raw.waId, raw.number].map(wordOf).filter((word) => word !== null);
  const words = [...numbers, ...[raw.userId, raw.parentUserId].map(wordOf).filter((word) => word !== null)];
  const [phone = null, ...otherPhones] = numbers.map(phoneOf).filter((candidate) => candidate !== null);
  const bsuid = words.find((word) => BSUID.test(word)) ?? null;
  const parentBsuid = words.find((word) => PARENT_BSUID.test(word)) ?? null;
  const isNamed = phone !== null || bsuid !== null || parentBsuid !== null;
  return {
    phone,
    phoneAlias: otherPhones.find((other) => other !== phone && !own.has(other)) ?? null,
    bsuid,
    parentBsuid,
    external: isNamed ? null : (words.find((word) => word.length <= MAX_EXTERNAL) ?? null),
  };
}

/** `+` and digits from a number with or without `+`, spaces, dots, dashes or brackets; null for anything else. */
export function phoneOf(word: string): string | null {
  const digits = word.replace(/[\s().-]/g, "");
  if (!PHONE.test(digits)) return null;
  return digits.startsWith("+") ? digits : `+${digits}`;
}

/** Whether an identity, or the business itself, has this id; true of what is no id at all. */
export function isRecognized(id: Json, identity: ContactIdentity, own: ReadonlySet<string>): boolean {
  const word = wordOf(id);
  if (word === null) return true;
  const known = phoneOf(word) ?? word;
  return own.has(known) || Object.values(identity).includes(known);
}
