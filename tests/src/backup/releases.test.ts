import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { test } from "node:test";
import pg from "pg";
import { openReader } from "../../../src/backup/open_place.ts";
import { readManifest } from "../../../src/backup/read_manifest.ts";
import { restore } from "../../../src/backup/restore.ts";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { schemaState } from "../../../src/database/schema_state.ts";
import { createTestDatabase } from "../../support/database.ts";
import { until } from "../../support/until.ts";
import { GREETING, writeReleaseBackup } from "./release_backup.ts";

test("a database of this version is restored with its rows, and works", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-release-"));
  const database = await createTestDatabase();
  try {
    const path = join(folder, "present.tar");
    const { tables } = await writeReleaseBackup(database.ownerUrl, path);
    assert.ok(tables.filter(({ rows }) => rows > 0).length > 30);
    await upgrade(path);
  } finally {
    await database.drop();
    await rm(folder, { recursive: true });
  }
});

// What write_release.ts has written at each release. A committed migration that has changed since would be refused.
for (const path of globSync(`${import.meta.dirname}/releases/*.tar`).sort())
  test(`a database of release ${basename(path, ".tar")} is upgraded with its rows, and works`, () =>
    upgrade(path));

async function upgrade(path: string): Promise<void> {
  const server = new pg.Client({ connectionString: process.env.PARLEY_TEST_SERVER! });
  await server.connect();
  const name = `parley_test_release_${randomBytes(4).toString("hex")}`;
  await server.query(`create database ${name}`);
  const url = Object.assign(new URL(process.env.PARLEY_TEST_SERVER!), { pathname: `/${name}` }).href;
  const pool = new pg.Pool({ connectionString: url });
  pool.on("error", () => {});
  const reader = await openReader(path, readConfig({ NODE_ENV: "test" }));
  try {
    await restore(reader, await readManifest(reader), url, createLog("silent"));
    assert.equal(await schemaState(pool), "current");
    // Its customers wrote long ago.
    await pool.query(
      "update app_public.conversations set last_customer_message_at = now(), window_expires_at = now() + interval '1 day'",
    );
    const sent = await pool.query(
      `insert into app_public.messages (conversation_id, type, content)
       select m.conversation_id, 'text', '{"body": "Welcome back"}'
       from app_public.messages m join app_public.conversations c on c.id = m.conversation_id
       where m.preview = $1`,
      [GREETING],
    );
    assert.equal(sent.rowCount, 1);
  } finally {
    await reader.close();
    await pool.end();
    await until("the migration to close its connections", async () => {
      const { rowCount } = await server.query("select from pg_stat_activity where datname = $1", [name]);
      return rowCount === 0;
    });
    await server.query(`drop database ${name}`);
    await server.end();
  }
}
