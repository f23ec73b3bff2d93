import { randomUUID } from "node:crypto";
import type { ChannelDirectory, WebhookChannel } from "./channel_directory.ts";
import type { Delivery } from "./delivery.ts";
import { readWebhook } from "./read_webhook.ts";

/** Takes a body apart and finds out whom its items are for. Fails only when the database cannot be asked. */
export async function prepareDelivery(
  body: Buffer,
  channel: WebhookChannel,
  directory: ChannelDirectory,
  id: string = eventId(),
): Promise<Delivery> {
  const delivery: Delivery = { id, channel, body, eventType: null, items: [], skipped: [], error: null };
  const reading = readWebhook(body);
  if (reading.kind === "unreadable") return { ...delivery, error: reading.reason };
  const fields = new Set(reading.items.flatMap(({ field }) => field ?? []));
  delivery.eventType = [...fields].slice(0, 10).join(",") || null;
  for (const item of reading.items) {
    // Account and template fields name no number: they are for the account of the address.
    const found =
      item.phoneNumberId === null ? channel : await directory.byNumber(item.phoneNumberId, channel);
    delivery.items.push({ item, channel: found });
  }
  return delivery;
}

/** A version 7 UUID: webhook_events is partitioned by it. */
function eventId(): string {
  const millis = Date.now().toString(16).padStart(12, "0");
  const random = randomUUID();
  return `${millis.slice(0, 8)}-${millis.slice(8)}-7${random.slice(15)}`;
}
