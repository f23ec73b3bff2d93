import { identityOf } from "./read_identity.ts";
import { instantOf, objectOf, textOf, wordOf } from "./read_json.ts";
import type { Read, Scope } from "./read_scope.ts";
import type { IdentityChangeItem, JsonObject, MessageItem } from "./webhook_item.ts";

/**
 * What a system message says about the customer's addresses: `user_changed_number` (older: `customer_changed_number`,
 * `new_wa_id`, `customer`) and `user_changed_user_id`. A changed security code (`customer_identity_changed`) is no
 * change of address and stays a message.
 */
export function readSystemChange(
  system: JsonObject,
  message: MessageItem,
  scope: Scope,
): IdentityChangeItem[] {
  const event = SYSTEM_EVENTS.get(wordOf(system.type) ?? "");
  if (event === undefined || message.origin === "history") return [];
  const after = identityOf(
    {
      waId: wordOf(system.wa_id) ?? wordOf(system.new_wa_id),
      userId: system.user_id ?? null,
      parentUserId: system.parent_user_id ?? null,
    },
    scope.own,
  );
  return [
    {
      kind: "identity_change",
      ...scope.source,
      event,
      before: message.contact,
      after,
      occurredAt: message.occurredAt,
      detail: textOf(system.body),
    },
  ];
}

const SYSTEM_EVENTS = new Map<string, IdentityChangeItem["event"]>([
  ["user_changed_number", "user_changed_number"],
  ["customer_changed_number", "user_changed_number"],
  ["user_changed_user_id", "user_changed_user_id"],
]);

/** An element of `user_id_update`: the customer's BSUID became another one. */
export function readUserIdUpdate(update: JsonObject, scope: Scope): Read {
  const userId = objectOf(update.user_id);
  const parent = objectOf(update.parent_user_id);
  if (userId === null && parent === null) return "a user id update without ids";
  const waId = update.wa_id ?? null;
  return [
    {
      kind: "identity_change",
      ...scope.source,
      event: "user_id_update",
      before: identityOf({ waId, userId: userId?.previous, parentUserId: parent?.previous }, scope.own),
      after: identityOf({ waId, userId: userId?.current, parentUserId: parent?.current }, scope.own),
      occurredAt: instantOf(update.timestamp),
      detail: textOf(update.detail),
    },
  ];
}
