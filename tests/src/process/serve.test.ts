import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";

const PROGRAM = join(import.meta.dirname, "../../../src/parley.js");

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

type Running = { child: ChildProcess; document: Record<string, unknown> };

/** `parley <command> --json` on the test's database; resolves with what it prints when it runs. */
async function run(t: TestContext, command: string): Promise<Running> {
  const { PATH, PARLEY_SECRET_KEY, JWT_SECRET } = process.env;
  const child = spawn(process.execPath, [PROGRAM, command, "--json"], {
    cwd: tmpdir(),
    env: {
      ...{ PATH, PARLEY_SECRET_KEY, JWT_SECRET, PORT: "0" },
      DATABASE_URL: database.ownerUrl,
      DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl,
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
    if (stdout.endsWith("}\n")) resolve({ child, document: JSON.parse(stdout) });
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

test("APIs and workers run beside each other, and come and go", { timeout: 60_000 }, async (t) => {
  const apis = await Promise.all([run(t, "serve"), run(t, "serve")]);
  const urls = apis.map(({ document }) => document.url);
  assert.equal(new Set(urls).size, 2);
  const alone = await health(urls[0]);
  assert.deepEqual([alone.status, alone.checks.worker], [503, { ok: false, detail: "none is running" }]);

  const workers = await Promise.all([run(t, "work"), run(t, "work")]);
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
