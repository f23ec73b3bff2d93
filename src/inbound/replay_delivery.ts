import type pg from "pg";
import type { Log } from "../base/log.ts";
import type { ChannelDirectory } from "./channel_directory.ts";
import { applyItems } from "./isolate.ts";
import { prepareDelivery } from "./prepare_delivery.ts";
import type { StoredBody } from "./replay.ts";

/** Applies one stored body again, and notes on its row what came of it. */
export async function replayDelivery(
  stored: StoredBody,
  { pool, directory, log }: { pool: pg.Pool; directory: ChannelDirectory; log: Log },
): Promise<{ isApplied: boolean; newMessages: number }> {
  const channel = await directory.byId(stored.channel_id);
  if (channel === null) return { isApplied: false, newMessages: 0 };
  // Its signature is not kept: it counts as signed with the secret that its channel has now.
  const signed = { app: channel.apps[0] ?? "", channel };
  const delivery = await prepareDelivery(stored.body, signed, directory, stored.id);
  const { stored: newMessages } = await applyItems(pool, delivery, log);
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
