import type pg from "pg";
import type { Db } from "../database/db.ts";

/** The longest time for one check. */
const TIMEOUT_MS = 10_000;

/** Gives the checks a connection of their own, on which no statement runs for long. It is closed afterwards. */
export async function onExaminingConnection<T>(pool: pg.Pool, work: (db: Db) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query(`set statement_timeout to ${TIMEOUT_MS}`);
    return await work(client);
  } finally {
    client.release(true);
  }
}
