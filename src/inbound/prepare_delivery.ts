import { uuidV7Millis } from "../base/uuid_v7.ts";
import type { WebhookSender, Webhooks } from "../channels/webhooks.ts";
import type { Delivery } from "./delivery.ts";

/**
 * Reads a body and finds the channels of its facts. The body is stored with the first of these channels, because it is as
 * private as the messages in it. Fails only when the database is not available.
 * @param id the id of its webhook_events row
 */
export async function prepareDelivery(
  body: Buffer,
  read: Webhooks["read"],
  sender: WebhookSender,
  id: string,
): Promise<Delivery> {
  const delivery: Delivery = {
    id,
    channel: sender.channel,
    body,
    receivedAt: uuidV7Millis(id),
    eventType: null,
    facts: [],
    skipped: [],
    error: null,
  };
  const reading = read(body);
  if (reading.kind === "unreadable") return { ...delivery, error: reading.reason };
  const fields = new Set(reading.facts.flatMap(({ field }) => field ?? []));
  delivery.eventType = [...fields].slice(0, 10).join(",") || null;
  const { routed, skipped, error } = await sender.route(reading.facts);
  delivery.facts = routed;
  delivery.skipped = skipped;
  delivery.error = error;
  delivery.channel = routed[0]?.channel ?? sender.channel;
  return delivery;
}
