/**
 * `node tests/src/backup/write_release.ts`: at a release, writes the backup of a database of that version, which
 * releases.test.ts upgrades from then on.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { openThrowaway } from "../../../embedded/throwaway.ts";
import packageJson from "../../../package.json" with { type: "json" };
import { createLog } from "../../../src/base/log.ts";
import { migrate } from "../../../src/database/migrate.ts";
import { writeReleaseBackup } from "./release_backup.ts";

const log = createLog("warn");
const server = await openThrowaway({ log, durable: false });
try {
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  await client.query("create database release").finally(() => client.end());
  const url = Object.assign(new URL(server.superuserUrl), { pathname: "/release" }).href;
  await migrate(url, log);
  const folder = join(import.meta.dirname, "releases");
  await mkdir(folder, { recursive: true });
  const path = join(folder, `${packageJson.version}.tar`);
  const { tables } = await writeReleaseBackup(url, path);
  console.log(`${path}: ${tables.filter(({ rows }) => rows > 0).length} tables with rows`);
} finally {
  await server.release();
}
