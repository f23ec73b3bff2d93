import type pg from "pg";
import type { Log } from "../base/log.ts";
import { CHANNEL_KINDS } from "../channels/registry.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { applyFacts } from "./isolate.ts";
import { prepareDelivery } from "./prepare_delivery.ts";
import { openWebhookKinds, type WebhookKind } from "./webhook_kinds.ts";

/** Selects stored bodies; absent conditions do not restrict the selection. */
export type ReplayFilter = {
  id?: string;
  channelId?: string;
  tenantId?: string;
  status?: "unprocessed" | "processed" | "failed";
  since?: Date;
  until?: Date;
  /** Only bodies with fewer attempts than this. */
  maxAttempts?: number;
  /** Leaves out bodies during their backoff: ten minutes after the first attempt, then twice as long each time. */
  backsOff?: boolean;
  limit?: number;
  /** Starts no further body after this time. */
  withinMs?: number;
};

type ReplayResult = { replayed: number; failed: number; newMessages: number };

const PAGE = 100;

/**
 * Applies stored bodies again in the same way as the receiver, the oldest first. It can be repeated safely, because facts that
 * were already applied are ignored. A body that fails again keeps its reason and counts the attempt.
 */
export async function replayWebhooks(
  { pool, keyRing, log }: { pool: pg.Pool; keyRing: KeyRing; log: Log },
  filter: ReplayFilter,
): Promise<ReplayResult> {
  const kinds = openWebhookKinds(CHANNEL_KINDS, { pool, keyRing });
  const result: ReplayResult = { replayed: 0, failed: 0, newMessages: 0 };
  const most = filter.limit ?? Number.POSITIVE_INFINITY;
  let after = "00000000-0000-0000-0000-000000000000";
  const end = performance.now() + (filter.withinMs ?? Number.POSITIVE_INFINITY);
  while (result.replayed < most && performance.now() < end) {
    const page = await pageAfter(pool, after, filter, Math.min(PAGE, most - result.replayed));
    for (const row of page) {
      if (performance.now() > end) break;
      after = row.id;
      const body = await bodyOf(pool, row);
      // The row was deleted with its partition or its channel since the page was read.
      if (body === null) continue;
      const { isApplied, newMessages } = await replayDelivery({ ...row, body }, { pool, kinds, log });
      result.replayed += 1;
      result.failed += isApplied ? 0 : 1;
      result.newMessages += newMessages;
    }
    if (page.length === 0) break;
  }
  return result;
}

type StoredEvent = { tenant_id: string; id: string; channel_id: string; kind: string };
type StoredBody = StoredEvent & { body: Buffer };

/** Bodies are read one at a time: a page of large ones would fill the memory. */
async function bodyOf(pool: pg.Pool, { tenant_id, id }: StoredEvent): Promise<Buffer | null> {
  const { rows } = await pool.query<{ body: Buffer }>(
    "select body from app_public.webhook_events where tenant_id = $1 and id = $2",
    [tenant_id, id],
  );
  return rows[0]?.body ?? null;
}

async function pageAfter(
  pool: pg.Pool,
  after: string,
  filter: ReplayFilter,
  size: number,
): Promise<StoredEvent[]> {
  const { rows } = await pool.query<StoredEvent>(
    `select e.tenant_id, e.id, e.channel_id, c.kind
     from app_public.webhook_events e
     join app_public.channels c on c.id = e.channel_id
     where e.id > $1
     and ($2::uuid is null or e.id = $2)
     and ($3::uuid is null or e.channel_id = $3)
     and ($4::app_public.webhook_event_status is null or e.status = $4)
     and ($5::timestamptz is null or e.id >= app_hidden.uuid_v7_floor($5))
     and ($6::timestamptz is null or e.id < app_hidden.uuid_v7_floor($6))
     and ($7::int is null or e.attempts < $7)
     and (not $9 or e.processed_at < now() - interval '5 minutes' * 2 ^ e.attempts)
     and ($10::uuid is null or e.tenant_id = $10)
     order by e.id
     limit $8`,
    [
      after,
      filter.id,
      filter.channelId,
      filter.status,
      filter.since,
      filter.until,
      filter.maxAttempts,
      size,
      filter.backsOff ?? false,
      filter.tenantId,
    ],
  );
  return rows;
}

/** The tenants with bodies that could not be applied since then. */
export async function tenantsWithFailures(pool: pg.Pool, since: Date): Promise<string[]> {
  const { rows } = await pool.query<{ tenant_id: string }>(
    `select distinct tenant_id
     from app_public.webhook_events
     where status = 'failed' and id >= app_hidden.uuid_v7_floor($1)`,
    [since],
  );
  return rows.map(({ tenant_id }) => tenant_id);
}

/** Applies one stored body again, and records the outcome in its row. */
async function replayDelivery(
  stored: StoredBody,
  { pool, kinds, log }: { pool: pg.Pool; kinds: readonly WebhookKind[]; log: Log },
): Promise<{ isApplied: boolean; newMessages: number }> {
  const kind = kinds.find((each) => each.kind === stored.kind);
  // Its signature is not stored: the channel of its row counts as the sender.
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
