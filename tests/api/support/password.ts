import type pg from "pg";
import type { Person } from "../../support/people.ts";

export const PASSWORD = "correct horse battery";

/** Gives a person a password; it ends their sessions, as it should. */
export async function setPassword(pool: pg.Pool, { userId }: Person, password = PASSWORD): Promise<void> {
  await pool.query("select app_private.set_password($1, $2)", [userId, password]);
}
