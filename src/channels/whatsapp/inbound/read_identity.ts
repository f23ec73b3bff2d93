import type { Json } from "../../../base/json/json.ts";
import { wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";

/** The raw ids of one customer in one place of a webhook. Each can be missing, empty or under the wrong key. */
export type RawIds = {
  /** `wa_id`: the number to which replies are sent. */
  waId?: Json;
  /** `from`, `to` or `recipient_id`: the number in the spelling of the message. */
  number?: Json;
  userId?: Json;
  parentUserId?: Json;
};

const PHONE = /^\+?[1-9][0-9]{6,14}$/;
const BSUID = /^[A-Z]{2}\.[A-Za-z0-9]{1,128}$/;
const PARENT_BSUID = /^[A-Z]{2}\.ENT\.[A-Za-z0-9]{1,128}$/;
const MAX_EXTERNAL = 256;

/**
 * Classifies ids by their format instead of their key: for users with a username, Meta omits the number, sends `""`, or
 * sends the BSUID instead (docs/reference/cloud-api.md, "Business-scoped user ids"). Only the `+` is normalised.
 *
 * @param own ids of the business, which are never accepted as the second number of a customer
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

/** Normalises a number with or without `+`, spaces, dots, dashes or brackets to `+` and digits; null otherwise. */
export function phoneOf(word: string): string | null {
  const digits = word.replace(/[\s().-]/g, "");
  if (!PHONE.test(digits)) return null;
  return digits.startsWith("+") ? digits : `+${digits}`;
}

/** Whether an id belongs to an identity or to the business. True for a value that is not an id. */
export function isRecognized(id: Json, identity: ContactIdentity, own: ReadonlySet<string>): boolean {
  const word = wordOf(id);
  if (word === null) return true;
  const known = phoneOf(word) ?? word;
  return own.has(known) || Object.values(identity).includes(known);
}

/** Whether an identity contains no address at all. */
export function hasNoAddress(identity: ContactIdentity): boolean {
  return Object.values(identity).every((address) => address === null);
}
