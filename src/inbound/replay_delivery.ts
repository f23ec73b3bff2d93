import type pg from "pg";
import type { Log } from "../base/log.ts";
import { applyFacts } from "./isolate.ts";
import { prepareDelivery } from "./prepare_delivery.ts";
import type { StoredBody } from "./replay.ts";
import type { WebhookKind } from "./webhook_kinds.ts";

/** Applies one stored body again, and records the outcome in its row. */
export async function replayDelivery(
  stored: StoredBody,
  { pool, kinds, log }: { pool: pg.Pool; kinds: readonly WebhookKind[]; log: Log },
): Promise<{ isApplied: boolean; newMessages: number }> {
  const kind = kinds.find((each) => each.kind === stored.kind);
  // Its signature is not kept: it counts as sent by its channel.
  const sender = (await kind?.trust.senderOf(stored.channel_id)) ?? null;
  if (!kind || sender === null) return { isApplied: false, newMessages: 0 };
  const delivery = await prepareDelivery(stored.body, kind.read, sender, stored.id);
  const { stored: newMessages } = await applyFacts(pool, delivery, log);
  await pool.query(
    `update app_public.webhook_events set
       status = $3, error = $4, skipped = $5, attempts = attempts + 1, processed_at = now()
     where tenant_id = $1 and id = $2`,
    [
      stored.tenant_id,
      stored.id,
      delivery.error === null ? "processed" : "failed",
      delivery.error,
      JSON.stringify(delivery.skipped.slice(0, 1000)),
    ],
  );
  return { isApplied: delivery.error === null, newMessages };
}
