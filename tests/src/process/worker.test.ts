import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { reapDeadWorkers } from "../../../src/jobs/presence.ts";
import { startWorker, type Worker } from "../../../src/process/worker.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { type DatabaseProxy, startDatabaseProxy } from "../../support/database_proxy.ts";
import { conversations, isThere, say, untilMessageState } from "../../support/outbound.ts";
import { aConversation } from "../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { until } from "../../support/until.ts";

/** A worker that stops, loses its database, or finds what a dead one left. */

let database: TestDatabase;
let proxy: DatabaseProxy;
let program: TestProgram;
let workspace: ConnectedWorkspace;
let worker: Worker | undefined;
before(async () => {
  database = await createTestDatabase();
  proxy = await startDatabaseProxy(database.ownerUrl);
  program = await startProgram(database, { withWorker: false, sandbox: { enforcesWindow: false } });
});
afterEach(async () => {
  proxy.restore();
  await worker?.stop();
  worker = undefined;
  program.sandbox.faults.clear();
});
after(async () => {
  await program.stop();
  await proxy.close();
  await database.drop();
});

async function aWorker(): Promise<Worker> {
  const { config, ring: keyRing, log } = program;
  worker = await startWorker({ ownerUrl: proxy.url, keyRing, config, log });
  return worker;
}

async function locked(): Promise<number> {
  const { rows } = await database.pool.query(
    "select count(*)::int as n from graphile_worker._private_jobs where locked_at is not null",
  );
  return rows[0].n;
}

async function outbox(): Promise<Record<string, number>> {
  const { rows } = await database.pool.query(
    "select state, count(*)::int as n from app_private.outbox group by state",
  );
  return Object.fromEntries(rows.map(({ state, n }) => [state, n]));
}

test("a worker that stops under load leaves no job locked and no message under way", async () => {
  workspace = await program.connectedWorkspace();
  const stopping = await aWorker();
  program.sandbox.faults.add({ kind: "delay", milliseconds: 300 }, { rate: 0.5 });
  for (const thread of await conversations(database.pool, workspace, 60))
    await say(database.pool, thread, "one", "two", "three");
  await until("sends under way", async () => (await outbox()).sending);
  const began = performance.now();
  await stopping.stop();
  worker = undefined;
  assert.ok(performance.now() - began < 5000, `stopped after ${performance.now() - began} ms`);
  assert.equal(await locked(), 0);
  const { sending = 0, uncertain = 0 } = await outbox();
  assert.deepEqual({ sending, uncertain }, { sending: 0, uncertain: 0 });
  await aWorker();
  await until("the rest to be sent", async () => Object.keys(await outbox()).length === 0, 20_000);
});

test("it does not wait for a provider that never answers: that message is uncertain", async () => {
  workspace = await program.connectedWorkspace();
  const stopping = await aWorker();
  program.sandbox.faults.add(
    { kind: "blackHole", accepts: true },
    { phoneNumberId: workspace.phoneNumberId },
  );
  program.sandbox.planStatuses([], { phoneNumberId: workspace.phoneNumberId });
  const [id] = await say(database.pool, await aConversation(database.pool, workspace), "into the void");
  await untilMessageState(database.pool, id!, ({ state }) => state === "sending");
  const began = performance.now();
  await stopping.stop();
  worker = undefined;
  assert.ok(performance.now() - began < 9000, `stopped after ${performance.now() - began} ms`);
  await untilMessageState(
    database.pool,
    id!,
    ({ state, status }) => state === "uncertain" && status === "uncertain",
  );
  assert.equal(await locked(), 0);
});

for (const [name, begin] of [
  ["is cut off", () => proxy.cut()],
  ["vanishes", () => proxy.freeze()],
] as const)
  test(`the database ${name} while messages are under way: nothing is lost or doubled, and it goes on by itself`, async () => {
    workspace = await program.connectedWorkspace();
    await aWorker();
    program.sandbox.faults.add({ kind: "delay", milliseconds: 150, accepts: true }, { rate: 0.7 });
    const ids: string[] = [];
    for (const thread of await conversations(database.pool, workspace, 50))
      ids.push(...(await say(database.pool, thread, "one", "two")));
    await until("sends under way", async () => (await outbox()).sending);
    begin();
    await new Promise((resolve) => setTimeout(resolve, 1500));
    proxy.restore();
    for (const id of ids) await untilMessageState(database.pool, id, isThere, 30_000);
    const sent = program.sandbox.ledger.sent.map(({ callbackData }) => callbackData!);
    assert.deepEqual(
      ids.map((id) => sent.filter((other) => other === id).length),
      ids.map(() => 1),
    );
    const [next] = await say(database.pool, await aConversation(database.pool, workspace), "afterwards");
    await untilMessageState(database.pool, next!, isThere, 15_000);
  });

test("jobs of a worker that died are freed and run soon; a living one's are left alone", async () => {
  workspace = await program.connectedWorkspace();
  await aWorker();
  await database.pool.query(
    `insert into graphile_worker._private_jobs (task_id, payload, locked_at, locked_by, attempts)
     select id, '{}', now() - interval '6 seconds', 'worker of the dead', 1
     from graphile_worker._private_tasks where identifier = 'reconcile_outbox'`,
  );
  await until(
    "the job to be done",
    async () =>
      (
        await database.pool.query(
          "select from graphile_worker._private_jobs where locked_by = 'worker of the dead' or attempts = 1",
        )
      ).rows.length === 0,
    15_000,
  );
  assert.deepEqual(await reapDeadWorkers(database.pool, program.log), []);
});
