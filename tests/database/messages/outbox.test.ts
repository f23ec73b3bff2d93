import assert from "node:assert/strict";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import { claim, outboxOf, record, statusOf } from "../../support/outbox.ts";
import { aConversation, aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

async function aConversationId(db: pg.PoolClient, workspace?: Workspace): Promise<string> {
  return (await aConversation(db, workspace ?? (await aWorkspace(db)))).conversationId;
}

const MINUTE_MS = 60_000;
const lanesAreDue = (db: pg.PoolClient) =>
  db.query("update app_private.outbox_lanes set due_at = now() where due_at < 'infinity'");

story(
  "only the oldest message of a conversation is sent; the next one is sent when its outcome is recorded",
  async (db) => {
    const conversationId = await aConversationId(db);
    const [one, two, three] = [
      await send(db, conversationId),
      await send(db, conversationId),
      await send(db, conversationId),
    ];
    assert.deepEqual(await claim(db), [one]);
    assert.deepEqual(await claim(db), []);
    await record(db, { message_id: one, kind: "sent", provider_message_id: "wamid.1" });
    assert.deepEqual(await claim(db), [two]);
    await record(db, { message_id: two, kind: "failed", error_code: "131026" });
    assert.deepEqual(await claim(db), [three], "a failure does not hold up what comes after it");
    await record(db, { message_id: three, kind: "sent" });
    assert.deepEqual(await claim(db), []);
  },
);

story("different conversations go out side by side, up to the batch size", async (db) => {
  const workspace = await aWorkspace(db);
  const ids = [];
  for (let number = 0; number < 5; number++) ids.push(await send(db, await aConversationId(db, workspace)));
  const first = await claim(db, 3);
  assert.equal(first.length, 3);
  assert.deepEqual([...first, ...(await claim(db, 3))].sort(), ids.sort());
});

story("a claimed message is sending, under a lease, with all that the sender needs", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const quoted = await send(db, thread.conversationId);
  await claim(db);
  await record(db, { message_id: quoted, kind: "sent", provider_message_id: "wamid.quoted" });
  const { rows: inserted } = await db.query(
    `insert into app_public.messages (conversation_id, type, content, reply_to_id) values ($1, 'text', '{"body": "Yes"}', $2) returning id`,
    [thread.conversationId, quoted],
  );
  const { rows } = await db.query("select * from app_private.claim_outbox(10, '1 minute')");
  assert.deepEqual(rows, [
    {
      message_id: inserted[0].id,
      tenant_id: workspace.tenantId,
      conversation_id: thread.conversationId,
      channel_id: workspace.channelId,
      channel_kind: "whatsapp_cloud",
      type: "text",
      content: { body: "Yes" },
      phone: thread.phone,
      bsuid: null,
      reply_to_provider_message_id: "wamid.quoted",
      attempts: 1,
    },
  ]);
  assert.equal((await statusOf(db, inserted[0].id)).status, "sending");
  const { state, lease_until } = await outboxOf(db, inserted[0].id);
  assert.equal(state, "sending");
  assert.ok(lease_until.getTime() > Date.now() + 50_000);
});

story("a message that was certainly not sent waits, and is tried again in order", async (db) => {
  const conversationId = await aConversationId(db);
  const one = await send(db, conversationId);
  const two = await send(db, conversationId);
  await claim(db);
  await record(db, { message_id: one, kind: "retry", retry_in_ms: MINUTE_MS, error_code: "130429" });
  assert.equal((await statusOf(db, one)).status, "queued");
  assert.deepEqual(await claim(db), []);
  await lanesAreDue(db);
  assert.deepEqual(await claim(db), [one]);
  assert.equal((await statusOf(db, one)).attempts, 2);
  await record(db, { message_id: one, kind: "sent" });
  assert.deepEqual(await claim(db), [two]);
});

story("a new message does not shorten the wait of a conversation before its next attempt", async (db) => {
  const conversationId = await aConversationId(db);
  const one = await send(db, conversationId);
  await claim(db);
  await record(db, { message_id: one, kind: "retry", retry_in_ms: MINUTE_MS });
  await send(db, conversationId);
  assert.deepEqual(await claim(db), []);
});

story("after the limit for a pair, one message in six seconds, for ten minutes", async (db) => {
  const conversationId = await aConversationId(db);
  const one = await send(db, conversationId);
  const two = await send(db, conversationId);
  await claim(db);
  await record(db, { message_id: one, kind: "retry", retry_in_ms: 0, is_pair_limit: true });
  await lanesAreDue(db);
  assert.deepEqual(await claim(db), [one]);
  await record(db, { message_id: one, kind: "sent" });
  assert.deepEqual(await claim(db), [], "not at once");
  const { rows } = await db.query(
    "select extract(epoch from due_at - now())::int as s from app_private.outbox_lanes",
  );
  assert.deepEqual(rows, [{ s: 6 }]);
  await lanesAreDue(db);
  assert.deepEqual(await claim(db), [two]);
});

story("a refused batch concerns only its own messages", async (db) => {
  const workspace = await aWorkspace(db);
  const [one, two] = [
    await send(db, await aConversationId(db, workspace)),
    await send(db, await aConversationId(db, workspace)),
  ];
  await claim(db);
  await record(
    db,
    { message_id: one, kind: "sent" },
    { message_id: two, kind: "failed", error_code: "131026" },
  );
  assert.equal((await statusOf(db, one)).status, "sent");
  const failed = await statusOf(db, two);
  assert.deepEqual([failed.status, failed.error_code], ["failed", "131026"]);
  assert.equal(await outboxOf(db, one), undefined);
  assert.equal(await outboxOf(db, two), undefined);
});

story("an insert starts the sender, once per statement", async (db) => {
  const workspace = await aWorkspace(db);
  await aConversation(db, workspace);
  await aConversation(db, workspace);
  await db.query(`insert into app_public.messages (conversation_id, type, content)
    select id, 'text', '{"body": "Hello"}' from app_public.conversations`);
  const { rows } = await db.query(
    "select task_identifier from graphile_worker.jobs where task_identifier <> 'sync_templates'",
  );
  assert.deepEqual(rows, [{ task_identifier: "send_messages" }]);
});

story("what campaigns send waits for the other messages of its channel", async (db) => {
  const workspace = await aWorkspace(db);
  const [one, other] = [await aConversationId(db, workspace), await aConversationId(db, workspace)];
  const lanesOf = async (conversationId: string) =>
    (
      await db.query("select is_campaign from app_private.outbox_lanes where conversation_id = $1", [
        conversationId,
      ])
    ).rows[0].is_campaign;
  const { rows } = await db.query(
    `insert into app_public.messages (conversation_id, type, content, campaign_id)
     values ($1, 'text', '{"body": "Spring"}', gen_random_uuid()) returning id`,
    [one],
  );
  const ofCampaign = rows[0].id;
  assert.equal(await lanesOf(one), true);
  await db.query("update app_private.outbox_lanes set due_at = now() - interval '1 minute'");
  const ofAgent = await send(db, other);
  assert.deepEqual(await claim(db, 1), [ofAgent], "although it is newer");
  assert.deepEqual(await claim(db, 1), [ofCampaign]);

  const answer = await send(db, one);
  assert.equal(await lanesOf(one), false, "an answer waits in the lane");
  await record(db, { message_id: ofCampaign, kind: "sent" });
  assert.deepEqual(await claim(db, 1), [answer]);
});
