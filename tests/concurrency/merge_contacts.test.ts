import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
import { claim, outboxOf, record, statusOf } from "../support/outbox.ts";
import { aConversation, aWorkspace, type Thread } from "../support/people.ts";
import { atOnce, overlapping, started } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const merge = (kept: Thread, merged: Thread) => (db: pg.PoolClient) =>
  db.query("select app_private.merge_contacts($1, $2)", [kept.contactId, merged.contactId]);

test("a message whose contact is merged while it is under way is recorded: no deadlock, in either order", async () => {
  for (const mergesFirst of [true, false]) {
    const workspace = await aWorkspace(database.pool);
    const kept = await aConversation(database.pool, workspace);
    const merged = await aConversation(database.pool, workspace);
    const message_id = await send(database.pool, merged.conversationId);
    await claim(database.pool);
    const sent = (db: pg.PoolClient) =>
      record(db, { message_id, kind: "sent", provider_message_id: "wamid.1" });
    const { second } = mergesFirst
      ? await overlapping(database.pool, merge(kept, merged), sent)
      : await overlapping(database.pool, sent, merge(kept, merged));
    assert.equal(second.status, "fulfilled");
    assert.equal((await statusOf(database.pool, message_id)).status, "sent");
    assert.equal(await outboxOf(database.pool, message_id), undefined);
    // The next one of the kept thread is not held up by what is done.
    const next = await send(database.pool, kept.conversationId);
    assert.deepEqual(await claim(database.pool), [next]);
    await record(database.pool, { message_id: next, kind: "sent" });
  }
});

// Without the lock of both lanes in move_messages(), the merge holds the message's row in the outbox and waits for the
// lane, while the sender holds the lane and waits for the row.
test("a merge that comes while a sender records waits for it, and not the other way round", async () => {
  const workspace = await aWorkspace(database.pool);
  const kept = await aConversation(database.pool, workspace);
  const merged = await aConversation(database.pool, workspace);
  const message_id = await send(database.pool, merged.conversationId);
  await claim(database.pool);
  const sender = await database.pool.connect();
  await sender.query("begin");
  // How record_outcomes() begins.
  await sender.query("select from app_private.outbox_lanes where conversation_id = $1 for update", [
    merged.conversationId,
  ]);
  const merging = await started(database.pool, merge(kept, merged));
  assert.ok(merging.waited);
  await record(sender, { message_id, kind: "sent" });
  await sender.query("commit");
  sender.release();
  assert.equal((await merging.outcome).status, "fulfilled");
  assert.equal((await statusOf(database.pool, message_id)).status, "sent");
});

// Without "order by c.id for update" of the contacts in merge_contacts(), each holds one contact and waits for the other.
test("two merges of the same contacts into each other leave one contact", async () => {
  for (let round = 0; round < 20; round++) {
    const workspace = await aWorkspace(database.pool);
    const one = await aConversation(database.pool, workspace);
    const other = await aConversation(database.pool, workspace);
    await atOnce(database.pool, [merge(one, other), merge(other, one)]);
    const { rowCount } = await database.pool.query("select from app_public.contacts where tenant_id = $1", [
      workspace.tenantId,
    ]);
    assert.equal(rowCount, 1);
  }
});
