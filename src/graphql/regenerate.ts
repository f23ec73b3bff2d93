/**
 * `npm run schema`: writes what is generated from the migrations, migrations/schema.sql and src/graphql/schema.graphql, with a
 * throw-away server. CI runs it, and fails when that changes a file.
 */
import { writeFile } from "node:fs/promises";
import pg from "pg";
import { dumpSchema, SCHEMA_SQL } from "../database/dump/dump.ts";
import { withFreshDatabase } from "../database/dump/fresh_database.ts";
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
