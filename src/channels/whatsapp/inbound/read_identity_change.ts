import type { Json, JsonObject } from "../../../base/json/json.ts";
import { instantOf, objectOf, textOf, wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";
import { identityOf } from "./read_identity.ts";
import type { Read, Scope } from "./read_scope.ts";

/** A customer's addresses before and after a change. */
export type AddressChange = { before: ContactIdentity; after: ContactIdentity };

/**
 * What a system message says about the customer's addresses: `user_changed_number` (older: `customer_changed_number`,
 * `new_wa_id`, `customer`) and `user_changed_user_id`. Null for everything else: a changed security code
 * (`customer_identity_changed`) is no change of address.
 *
 * The old addresses are in `previous_user_id` and `previous_parent_user_id` since August 2026; before, the sender was
 * the old one. Without both they are only in the text.
 *
 * @param sender whom the message names as its sender: the customer under the old addresses, the new ones, or nobody
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
  const told = identityOf(
    {
      waId: wordOf(system.previous_wa_id) ?? wordOf(system.customer),
      userId: system.previous_user_id ?? null,
      parentUserId: system.previous_parent_user_id ?? null,
    },
    own,
  );
  const isNew = isSameAddress(sender, after);
  /** An address of the sender's that the message does not mention is as old or as new as the sender. */
  const isOld = (kind: keyof ContactIdentity) =>
    after[kind] === null ? !isNew : sender[kind] !== after[kind];
  const before = map((kind) => told[kind] ?? (isOld(kind) ? sender[kind] : null));
  return {
    before: isNobody(before) ? oldAddressIn(system.body, after, own) : before,
    after: map((kind) => after[kind] ?? (isOld(kind) || sender[kind] === told[kind] ? null : sender[kind])),
  };
}

const SYSTEM_EVENTS: ReadonlySet<string> = new Set([
  "user_changed_number",
  "customer_changed_number",
  "user_changed_user_id",
]);

/** An element of `user_id_update`: the customer's BSUID became another one. */
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

/** The current and the previous id: in an object, or beside each other as in a system message. */
function pairOf(update: JsonObject, key: string): [Json | undefined, Json | undefined] {
  const pair = objectOf(update[key]);
  return pair === null ? [update[key], update[`previous_${key}`]] : [pair.current, pair.previous];
}

/**
 * The old address, where only the text has it: "User Ann changed from A to B". The customer's name stands in that text
 * and may say anything, so only its end counts, and only if it ends with the new address.
 */
function oldAddressIn(
  body: Json | undefined,
  after: ContactIdentity,
  own: ReadonlySet<string>,
): ContactIdentity {
  const [, old = null, current = null] = /(\S+) to (\S+?)\.?$/.exec(textOf(body)?.trim() ?? "") ?? [];
  const isOfThis = isSameAddress(identityOf({ number: current }, own), after);
  const { phone, bsuid, parentBsuid } = identityOf({ number: isOfThis ? old : null }, own);
  return { ...NOBODY, phone, bsuid, parentBsuid };
}

const NOBODY: ContactIdentity = {
  phone: null,
  phoneAlias: null,
  bsuid: null,
  parentBsuid: null,
  external: null,
};
const KINDS = Object.keys(NOBODY) as (keyof ContactIdentity)[];

export function isNobody(identity: ContactIdentity): boolean {
  return KINDS.every((kind) => identity[kind] === null);
}

/** Whether two identities have an address in common. */
function isSameAddress(one: ContactIdentity, other: ContactIdentity): boolean {
  return KINDS.some((kind) => one[kind] !== null && one[kind] === other[kind]);
}

function map(of: (kind: keyof ContactIdentity) => string | null): ContactIdentity {
  return Object.fromEntries(KINDS.map((kind) => [kind, of(kind)])) as ContactIdentity;
}
