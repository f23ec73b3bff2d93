import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf, hear, send } from "../../support/messages.ts";
import { claim, outboxOf, statusOf } from "../../support/outbox.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function note(db: pg.PoolClient, conversationId: string, content: object = { body: "Call her back" }) {
  const { rows } = await db.query(
    "insert into app_public.messages (conversation_id, type, content) values ($1, 'note', $2) returning *",
    [conversationId, content],
  );
  return rows[0];
}

story("an agent's note is internal, and touches nothing that messages with the customer do", async (db) => {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace, { isWindowOpen: false });
  await hear(db, workspace, thread, { content: { body: "Where is my order?" } });
  await db.query("update app_public.conversations set status = 'closed' where id = $1", [
    thread.conversationId,
  ]);
  await db.query("delete from app_private.chatbot_events");
  const { updated_at: _, ...before } = await conversationOf(db, thread.conversationId);

  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  const row = await note(db, thread.conversationId);
  await becomeOwner(db);

  const { direction, author, user_id, origin, preview } = row;
  assert.deepEqual(
    { direction, author, user_id, origin, preview },
    {
      direction: "internal",
      author: "user",
      user_id: agent.userId,
      origin: "live",
      preview: "Call her back",
    },
  );
  const { updated_at: __, ...after } = await conversationOf(db, thread.conversationId);
  assert.deepEqual(after, before, "no window, unread count, last message, state or pause");
  assert.equal(await statusOf(db, row.id), undefined);
  assert.equal(await outboxOf(db, row.id), undefined);
  assert.deepEqual(await claim(db), []);
  const { rows } = await db.query("select from app_private.chatbot_events");
  assert.equal(rows.length, 0);
  const { rows: roles } = await db.query(
    "select app_public.messages_role(m) as role, app_public.messages_ack_status(m) as ack from app_public.messages m where id = $1",
    [row.id],
  );
  assert.deepEqual(roles, [{ role: null, ack: null }]);
});

story("no insert makes an internal message outbound, or a sent one internal", async (db) => {
  const { conversationId } = await aConversation(db, await aWorkspace(db));
  const insert =
    (direction: string, type: string, content: object, more = "null") =>
    () =>
      db.query(
        `insert into app_public.messages
         (tenant_id, conversation_id, author, preview, direction, type, content, provider_message_id)
       select tenant_id, id, 'system', 'a', $2, $3, $4, ${more} from app_public.conversations where id = $1`,
        [conversationId, direction, type, content],
      );
  const text = { body: "a" };
  assert.equal(await refusal(db, insert("outbound", "note", text)), "23514");
  assert.equal(await refusal(db, insert("internal", "text", text)), "23514");
  assert.equal(await refusal(db, insert("internal", "template", text)), "23514");
  assert.equal(await refusal(db, insert("internal", "note", text, "'wamid.1'")), "23514");
  assert.equal(await refusal(db, insert("outbound", "system", text)), "PYCNT");
  assert.equal(await refusal(db, insert("outbound", "edit", text)), "PYCNT");
  const reply = { conversation_id: conversationId, type: "note", content: text, metadata: {} };
  const replies = () => db.query("select app_private.send_replies($1)", [JSON.stringify([reply])]);
  assert.equal(await refusal(db, replies), "23514", "a chatbot's");
  const sent = () => db.query("select app_public.send_message($1, $2, 'note')", [conversationId, text]);
  await become(db, await aPerson(db, (await conversationOf(db, conversationId)).tenant_id, "agent"));
  assert.equal(await refusal(db, sent), "PYCNT");
  await becomeOwner(db);

  const { id } = await note(db, conversationId);
  const outbound = () =>
    db.query("update app_public.messages set direction = 'outbound', type = 'text' where id = $1", [id]);
  assert.equal(await refusal(db, outbound), "PYFIX");
});

story("even a note that is put in the outbox by hand is not claimed", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const { id, tenant_id } = await note(db, conversationId);
  const text = await send(db, conversationId);
  await db.query(
    "insert into app_public.message_statuses (tenant_id, message_id, channel_id, author) values ($1, $2, $3, 'user')",
    [tenant_id, id, workspace.channelId],
  );
  await db.query("delete from app_private.outbox where message_id = $1", [text]);
  await db.query(
    "insert into app_private.outbox (tenant_id, conversation_id, message_id) values ($1, $2, $3)",
    [tenant_id, conversationId, id],
  );
  assert.deepEqual(await claim(db), []);
});

story("a note has a text or a file, and mentions users by their ids", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  for (const content of [{}, { body: " " }, { body: "a".repeat(16_385) }, { body: "a", mentions: ["Ada"] }])
    assert.equal(await refusal(db, () => note(db, conversationId, content)), "PYCNT");
  const withFile = (mediaId: string) =>
    db.query(
      "insert into app_public.messages (conversation_id, type, content, media_id) values ($1, 'note', '{}', $2) returning preview",
      [conversationId, mediaId],
    );
  const { rows } = await db.query(
    `insert into app_public.media (tenant_id, channel_id, type) values ($1, $2, 'image') returning id`,
    [workspace.tenantId, workspace.channelId],
  );
  assert.equal(await refusal(db, () => withFile(rows[0].id)), "PYFIL");
  assert.equal(await refusal(db, () => withFile(workspace.channelId)), "PYNFD");
});
