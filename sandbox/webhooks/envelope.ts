import type { JsonObject } from "../json.ts";
import type { BusinessNumber } from "../numbers.ts";
import type { Update } from "./update.ts";

/** Updates of one kind of one number, sharing a `value`. */
interface Group {
  number: BusinessNumber;
  list: "messages" | "statuses";
  contacts: JsonObject[];
  items: JsonObject[];
}

type Part = Group | { field: string; value: JsonObject };

/**
 * The body of one webhook POST: updates of an account share an `entry`, and the messages, and the statuses, of a
 * number share a `change`, so that a receiver has to walk every array there is.
 */
export function toEnvelope(updates: readonly Update[]): JsonObject {
  const partsByAccount = new Map<string, Part[]>();
  const groups = new Map<string, Group>();
  for (const update of updates) {
    const { number } = update;
    const parts = partsByAccount.get(number.businessAccountId) ?? [];
    partsByAccount.set(number.businessAccountId, parts);
    if (update.kind === "field") {
      parts.push({ field: update.field, value: update.value });
      continue;
    }
    const key = `${update.kind}/${number.phoneNumberId}`;
    let group = groups.get(key);
    if (!group) {
      group = { number, list: update.kind === "message" ? "messages" : "statuses", contacts: [], items: [] };
      groups.set(key, group);
      parts.push(group);
    }
    if (update.contact && !isSame(group.contacts.at(-1), update.contact)) group.contacts.push(update.contact);
    group.items.push(update.kind === "message" ? update.message : update.status);
  }
  return {
    object: "whatsapp_business_account",
    entry: Array.from(partsByAccount, ([id, parts]) => ({ id, changes: parts.map(toChange) })),
  };
}

/** One contact may cover several messages: neighbours of the same customer share it. */
function isSame(one: JsonObject | undefined, other: JsonObject): boolean {
  return one !== undefined && one.wa_id === other.wa_id && one.user_id === other.user_id;
}

function toChange(part: Part): JsonObject {
  if ("field" in part) return { value: part.value, field: part.field };
  const { number, list, contacts, items } = part;
  return {
    value: {
      messaging_product: "whatsapp",
      metadata: { display_phone_number: number.displayPhoneNumber, phone_number_id: number.phoneNumberId },
      ...(contacts.length > 0 && { contacts }),
      [list]: items,
    },
    field: "messages",
  };
}
