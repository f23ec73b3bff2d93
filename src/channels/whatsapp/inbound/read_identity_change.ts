import type { Json, JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";
import { hasNoAddress, identityOf } from "./read_identity.ts";
import type { Read, Scope } from "./read_scope.ts";

/** A customer's addresses before and after a change. */
export type AddressChange = { before: ContactIdentity; after: ContactIdentity };

/**
 * Reads the change of a customer's addresses from a system message: `user_changed_number` (older:
 * `customer_changed_number`, `new_wa_id`, `customer`) or `user_changed_user_id`. Returns null for all other types: a
 * changed security code (`customer_identity_changed`), for example, does not change an address.
 *
 * Since August 2026, `previous_user_id` and `previous_parent_user_id` contain the old addresses. Before, the sender was
 * the old address. If both are missing, only the text contains the old address.
 *
 * @param sender the sender in the message: the customer's old addresses, the new ones, or none
 */
export function readAddressChange(
  system: JsonObject,
  sender: ContactIdentity,
  own: ReadonlySet<string>,
): AddressChange | null {
  if (!SYSTEM_EVENTS.has(wordOf(system.type) ?? "")) return null;
  const after = identityOf(
    {
      waId: wordOf(system.wa_id) ?? wordOf(system.new_wa_id),
      userId: system.user_id ?? null,
      parentUserId: system.parent_user_id ?? null,
    },
    own,
  );
  const stated = identityOf(
    {
      waId: wordOf(system.previous_wa_id) ?? wordOf(system.customer),
      userId: system.previous_user_id ?? null,
      parentUserId: system.previous_parent_user_id ?? null,
    },
    own,
  );
  const isNew = isSameAddress(sender, after);
  /** If the message does not mention an address of the sender, that address is old if the sender is old. */
  const isOld = (kind: keyof ContactIdentity) =>
    after[kind] === null ? !isNew : sender[kind] !== after[kind];
  const before = map((kind) => stated[kind] ?? (isOld(kind) ? sender[kind] : null));
  return {
    before: hasNoAddress(before) ? oldAddressIn(system.body, after, own) : before,
    after: map((kind) => after[kind] ?? (isOld(kind) || sender[kind] === stated[kind] ? null : sender[kind])),
  };
}

const SYSTEM_EVENTS: ReadonlySet<string> = new Set([
  "user_changed_number",
  "customer_changed_number",
  "user_changed_user_id",
]);

/** Reads an element of `user_id_update`: the BSUID of a customer changed. */
export function readUserIdUpdate(update: JsonObject, scope: Scope): Read {
  const [userId, previousUserId] = pairOf(update, "user_id");
  const [parentUserId, previousParentUserId] = pairOf(update, "parent_user_id");
  if ([userId, previousUserId, parentUserId, previousParentUserId].every((id) => wordOf(id) === null))
    return "a user id update without ids";
  const waId = update.wa_id ?? null;
  return [
    {
      kind: "identity_change",
      ...scope.source,
      before: identityOf({ waId, userId: previousUserId, parentUserId: previousParentUserId }, scope.own),
      after: identityOf({ waId, userId, parentUserId }, scope.own),
      occurredAt: instantOf(update.timestamp),
    },
  ];
}

/** Returns the current and the previous id, from one object or, as in system messages, from two separate keys. */
function pairOf(update: JsonObject, key: string): [Json | undefined, Json | undefined] {
  const pair = objectOf(update[key]);
  return pair === null ? [update[key], update[`previous_${key}`]] : [pair.current, pair.previous];
}

/**
 * Reads the old address from the text "User Ann changed from A to B". The customer chooses the name in that text, so
 * only the end of the text is used, and only if it ends with the new address.
 */
function oldAddressIn(
  body: Json | undefined,
  after: ContactIdentity,
  own: ReadonlySet<string>,
): ContactIdentity {
  const [, old = null, current = null] = /(\S+) to (\S+?)\.?$/.exec(textOf(body)?.trim() ?? "") ?? [];
  const isOfThis = isSameAddress(identityOf({ number: current }, own), after);
  const { phone, bsuid, parentBsuid } = identityOf({ number: isOfThis ? old : null }, own);
  return { ...NO_ADDRESS, phone, bsuid, parentBsuid };
}

const NO_ADDRESS: ContactIdentity = {
  phone: null,
  phoneAlias: null,
  bsuid: null,
  parentBsuid: null,
  external: null,
};
const KINDS = Object.keys(NO_ADDRESS) as (keyof ContactIdentity)[];

/** Whether two identities have an address in common. */
function isSameAddress(one: ContactIdentity, other: ContactIdentity): boolean {
  return KINDS.some((kind) => one[kind] !== null && one[kind] === other[kind]);
}

function map(of: (kind: keyof ContactIdentity) => string | null): ContactIdentity {
  return Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as ContactIdentity;
}
