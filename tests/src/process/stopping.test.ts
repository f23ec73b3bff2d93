import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fetching } from "../../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { conversations, isThere, say, untilMessageState } from "../../support/outbound.ts";
import { startProgram, type TestProgram } from "../../support/program.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";
import { until } from "../../support/until.ts";

/** What a process has under way when SIGTERM comes, and what is left of it when it has ended. */

const PROGRAM = join(import.meta.dirname, "../../../src/parley.js");

let database: TestDatabase;
let program: TestProgram;
let api: StandIn;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { withWorker: false, sandbox: { enforcesWindow: false } });
  api = await standIn();
});
afterEach(() => program.sandbox.faults.clear());
after(async () => {
  await program.stop();
  await api.close();
  await database.drop();
});

/** `parley <command>` on the test's database; resolves with its document when it runs. */
async function run(t: TestContext, command: string): Promise<{ child: ChildProcess; url: string }> {
  const { PATH, PARLEY_SECRET_KEY, JWT_SECRET } = process.env;
  const child = spawn(process.execPath, [PROGRAM, command, "--json"], {
    cwd: tmpdir(),
    env: {
      ...{ PATH, PARLEY_SECRET_KEY, JWT_SECRET, PORT: "0", HTTP_ALLOWED_HOSTS: "127.0.0.1" },
      DATABASE_URL: database.ownerUrl,
      DATABASE_AUTHENTICATOR_URL: database.authenticatorUrl,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  t.after(async () => {
    if (child.exitCode === null && child.kill("SIGKILL")) await once(child, "exit");
  });
  let text = "";
  for await (const part of child.stdout.setEncoding("utf8")) {
    text += part;
    if (text.endsWith("}\n")) return { child, url: JSON.parse(text).url };
  }
  throw new Error(`${command} ended before it ran`);
}

async function terminate(child: ChildProcess): Promise<{ code: number; milliseconds: number }> {
  const exit = once(child, "exit");
  const began = performance.now();
  child.kill("SIGTERM");
  const [code] = await exit;
  return { code, milliseconds: performance.now() - began };
}

async function one<T>(sql: string, values: unknown[] = []): Promise<T> {
  const { rows } = await database.pool.query<{ it: T }>(sql, values);
  return rows[0]!.it;
}

const outboxStates = () =>
  one<Record<string, number>>(
    "select coalesce(jsonb_object_agg(state, n), '{}') as it from (select state, count(*) n from app_private.outbox group by state) s",
  );

const lockedJobs = () =>
  one<number>("select count(*)::int as it from graphile_worker._private_jobs where locked_at is not null");

test("sends, turns and calls in progress are finished and recorded", { timeout: 60_000 }, async (t) => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, fetching(`${api.url}/slow`));
  api.answer = async () => {
    await delay(4_000);
    return { status: 200, body: { answer: "worth waiting for" } };
  };
  program.sandbox.faults.add({ kind: "delay", milliseconds: 5_000 }, { times: 20 });

  const { child } = await run(t, "work");
  const ids: string[] = [];
  for (const thread of await conversations(database.pool, workspace, 20))
    ids.push(...(await say(database.pool, thread, "one", "two")));
  await until("sends under way", async () => (await outboxStates()).sending === 20);
  program.sandbox.customer({ phone: "15556660001", name: "Ann" }, workspace.phoneNumberId).say("Hello");
  await until("a call under way", () => api.asked.length > 0);

  const { code, milliseconds } = await terminate(child);
  assert.equal(code, 0);
  assert.ok(milliseconds > 2_000 && milliseconds < 9_000, `${milliseconds} ms`);
  assert.deepEqual(
    await outboxStates(),
    { queued: 20 },
    "what was under way was sent, and nothing more begun",
  );
  assert.equal(await lockedJobs(), 0);
  assert.equal(
    await one("select count(*)::int as it from app_private.chatbot_events where kind = 'http_result'"),
    1,
    "the call's result waits for the next worker",
  );

  // Another one goes on at once, and calls nobody again.
  const next = await run(t, "work");
  for (const id of ids) await untilMessageState(database.pool, id, isThere, 20_000);
  await until("the chatbot's answer", () =>
    program.sandbox.ledger.sent.some(({ content }) => /worth waiting for/.test(JSON.stringify(content))),
  );
  assert.equal(api.asked.length, 1);
  assert.equal((await terminate(next.child)).code, 0);
});

test("answers that the program did not wait for do not count as failures of the channel", {
  timeout: 60_000,
}, async (t) => {
  const workspace = await program.connectedWorkspace();
  program.sandbox.faults.add({ kind: "blackHole" }, { times: 16 });
  const { child } = await run(t, "work");
  const ids: string[] = [];
  for (const thread of await conversations(database.pool, workspace, 16))
    ids.push(...(await say(database.pool, thread, "one")));
  await until("sends under way", async () => (await outboxStates()).sending === 16);
  assert.equal((await terminate(child)).code, 0);

  assert.deepEqual(await outboxStates(), { uncertain: 16 });
  const thread = (await conversations(database.pool, workspace, 1))[0]!;
  const [next] = await say(database.pool, thread, "two");
  const another = await run(t, "work");
  await untilMessageState(database.pool, next!, isThere, 5_000);
  assert.equal((await terminate(another.child)).code, 0);
  await database.pool.query("delete from app_public.messages where id = any ($1)", [ids]);
});

test("remaining work is handed to another worker at once", { timeout: 60_000 }, async (t) => {
  const workspace = await program.connectedWorkspace();
  const [first, second] = [await run(t, "work"), await run(t, "work")];
  program.sandbox.faults.add({ kind: "delay", milliseconds: 1_500 }, { rate: 1 });
  const ids: string[] = [];
  for (const thread of await conversations(database.pool, workspace, 5))
    ids.push(...(await say(database.pool, thread, "one", "two")));
  await until("sends under way", async () => (await outboxStates()).sending);
  assert.equal((await terminate(first.child)).code, 0);
  for (const id of ids) await untilMessageState(database.pool, id, isThere, 15_000);
  assert.equal((await terminate(second.child)).code, 0);
});

test("the API answers the requests that it has begun, and takes no others", {
  timeout: 60_000,
}, async (t) => {
  const { child, url } = await run(t, "serve");
  const holder = await database.pool.connect();
  t.after(() => holder.release(true));
  await holder.query("begin");
  await holder.query("lock table app_public.users in access exclusive mode");
  const request = fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      query: `mutation { signIn(input: {email: "ann@example.com", password: "a long password"}) { clientMutationId } }`,
    }),
  });
  await until(
    "the request to wait",
    async () =>
      (await one<number>(
        "select count(*)::int as it from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()",
      )) > 0,
  );
  const ending = terminate(child);
  await until("the port to be closed", () =>
    fetch(`${url}/health/live`).then(
      () => false,
      () => true,
    ),
  );
  await holder.query("commit");
  const response = await request;
  assert.equal(response.status, 200);
  assert.match(await response.text(), /PY/);
  assert.equal((await ending).code, 0);
});
