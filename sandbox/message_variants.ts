import type { Chat, Message } from "./chats.ts";
import type { Customer } from "./customers.ts";
import { type Inbound, receiveMessage, receiveTogether } from "./inbound.ts";
import type { JsonObject } from "./json.ts";
import type { Network } from "./network.ts";
import { toContact } from "./webhooks/contact.ts";
import { toTimestamp } from "./webhooks/update.ts";

/** How long a burst waits for the answer to one of its POSTs before it sends the next. */
const ANSWER_MS = 1000;

/** One pixel, white. */
const PIXEL = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mP8/x8AAwMCAO+ip1sAAAAASUVORK5CYII=",
  "base64",
);

/** Several texts within one second, in one POST, or in one each when the one before was answered. Returns the first. */
export function burst(network: Network, chat: Chat, bodies: readonly string[], inOnePost: boolean): Message {
  const saidAt = network.clock.now();
  const [first, ...rest] = bodies.map((body): Inbound => ({ type: "text", content: { body }, saidAt }));
  if (first === undefined) throw new RangeError("A burst has at least one text");
  if (inOnePost) return receiveTogether(network, chat, [first, ...rest])[0]!;
  const message = receiveMessage(network, chat, first);
  void receiveInTurn(network, chat, message, rest);
  return message;
}

async function receiveInTurn(network: Network, chat: Chat, before: Message, rest: readonly Inbound[]) {
  let last = before;
  for (const said of rest) {
    await network.ledger.waitFor(() => last.status !== "sent", ANSWER_MS).catch(() => undefined);
    last = receiveMessage(network, chat, said);
  }
}

/**
 * Delivers a customer's message once more under the same wamid, its timestamp so many seconds later. Undefined when its
 * webhook is not among the last ones.
 */
export function repeat(network: Network, { wamid }: Message, secondsLater: number): string | undefined {
  for (const { updates } of network.ledger.deliveries.reverse()) {
    for (const update of updates) {
      if (update.kind !== "message" || update.message.id !== wamid) continue;
      const timestamp = String(Number(update.message.timestamp) + secondsLater);
      network.webhooks.send({ ...update, message: { ...update.message, timestamp } });
      return wamid;
    }
  }
  return undefined;
}

/** Reports a message of the business as if it had been written in the phone app. */
export function echo(network: Network, { chat, wamid, at, type, content }: Message): void {
  const { number, customer } = chat;
  network.webhooks.send({
    kind: "field",
    number,
    field: "smb_message_echoes",
    value: framed(chat, {
      message_echoes: [
        {
          from: number.displayPhoneNumber,
          ...receiverOf(customer),
          id: wamid,
          timestamp: toTimestamp(at),
          type,
          [type]: content,
        },
      ],
    }),
  });
}

export interface Imported {
  from: "customer" | "business";
  what: "placeholder" | "media";
  /** Of an earlier part, so that the two are one message; else a new one. */
  wamid?: string | undefined;
  secondsAgo: number;
  caption?: string | undefined;
}

/**
 * A message of an imported history: its placeholder, as the chunks of `history` have it, or the picture that Meta sends
 * afterwards in a webhook of its own. Returns its wamid.
 */
export function importMessage(network: Network, chat: Chat, imported: Imported): string {
  const { from, what, secondsAgo } = imported;
  const { number, customer } = chat;
  const wamid = imported.wamid ?? network.identifiers.wamid(customer.key);
  const message: JsonObject = {
    ...(from === "customer"
      ? senderOf(customer)
      : { from: number.displayPhoneNumber, ...receiverOf(customer) }),
    id: wamid,
    timestamp: toTimestamp(network.clock.now() - secondsAgo * 1000),
    ...(what === "placeholder"
      ? { type: "media_placeholder", history_context: { status: "READ" } }
      : { type: "image", image: pictureOf(network, chat, imported) }),
  };
  const media = from === "customer" ? "messages" : "message_echoes";
  const value =
    what === "placeholder"
      ? { history: [chunkOf(customer, message)] }
      : { contacts: [toContact(customer)], [media]: [message] };
  network.webhooks.send({ kind: "field", number, field: "history", value: framed(chat, value) });
  return wamid;
}

function chunkOf({ key }: Customer, message: JsonObject): JsonObject {
  return {
    metadata: { phase: 0, chunk_order: 1, progress: 100 },
    threads: [{ id: key, messages: [message] }],
  };
}

function pictureOf(network: Network, { number }: Chat, { from, caption }: Imported): JsonObject {
  const mimeType = "image/png";
  const file = network.media.files.write(PIXEL);
  const { id } = network.media.add({ phoneNumberId: number.phoneNumberId, from, mimeType, file });
  return {
    ...(caption !== undefined && { caption }),
    mime_type: mimeType,
    sha256: file.digest.toString("base64"),
    id,
  };
}

function framed({ number }: Chat, value: JsonObject): JsonObject {
  return {
    messaging_product: "whatsapp",
    metadata: { display_phone_number: number.displayPhoneNumber, phone_number_id: number.phoneNumberId },
    ...value,
  };
}

function senderOf({ waId, userId, parentUserId }: Customer): JsonObject {
  return {
    ...(waId !== undefined && { from: waId }),
    ...(userId !== undefined && { from_user_id: userId }),
    ...(parentUserId !== undefined && { from_parent_user_id: parentUserId }),
  };
}

function receiverOf({ waId, userId, parentUserId }: Customer): JsonObject {
  return {
    ...(waId !== undefined && { to: waId }),
    ...(userId !== undefined && { to_user_id: userId }),
    ...(parentUserId !== undefined && { to_parent_user_id: parentUserId }),
  };
}
