import type pg from "pg";
import { until } from "./until.ts";

type Step<T> = (db: pg.PoolClient) => Promise<T>;

/**
 * Two transactions that overlap: the first has done its work and not committed when the second begins; it commits once
 * the second waits for it, or has done its work without waiting. `waited` says which.
 */
export async function overlapping<A, B>(
  pool: pg.Pool,
  first: Step<A>,
  second: Step<B>,
): Promise<{ first: A; second: PromiseSettledResult<B>; waited: boolean }> {
  const one = await pool.connect();
  try {
    await one.query("begin");
    const result = await first(one);
    const { waited, outcome } = await started(pool, second, pidOf(one));
    await one.query("commit");
    return { first: result, second: await outcome, waited };
  } finally {
    one.release(true);
  }
}

/**
 * Begins a transaction on a connection of its own, and resolves when it waits for a lock or has ended.
 * @param blocker the session whose locks count; defaults to any. A moment's wait for another one, such as a vacuum, is none then.
 */
export async function started<T>(
  pool: pg.Pool,
  step: Step<T>,
  blocker?: number,
): Promise<{ waited: boolean; outcome: Promise<PromiseSettledResult<T>> }> {
  const client = await pool.connect();
  let settled = false;
  const outcome = Promise.allSettled([inTransaction(client, step)]).then(([only]) => {
    settled = true;
    client.release(true);
    return only;
  });
  const pid = pidOf(client);
  const waited = await until("the transaction to wait or to end", async () => {
    if (settled) return "no";
    return (await isWaiting(pool, pid, blocker)) ? "yes" : null;
  });
  return { waited: waited === "yes", outcome };
}

/** Runs all of them at once, each in a transaction on a connection of its own. Rejects when one does. */
export async function atOnce<T>(pool: pg.Pool, steps: Step<T>[]): Promise<T[]> {
  const clients = await Promise.all(steps.map(() => pool.connect()));
  try {
    const outcomes = await Promise.allSettled(steps.map((step, at) => inTransaction(clients[at]!, step)));
    return outcomes.map((outcome) => {
      if (outcome.status === "rejected") throw outcome.reason;
      return outcome.value;
    });
  } finally {
    for (const client of clients) client.release();
  }
}

async function inTransaction<T>(db: pg.PoolClient, step: Step<T>): Promise<T> {
  await db.query("begin");
  try {
    const result = await step(db);
    await db.query("commit");
    return result;
  } catch (error) {
    await db.query("rollback");
    throw error;
  }
}

function pidOf(client: pg.PoolClient): number {
  // What node-postgres remembers of the handshake; asking would wait behind the statement that is under way.
  return (client as pg.PoolClient & { processID: number }).processID;
}

async function isWaiting(pool: pg.Pool, pid: number, blocker: number | undefined): Promise<boolean> {
  const { rowCount } = await pool.query(
    `select from pg_stat_activity
     where pid = $1 and wait_event_type = 'Lock' and state = 'active'
       and ($2::int is null or $2 = any (pg_blocking_pids(pid)))`,
    [pid, blocker],
  );
  return rowCount === 1;
}
