/**
 * `npm run schema`: writes what is generated from the migrations, migrations/schema.sql and src/graphql/schema.graphql,
 * with a throw-away server. CI runs it and fails when that changes a file.
 */
import { writeFile } from "node:fs/promises";
import pg from "pg";
import { openThrowaway } from "../../embedded/throwaway.ts";
import { createLog } from "../base/log.ts";
import { dumpSchema, SCHEMA_SQL } from "../database/dump/dump.ts";
import { migrate } from "../database/migrate.ts";
import { printSchema, SCHEMA_FILE } from "./print_schema.ts";

await withFreshDatabase(async (ownerUrl) => {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await writeFile(SCHEMA_SQL, await dumpSchema(client));
  } finally {
    await client.end();
  }
  await writeFile(SCHEMA_FILE, await printSchema(ownerUrl));
});

/** Starts a temporary server with a fully migrated database, including `current/`, and removes it afterwards. */
async function withFreshDatabase<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const log = createLog(process.env.LOG_LEVEL ?? "warn");
  const server = await openThrowaway({ log, durable: false });
  try {
    const client = new pg.Client({ connectionString: server.superuserUrl });
    await client.connect();
    await client.query("create database parley").finally(() => client.end());
    const ownerUrl = new URL(server.superuserUrl);
    ownerUrl.pathname = "/parley";
    await migrate(ownerUrl.href, log, { withCurrent: true });
    return await work(ownerUrl.href);
  } finally {
    await server.release();
  }
}
