import type pg from "pg";
import type { Log } from "../base/log.ts";

const LOOK_MS = 5_000;

type Indexed = { tenants: number; failed_tenant_ids: string[] };

/** Stores the words of new and changed messages for searches, one batch of tenants after the other, until none is due. */
export async function indexMessages(pool: pg.Pool, log: Pick<Log, "warn">): Promise<void> {
  for (let isDue = true; isDue; ) {
    const { rows } = await pool.query<Indexed>("select * from app_private.index_due_messages()");
    const { tenants, failed_tenant_ids: tenantIds } = rows[0]!;
    if (tenantIds.length > 0)
      log.warn(
        { tenantIds },
        "messages could not be indexed for searches; app_private.search_progress has the error",
      );
    isDue = tenants > 0;
  }
}

/** Indexes messages every few seconds. This is not a job, because jobs may be delayed. */
export function startMessageIndexing(pool: pg.Pool, log: Log): { stop(): void } {
  let isIndexing = false;
  const timer = setInterval(async () => {
    if (isIndexing) return;
    isIndexing = true;
    await indexMessages(pool, log).catch((err: unknown) =>
      log.debug({ err }, "message indexing failed; it is retried"),
    );
    isIndexing = false;
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
