import { objectsOf, wordOf } from "../../../base/json/values.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import type { GraphReply } from "./exchange.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";
import { requestBody } from "./request_body.ts";
import type { Channel, OutboundMessage, Outcome } from "./wire.ts";

/**
 * Sends one message, once. Never throws for a reason of the network, never repeats: Meta has no idempotency key, so
 * that only the caller, who knows what was recorded, may send again. Logs nothing.
 */
export async function sendMessage(
  graph: GraphClient,
  channel: Channel,
  message: OutboundMessage,
): Promise<Outcome> {
  if (!message.to.phone && !message.to.bsuid) {
    const title = "the contact has neither a phone number nor a business-scoped user id";
    return { kind: "rejected", code: null, subcode: null, title, details: null };
  }
  const reply = await graph.request({
    method: "POST",
    url: edgeUrl(channel, `${channel.phoneNumberId}/messages`),
    headers: { ...authorization(channel), "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(requestBody(message))),
  });
  return reply.kind === "reply" ? outcomeOf(reply) : classifyLoss(reply);
}

function outcomeOf(reply: GraphReply & { kind: "reply" }): Outcome {
  const body = bodyOf(reply);
  const isError = body?.error !== undefined;
  if (isError || reply.status < 200 || reply.status > 299) return classifyError(reply);
  const message = objectsOf(body?.messages)[0];
  const providerMessageId = wordOf(message?.id);
  if (providerMessageId === null) {
    return { kind: "uncertain", code: null, reason: `HTTP ${reply.status} without a message id` };
  }
  const contact = objectsOf(body?.contacts)[0];
  return {
    kind: "sent",
    providerMessageId,
    waId: wordOf(contact?.wa_id),
    userId: wordOf(contact?.user_id),
    messageStatus: wordOf(message?.message_status),
  };
}
