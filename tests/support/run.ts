/**
 * `npm test`: starts a throw-away Postgres (or uses the server that TEST_DATABASE_URL names), migrates one template
 * database, and runs the tests, many files in one process. `npm test -- tests/docs/links.test.ts` runs one file, in a
 * process of its own.
 */
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { openThrowaway } from "../../embedded/throwaway.ts";
import { createLog } from "../../src/base/log.ts";
import { migrate } from "../../src/database/migrate.ts";
import { writeBatches } from "./batches.ts";

const log = createLog(process.env.LOG_LEVEL ?? "warn");
const args = process.argv.slice(2);
const options = args.filter((arg) => arg.startsWith("-"));
const named = args.filter((arg) => !arg.startsWith("-"));
const folder = mkdtempSync(join(tmpdir(), "parley-batches-"));
const files = named.length > 0 ? named : writeBatches(globSync("tests/**/*.test.ts").sort(), folder);

const PRELOADED = ["fixed_seed.ts", "process_end.ts"].flatMap((name) => [
  "--import",
  new URL(name, import.meta.url).href,
]);

const given = process.env.TEST_DATABASE_URL;
const server = given
  ? undefined
  : await openThrowaway({ log, durable: false, settings: { max_connections: "300" } });
const serverUrl = given ?? server!.superuserUrl;
const template = `parley_template_${process.pid}`;
let exitCode = 1;
try {
  await onServer(`create database ${template}`);
  await migrate(withDatabase(serverUrl, template), log, { withCurrent: true });
  exitCode = await runTests();
} finally {
  rmSync(folder, { recursive: true });
  if (given) await dropDatabases();
  await server?.release();
}
process.exit(exitCode);

function runTests(): Promise<number> {
  const child = spawn(
    process.execPath,
    ["--test", "--test-concurrency=2", "--test-timeout=120000", ...PRELOADED, ...options, ...files],
    {
      stdio: "inherit",
      env: {
        ...process.env,
        NODE_ENV: "test",
        // Every file is a process that loads much of the same code: without a cache, a quarter of a second each.
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tmpdir(), "parley-test-cache"),
        GRAPHILE_ENV: "production",
        PARLEY_TEST_SERVER: serverUrl,
        PARLEY_TEST_TEMPLATE: template,
        PARLEY_SECRET_KEY: "a secret key for tests, long enough",
        JWT_SECRET: "a token secret for tests, long enough",
      },
    },
  );
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => child.kill(signal));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** The template, and what was cloned from it to be shared. */
async function dropDatabases(): Promise<void> {
  const names = await onServer(`select datname from pg_database where datname like '${template}%'`);
  for (const { datname } of names) await onServer(`drop database ${datname} with (force)`);
}

async function onServer(statement: string): Promise<{ datname: string }[]> {
  const client = new pg.Client({ connectionString: serverUrl });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
