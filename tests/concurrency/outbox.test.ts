import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
import { applyStatuses, claim, record, statusFor } from "../support/outbox.ts";
import { aConversation, aWorkspace, type Workspace } from "../support/people.ts";
import { atOnce, overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());
// What an earlier test has left waiting stays where it is.
beforeEach(() => database.pool.query("update app_public.channels set status = 'paused'"));

/** Messages in conversations of their own, by conversation. */
async function queue(
  workspace: Workspace,
  conversations: number,
  each: number,
): Promise<Map<string, string[]>> {
  const queued = new Map<string, string[]>();
  for (let number = 0; number < conversations; number++) {
    const { conversationId } = await aConversation(database.pool, workspace);
    const ids = [];
    for (let message = 0; message < each; message++) ids.push(await send(database.pool, conversationId));
    queued.set(conversationId, ids);
  }
  return queued;
}

// Without both "for update skip locked" of claim_outbox(), of the channel's state and of the lanes, the second waits
// for the first and then takes what the first has taken.
test("two senders at once: one takes a conversation's message, the other nothing, without waiting", async () => {
  await queue(await aWorkspace(database.pool), 1, 2);
  const { first, second, waited } = await overlapping(
    database.pool,
    (db) => claim(db),
    (db) => claim(db),
  );
  assert.equal(first.length, 1);
  assert.deepEqual(second, { status: "fulfilled", value: [] });
  assert.equal(waited, false);
  assert.deepEqual(await claim(database.pool), [], "the one in front is under way");
});

// Without "for update of s" of claim_outbox() two senders spend the same tokens.
test("two senders at once share a channel's pace", async () => {
  const workspace = await aWorkspace(database.pool);
  await database.pool.query("update app_public.channels set messages_per_second = 20 where id = $1", [
    workspace.channelId,
  ]);
  await queue(workspace, 12, 1);
  const { first, second } = await overlapping(
    database.pool,
    (db) => claim(db),
    (db) => claim(db),
  );
  assert.ok(first.length >= 5 && first.length < 12);
  assert.deepEqual(second, { status: "fulfilled", value: [] });
});

// The locks of claim_outbox(), as above, and the order of a lane: its head only, and only when nothing is under way.
test("four senders empty an outbox: each message once, each conversation in order, never two under way", async () => {
  const queued = await queue(await aWorkspace(database.pool), 10, 8);
  const taken: string[] = [];
  const underWay = new Set<string>();
  const conversationOf = new Map(
    [...queued].flatMap(([conversation, ids]) => ids.map((id) => [id, conversation])),
  );
  const sender = async () => {
    while (taken.length < 80) {
      for (const message_id of await claim(database.pool, 5)) {
        const conversation = conversationOf.get(message_id)!;
        assert.ok(!underWay.has(conversation), "two of one conversation are under way");
        underWay.add(conversation);
        taken.push(message_id);
        await new Promise((resolve) => setImmediate(resolve));
        underWay.delete(conversation);
        await record(database.pool, { message_id, kind: "sent", provider_message_id: `wamid.${message_id}` });
      }
    }
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
  assert.equal(new Set(taken).size, 80);
  for (const ids of queued.values())
    assert.deepEqual(
      taken.filter((id) => ids.includes(id)),
      ids,
    );
});

// Without "order by l.conversation_id for update" in lock_lanes(), which record_outcomes() and apply_statuses() call, one
// holds a message's row in the outbox and waits for the lane that the other holds.
test("senders and webhooks that update the same messages never deadlock: 500 rounds", async () => {
  const workspace = await aWorkspace(database.pool);
  const queued = await queue(workspace, 6, 84);
  let rounds = 0;
  for (let left = 84; left > 0; left--) {
    const ids = await claim(database.pool, 6);
    assert.equal(ids.length, 6);
    // Each half is recorded as sent or uncertain while statuses about all of them come in another order.
    await atOnce(database.pool, [
      (db) =>
        record(
          db,
          ...ids.map((message_id, at) => ({
            message_id,
            kind: at % 2 ? ("sent" as const) : ("uncertain" as const),
          })),
        ),
      (db) =>
        applyStatuses(
          db,
          ...ids.toReversed().map((message_id) => statusFor(workspace, "delivered", { message_id })),
        ),
      (db) => applyStatuses(db, ...ids.map((message_id) => statusFor(workspace, "sent", { message_id }))),
    ]);
    rounds += ids.length;
  }
  assert.ok(rounds >= 500);
  const { rows } = await database.pool.query(
    `select s.status, count(*)::int as n, (select count(*)::int from app_private.outbox where tenant_id = $1) as waiting
     from app_public.message_statuses s where s.tenant_id = $1 group by s.status`,
    [workspace.tenantId],
  );
  assert.deepEqual(rows, [{ status: "delivered", n: [...queued.values()].flat().length, waiting: 0 }]);
});
