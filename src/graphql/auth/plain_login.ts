import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import type { Log } from "../../base/log.ts";

/**
 * Refuses a new connection of the API's login if the login has its own settings, and removes them, so that the next
 * connection has none. PostgreSQL lets every role set its own defaults (`alter role … set`), which cannot be revoked:
 * an attacker who once ran SQL as this login could break all later connections.
 *
 * @throws ParleyError PYUNA
 */
export async function requirePlainLogin(client: pg.ClientBase, log: Log): Promise<void> {
  const { rows } = await client.query<{ is_here: boolean; settings: string[] }>(
    `select s.setdatabase <> 0 as is_here, s.setconfig as settings
     from pg_catalog.pg_db_role_setting s
     join pg_catalog.pg_roles r on r.oid = s.setrole
     left join pg_catalog.pg_database d on d.oid = s.setdatabase
     where r.rolname = session_user and (s.setdatabase = 0 or d.datname = current_database())`,
  );
  if (rows.length === 0) return;
  // Names only: a value may be anything.
  const settings = rows.flatMap((row) => row.settings.map((setting) => setting.split("=", 1)[0]));
  log.warn({ settings }, "removed settings of the API's login");
  await resetLogin(client);
  throw new ParleyError(
    "PYUNA",
    "The defaults of the API's database login had been changed and were reset: try again",
  );
}

/** Works under any settings that the connection may have: read-only, another role, a short timeout. */
async function resetLogin(client: pg.ClientBase): Promise<void> {
  await client.query("begin read write");
  await client.query("set local statement_timeout = 0");
  await client.query("set local role none");
  const { rows } = await client.query<{ login: string; database: string }>(
    "select quote_ident(session_user) as login, quote_ident(current_database()) as database",
  );
  const { login, database } = rows[0]!;
  await client.query(`alter role ${login} reset all`);
  await client.query(`alter role ${login} in database ${database} reset all`);
  await client.query("commit");
}
