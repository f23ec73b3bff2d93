import { uuidV7 } from "../uuid_v7.ts";
import type { ChannelDirectory, WebhookChannel } from "./channel_directory.ts";
import type { Delivery } from "./delivery.ts";
import { readWebhook } from "./read_webhook.ts";
import type { WebhookItem } from "./webhook_item.ts";

/** Takes a body apart and finds out whom its items are for. Fails only when the database cannot be asked. */
export async function prepareDelivery(
  body: Buffer,
  channel: WebhookChannel,
  directory: ChannelDirectory,
  id: string = uuidV7(),
): Promise<Delivery> {
  const delivery: Delivery = { id, channel, body, eventType: null, items: [], skipped: [], error: null };
  const reading = readWebhook(body);
  if (reading.kind === "unreadable") return { ...delivery, error: reading.reason };
  const fields = new Set(reading.items.flatMap(({ field }) => field ?? []));
  delivery.eventType = [...fields].slice(0, 10).join(",") || null;
  for (const item of reading.items) {
    delivery.items.push({ item, channel: await addressee(item, channel, directory) });
  }
  return delivery;
}

/**
 * Account and template fields name no number, and always go to the address of the app: they are for whoever of the app
 * has the account, else for the account of the address.
 */
async function addressee(
  { phoneNumberId, businessAccountId }: WebhookItem,
  channel: WebhookChannel,
  directory: ChannelDirectory,
): Promise<WebhookChannel | null> {
  if (phoneNumberId !== null) return directory.byNumber(phoneNumberId, channel);
  if (businessAccountId === null) return channel;
  return (await directory.byAccount(businessAccountId, channel)) ?? channel;
}
