import { isObject, type Json, own } from "../base/json/json.ts";
import { parseJson } from "../base/json/parse_json.ts";
import { numberOf } from "../base/json/values.ts";

/** A person who was erased, as webhooks name them. */
export type ErasedPerson = {
  /** Digits of numbers, and user ids. */
  addresses: ReadonlySet<string>;
  /** What was said later belongs to a new contact, and stays. */
  erasedAt: Date;
};

/**
 * Removes an erased person from a stored webhook body, whatever the provider: each element of a list that names the person
 * is left out. Elements with a later `timestamp` stay, and beside these the ones without a time.
 * @returns null if the body does not name the person
 */
export function redactBody(body: Uint8Array, person: ErasedPerson): Buffer | null {
  let parsed: Json;
  try {
    parsed = parseJson(body);
  } catch {
    // What cannot be read cannot be cleaned. The caller has found an address in it.
    return Buffer.from("{}");
  }
  const redaction = new Redaction(person, hasNewer(parsed, person));
  const redacted = redaction.isAbout(parsed) ? {} : redaction.of(parsed);
  return redaction.isNeeded ? Buffer.from(JSON.stringify(redacted)) : null;
}

class Redaction {
  isNeeded = false;
  readonly #person: ErasedPerson;
  readonly #keepsUndated: boolean;

  constructor(person: ErasedPerson, keepsUndated: boolean) {
    this.#person = person;
    this.#keepsUndated = keepsUndated;
  }

  of(value: Json): Json {
    if (Array.isArray(value))
      return value.filter((element) => !this.isAbout(element)).map((element) => this.of(element));
    if (!isObject(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, this.of(field)]));
  }

  /** Whether a value is to be left out. */
  isAbout(value: Json): boolean {
    if (!names(value, this.#person)) return false;
    const at = timeOf(value);
    const isKept = at === null ? this.#keepsUndated : at > this.#person.erasedAt.getTime();
    this.isNeeded ||= !isKept;
    return !isKept;
  }
}

function hasNewer(value: Json, person: ErasedPerson): boolean {
  if (!isObject(value) && !Array.isArray(value)) return false;
  if (names(value, person) && (timeOf(value) ?? 0) > person.erasedAt.getTime()) return true;
  return Object.values(value).some((part) => hasNewer(part, person));
}

/** Whether a value contains an address, other than in a list: the elements of a list are looked at one by one. */
function names(value: Json, person: ErasedPerson): boolean {
  if (isObject(value)) return Object.values(value).some((field) => names(field, person));
  if (typeof value === "string") return isAddress(value, person.addresses);
  return typeof value === "number" && person.addresses.has(String(value));
}

function isAddress(text: string, addresses: ReadonlySet<string>): boolean {
  if (addresses.has(text)) return true;
  return WRITTEN_NUMBER.test(text) && addresses.has(text.replaceAll(/\D/g, ""));
}

/** `+1 (650) 555-0031` */
const WRITTEN_NUMBER = /^[+\d\s().-]{5,40}$/;

/** The `timestamp` of a value, in Unix seconds, other than in a list; as milliseconds. */
function timeOf(value: Json): number | null {
  if (!isObject(value)) return null;
  const seconds = numberOf(own(value, "timestamp"));
  if (seconds !== null) return seconds * 1000;
  for (const field of Object.values(value)) {
    const at = timeOf(field);
    if (at !== null) return at;
  }
  return null;
}
