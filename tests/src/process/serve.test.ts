import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { until } from "../../support/until.ts";

const PROGRAM = join(import.meta.dirname, "../../../src/parley.js");

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

type Running = { child: ChildProcess; document: Record<string, unknown>; log(): string };

/** `parley <command> --json` on the test's database; resolves with what it prints when it runs. */
async function run(t: TestContext, command: string, env: NodeJS.ProcessEnv = {}): Promise<Running> {
  const { PATH, PARLEY_SECRET_KEY, JWT_SECRET } = process.env;
  const child = spawn(process.execPath, [PROGRAM, command, "--json"], {
    cwd: tmpdir(),
    env: {
      ...{ PATH, PARLEY_SECRET_KEY, JWT_SECRET, PORT: "0" },
      DATABASE_URL: database.ownerUrl,
      DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  t.after(async () => {
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
  });
  let [stdout, stderr] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<Running>();
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    if (stdout.endsWith("}\n")) resolve({ child, document: JSON.parse(stdout), log: () => stderr });
  });
  child.once("exit", (code) => reject(new Error(`${command} ended with ${code}: ${stderr}`)));
  return promise;
}

async function stop({ child }: Running): Promise<number> {
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  return (await exit)[0];
}

async function health(url: unknown) {
  const response = await fetch(`${url}/health/ready`);
  return {
    status: response.status,
    checks: ((await response.json()) as { checks: Record<string, unknown> }).checks,
  };
}

/** A worker serves its own metrics, and logs statements at a signal. */
async function showsItself(worker: Running): Promise<void> {
  const metrics = await (await fetch(`${worker.document.metricsUrl}/metrics`)).text();
  for (const line of [
    /^parley_database_pool_size\{pool="worker"\} 10$/m,
    /^parley_query_duration_seconds_count\{pool="worker"\} [1-9]/m,
    /^parley_database_connections\{state="idle"\} [1-9]/m,
    /^parley_table_size_bytes\{table="app_public.messages"\} [1-9]/m,
    /^parley_workers\{state="moving"\} [1-9]/m,
  ])
    assert.match(metrics, line);
  await until("the findings of the doctor, which the first answer did not wait for", async () => {
    const next = await (await fetch(`${worker.document.metricsUrl}/metrics`)).text();
    return /^parley_doctor_findings\{check="durability",severity="problem"\} \d$/m.test(next);
  });
  for (const fromMs of [200, 0]) {
    worker.child.kill("SIGUSR2");
    await until("the new state in the log", () => worker.log().includes(`"fromMs":${fromMs},`));
  }
  await until("a statement in the log", () => /"sql":"[^"]*graphile_worker/.test(worker.log()));
}

test("APIs and workers run beside each other, and come and go", { timeout: 60_000 }, async (t) => {
  const apis = await Promise.all([run(t, "serve"), run(t, "serve")]);
  const urls = apis.map(({ document }) => document.url);
  assert.equal(new Set(urls).size, 2);
  const alone = await health(urls[0]);
  assert.deepEqual([alone.status, alone.checks.worker], [503, { ok: false, detail: "none is running" }]);

  const workers = await Promise.all([run(t, "work", { METRICS_PORT: "0" }), run(t, "work")]);
  await showsItself(workers[0]);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  for (const url of urls) assert.equal((await health(url)).status, 200);
  assert.equal(await stop(workers[0]), 0);
  await new Promise((resolve) => setTimeout(resolve, 1_100));
  assert.equal((await health(urls[0])).status, 200, "one worker is left");

  assert.equal(await stop(apis[0]), 0);
  assert.equal((await health(urls[1])).status, 200);
  assert.deepEqual([await stop(workers[1]), await stop(apis[1])], [0, 0]);
});

test("start on an external database creates no demo and has no sandbox", { timeout: 60_000 }, async (t) => {
  const started = await run(t, "start");
  assert.deepEqual(started.document.signIns, []);
  assert.equal((await fetch(`${started.document.url}/sandbox`)).status, 404);
  const { rows } = await database.pool.query("select from app_public.tenants");
  assert.equal(rows.length, 0);
  assert.equal(await stop(started), 0);
});
