import type pg from "pg";
import type { Log } from "../base/log.ts";

const LOOK_MS = 5_000;

/** Stores the words of new and changed messages for searches, one batch of tenants after the other, until none is due. */
export async function indexMessages(pool: pg.Pool): Promise<void> {
  for (let tenants = 1; tenants > 0; ) {
    const { rows } = await pool.query("select app_private.index_due_messages() as tenants");
    tenants = rows[0].tenants;
  }
}

/** Indexes messages every few seconds. This is not a job, because jobs may be delayed. */
export function startMessageIndexing(pool: pg.Pool, log: Log): { stop(): void } {
  let isIndexing = false;
  const timer = setInterval(async () => {
    if (isIndexing) return;
    isIndexing = true;
    await indexMessages(pool).catch((err: unknown) =>
      log.debug({ err }, "message indexing failed; it is retried"),
    );
    isIndexing = false;
  }, LOOK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
