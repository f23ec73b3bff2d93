import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import type { Fact, OtherFact } from "../../facts/fact.ts";
import type { FactSource } from "../../facts/fact_source.ts";
import { addressKeyOf, type ContactBook, contactBook } from "./read_contact_book.ts";
import { phoneOf } from "./read_identity.ts";

/** Where a change stood: what its entry, or the body, says for it. */
export type Origin = {
  field: string | null;
  accountId: string | null;
  /** Only account, template and flow fields have it. */
  entryTime: number | null;
};

/** What all facts of one value have in common. */
export type Scope = {
  origin: Origin;
  source: FactSource;
  /** As received: with or without `+`, spaces and dashes. */
  displayPhoneNumber: string | null;
  /** Whose turn it is: whether the messages are ours to answer, another app's, or of the past. */
  mode: "live" | "standby" | "history";
  book: ContactBook;
  /** The business's own numbers, in the form of `phoneOf`. */
  own: ReadonlySet<string>;
};

/** A reader's answer for one element: its facts, or why there are none. */
export type Read = Fact[] | string;

/** Lists with one element per event of a customer's. */
const EVENT_LISTS = ["messages", "message_echoes", "statuses", "calls", "user_preferences"];

export function scopeOf(value: JsonObject, origin: Origin, mode?: Scope["mode"]): Scope {
  const metadata = objectOf(value.metadata);
  const source = {
    field: origin.field,
    providerAccountId: origin.accountId,
    providerChannelId: wordOf(metadata?.phone_number_id),
  };
  const displayPhoneNumber = wordOf(metadata?.display_phone_number) ?? wordOf(value.display_phone_number);
  const own = new Set(
    [source.providerChannelId, displayPhoneNumber]
      .map((id) => phoneOf(id ?? ""))
      .filter((phone) => phone !== null),
  );
  return {
    origin,
    source,
    displayPhoneNumber,
    mode: mode ?? modeOf(origin.field),
    book: contactBook(value.contacts, own, namesOneCustomer(value, own)),
    own,
  };
}

/** Where an event names its customer: the first that is there decides. */
const CUSTOMER_KEYS = [
  "recipient_participant_id",
  "participant_recipient_id",
  "recipient_participant_user_id",
  "from",
  "to",
  "recipient_id",
  "wa_id",
  "from_user_id",
  "to_user_id",
  "recipient_user_id",
  "user_id",
  "from_parent_user_id",
  "to_parent_user_id",
  "recipient_parent_user_id",
  "parent_user_id",
];

/** Whether the events of a value name at most one customer between them. */
function namesOneCustomer(value: JsonObject, own: ReadonlySet<string>): boolean {
  const ours = new Set([...own].map(addressKeyOf));
  const names = new Set<string>();
  for (const event of EVENT_LISTS.flatMap((key) => objectsOf(value[key]))) {
    const keys = CUSTOMER_KEYS.map((key) => addressKeyOf(event[key]));
    const name = keys.find((key) => key !== null && !ours.has(key));
    if (name) names.add(name);
    if (names.size > 1) return false;
  }
  return true;
}

function modeOf(field: string | null): Scope["mode"] {
  return field === "standby" || field === "history" ? field : "live";
}

/** When something happened by its own word, else by its entry's. */
export function occurredAt(event: JsonObject, scope: Scope): number | null {
  return instantOf(event.timestamp) ?? scope.origin.entryTime;
}

/** Why a kind of event is not applied. */
export const NO_TABLE = "kept: there is no table for it yet";

/** What is kept in the body only, with the reason. */
export function other(source: FactSource, reason: string, name = "other"): OtherFact {
  return { kind: "other", ...source, name, reason };
}
