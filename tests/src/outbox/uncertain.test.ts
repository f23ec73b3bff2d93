import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { isThere, messageState, say, untilMessageState } from "../../support/outbound.ts";
import { aConversation, type Thread } from "../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";

/** Messages of which the answer was lost, and statuses that come too early, too often, too late or never. */

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, { sandbox: { enforcesWindow: false } });
});
after(async () => {
  await program.stop();
  await database.drop();
});

const timesSent = (messageId: string) =>
  program.sandbox.ledger.sent.filter(({ callbackData }) => callbackData === messageId).length;

async function aThread(): Promise<{ workspace: ConnectedWorkspace; thread: Thread; recipient: string }> {
  const workspace = await program.connectedWorkspace();
  const thread = await aConversation(database.pool, workspace);
  return { workspace, thread, recipient: thread.phone.slice(1) };
}

const LOST = [
  ["cut off after it was accepted", { kind: "cut", accepts: true }],
  ["answered with a page of errors after it was accepted", { kind: "serverError", accepts: true }],
] as const;

for (const [name, fault] of LOST)
  test(`a message whose response was ${name} gets its outcome from its statuses, and is sent once`, async () => {
    const { thread, recipient } = await aThread();
    program.sandbox.faults.add(fault, { recipient, times: 1 });
    // A while without statuses: what is uncertain must stay so, and hold up the next.
    program.sandbox.planStatuses(
      [
        { status: "sent", afterMs: 300 },
        { status: "delivered", afterMs: 320 },
      ],
      {
        recipient,
        times: 1,
      },
    );
    const [first, second] = await say(database.pool, thread, "one", "two");
    const uncertain = await untilMessageState(database.pool, first!, ({ state }) => state === "uncertain");
    assert.equal(uncertain.status, "uncertain");
    assert.equal((await messageState(database.pool, second!)).attempts, 0);
    await untilMessageState(database.pool, first!, isThere);
    await untilMessageState(database.pool, second!, isThere);
    assert.deepEqual([timesSent(first!), timesSent(second!)], [1, 1]);
    assert.equal((await messageState(database.pool, first!)).state, null);
  });

test("a provider that was never reached is tried again", async () => {
  const { workspace, thread } = await aThread();
  await database.pool.query(
    "update app_public.whatsapp_channels set graph_url = 'http://127.0.0.1:1' where channel_id = $1",
    [workspace.channelId],
  );
  const [id] = await say(database.pool, thread, "hello");
  await untilMessageState(
    database.pool,
    id!,
    ({ error_code, status }) => error_code === "PYUNR" && status === "queued",
  );
  await database.pool.query("update app_public.whatsapp_channels set graph_url = $2 where channel_id = $1", [
    workspace.channelId,
    program.sandbox.url,
  ]);
  await untilMessageState(database.pool, id!, isThere, 20_000);
  assert.equal(timesSent(id!), 1);
});

const ORDERS = [
  [
    "before the answer",
    [
      { status: "sent", afterMs: 0 },
      { status: "delivered", afterMs: 0 },
    ],
  ],
  [
    "backwards",
    [
      { status: "delivered", afterMs: 5 },
      { status: "sent", afterMs: 60 },
    ],
  ],
  [
    "many times",
    [
      { status: "sent", afterMs: 5, copies: 4 },
      { status: "delivered", afterMs: 6, copies: 4 },
    ],
  ],
  ["with the first one missing", [{ status: "delivered", afterMs: 10 }]],
] as const;

for (const [name, steps] of ORDERS)
  test(`statuses that come ${name} lead to the same end`, async () => {
    const { thread, recipient } = await aThread();
    if (name === "before the answer")
      program.sandbox.faults.add(
        { kind: "delay", milliseconds: 200, accepts: true },
        { recipient, times: 1 },
      );
    program.sandbox.planStatuses(steps, { recipient, times: 1 });
    const [first, second] = await say(database.pool, thread, "one", "two");
    const fate = await untilMessageState(database.pool, first!, isThere);
    assert.equal(fate.status, "delivered");
    await untilMessageState(database.pool, second!, isThere);
    const settled = await untilMessageState(
      database.pool,
      first!,
      ({ provider_message_id: id }) => id !== null,
    );
    assert.equal(settled.status, "delivered");
    assert.equal(settled.duplicate_provider_message_ids, null);
    assert.equal(timesSent(first!), 1);
  });

test("a failed status ends a message that was sent", async () => {
  const { thread, recipient } = await aThread();
  program.sandbox.planStatuses(
    [
      { status: "sent", afterMs: 5 },
      { status: "failed", afterMs: 30, errorCode: 131026 },
    ],
    {
      recipient,
      times: 1,
    },
  );
  const [id] = await say(database.pool, thread, "one");
  const fate = await untilMessageState(database.pool, id!, ({ status }) => status === "failed");
  assert.equal(fate.error_code, "131026");
});
