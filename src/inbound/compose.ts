import type { JsonObject } from "../base/json/json.ts";
import { objectOf, wordOf } from "../base/json/values.ts";
import type { MessageItem, StatusItem } from "../channels/whatsapp/inbound/webhook_item.ts";
import type { WebhookChannel } from "./channel_directory.ts";
import type { Delivery, RoutedItem } from "./delivery.ts";
import { type CustomerRow, customerOf, instant } from "./rows.ts";

/** The arguments of app_private.receive_webhooks(), by its names. */
export type Batch = {
  bodies: Buffer[];
  events: JsonObject[];
  customers: CustomerRow[];
  messages: JsonObject[];
  statuses: JsonObject[];
};

/** Items that are neither messages nor statuses: rare, applied one by one. */
export type Fact = { delivery: Delivery; item: RoutedItem["item"]; channel: WebhookChannel };

export type Composed = {
  batch: Batch;
  facts: Fact[];
  /** The delivery of each of the batch's statuses. */
  statusDeliveries: Delivery[];
};

/**
 * Puts what some deliveries say side by side, as sets of rows; what cannot be a row is noted in its delivery's
 * `skipped`. Pure but for those notes. A message's place is when it arrived, however long it waited for its batch, or for
 * a neighbour that could not be applied.
 * @param now milliseconds, by the clock of `receivedAt`
 */
export function compose(deliveries: readonly Delivery[], now: number): Composed {
  const batch: Batch = { bodies: [], events: [], customers: [], messages: [], statuses: [] };
  const facts: Fact[] = [];
  const statusDeliveries: Delivery[] = [];
  const customers = new Map<string, number>();

  function positionOf(customer: CustomerRow): number {
    const key = JSON.stringify([
      customer.channel_id,
      customer.phone,
      customer.bsuid,
      customer.parent_bsuid,
      customer.external,
    ]);
    const known = customers.get(key);
    if (known !== undefined) {
      const before = batch.customers[known - 1]!;
      const [older, newer] =
        (customer.heard_at ?? "") < (before.heard_at ?? "") ? [customer, before] : [before, customer];
      before.profile_name = newer.profile_name ?? older.profile_name;
      before.username = newer.username ?? older.username;
      before.heard_at = newer.heard_at;
      before.quoted_id ??= customer.quoted_id;
      return known;
    }
    batch.customers.push(customer);
    customers.set(key, batch.customers.length);
    return batch.customers.length;
  }

  const recipients = new Set<string>();

  /** Once for each recipient, however many statuses name them, and only where there is more than a number to learn. */
  function recipientOf(item: StatusItem, channel: WebhookChannel, delivery: Delivery): JsonObject {
    const { recipient, profileName, username } = item;
    const key = JSON.stringify([channel.id, recipient, profileName, username]);
    const hasMore = recipient.bsuid !== null || recipient.parentBsuid !== null || username !== null;
    if (!hasMore || item.groupId !== null || recipients.has(key)) return {};
    recipients.add(key);
    return { recipient: customerOf(channel, recipient, item, delivery) as JsonObject | null };
  }

  for (const delivery of deliveries) {
    const skip = (kind: string, reason: string) => void delivery.skipped.push({ kind, reason });
    for (const { item, channel } of delivery.items) {
      if (channel === null) {
        const { phoneNumberId, businessAccountId } = item;
        const whose = phoneNumberId === null ? `account ${businessAccountId}` : `number ${phoneNumberId}`;
        skip(item.kind, `no channel of this app has the ${whose}`);
      } else if (item.kind === "message") {
        const customer = customerOf(channel, item.contact, item, delivery);
        if (customer === null) skip("message", "it names no customer");
        else {
          const quoted_id = quotedIdOf(item);
          if (quoted_id !== null) customer.quoted_id = quoted_id;
          const waitedMs = Math.max(0, now - delivery.receivedAt);
          batch.messages.push(messageRow(item, channel, positionOf(customer), waitedMs));
        }
      } else if (item.kind === "status") {
        if (item.status === "other") skip("status", item.reason ?? "an unknown status");
        else {
          batch.statuses.push({
            ...statusRow(item, channel, delivery.receivedAt),
            ...recipientOf(item, channel, delivery),
          });
          statusDeliveries.push(delivery);
        }
      } else {
        facts.push({ delivery, item, channel });
      }
    }
  }
  return { batch, facts, statusDeliveries };
}

/**
 * A webhook_events row; after the facts, because those may still be skipped.
 * @param bodyFrom the first byte of its body among all of the batch, from 1
 */
export function eventRow(delivery: Delivery, bodyFrom: number): JsonObject {
  return {
    id: delivery.id,
    tenant_id: delivery.channel.tenantId,
    channel_id: delivery.channel.id,
    event_type: delivery.eventType,
    status: delivery.error === null ? "processed" : "failed",
    error: delivery.error,
    skipped: delivery.skipped.slice(0, 1000),
    body_from: bodyFrom,
    body_length: delivery.body.length,
  };
}

/** The message of ours that a customer answers: who else could? */
function quotedIdOf(item: MessageItem): string | null {
  if (item.direction !== "inbound" || item.origin !== "live") return null;
  return wordOf(objectOf(item.metadata.context)?.id);
}

function messageRow(
  item: MessageItem,
  channel: WebhookChannel,
  customer: number,
  waitedMs: number,
): JsonObject {
  return {
    tenant_id: channel.tenantId,
    channel_id: channel.id,
    customer,
    direction: item.direction,
    origin: item.origin,
    type: item.type,
    content: item.content,
    provider_message_id: item.providerMessageId,
    metadata: item.metadata,
    occurred_at: instant(item.occurredAt),
    waited_ms: waitedMs,
  };
}

function statusRow(item: StatusItem, channel: WebhookChannel, receivedAt: number): JsonObject {
  const error = item.errors[0] ?? null;
  return {
    tenant_id: channel.tenantId,
    channel_id: channel.id,
    message_id: item.messageId,
    provider_message_id: item.providerMessageId,
    status: item.status,
    occurred_at: instant(item.occurredAt) ?? instant(receivedAt),
    error: error && { ...error, code: item.errorCode === null ? null : String(item.errorCode) },
    pricing: item.pricing,
  };
}
