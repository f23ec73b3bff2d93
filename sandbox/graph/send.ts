import { announce, type Chat, type Message } from "../chats.ts";
import { isAddress, normaliseAddress } from "../customers.ts";
import { GraphError } from "../graph_error.ts";
import { isJsonObject, type JsonObject } from "../json.ts";
import { type Network, record } from "../network.ts";
import type { BusinessNumber } from "../numbers.ts";
import { type OutboundSend, parseSend } from "../outbound/parse.ts";
import { renderTemplate } from "../outbound/render_template.ts";
import type { RenderedTemplate } from "../templates.ts";
import { checkSentFile } from "./sent_file.ts";

/** A reaction's target is under 30 days old, and not a reaction itself. */
const REACTION_REACH_MS = 30 * 24 * 60 * 60 * 1000;

/** Accepts a message of a business, or throws the reason why not. The answer of the Graph API. */
export function send(network: Network, number: BusinessNumber, body: JsonObject): JsonObject {
  const now = network.clock.now();
  if (!number.throughput.take(now))
    throw new GraphError(130429, { details: "Cloud API message throughput reached" });
  const request = parseSend(body);
  const address = recipientOf(request, number);
  const chat = network.chats.open(number, customerAt(network, address));
  if (chat.isBlocked) throw new GraphError(130403);
  const rendered = checkTemplate(network, chat, request);
  const fileProblem = checkSentFile(network, number, request);
  if (network.enforcesWindow && request.type !== "template" && chat.windowEndsAt <= now) {
    throw new GraphError(131047, {
      details:
        "Message failed to send because more than 24 hours have passed since the customer last replied",
    });
  }
  if (!chat.pairLimit.take(now))
    throw new GraphError(131056, { details: "Too many messages to this customer" });

  const { type, content, replyTo, callbackData } = request;
  const message = record(network, { chat, from: "business", type, content, replyTo, callbackData, rendered });
  chat.typingUntil = 0;
  if (type === "reaction") react(network, message);
  else if (rendered?.category === "MARKETING" && !chat.allowsMarketing) failLater(network, message, 131050);
  else if (fileProblem !== undefined) failLater(network, message, 131053, fileProblem);
  else network.statuses.follow(message);
  network.log?.debug({ wamid: message.wamid, type, phoneNumberId: number.phoneNumberId }, "message accepted");
  const { waId, userId } = chat.customer;
  return {
    messaging_product: "whatsapp",
    contacts: [{ input: request.to ?? request.recipient, wa_id: waId, user_id: userId }],
    messages: [{ id: message.wamid, ...(type === "template" && { message_status: "accepted" }) }],
  };
}

/** `to` wins over `recipient`. */
function recipientOf(request: OutboundSend, number: BusinessNumber): string {
  const address = request.to ?? request.recipient;
  if (address === undefined)
    throw new GraphError(131008, { details: "Parameter 'to' or 'recipient' is required" });
  const normalised = normaliseAddress(address);
  if (!isAddress(normalised))
    throw new GraphError(131009, { details: "Param to: Not a phone number or user id" });
  if (normalised === normaliseAddress(number.displayPhoneNumber)) throw new GraphError(131021);
  return normalised;
}

/** Every phone number has WhatsApp; a user id must be known. */
function customerAt(network: Network, address: string) {
  const known = network.customers.find(address);
  if (known) return known;
  if (address.includes(".")) throw new GraphError(131026, { details: "No customer has this user id" });
  return network.customers.introduce({ phone: address });
}

/** The template of a message, filled in. */
function checkTemplate(
  network: Network,
  { number }: Chat,
  request: OutboundSend,
): RenderedTemplate | undefined {
  if (request.type !== "template" || !isJsonObject(request.content)) return undefined;
  const { name, language, components } = request.content;
  const code = isJsonObject(language) ? language.code : undefined;
  const template = network.templates.sendable(number.businessAccountId, String(name), String(code));
  return renderTemplate(template, components);
}

/** Puts the emoji on its target. A target that cannot be reacted to fails later, as a status. */
function react(network: Network, message: Message): void {
  const { message_id: wamid, emoji } = message.content as { message_id: string; emoji: string };
  const target = network.ledger.message(wamid);
  const isReachable =
    target?.chat === message.chat && target.type !== "reaction" && message.at - target.at < REACTION_REACH_MS;
  if (!isReachable) {
    failLater(network, message, 131009);
    return;
  }
  target.reactions.business = emoji;
  network.statuses.follow(message);
  announce(message.chat);
}

/** Some errors are found only after the message was accepted: they come as a status. */
function failLater(network: Network, message: Message, errorCode: number, errorDetails?: string): void {
  network.clock.setTimeout(
    () => network.statuses.report(message, { status: "failed", errorCode, errorDetails }),
    0,
  );
}
