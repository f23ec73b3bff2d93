import type pg from "pg";
import type { Log } from "../base/log.ts";
import type { Db } from "./db.ts";
import { withLockRetries } from "./lock_retries.ts";
import { inTransaction } from "./pipeline.ts";

type PartitionCare = { log: Log; retryForMs?: number };

const RETRY_MS = 60_000;
/** The time limit for detaching, which waits for current readers without blocking other sessions. */
const DETACH_MS = 5_000;

/**
 * Creates missing monthly partitions, each in its own transaction, so that it can run while messages arrive or a dump
 * runs. Returns their names.
 */
export async function ensurePartitions(
  db: Db,
  { log, retryForMs = RETRY_MS }: PartitionCare,
  monthsAhead = 3,
): Promise<string[]> {
  const made: string[] = [];
  for (;;) {
    const { rows } = await withLockRetries(
      () =>
        db.query<{ name: string }>("select app_private.ensure_partitions($1, at_most => 1) as name", [
          monthsAhead,
        ]),
      {
        forMs: retryForMs,
        onRetry: (err) => log.info({ err }, "a partition is delayed by locks; retrying"),
      },
    );
    if (rows.length === 0) return made;
    made.push(...rows.map(({ name }) => name));
  }
}

type Expired = { name: string; state: "attached" | "detaching" | "detached" };

/**
 * Drops the monthly partitions of webhook bodies that are older than any tenant keeps them. One that is being read (by a dump)
 * is left for the next run. Returns the names of the dropped partitions.
 */
export async function dropExpiredPartitions(
  pool: pg.Pool,
  { log, detachForMs = DETACH_MS }: { log: Log; detachForMs?: number },
): Promise<string[]> {
  const { rows } = await pool.query<Expired>("select name, state from app_private.expired_partitions()");
  const dropped: string[] = [];
  for (const partition of rows)
    try {
      await detach(pool, partition, detachForMs);
      await drop(pool, partition.name);
      dropped.push(partition.name);
    } catch (err) {
      log.info({ err, partition: partition.name }, "old partition is in use; dropping it is postponed");
    }
  return dropped;
}

/** Detaches "concurrently", which does not block the parent table; an interrupted detachment is finished first. */
async function detach(pool: pg.Pool, { name, state }: Expired, forMs: number): Promise<void> {
  if (state === "detached") return;
  const client = await pool.connect();
  try {
    await client.query(`set lock_timeout to ${forMs}`);
    await client.query(
      `alter table app_public.webhook_events detach partition app_private.${name}
       ${state === "detaching" ? "finalize" : "concurrently"}`,
    );
  } finally {
    // The connection is not reused, because it keeps the setting.
    client.release(true);
  }
}

/** Removing its foreign key locks channels for a moment, so first make sure that no session reads the partition. */
async function drop(pool: pg.Pool, name: string): Promise<void> {
  await inTransaction(pool, async (client) => {
    await client.query("set local lock_timeout to '500ms'");
    await client.query(`lock table app_private.${name} in access exclusive mode nowait`);
    await client.query(`drop table app_private.${name}`);
  });
}
