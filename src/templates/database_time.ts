import type pg from "pg";

/** The time by the database's clock, which stamps webhooks, too. */
export async function databaseTime(pool: pg.Pool): Promise<Date> {
  const { rows } = await pool.query<{ now: Date }>("select now()");
  return rows[0]!.now;
}
