import { uuidV7, uuidV7Millis } from "../base/uuid_v7.ts";
import { readWebhook } from "../channels/whatsapp/inbound/read_webhook.ts";
import type { Signed } from "../channels/whatsapp/inbound/trust.ts";
import type { WebhookItem } from "../channels/whatsapp/inbound/webhook_item.ts";
import type { ChannelDirectory, WebhookChannel } from "./channel_directory.ts";
import type { Delivery } from "./delivery.ts";

/**
 * Takes a body apart and finds out whom its items are for. It is stored with the first channel that it is for: a body is
 * as private as the messages in it. Fails only when the database cannot be asked.
 */
export async function prepareDelivery(
  body: Buffer,
  signed: Signed,
  directory: ChannelDirectory,
  replayOf: string | null = null,
): Promise<Delivery> {
  const id = replayOf ?? uuidV7();
  const { channel } = signed;
  const delivery: Delivery = {
    id,
    channel,
    body,
    receivedAt: uuidV7Millis(id),
    isReplay: replayOf !== null,
    eventType: null,
    items: [],
    skipped: [],
    error: null,
  };
  const reading = readWebhook(body);
  if (reading.kind === "unreadable") return { ...delivery, error: reading.reason };
  const fields = new Set(reading.items.flatMap(({ field }) => field ?? []));
  delivery.eventType = [...fields].slice(0, 10).join(",") || null;
  const addresseesOf = await createRouting(reading.items, signed, directory);
  for (const item of reading.items) {
    const addressees = await addresseesOf(item);
    if (addressees.length === 0) delivery.items.push({ item, channel: null });
    for (const addressee of addressees) delivery.items.push({ item, channel: addressee });
  }
  delivery.error = await leftBehind(delivery, signed, directory);
  delivery.channel = delivery.items.find((routed) => routed.channel !== null)?.channel ?? channel;
  return delivery;
}

/** More numbers or accounts than these in one body are not asked for one by one. */
const MANY = 50;

/** Account and template fields name no number: they are for every tenant of the app that has the account. */
async function createRouting(
  items: readonly WebhookItem[],
  { app, channel }: Signed,
  directory: ChannelDirectory,
): Promise<(item: WebhookItem) => WebhookChannel[] | Promise<WebhookChannel[]>> {
  const numbers = distinct(items.map(({ phoneNumberId }) => phoneNumberId));
  const known = numbers.length > MANY ? await directory.byNumbers(numbers, app) : null;
  const accounts = distinct(
    items.map(({ phoneNumberId, businessAccountId }) => (phoneNumberId === null ? businessAccountId : null)),
  );
  const askedFor = new Set(accounts.slice(0, MANY));

  return async ({ phoneNumberId, businessAccountId }) => {
    if (phoneNumberId === channel.phoneNumberId) return [channel];
    if (phoneNumberId !== null) {
      const addressee = known ? known.get(phoneNumberId) : await directory.byNumber(phoneNumberId, app);
      return addressee ? [addressee] : [];
    }
    if (businessAccountId === null) return [channel];
    return askedFor.has(businessAccountId) ? directory.byAccount(businessAccountId, app) : [];
  };
}

/** A rotation under way: tried again for a day, so that it arrives when the other channel has its new secret. */
async function leftBehind(
  { items }: Delivery,
  { channel }: Signed,
  directory: ChannelDirectory,
): Promise<string | null> {
  const unknown = distinct(items.map((routed) => (routed.channel ? null : routed.item.phoneNumberId)));
  for (const phoneNumberId of unknown.slice(0, MANY))
    if (await directory.isLeftBehind(phoneNumberId, channel))
      return `the number ${phoneNumberId} still has the former app secret: rotate it as well`;
  return null;
}

function distinct(values: readonly (string | null)[]): string[] {
  return [...new Set(values.filter((value) => value !== null))];
}
