import pg from "pg";
import { sqlState } from "../base/database_error.ts";
import { ParleyError } from "../base/errors.ts";
import { withOwnerClient } from "./owner_client.ts";

/** The name of the database of an address, which the address itself may leave to the environment or the login. */
export function databaseName(ownerUrl: string): Promise<string> {
  return withOwnerClient(ownerUrl, "database", async (client) => {
    const { rows } = await client.query<{ name: string }>("select current_database() as name");
    return rows[0]!.name;
  });
}

/** Drops the database with all its data, and ends all connections to it. The login must own it. */
export async function dropDatabase(ownerUrl: string): Promise<void> {
  const name = await databaseName(ownerUrl);
  await withOwnerClient(addressBeside(ownerUrl, name), "database", (client) =>
    client.query(`drop database ${pg.escapeIdentifier(name)} with (force)`),
  );
}

/**
 * Drops Parley's roles on this server, on which the database of this name has been dropped.
 * @throws ParleyError PYREQ while another database has rights for them
 */
export async function dropRoles(ownerUrl: string, dropped: string): Promise<void> {
  try {
    await withOwnerClient(addressBeside(ownerUrl, dropped), "database", (client) =>
      client.query("drop role if exists parley_authenticator, parley_visitor"),
    );
  } catch (cause) {
    if (sqlState(cause) !== "2BP01") throw cause;
    throw new ParleyError(
      "PYREQ",
      "Another database of this server uses the roles of Parley: they were kept",
      {
        cause,
      },
    );
  }
}

/** The address of a database of the same server that is not the one of this name. */
function addressBeside(ownerUrl: string, name: string): string {
  return Object.assign(new URL(ownerUrl), { pathname: name === "postgres" ? "/template1" : "/postgres" })
    .href;
}

/** Drops everything of Parley inside the database, which stays with its owner, its settings and other schemas. */
export async function dropSchemas(ownerUrl: string): Promise<void> {
  await withOwnerClient(ownerUrl, "database", async (client) => {
    await client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity
       where datname = current_database() and pid <> pg_backend_pid() and application_name like 'parley%'
       and usename = current_user`,
    );
    await client.query(
      "drop schema if exists app_public, app_hidden, app_private, graphile_worker, graphile_migrate cascade",
    );
  });
}
