import type pg from "pg";
import { until } from "./until.ts";

/** Runs a story in one transaction and rolls it back, so that tests of one file share a database. */
export async function rolledBack<T>(pool: pg.Pool, story: (db: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query("begin");
    return await story(client);
  } finally {
    await client.query("rollback").finally(() => client.release());
  }
}

/** Expects a statement to be refused, and returns the SQLSTATE; the transaction goes on from before it. */
export async function refusal(db: pg.PoolClient, statement: () => Promise<unknown>): Promise<string> {
  await db.query("savepoint refusal");
  try {
    await statement();
  } catch (error) {
    await db.query("rollback to savepoint refusal");
    return (error as pg.DatabaseError).code ?? String(error);
  }
  throw new Error("expected the statement to be refused");
}

/** Waits for transactions that are open elsewhere on the server, as those of other tests are: they make earlier changes come again. */
export async function openTransactionsEnded(pool: pg.Pool): Promise<void> {
  const { rows } = await pool.query<{ id: string }>("select pg_current_xact_id()::text as id");
  await until("transactions that were open", async () => {
    const { rowCount } = await pool.query("select where pg_snapshot_xmin(pg_current_snapshot()) > $1::xid8", [
      rows[0]!.id,
    ]);
    return rowCount === 1;
  });
}
