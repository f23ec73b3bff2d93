import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, textOf, wordOf } from "../../../base/json/values.ts";
import { occurredAt, type Read, type Scope } from "./read_scope.ts";
import type { WebhookItem } from "./webhook_item.ts";

/** An element of `user_preferences`: the customer's word on marketing messages. */
export function readPreference(preference: JsonObject, scope: Scope): Read {
  const value = wordOf(preference.value);
  const { identity, profileName, username } = scope.book.lookUp({
    number: preference.wa_id,
    userId: preference.user_id,
    parentUserId: preference.parent_user_id,
  });
  return [
    {
      kind: "marketing_preference",
      ...scope.source,
      contact: identity,
      profileName,
      username,
      allowsMarketing: value === null ? null : (ALLOWS_MARKETING.get(value) ?? null),
      preference: value,
      category: wordOf(preference.category),
      detail: textOf(preference.detail),
      occurredAt: occurredAt(preference, scope),
    },
  ];
}

const ALLOWS_MARKETING = new Map([
  ["stop", false],
  ["resume", true],
  ["signup", true],
]);

/** An element of `state_sync`: the phone app's address book changed. */
export function readContactSync(change: JsonObject, scope: Scope): Read {
  const card = objectOf(change.contact);
  const action = wordOf(change.action);
  if (card === null) return "a state sync that is not about a contact";
  if (action !== "add" && action !== "remove") return "a state sync with an unknown action";
  return [
    {
      kind: "contact_sync",
      ...scope.source,
      action,
      contact: scope.book.lookUp({
        number: card.phone_number,
        userId: card.user_id,
        parentUserId: card.parent_user_id,
      }).identity,
      username: textOf(card.username, 256),
      fullName: textOf(card.full_name, 256),
      firstName: textOf(card.first_name, 256),
      occurredAt: instantOf(objectOf(change.metadata)?.timestamp) ?? occurredAt(change, scope),
    },
  ];
}

/** An element of `groups`, in the four group fields. */
export function readGroup(group: JsonObject, scope: Scope): Read {
  return [
    {
      kind: "group_update",
      ...scope.source,
      groupId: wordOf(group.group_id),
      event: wordOf(group.type),
      requestId: wordOf(group.request_id),
      occurredAt: occurredAt(group, scope),
      details: group,
    },
  ];
}

/** A value of `messaging_handovers`: another app passed us a thread, or took it. */
export function readHandover(value: JsonObject, scope: Scope): WebhookItem {
  const event = wordOf(value.type);
  const facts = event !== null && Object.hasOwn(value, event) ? objectOf(value[event]) : null;
  const sender = objectOf(value.sender);
  return {
    kind: "handover",
    ...scope.source,
    event,
    contact: scope.book.lookUp({
      waId: sender?.wa_id ?? sender?.phone_number ?? sender?.id ?? null,
      userId: sender?.user_id,
      parentUserId: sender?.parent_user_id,
    }).identity,
    previousOwner: wordOf(facts?.previous_owner_role),
    newOwner: wordOf(facts?.new_owner_role),
    occurredAt: occurredAt(value, scope),
    details: value,
  };
}
