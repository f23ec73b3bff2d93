import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, objectsOf, wordOf } from "../../../base/json/values.ts";
import type { Fact, OtherFact } from "../../facts/fact.ts";
import type { FactSource } from "../../facts/fact_source.ts";
import { addressKeyOf, type ContactBook, contactBook } from "./read_contact_book.ts";
import { phoneOf } from "./read_identity.ts";

/** The data about a change that its entry, or the whole body, contains. */
export type Origin = {
  field: string | null;
  accountId: string | null;
  /** Only account, template and flow fields have a time in the entry. */
  entryTime: number | null;
};

/** The data that all facts of one value share. */
export type Scope = {
  origin: Origin;
  source: FactSource;
  /** In the spelling received: with or without `+`, spaces and dashes. */
  displayPhoneNumber: string | null;
  /** Whether this app answers the messages, another app does, or they are from the history. */
  mode: "live" | "standby" | "history";
  book: ContactBook;
  /** The numbers of the business, in the format of `phoneOf`. */
  own: ReadonlySet<string>;
};

/** The result of reading one element: its facts, or the reason why there are none. */
export type Read = Fact[] | string;

/** The lists in which each element is an event of one customer. */
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

/** The keys that can name the customer of an event. The first key present is used. */
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

/** Whether all events of a value together name at most one customer. */
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

/** Returns the timestamp of an event or, if it is missing, the time of its entry. */
export function occurredAt(event: JsonObject, scope: Scope): number | null {
  return instantOf(event.timestamp) ?? scope.origin.entryTime;
}

/** The reason why some kinds of events are not applied. */
export const NO_TABLE = "kept: there is no table for it yet";

/** Records that an event is stored only in the body of the webhook, and the reason. */
export function other(source: FactSource, reason: string, name = "other"): OtherFact {
  return { kind: "other", ...source, name, reason };
}
