import { trace, traceIdOf } from "../base/trace.ts";
import type { Delivery } from "./delivery.ts";

/** When a body arrived, when its facts were read, and when they were committed; in milliseconds since 1970. */
type Times = { arrivedAt: number; readAt: number; storedAt: number };

/** A history has thousands of messages. */
const MOST_MESSAGES = 10;

/** Records how a body was received: a trace of each message in it. */
export function traceDelivery(delivery: Delivery, { arrivedAt, readAt, storedAt }: Times): void {
  const messages = delivery.facts.flatMap(({ fact, channel }) =>
    fact.kind === "message" && fact.providerMessageId !== null ? [{ fact, channel }] : [],
  );
  for (const { fact, channel } of messages.slice(0, MOST_MESSAGES)) {
    const traceId = traceIdOf(channel.id, fact.providerMessageId);
    const attributes = { "parley.tenant_id": channel.tenantId, "parley.channel_id": channel.id };
    trace.record({
      name: "webhook",
      traceId,
      isRoot: true,
      beganAt: arrivedAt,
      endedAt: storedAt,
      attributes: { ...attributes, "parley.webhook_event_id": delivery.id },
      ...(delivery.error !== null && { error: delivery.error }),
    });
    trace.record({ name: "store", traceId, beganAt: readAt, endedAt: storedAt, attributes });
  }
}
