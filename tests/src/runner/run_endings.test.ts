import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { startWorker, type Worker } from "../../../src/process/worker.ts";
import { ECHO_BOT, fetching, ONE_QUESTION } from "../../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";
import { until } from "../../support/until.ts";

/** Refused sends, timers and calls to the outside: a run never stays stuck, and ends with its reason. */

let database: TestDatabase;
let program: TestProgram;
let worker: Worker | undefined;
let api: Server;
let answer = '{"answer":"fine"}';
let isHanging = false;
before(async () => {
  api = createServer((_request, response) => {
    if (isHanging) return;
    response.setHeader("content-type", "application/json");
    response.end(answer);
  }).listen(0, "127.0.0.1");
  await once(api, "listening");
  database = await createTestDatabase();
  program = await startProgram(database, {
    withWorker: false,
    sandbox: { enforcesWindow: false },
    env: { HTTP_ALLOWED_HOSTS: "127.0.0.1" },
  });
  await aWorker();
});
after(async () => {
  await worker?.stop();
  await program.stop();
  api.closeAllConnections();
  api.close();
  await database.drop();
});

async function aWorker(): Promise<void> {
  const { config, ring: keyRing, log } = program;
  worker = await startWorker({ ownerUrl: database.ownerUrl, keyRing, config, log });
}

let people = 0;
function aPhone({ phoneNumberId }: ConnectedWorkspace) {
  people += 1;
  return program.sandbox.customer(
    { phone: `1555766${String(people).padStart(4, "0")}`, name: "Ann" },
    phoneNumberId,
  );
}

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

const runsOf = ({ tenantId }: ConnectedWorkspace) =>
  query(
    `select id, status, outcome, completion_reason, expires_at from app_public.conversation_contexts
     where tenant_id = $1 order by created_at`,
    tenantId,
  );

test("a closed window ends the run with the code, and does not delay other conversations", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const phones = [aPhone(workspace), aPhone(workspace), aPhone(workspace)];
  await worker!.stop();
  for (const phone of phones) phone.say("hello");
  await until("the messages to be stored", async () => {
    const waiting = await query(
      "select from app_private.chatbot_events where tenant_id = $1",
      workspace.tenantId,
    );
    return waiting.length === 3;
  });
  await query(
    `update app_public.conversations c set window_expires_at = now() - interval '1 minute' from app_public.contacts p
     where p.id = c.contact_id and p.phone = $1 and c.tenant_id = $2`,
    `+${phones[1]!.chat.customer.waId}`,
    workspace.tenantId,
  );
  await aWorker();
  await until("the other two", () => phones[0]!.received.length === 1 && phones[2]!.received.length === 1);
  assert.equal(phones[1]!.received.length, 0);
  const runs = await until("three runs", async () => {
    const found = await runsOf(workspace);
    return found.length === 3 && found;
  });
  const failed = runs.filter(({ status }) => status === "failed");
  assert.deepEqual(
    failed.map(({ outcome, completion_reason }) => ({ outcome, completion_reason })),
    [{ outcome: "failed", completion_reason: "send_failed: PYWIN" }],
  );
  assert.deepEqual(
    await query("select from app_private.chatbot_events where tenant_id = $1", workspace.tenantId),
    [],
  );
  // The customer writes again: the window is open, and the bot begins anew.
  phones[1]!.say("hello again");
  await until("the bot to speak", () => phones[1]!.received.length === 1);
});

test("a run has one timer: set while it waits, gone when it is over", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ONE_QUESTION);
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the question", () => phone.received.length === 1);
  const [run] = await runsOf(workspace);
  const timers = () =>
    query(
      "select task_identifier, run_at from graphile_worker.jobs where key = $1",
      `ring_chatbot_timer:${run.id}`,
    );
  const set = await timers();
  assert.equal(set.length, 1);
  assert.equal(set[0].task_identifier, "ring_chatbot_timer");
  assert.ok(Math.abs(set[0].run_at - run.expires_at) < 1000);
  phone.say("an answer");
  await until("the goodbye", () => phone.received.length === 2);
  assert.deepEqual(await timers(), []);
  assert.equal((await runsOf(workspace))[0].status, "completed");
});

test("timers are set by the database's clock, whatever this machine's says", async (t) => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ONE_QUESTION);
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() - 3_600_000 });
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the question", () => phone.received.length === 1);
  const [{ days }] = await query(
    `select round(extract(epoch from expires_at - now()) / 86400, 2)::float8 as days
     from app_public.conversation_contexts where tenant_id = $1`,
    workspace.tenantId,
  );
  assert.equal(days, 1);
});

test("a customer who stays silent lets the run expire", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ONE_QUESTION, { sessionExpirySeconds: 1 });
  const phone = aPhone(workspace);
  phone.say("hello");
  const [run] = await until("the run to expire", async () => {
    const found = await runsOf(workspace);
    return found[0]?.status === "expired" && found;
  });
  assert.equal(run.completion_reason, "timeout");
});

const ANSWERS: [name: string, answer: string, said: string][] = [
  ["is fine", '{"answer":"fine"}', "It said fine"],
  ["holds what a database cannot", '{"answer":"a\\u0000b\\ud800"}', "It said a\uFFFDb\uFFFD"],
];

for (const [name, given, said] of ANSWERS)
  test(`a call to the outside whose answer ${name} goes on with it`, async () => {
    answer = given;
    const workspace = await program.connectedWorkspace();
    const { port } = api.address() as AddressInfo;
    await anActiveChatbot(database.pool, workspace.tenantId, fetching(`http://127.0.0.1:${port}/x`));
    const phone = aPhone(workspace);
    phone.say("hello");
    await until("the answer", () => phone.received.length === 1);
    assert.deepEqual(phone.received[0]!.content, { body: said });
  });

test("a private address that the configuration does not name is not asked", async () => {
  const workspace = await program.connectedWorkspace();
  const { port } = api.address() as AddressInfo;
  await anActiveChatbot(database.pool, workspace.tenantId, fetching(`http://127.0.0.2:${port}/x`));
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the failure", () => phone.received.length === 1);
  assert.match((phone.received[0]!.content as { body: string }).body, /^It failed: /);
});

test("many calls that hang do not delay messages or other chatbots", async () => {
  isHanging = true;
  const [slow, quick] = [await program.connectedWorkspace(), await program.connectedWorkspace()];
  const { port } = api.address() as AddressInfo;
  await anActiveChatbot(database.pool, slow.tenantId, fetching(`http://127.0.0.1:${port}/x`));
  await anActiveChatbot(database.pool, quick.tenantId, ECHO_BOT);
  const waiting = Array.from({ length: 20 }, () => aPhone(slow));
  for (const phone of waiting) phone.say("hello");
  await until("the calls to hang", async () => {
    const [row] = await query(
      "select count(*)::int as n from graphile_worker.jobs where task_identifier = 'call_for_chatbot' and locked_at is not null",
    );
    return row.n === 20;
  });
  const began = performance.now();
  const phone = aPhone(quick);
  phone.say("hello");
  await until("the question", () => phone.received.length === 1, 3000);
  assert.ok(performance.now() - began < 20_000, `took ${performance.now() - began} ms`);
  isHanging = false;
  api.closeAllConnections();
  await until("the failures to be told", () => waiting.every(({ received }) => received.length === 1));
});
