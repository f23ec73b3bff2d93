import type { JsonObject } from "../base/json/json.ts";
import { textOf } from "../base/json/values.ts";
import type { MessageFact } from "../channels/facts/message_fact.ts";
import type { StatusFact } from "../channels/facts/status_fact.ts";
import type { ReceivingChannel } from "../channels/webhooks.ts";
import { boundedMetadata } from "./bounded_metadata.ts";
import type { Delivery } from "./delivery.ts";
import type { SingleFact } from "./fact_call.ts";
import { type CustomerRow, customerOf, instant } from "./rows.ts";

/** The arguments of app_private.receive_webhooks(), by name. */
type Batch = {
  bodies: Buffer[];
  events: JsonObject[];
  customers: CustomerRow[];
  messages: JsonObject[];
  statuses: JsonObject[];
};

/** A fact that is applied separately, with its delivery and channel. */
export type SingleCase = { delivery: Delivery; fact: SingleFact; channel: ReceivingChannel };

/** A status with its delivery and channel. */
export type StatusSource = { delivery: Delivery; fact: StatusFact; channel: ReceivingChannel };

export type Composed = {
  batch: Batch;
  singles: SingleCase[];
  /** What each status of the batch is of, in its order. */
  statusSources: StatusSource[];
};

/**
 * Composes the facts of deliveries into sets of rows. Facts that cannot become a row are added to the `skipped` of their
 * delivery, which is the only side effect. Messages are ordered by their arrival, regardless of how long they waited for their
 * batch.
 * @param now milliseconds, by the clock of `receivedAt`
 */
export function compose(deliveries: readonly Delivery[], now: number): Composed {
  const batch: Batch = { bodies: [], events: [], customers: [], messages: [], statuses: [] };
  const singles: SingleCase[] = [];
  const statusSources: StatusSource[] = [];
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

  /** One row for each recipient of statuses who has more addresses than a number. */
  function recipientOf(fact: StatusFact, channel: ReceivingChannel, delivery: Delivery): JsonObject {
    const { recipient, profileName, username } = fact;
    const key = JSON.stringify([channel.id, recipient, profileName, username]);
    const hasMore = recipient.bsuid !== null || recipient.parentBsuid !== null || username !== null;
    if (!hasMore || fact.groupId !== null || recipients.has(key)) return {};
    recipients.add(key);
    return { recipient: customerOf(channel, recipient, fact, delivery.receivedAt) as JsonObject | null };
  }

  for (const delivery of deliveries) {
    const { receivedAt, skipped } = delivery;
    for (const { fact, channel } of delivery.facts) {
      if (fact.kind === "message") {
        const customer = customerOf(channel, fact.contact, fact, receivedAt);
        if (customer === null) {
          skipped.push({ kind: "message", reason: "it names no customer" });
          continue;
        }
        const quotedId = quotedIdOf(fact);
        if (quotedId !== null) customer.quoted_id = quotedId;
        const [metadata, leftOut] = boundedMetadata(fact.metadata);
        if (leftOut.length > 0) skipped.push({ kind: "other", reason: tooLarge(leftOut) });
        const waitedMs = Math.max(0, now - receivedAt);
        batch.messages.push(messageRow(fact, channel, positionOf(customer), metadata, waitedMs));
      } else if (fact.kind === "status") {
        batch.statuses.push({
          ...statusRow(fact, channel, receivedAt),
          ...recipientOf(fact, channel, delivery),
        });
        statusSources.push({ delivery, fact, channel });
      } else if (fact.kind === "other") {
        skipped.push({ kind: fact.name, reason: fact.reason });
      } else {
        singles.push({ delivery, fact, channel });
      }
    }
  }
  return { batch, singles, statusSources };
}

function tooLarge(keys: string[]): string {
  return textOf(`too large to keep beside a message: ${keys.join(", ")}`)!;
}

/**
 * The row of webhook_events. Composed after the facts, because they add to `skipped`.
 * @param bodyFrom the position of its first byte among all bodies of the batch, from 1
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

/** The id of the business's message that the customer answers, which identifies the customer. */
function quotedIdOf(fact: MessageFact): string | null {
  return fact.direction === "inbound" && fact.origin === "live" ? fact.quotedProviderMessageId : null;
}

function messageRow(
  fact: MessageFact,
  channel: ReceivingChannel,
  customer: number,
  metadata: JsonObject,
  waitedMs: number,
): JsonObject {
  return {
    tenant_id: channel.tenantId,
    channel_id: channel.id,
    customer,
    direction: fact.direction,
    origin: fact.origin,
    type: fact.type,
    content: fact.content,
    provider_message_id: fact.providerMessageId,
    metadata,
    occurred_at: instant(fact.occurredAt),
    waited_ms: waitedMs,
  };
}

function statusRow(fact: StatusFact, channel: ReceivingChannel, receivedAt: number): JsonObject {
  return {
    tenant_id: channel.tenantId,
    channel_id: channel.id,
    message_id: fact.messageId,
    provider_message_id: fact.providerMessageId,
    status: fact.status,
    occurred_at: instant(fact.occurredAt) ?? instant(receivedAt),
    error: fact.error,
    pricing: fact.pricing,
  };
}
