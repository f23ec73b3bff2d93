import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, test } from "node:test";
import pg from "pg";
import { readConfig } from "../../../src/base/config.ts";
import { doctorPage } from "../../../src/cli/doctor_page.ts";
import { cancelQueries } from "../../../src/doctor/cancel_queries.ts";
import type { Examined } from "../../../src/doctor/check.ts";
import { CHECK_GROUPS } from "../../../src/doctor/checks.ts";
import { type Examination, examine } from "../../../src/doctor/examine.ts";
import { LIMITS } from "../../../src/doctor/limits.ts";
import { exitCodeOf, makeReport } from "../../../src/doctor/report.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { testKeyRing } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { parleyOn } from "../cli/commands/parley.ts";
import { PLANTED_FAULTS, plantFaults } from "./planted_faults.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

async function session(): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: database.ownerUrl, application_name: "a report" });
  client.on("error", () => {});
  await client.connect();
  return client;
}

function examined(more: Partial<Examined> = {}): Examined {
  const config = readConfig({ NODE_ENV: "test" });
  const media = { check: async () => {} };
  return { db: database.pool, config, limits: LIMITS, now: Date.now, keyRing: testKeyRing, media, ...more };
}

const named = ({ findings }: Examination) => [...new Set(findings.map(({ check }) => check))].sort();

test("a healthy database has no findings", async () => {
  // What a living worker holds (src/jobs/presence.ts).
  const worker = await session();
  await worker.query("select pg_advisory_lock(hashtext('parley worker'), 1)");
  const { rows } = await database.pool.query("select current_setting('fsync') = 'on' as is_durable");
  const examination = await examine(examined());
  await worker.end();

  const grave = examination.findings.filter(({ severity }) => severity !== "advice");
  // The server of the tests may lose their data, which is found.
  const expected = rows[0].is_durable
    ? []
    : ["fsync is off", "full_page_writes is off", "synchronous_commit is off"];
  assert.deepEqual(
    grave.map(({ what }) => what),
    expected,
  );
  assert.deepEqual(examination.unseen, []);
  assert.equal(examination.completed, CHECK_GROUPS.flatMap(({ checks }) => checks).length);
});

/** What cannot be planted without disturbing other tests on this server, or on this version of PostgreSQL. */
const NOT_PLANTED = ["archiving", "checksums", "jit", "locks", "replication_lag", "version"];

test("every planted fault is named", async (t) => {
  await plantFaults(database.pool);

  const slot = `parley_doctor_${randomBytes(4).toString("hex")}`;
  await database.pool.query("select pg_create_physical_replication_slot($1, true)", [slot]);
  t.after(() => database.pool.query("select pg_drop_replication_slot($1)", [slot]));
  const holder = await session();
  await holder.query("create table app_private.locked ()");
  await holder.query("begin");
  await holder.query("lock table app_private.locked");
  const waiting = await session();
  waiting.query("select count(*) from app_private.locked").catch(() => {});
  t.after(() => Promise.all([holder.end(), waiting.end()]));

  // Settings of one session, as if they were the server's.
  const db = await session();
  t.after(() => db.end());
  for (const setting of [
    "log_statement to 'all'",
    "synchronous_commit to off",
    "default_transaction_read_only to on",
  ])
    await db.query(`set ${setting}`);
  const faulty = examined({
    db,
    config: readConfig({ NODE_ENV: "test", DATABASE_POOL_SIZE: "200", METRICS_PORT: "9400" }),
    now: () => Date.now() - 3_600_000,
    media: {
      check: async () => {
        throw new Error("MEDIA_STORAGE: no space is left");
      },
    },
    limits: {
      ...LIMITS,
      ...{ connectionShare: 0, transactionAge: -1, cacheReads: -1, cacheHitShare: 2 },
      ...{
        slowQuerySeconds: 0.1,
        longTransactionSeconds: 0.1,
        idleInTransactionSeconds: 0.1,
        blockedSeconds: 0.1,
      },
      ...{ deadRows: 100, bigTableRows: 100, scansOfBigTable: -1, unusedIndexBytes: -1, unusedIndexDays: 0 },
      ...{ bloatBytes: 0, bloatShare: 0.3 },
    },
  });
  const examination = await until("the sessions to be seen", async () => {
    const seen = await examine(faulty);
    return (
      ["blocked", "slow_queries", "idle_in_transaction", "dead_rows"].every((check) =>
        named(seen).includes(check),
      ) && seen
    );
  });

  for (const { check, says } of PLANTED_FAULTS)
    assert.ok(
      examination.findings.some((finding) => finding.check === check && says.test(finding.what)),
      `${check}: ${says} is not among ${JSON.stringify(examination.findings.filter((finding) => finding.check === check).map(({ what }) => what))}`,
    );
  const says = (check: string) => examination.findings.find((finding) => finding.check === check)?.what ?? "";
  assert.match(says("replication_slots"), /^slot parley_doctor_\w+ is not in use/);
  assert.match(says("blocked"), /has waited for \d+ s for pid \d+ \(a report\) on app_private.locked$/);
  assert.match(says("clock"), /^this machine is 3[56]\d\d\.\d s behind the database$/);
  assert.match(says("pools"), /^611 connections may be needed, \d+ are allowed$/);
  assert.match(says("media_storage"), /no space is left$/);
  const everything = CHECK_GROUPS.flatMap(({ checks }) => checks.map(({ name }) => name)).sort();
  assert.deepEqual(
    everything.filter((check) => ![...named(examination), ...NOT_PLANTED].includes(check)),
    [],
  );
  assert.equal(exitCodeOf(examination), 3);
});

test("the command prints a page or a document, and its exit code is that of the worst finding", async () => {
  const report = await makeReport(examined());
  const page = doctorPage(report);
  assert.match(
    page,
    /^PROBLEM stopped_channels\n {2}- A number of .*: the token has expired\n {2}The provider/m,
  );
  assert.match(page, /^Connections\n\ndatabase /m);
  // Customers and other tenants write names and errors.
  const quoted = { ...report.findings[0]!, what: "a channel\n\nPROBLEM migrations" };
  assert.match(doctorPage({ ...report, findings: [quoted] }), /^ {2}- a channel PROBLEM migrations$/m);
  const { code, stdout } = await parleyOn(database)(["doctor", "--json"]);
  assert.equal(code, 3);
  const document = JSON.parse(stdout);
  assert.equal(document.findings[0].severity, "problem");
  assert.ok(document.figures.channels.some(({ status }: { status: string }) => status === "stopped"));
});

test("statements that have been running for long are cancelled, and others are not", async (t) => {
  const [long, quick] = [await session(), await session()];
  t.after(() => Promise.all([long.end(), quick.end()]));
  const cancelled = assert.rejects(long.query("select pg_sleep(60)"), { code: "57014" });
  const finished = quick.query("select 1");
  const queries = await until("the statement to be cancelled", async () => {
    const found = await cancelQueries(database.pool, 100);
    return found.length > 0 && found;
  });
  await cancelled;
  await finished;
  assert.deepEqual(
    queries.map(({ program, outcome }) => [program, outcome]),
    [["a report", "cancelled"]],
  );
});
