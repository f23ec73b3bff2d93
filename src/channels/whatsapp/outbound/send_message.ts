import { objectsOf, wordOf } from "../../../base/json/values.ts";
import type { ContactIdentity } from "../../facts/contact_identity.ts";
import type { OutboundMessage } from "../../outbound.ts";
import type { Outcome } from "../../outcome.ts";
import { identityOf } from "../inbound/read_identity.ts";
import type { CloudApiAccess } from "./access.ts";
import { classifyError, classifyLoss } from "./classify_error.ts";
import type { GraphReply } from "./exchange.ts";
import { authorization, bodyOf, edgeUrl, type GraphClient } from "./graph_client.ts";
import { pairBackoffMs } from "./pair_backoff.ts";
import { requestBody } from "./request_body.ts";

/** Sends one message without retries: Meta has no idempotency key, so a retry could send it twice. */
export async function sendMessage(
  graph: GraphClient,
  access: CloudApiAccess,
  message: OutboundMessage,
): Promise<Outcome> {
  if (!message.to.phone && !message.to.bsuid) {
    const title = "the contact has neither a phone number nor a business-scoped user id";
    return { kind: "rejected", code: null, title, details: null };
  }
  const reply = await graph.request({
    method: "POST",
    url: edgeUrl(access, `${access.phoneNumberId}/messages`),
    headers: { ...authorization(access), "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(requestBody(message))),
  });
  return reply.kind === "reply" ? outcomeOf(reply, message) : classifyLoss(reply);
}

function outcomeOf(reply: GraphReply & { kind: "reply" }, message: OutboundMessage): Outcome {
  const body = bodyOf(reply);
  const isError = body?.error !== undefined;
  if (isError || reply.status < 200 || reply.status > 299) return failureOf(reply, message);
  const sent = objectsOf(body?.messages)[0];
  const providerMessageId = wordOf(sent?.id);
  if (providerMessageId === null) {
    return { kind: "uncertain", code: null, reason: `HTTP ${reply.status} without a message id` };
  }
  const contact = objectsOf(body?.contacts)[0];
  const recipient = recipientOf(message.to, wordOf(contact?.wa_id), wordOf(contact?.user_id));
  const isHeld = sent?.message_status === "held_for_quality_assessment";
  return { kind: "sent", providerMessageId, recipient, ...(isHeld && { isHeld }) };
}

/** If Meta throttles messages to one customer without a delay, the delay grows with each attempt. */
function failureOf(reply: GraphReply & { kind: "reply" }, { attempts }: OutboundMessage): Outcome {
  const failure = classifyError(reply);
  const isOpen = failure.kind === "throttled" && failure.scope === "contact" && failure.retryAfterMs === null;
  return isOpen ? { ...failure, retryAfterMs: pairBackoffMs(attempts - 1) } : failure;
}

/** Returns null if the reply contains no more than the address of the request. */
function recipientOf(
  { phone, bsuid }: OutboundMessage["to"],
  waId: string | null,
  userId: string | null,
): ContactIdentity | null {
  const identity = identityOf({ waId: waId ?? phone, number: phone, userId: userId ?? bsuid }, new Set());
  const isKnown = (address: string | null) => address === null || address === phone || address === bsuid;
  const isNothingNew = isKnown(identity.phone) && isKnown(identity.bsuid) && isKnown(identity.parentBsuid);
  return isNothingNew ? null : identity;
}
