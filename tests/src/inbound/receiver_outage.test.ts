import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import express from "express";
import { createPool } from "../../../src/database/pool.ts";
import { createWebhookReceiver, type WebhookReceiver } from "../../../src/inbound/receiver.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type DatabaseProxy, startDatabaseProxy } from "../../support/database_proxy.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";
import { postWebhook, texts, webhookBody } from "../../support/webhooks.ts";

/** The database goes away, hangs, or is too slow: "come again" within two seconds, nothing lost, no restart. */

let database: TestDatabase;
let proxy: DatabaseProxy;
let program: TestProgram;
let workspace: ConnectedWorkspace;
before(async () => {
  database = await createTestDatabase();
  proxy = await startDatabaseProxy(database.ownerUrl);
  program = await startProgram({ ...database, ownerUrl: proxy.url }, { withWorker: false });
  workspace = await program.connectedWorkspace();
});
after(async () => {
  proxy.restore();
  await program.stop();
  await proxy.close();
  await database.drop();
});

let sequence = 0;
function aBody(): string {
  sequence += 1;
  return webhookBody(workspace, texts(`1555400${String(sequence).padStart(4, "0")}`, `text ${sequence}`));
}
const post = (body: string, url = program.url) => postWebhook(url, workspace, body);

async function isStored(body: string): Promise<boolean> {
  const { rows } = await database.pool.query(
    "select count(*)::int as n from app_public.messages where content ->> 'body' = $1",
    [JSON.parse(body).entry[0].changes[0].value.messages[0].text.body],
  );
  assert.ok(rows[0].n <= 1, "never twice");
  return rows[0].n === 1;
}

async function assertComesAgain(bodies: string[]): Promise<void> {
  await Promise.all(
    bodies.map(async (body) => {
      const began = performance.now();
      const { status } = await post(body);
      assert.equal(status, 503);
      assert.ok(performance.now() - began < 4000, `answered after ${performance.now() - began} ms`);
    }),
  );
}

/** As Meta does: until it is taken. */
async function redeliver(bodies: string[], deadlineMs = 5000): Promise<void> {
  for (const body of bodies) {
    await until("the webhook to be taken", async () => (await post(body)).status === 200, deadlineMs);
    assert.ok(await isStored(body));
  }
}

const OUTAGES: [name: string, begin: () => void][] = [
  ["is shut down", () => proxy.cut()],
  ["vanishes without a word", () => proxy.freeze()],
];

for (const [name, begin] of OUTAGES)
  test(`the database ${name}: 503 in time, and all is well when it is back`, async () => {
    await redeliver([aBody()]);
    const bodies = Array.from({ length: 20 }, aBody);
    begin();
    await assertComesAgain(bodies);
    proxy.restore();
    await redeliver(bodies);
  });

test("connections that hang permanently are replaced by new ones", async () => {
  const body = aBody();
  proxy.freeze();
  await assertComesAgain([body]);
  proxy.thaw();
  await redeliver([body], 25_000);
});

test("a locked table: 503 in time; what was begun is not applied twice", async () => {
  const locker = await database.pool.connect();
  const bodies = [aBody(), aBody()];
  try {
    await locker.query("begin; lock table app_public.webhook_events in exclusive mode");
    await assertComesAgain(bodies);
  } finally {
    await locker.query("rollback");
    locker.release();
  }
  await redeliver(bodies);
});

/** A receiver of its own, with a pool that can be held up. */
async function aReceiver(): Promise<{ url: string; receiver: WebhookReceiver; end(): Promise<void> }> {
  const pool = createPool(database.ownerUrl, "own", program.config, program.log);
  const receiver = createWebhookReceiver({ pool, keyRing: program.ring, log: program.log });
  const server = createServer(express().use("/webhooks", receiver.router)).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    receiver,
    async end() {
      server.close();
      server.closeAllConnections();
      await pool.end();
    },
  };
}

test("closing finishes running requests and refuses new ones", async (t) => {
  const { url, receiver, end } = await aReceiver();
  const locker = await database.pool.connect();
  t.after(() => locker.release(true));
  await locker.query("begin; lock table app_public.webhook_events in exclusive mode");
  const begun = aBody();
  const answer = post(begun, url);
  await until("the receiver to wait for the lock", async () => {
    const { rows } = await database.pool.query(
      "select from pg_stat_activity where application_name = 'parley own' and wait_event_type = 'Lock' and datname = current_database()",
    );
    return rows.length > 0;
  });
  const closed = receiver.close();
  assert.equal((await post(aBody(), url)).status, 503);
  await locker.query("rollback");
  await closed;
  assert.equal((await answer).status, 200);
  assert.ok(await isStored(begun));
  await end();
});

test("under overload some requests are refused for a retry, and memory stays within its limit", async (t) => {
  const { url, end } = await aReceiver();
  const locker = await database.pool.connect();
  t.after(() => locker.release(true));
  await locker.query("begin; lock table app_public.webhook_events in exclusive mode");
  const filler = "x".repeat(2_500_000);
  const bodies = Array.from({ length: 60 }, () =>
    webhookBody(workspace, { ...texts("15554999999", "large"), filler }),
  );
  const before = process.memoryUsage();
  let most = 0;
  const watching = setInterval(() => {
    const { arrayBuffers, heapUsed } = process.memoryUsage();
    most = Math.max(most, arrayBuffers + heapUsed - before.arrayBuffers - before.heapUsed);
  }, 20);
  const answers = await Promise.all(bodies.map((body) => post(body, url)));
  clearInterval(watching);
  await locker.query("rollback");
  assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([503]));
  // 128 MB of ours; the rest is the test's own sending side, which is in this process too.
  assert.ok(most < 1_500_000_000, `grew by ${most >> 20} MB`);
  const small = aBody();
  await until("normal service", async () => (await post(small, url)).status === 200);
  await end();
});
