import { stat } from "node:fs/promises";
import { Client } from "pg";
import type { Cluster } from "./cluster.ts";
import { codeOf, EmbeddedError } from "./error.ts";

/**
 * The presence lock: every process that uses the server holds this advisory lock in shared mode, on a
 * connection of its own to the database `postgres`. It ends with the connection, so kill -9 releases it.
 */
const PRESENCE_LOCK = "('x7061726c'::bit(32)::int, 1)";

/** The result of connecting. `later`: the server is starting, stopping, gone, or belongs to another cluster. */
type Attached =
  | { readonly kind: "present"; readonly client: Client }
  | { readonly kind: "later"; readonly reason: unknown };

/** URL of the superuser. */
export function superuserUrl(port: number, password: string): string {
  return `postgres://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/postgres`;
}

/**
 * Connects and takes the lock in shared mode.
 * @throws EmbeddedError keys_mismatch
 */
export async function attach(cluster: Cluster, port: number): Promise<Attached> {
  const client = new Client({
    connectionString: superuserUrl(port, cluster.superuserPassword),
    connectionTimeoutMillis: 5_000,
    query_timeout: 5_000,
    keepAlive: true,
    application_name: "parley presence",
  });
  // Without a listener the death of an idle connection would end the process.
  client.on("error", () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ directory: string; is_present: boolean }>(
      `select current_setting('data_directory') as directory,
         pg_try_advisory_lock_shared${PRESENCE_LOCK} as is_present`,
    );
    const { directory = "", is_present = false } = rows[0] ?? {};
    if (is_present && (await isSameDirectory(directory, cluster.dir))) return { kind: "present", client };
    await client.end();
    const reason = is_present
      ? `the server of ${directory} answers`
      : "the last process is stopping the server";
    return { kind: "later", reason };
  } catch (error) {
    await client.end().catch(() => undefined);
    if (codeOf(error) !== "28P01") return { kind: "later", reason: error };
    throw new EmbeddedError(
      "keys_mismatch",
      `The database in ${cluster.dir} does not know the password in keys.json: put the keys.json back that was made with it`,
      error,
    );
  }
}

/**
 * Releases the shared lock and tries to take the exclusive one: only the last process gets it, and while it is
 * held, new processes have to wait (`attach` returns `later`).
 */
export async function isLastOne(client: Client): Promise<boolean> {
  await client.query(`select pg_advisory_unlock_shared${PRESENCE_LOCK}`);
  const { rows } = await client.query<{ is_last: boolean }>(
    `select pg_try_advisory_lock${PRESENCE_LOCK} as is_last`,
  );
  return rows[0]?.is_last === true;
}

/** A project that was moved while the server runs has another path, but the same directory. */
async function isSameDirectory(there: string, here: string): Promise<boolean> {
  const [theirs, ours] = await Promise.all([stat(there).catch(() => undefined), stat(here)]);
  return theirs === undefined || (theirs.ino === ours.ino && theirs.dev === ours.dev);
}
