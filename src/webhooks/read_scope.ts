import { type ContactBook, contactBook } from "./read_contact_book.ts";
import { phoneOf } from "./read_identity.ts";
import { instantOf, listOf, objectOf, wordOf } from "./read_json.ts";
import type { JsonObject, OtherItem, Source, WebhookItem } from "./webhook_item.ts";

/** Where a change stood: what its entry, or the body, says for it. */
export type Origin = {
  field: string | null;
  businessAccountId: string | null;
  /** Only account, template and flow fields have it. */
  entryTime: number | null;
};

/** What all items of one value have in common. */
export type Scope = {
  origin: Origin;
  source: Source;
  /** Whose turn it is: whether the messages are ours to answer, another app's, or of the past. */
  mode: "live" | "standby" | "history";
  book: ContactBook;
  /** The business's own numbers, in the form of `phoneOf`. */
  own: ReadonlySet<string>;
};

/** A reader's answer for one element: its items, or why there are none. */
export type Read = WebhookItem[] | string;

/** Lists with one element per event of a customer's. */
const EVENT_LISTS = ["messages", "message_echoes", "statuses", "calls", "user_preferences"];

export function scopeOf(value: JsonObject, origin: Origin, mode?: Scope["mode"]): Scope {
  const metadata = objectOf(value.metadata);
  const source = {
    field: origin.field,
    businessAccountId: origin.businessAccountId,
    phoneNumberId: wordOf(metadata?.phone_number_id),
    displayPhoneNumber: wordOf(metadata?.display_phone_number) ?? wordOf(value.display_phone_number),
  };
  const own = new Set(
    [source.phoneNumberId, source.displayPhoneNumber]
      .map((id) => phoneOf(id ?? ""))
      .filter((phone) => phone !== null),
  );
  const events = EVENT_LISTS.reduce((total, key) => total + listOf(value[key]).length, 0);
  return {
    origin,
    source,
    mode: mode ?? modeOf(origin.field),
    book: contactBook(value.contacts, own, events === 1),
    own,
  };
}

function modeOf(field: string | null): Scope["mode"] {
  return field === "standby" || field === "history" ? field : "live";
}

/** When something happened by its own word, else by its entry's. */
export function occurredAt(event: JsonObject, scope: Scope): number | null {
  return instantOf(event.timestamp) ?? scope.origin.entryTime;
}

/** Keeps what is not applied, with the reason. */
export function other(source: Source, reason: string, content: JsonObject): OtherItem {
  return { kind: "other", ...source, reason, occurredAt: instantOf(content.timestamp), content };
}
