import type { Chat, Message } from "./chats.ts";
import type { JsonObject } from "./json.ts";
import { type Network, record } from "./network.ts";
import { toContact } from "./webhooks/contact.ts";
import { toTimestamp, type Update } from "./webhooks/update.ts";

const HOUR_MS = 60 * 60 * 1000;
/** The customer service window. A tap on an ad changes what is charged, not what may be sent. */
const WINDOW_MS = 24 * HOUR_MS;

/** A message of a customer, in the Graph API's own words. */
export interface Inbound {
  type: string;
  /** The object of that type. Absent where Meta sends none (`unsupported`, `request_welcome`). */
  content?: unknown;
  /** The wamid it answers. */
  replyTo?: string | undefined;
  /** More of `context`: `forwarded`, `referred_product`, … */
  context?: JsonObject | undefined;
  /** The ad that was tapped. */
  referral?: JsonObject | undefined;
  /** When, in milliseconds since the epoch; defaults to now. Webhooks have whole seconds. */
  saidAt?: number | undefined;
  /** More keys of the message, as `errors` beside `unsupported`. */
  extra?: JsonObject | undefined;
}

/** Lets a customer say something: into the transcript, and to the business as a webhook. */
export function receiveMessage(network: Network, chat: Chat, said: Inbound): Message {
  const { message, update } = say(network, chat, said);
  if (!chat.isBlocked) network.webhooks.send(update);
  return message;
}

/** Lets a customer say several things that Meta puts into one POST. */
export function receiveTogether(network: Network, chat: Chat, said: readonly Inbound[]): Message[] {
  const all = said.map((one) => say(network, chat, one));
  if (!chat.isBlocked) network.webhooks.sendTogether(all.map(({ update }) => update));
  return all.map(({ message }) => message);
}

function say(network: Network, chat: Chat, said: Inbound): { message: Message; update: Update } {
  const { number, customer } = chat;
  const now = network.clock.now();
  number.throughput.spend(now);
  chat.windowEndsAt = Math.max(chat.windowEndsAt, now + WINDOW_MS);
  const { type, content, replyTo } = said;
  const message = record(network, { chat, from: "customer", type, content, replyTo });
  const update: Update = {
    kind: "message",
    number,
    contact: toContact(customer),
    message: {
      ...contextOf(network, chat, said),
      ...(customer.waId !== undefined && { from: customer.waId }),
      ...(customer.userId !== undefined && { from_user_id: customer.userId }),
      ...(customer.parentUserId !== undefined && { from_parent_user_id: customer.parentUserId }),
      id: message.wamid,
      timestamp: toTimestamp(said.saidAt ?? now),
      type,
      ...(content !== undefined && { [type]: content }),
      ...(said.referral && { referral: said.referral }),
      ...said.extra,
    },
  };
  return { message, update };
}

function contextOf(network: Network, { number, customer }: Chat, { replyTo, context }: Inbound): JsonObject {
  if (replyTo === undefined) return context ? { context } : {};
  const author =
    network.ledger.message(replyTo)?.from === "customer" ? customer.waId : number.displayPhoneNumber;
  return { context: { ...(author !== undefined && { from: author }), id: replyTo, ...context } };
}
