import { randomBytes } from "node:crypto";
import pg from "pg";

/** A database of a test's own, cloned from the migrated template. */
export type TestDatabase = {
  /** The owner's login. */
  ownerUrl: string;
  /** The API's login. */
  authenticatorUrl: string;
  /** Connections as the owner. */
  pool: pg.Pool;
  /** Closes the pool, and drops the database or gives it back. */
  drop(): Promise<void>;
};

const AUTHENTICATOR_PASSWORD = "authenticator";

/** Clones the template; `npm test` has made it. Takes some 50 ms, or ten times that where files are slow to make. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { serverUrl, template } = surroundings();
  const name = `parley_test_${randomBytes(6).toString("hex")}`;
  const server = await connected(serverUrl);
  await clone(server, name, template).finally(() => server.end());
  return open(serverUrl, name, async () => {
    const last = await connected(serverUrl);
    await last.query(`drop database if exists ${name} with (force)`).finally(() => last.end());
  });
}

/**
 * A database that test files use one after the other, for tests that leave nothing behind: most need no clone of their
 * own then. `npm test` drops it with the template.
 */
export async function borrowTestDatabase(): Promise<TestDatabase> {
  const { serverUrl, template } = surroundings();
  const server = await connected(serverUrl);
  for (let number = 1; ; number++) {
    const name = `${template}_shared_${number}`;
    const { rows } = await server.query("select pg_try_advisory_lock(hashtext($1)) as is_ours", [name]);
    if (!rows[0].is_ours) continue;
    const { rowCount } = await server.query("select from pg_database where datname = $1", [name]);
    if (rowCount === 0) await clone(server, name, template);
    // The lock goes with the connection.
    return open(serverUrl, name, () => server.end());
  }
}

function open(serverUrl: string, name: string, close: () => Promise<void>): TestDatabase {
  const ownerUrl = databaseUrl(serverUrl, name);
  const authenticatorUrl = new URL(ownerUrl);
  authenticatorUrl.username = "parley_authenticator";
  authenticatorUrl.password = AUTHENTICATOR_PASSWORD;
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 10 });
  pool.on("error", () => {});
  return {
    ownerUrl,
    authenticatorUrl: authenticatorUrl.href,
    pool,
    async drop() {
      await pool.end();
      await close();
    },
  };
}

function surroundings(): { serverUrl: string; template: string } {
  const serverUrl = process.env.PARLEY_TEST_SERVER;
  const template = process.env.PARLEY_TEST_TEMPLATE;
  if (!serverUrl || !template) throw new Error("run tests with `npm test -- FILE`: it starts the database");
  return { serverUrl, template };
}

async function connected(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  return client;
}

/** One clone at a time: Postgres refuses a template that another clone is reading. */
async function clone(server: pg.Client, name: string, template: string): Promise<void> {
  await server.query("select pg_advisory_lock(hashtext('parley test template'))");
  await server.query(`create database ${name} template ${template}`);
  await server.query(`alter role parley_authenticator password '${AUTHENTICATOR_PASSWORD}'`);
  await server.query("select pg_advisory_unlock(hashtext('parley test template'))");
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
