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
  /** Closes the pool and drops the database. */
  drop(): Promise<void>;
};

const AUTHENTICATOR_PASSWORD = "authenticator";

/** Clones the template; `npm test` has made it. Takes some 50 ms. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = process.env.PARLEY_TEST_SERVER;
  const template = process.env.PARLEY_TEST_TEMPLATE;
  if (!serverUrl || !template) throw new Error("run tests with `npm test -- FILE`: it starts the database");

  const name = `parley_test_${randomBytes(6).toString("hex")}`;
  const server = new pg.Client({ connectionString: serverUrl });
  await server.connect();
  try {
    await clone(server, name, template);
  } finally {
    await server.end();
  }

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
      const last = new pg.Client({ connectionString: serverUrl });
      await last.connect();
      await last.query(`drop database if exists ${name} with (force)`).finally(() => last.end());
    },
  };
}

/** One clone at a time: Postgres refuses a template that another clone is reading. */
async function clone(server: pg.Client, name: string, template: string): Promise<void> {
  await server.query("select pg_advisory_lock(hashtext('parley test template'))");
  await server.query(`create database ${name} template ${template}`);
  await server.query(`alter role parley_authenticator password '${AUTHENTICATOR_PASSWORD}'`);
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
