import type { Chat } from "./chats.ts";
import type { AddressChange, Customer, Fact } from "./customers.ts";
import type { JsonObject } from "./json.ts";
import type { Network } from "./network.ts";
import { toContact } from "./webhooks/contact.ts";
import { toTimestamp, type Update } from "./webhooks/update.ts";

/**
 * How Meta reports new addresses. `previous`: the old ids are named, and the sender is the new one (since August 2026).
 * `noSender`: the same, without a sender. `text`: without both, the old address is only in the text. `oldSender`: the
 * sender is the old address (before August 2026). `idUpdate`: the field `user_id_update`.
 */
export const ADDRESS_CHANGE_SHAPES = ["previous", "noSender", "text", "oldSender", "idUpdate"] as const;
export type AddressChangeShape = (typeof ADDRESS_CHANGE_SHAPES)[number];

/** Changes the customer's addresses, and notifies the business. */
export function changeAddress(
  network: Network,
  { number, customer }: Chat,
  change: AddressChange,
  shape: AddressChangeShape,
): void {
  const old = { ...customer };
  network.customers.move(customer, change);
  const timestamp = toTimestamp(network.clock.now());
  if (shape === "idUpdate") {
    const value = { user_id_update: [{ ...idUpdate(old, customer), timestamp }] };
    sendFact(network, customer, "address", fieldUpdate(number, "user_id_update", value));
    return;
  }
  const sender = shape === "previous" ? customer : shape === "oldSender" ? old : undefined;
  const message = {
    ...(sender && senderOf(sender)),
    id: network.identifiers.wamid(customer.key),
    timestamp,
    type: "system",
    system: systemEvent(old, customer, shape === "previous" || shape === "noSender"),
  };
  sendFact(network, customer, "address", { kind: "message", number, contact: undefined, message });
}

/** Notifies the business that the customer stopped marketing messages, or resumed them. */
export function preferMarketing(network: Network, chat: Chat, allows: boolean): void {
  const { number, customer } = chat;
  chat.allowsMarketing = allows;
  const preference = {
    ...(customer.waId !== undefined && { wa_id: customer.waId }),
    ...(customer.userId !== undefined && { user_id: customer.userId }),
    detail: `User requested to ${allows ? "resume" : "stop"} marketing messages`,
    category: "marketing_messages",
    value: allows ? "resume" : "stop",
    timestamp: Math.floor(network.clock.now() / 1000),
  };
  const value = { contacts: [toContact(customer)], user_preferences: [preference] };
  sendFact(network, customer, "marketing", fieldUpdate(number, "user_preferences", value));
}

/**
 * Delivers what was sent before once more, byte by byte: `back` 1 is the newest of its kind, 2 the one before. False when
 * there is none, or it has not been sent yet.
 */
export function repeatFact(network: Network, { customer }: Chat, kind: Fact["kind"], back: number): boolean {
  const fact = customer.facts.filter((sent) => sent.kind === kind).at(-back);
  const delivery = fact && network.ledger.deliveries.find(({ updates }) => updates.includes(fact.update));
  if (delivery) network.webhooks.repeat(delivery);
  return delivery !== undefined;
}

/** A customer's facts that can be sent again. */
const KEPT = 20;

function sendFact(network: Network, customer: Customer, kind: Fact["kind"], update: Update): void {
  customer.facts.push({ kind, update });
  if (customer.facts.length > KEPT) customer.facts.shift();
  network.webhooks.send(update);
}

function fieldUpdate(number: Chat["number"], field: string, value: JsonObject): Update {
  const metadata = { display_phone_number: number.displayPhoneNumber, phone_number_id: number.phoneNumberId };
  return { kind: "field", number, field, value: { messaging_product: "whatsapp", metadata, ...value } };
}

function senderOf({ waId, userId, parentUserId }: Customer): JsonObject {
  return {
    ...(waId !== undefined && { from: waId }),
    ...(userId !== undefined && { from_user_id: userId }),
    ...(parentUserId !== undefined && { from_parent_user_id: parentUserId }),
  };
}

function systemEvent(old: Customer, now: Customer, namesPrevious: boolean): JsonObject {
  const isOfNumber = now.waId !== undefined && now.waId !== old.waId;
  const [from, to] = isOfNumber && old.waId !== undefined ? [old.waId, now.waId] : [old.userId, now.userId];
  return {
    body: `User ${now.name ?? ""} changed from ${from} to ${to}`,
    type: isOfNumber ? "user_changed_number" : "user_changed_user_id",
    ...(now.waId !== undefined && { wa_id: now.waId }),
    ...(now.userId !== undefined && { user_id: now.userId }),
    ...(now.parentUserId !== undefined && { parent_user_id: now.parentUserId }),
    ...(namesPrevious && old.userId !== undefined && { previous_user_id: old.userId }),
    ...(namesPrevious && old.parentUserId !== undefined && { previous_parent_user_id: old.parentUserId }),
  };
}

function idUpdate(old: Customer, now: Customer): JsonObject {
  const pair = (previous: string | undefined, current: string | undefined) => ({
    ...(previous !== undefined && { previous }),
    ...(current !== undefined && { current }),
  });
  return {
    ...(now.waId !== undefined && { wa_id: now.waId }),
    detail: "The user's business-scoped user id changed",
    user_id: pair(old.userId, now.userId),
    ...((old.parentUserId ?? now.parentUserId) !== undefined && {
      parent_user_id: pair(old.parentUserId, now.parentUserId),
    }),
  };
}
