import { uuidV7, uuidV7Millis } from "../uuid_v7.ts";
import type { ChannelDirectory, WebhookChannel } from "./channel_directory.ts";
import type { Delivery } from "./delivery.ts";
import { readWebhook } from "./read_webhook.ts";
import type { Signed } from "./trust.ts";
import type { WebhookItem } from "./webhook_item.ts";

/**
 * Takes a body apart and finds out whom its items are for. It is stored with the first channel that it is for: a body is
 * as private as the messages in it. Fails only when the database cannot be asked.
 */
export async function prepareDelivery(
  body: Buffer,
  signed: Signed,
  directory: ChannelDirectory,
  id: string = uuidV7(),
): Promise<Delivery> {
  const { channel } = signed;
  const delivery: Delivery = {
    id,
    channel,
    body,
    receivedAt: uuidV7Millis(id),
    eventType: null,
    items: [],
    skipped: [],
    error: null,
  };
  const reading = readWebhook(body);
  if (reading.kind === "unreadable") return { ...delivery, error: reading.reason };
  const fields = new Set(reading.items.flatMap(({ field }) => field ?? []));
  delivery.eventType = [...fields].slice(0, 10).join(",") || null;
  for (const item of reading.items) {
    const addressees = await addresseesOf(item, signed, directory);
    if (addressees.length === 0) delivery.items.push({ item, channel: null });
    for (const addressee of addressees) delivery.items.push({ item, channel: addressee });
    // A rotation under way: tried again for a day, so that it arrives when the other channel has its new secret.
    const { phoneNumberId } = item;
    const isUnknown = addressees.length === 0 && phoneNumberId !== null;
    if (isUnknown && (await directory.isLeftBehind(phoneNumberId, channel)))
      delivery.error ??= `the number ${phoneNumberId} still has the former app secret: rotate it as well`;
  }
  delivery.channel = delivery.items.find((routed) => routed.channel !== null)?.channel ?? channel;
  return delivery;
}

/** Account and template fields name no number: they are for every tenant of the app that has the account. */
async function addresseesOf(
  { phoneNumberId, businessAccountId }: WebhookItem,
  { app, channel }: Signed,
  directory: ChannelDirectory,
): Promise<WebhookChannel[]> {
  if (phoneNumberId === channel.phoneNumberId) return [channel];
  if (phoneNumberId !== null) {
    const addressee = await directory.byNumber(phoneNumberId, app);
    return addressee === null ? [] : [addressee];
  }
  if (businessAccountId === null) return [channel];
  return directory.byAccount(businessAccountId, app);
}
