import assert from "node:assert/strict";
import type pg from "pg";
import { hear, send } from "../../support/messages.ts";
import { outboxOf, statusOf } from "../../support/outbox.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function messageOf(db: pg.PoolClient, id: string) {
  const { rows } = await db.query("select * from app_public.messages where id = $1", [id]);
  return rows[0];
}

story(
  "a message needs conversation, type and content; the other columns are set, and it is queued",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const id = await send(db, conversationId, "Hello");
    const message = await messageOf(db, id);
    assert.equal(message.tenant_id, workspace.tenantId);
    assert.equal(message.direction, "outbound");
    assert.equal(message.author, "system");
    assert.equal(message.origin, "live");
    assert.equal(message.preview, "Hello");
    assert.equal((await statusOf(db, id)).status, "queued");
    assert.equal((await outboxOf(db, id)).state, "queued");
  },
);

story("a message that a person inserts has them as its author", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  const message = await messageOf(db, await send(db, conversationId));
  assert.equal(message.author, "user");
  assert.equal(message.user_id, agent.userId);
});

story(
  "a sender cannot be impersonated, a message cannot be back-dated, and rules cannot be bypassed",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    await become(db, await aPerson(db, workspace.tenantId, "owner"));
    for (const [column, value] of Object.entries({
      author: "'contact'",
      user_id: "gen_random_uuid()",
      direction: "'inbound'",
      origin: "'history'",
      id: "gen_random_uuid()",
      created_at: "now()",
      occurred_at: "now()",
      provider_message_id: "'wamid.1'",
      tenant_id: `'${workspace.tenantId}'`,
    })) {
      const insert = () =>
        db.query(
          `insert into app_public.messages (conversation_id, type, content, ${column}) values ($1, 'text', '{"body": "a"}', ${value})`,
          [conversationId],
        );
      assert.equal(await refusal(db, insert), "42501", column);
    }
  },
);

story("signed-in users cannot change or delete messages", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  await send(db, conversationId);
  await become(db, await aPerson(db, workspace.tenantId, "owner"));
  assert.equal(
    await refusal(db, () => db.query("update app_public.messages set content = content")),
    "42501",
  );
  assert.equal(await refusal(db, () => db.query("delete from app_public.messages")), "42501");
  assert.equal(
    await refusal(db, () => db.query("update app_public.message_statuses set status = 'read'")),
    "42501",
  );
});

story("erasing a customer deletes the contact with all messages", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  await hear(db, workspace, thread, {});
  await send(db, thread.conversationId);
  await becomeOwner(db);
  assert.equal((await db.query("delete from app_public.contacts")).rowCount, 1);
  for (const table of [
    "app_public.contact_identities",
    "app_public.conversations",
    "app_public.messages",
    "app_public.message_statuses",
    "app_private.outbox",
    "app_private.outbox_lanes",
    "app_private.chatbot_events",
  ])
    assert.equal((await db.query(`select from ${table}`)).rowCount, 0, table);
});

story("a message goes to no conversation that is not there: PYNFD", async (db) => {
  const workspace = await aWorkspace(db);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const nowhere = "0190f0e0-0000-7000-8000-000000000001";
  assert.equal(await refusal(db, () => send(db, nowhere)), "PYNFD");
});

story("status, ack_status and role, as API clients see them", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const id = await send(db, thread.conversationId);
  const fields = async () =>
    (
      await db.query(
        "select m.status, m.ack_status, m.role from (select app_public.messages_status(m) as status, app_public.messages_ack_status(m) as ack_status, app_public.messages_role(m) as role from app_public.messages m where m.id = $1) m",
        [id],
      )
    ).rows[0];
  assert.deepEqual(await fields(), { status: "queued", ack_status: 0, role: "system" });
  const acks = { sending: 0, uncertain: 0, sent: 1, failed: -1, delivered: 2, read: 3, played: 4 };
  for (const [status, ack] of Object.entries(acks)) {
    await db.query("update app_public.message_statuses set status = $1, error_code = $2", [
      status,
      status === "failed" ? "x" : null,
    ]);
    assert.deepEqual(await fields(), { status, ack_status: ack, role: "system" });
  }
});

story(
  "an idempotency key: the same request again is the same message, another one is refused",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    await become(db, await aPerson(db, workspace.tenantId, "agent"));
    const ask = async (body: string, key: string | null) =>
      (
        await db.query("select id from app_public.send_message($1, $2, idempotency_key => $3)", [
          conversationId,
          { body },
          key,
        ])
      ).rows[0].id;
    const first = await ask("Hello", "key");
    assert.equal(await ask("Hello", "key"), first);
    assert.equal(await refusal(db, () => ask("Bye", "key")), "PYIDM");
    assert.notEqual(await ask("Hello", "another key"), first);
    assert.notEqual(await ask("Hello", null), first);
    assert.equal(await refusal(db, () => ask("Hello", "")), "23514");
    assert.equal(await refusal(db, () => ask("Hello", "k".repeat(201))), "23514");
    assert.equal((await db.query("select from app_public.messages")).rowCount, 3);
  },
);

story("a key is a tenant's own", async (db) => {
  const ids: string[] = [];
  for (let tenant = 0; tenant < 2; tenant++) {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    await become(db, await aPerson(db, workspace.tenantId, "agent"));
    const { rows } = await db.query(
      `select id from app_public.send_message($1, '{"body": "Hi"}', idempotency_key => 'key')`,
      [conversationId],
    );
    ids.push(rows[0].id);
    await becomeOwner(db);
  }
  assert.notEqual(ids[0], ids[1]);
});
