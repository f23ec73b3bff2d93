import type { JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { Fact } from "../../facts/fact.ts";
import { NO_TABLE, occurredAt, other, type Read, type Scope } from "./read_scope.ts";

/** Reads an element of `user_preferences`: the customer's choice about marketing messages. */
export function readPreference(preference: JsonObject, scope: Scope): Read {
  const skip = (reason: string) => [other(scope.source, reason, "marketing_preference")];
  const category = wordOf(preference.category);
  const allowsMarketing = ALLOWS_MARKETING.get(wordOf(preference.value) ?? "");
  if (allowsMarketing === undefined) return skip("it names no customer, or no known preference");
  if (category !== null && category !== "marketing_messages")
    return skip("only the preference for marketing messages is kept");
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
      allowsMarketing,
      evidence: textOf(preference.detail, 2000),
      occurredAt: occurredAt(preference, scope),
    },
  ];
}

const ALLOWS_MARKETING = new Map([
  ["stop", false],
  ["resume", true],
  ["signup", true],
]);

/** Reads an element of `state_sync`: a change in the address book of the phone app. */
export function readContactSync(change: JsonObject, scope: Scope): Read {
  const card = objectOf(change.contact);
  const action = wordOf(change.action);
  if (card === null) return "a state sync that is not about a contact";
  if (action !== "add" && action !== "remove") return "a state sync with an unknown action";
  if (action === "remove")
    return [other(scope.source, "only additions to the address book are applied", "contact_sync")];
  return [
    {
      kind: "contact_sync",
      ...scope.source,
      contact: scope.book.lookUp({
        number: card.phone_number,
        userId: card.user_id,
        parentUserId: card.parent_user_id,
      }).identity,
      username: textOf(card.username, 256),
      name: textOf(card.full_name, 256) ?? textOf(card.first_name, 256),
      occurredAt: instantOf(objectOf(change.metadata)?.timestamp) ?? occurredAt(change, scope),
    },
  ];
}

/** Reads an element of `groups`, which the four group fields contain. */
export function readGroup(_group: JsonObject, scope: Scope): Read {
  return [other(scope.source, NO_TABLE, "group_update")];
}

/** Reads a value of `messaging_handovers`: another app passed a thread to this app, or took it over. */
export function readHandover(scope: Scope): Fact {
  return other(scope.source, NO_TABLE, "handover");
}
