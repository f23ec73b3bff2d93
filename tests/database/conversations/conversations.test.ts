import assert from "node:assert/strict";
import type pg from "pg";
import { conversationOf } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aContact(db: pg.PoolClient, tenantId: string): Promise<string> {
  const { rows } = await db.query(
    "insert into app_public.contacts (tenant_id, name) values ($1, 'Ann') returning id",
    [tenantId],
  );
  return rows[0].id;
}

const begin = (db: pg.PoolClient, contactId: string) =>
  db.query("insert into app_public.conversations (contact_id) values ($1) returning *", [contactId]);

story(
  "a conversation needs no more than its contact: the tenant follows, the channel is the default",
  async (db) => {
    const { tenantId, channelId } = await aWorkspace(db);
    const contactId = await aContact(db, tenantId);
    await become(db, await aPerson(db, tenantId, "agent"));
    const { rows } = await begin(db, contactId);
    assert.equal(rows[0].tenant_id, tenantId);
    assert.equal(rows[0].channel_id, channelId);
    assert.equal(rows[0].status, "open");
  },
);

story("no contact, another tenant's contact: PYNFD; no channel: PYCHN", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const foreign = await aContact(db, (await aWorkspace(db)).tenantId);
  const own = await aContact(db, tenantId);
  await db.query("delete from app_public.channels where id = $1", [channelId]);
  await become(db, await aPerson(db, tenantId, "agent"));
  assert.equal(await refusal(db, () => begin(db, foreign)), "PYNFD");
  assert.equal(await refusal(db, () => begin(db, "0190f0e0-0000-7000-8000-000000000001")), "PYNFD");
  assert.equal(await refusal(db, () => begin(db, own)), "PYCHN");
});

story("there is only ever one conversation between a contact and a channel", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const contactId = await aContact(db, tenantId);
  await begin(db, contactId);
  assert.equal(await refusal(db, () => begin(db, contactId)), "23505");
});

story(
  "a conversation cannot reference rows of another tenant, not even for the database owner",
  async (db) => {
    const ours = await aWorkspace(db);
    const theirs = await aWorkspace(db);
    const contactId = await aContact(db, ours.tenantId);
    const insert = (tenantId: string, channelId: string) => () =>
      db.query(
        "insert into app_public.conversations (tenant_id, channel_id, contact_id) values ($1, $2, $3)",
        [tenantId, channelId, contactId],
      );
    assert.equal(await refusal(db, insert(ours.tenantId, theirs.channelId)), "23503");
    assert.equal(await refusal(db, insert(theirs.tenantId, theirs.channelId)), "23503");
  },
);

story("closing and reopening: closed_at follows, and an archived one opens again too", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const closed = (await db.query("select * from app_public.close_conversation($1)", [conversationId]))
    .rows[0];
  assert.equal(closed.status, "closed");
  assert.notEqual(closed.closed_at, null);
  const open = (await db.query("select * from app_public.reopen_conversation($1)", [conversationId])).rows[0];
  assert.equal(open.status, "open");
  assert.equal(open.closed_at, null);
  await db.query("update app_public.conversations set status = 'archived'");
  assert.notEqual((await conversationOf(db, conversationId)).closed_at, null);
  await db.query("select app_public.reopen_conversation($1)", [conversationId]);
  assert.equal((await conversationOf(db, conversationId)).closed_at, null);
});

story("an assigned agent becomes a participant, and stays one after the assignment ends", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  const assign = async (userId: string | null) =>
    (await db.query("select * from app_public.assign_conversation($1, $2)", [conversationId, userId]))
      .rows[0];
  assert.equal((await assign(agent.userId)).assignee_id, agent.userId);
  assert.equal((await assign(null)).assignee_id, null);
  const { rows } = await db.query("select user_id from app_public.conversation_participants");
  assert.deepEqual(rows, [{ user_id: agent.userId }]);
});

story("only an active member can be given a conversation: PYNFD", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "agent");
  const gone = await aPerson(db, workspace.tenantId, "agent");
  await db.query("update app_public.memberships set is_active = false where user_id = $1", [gone.userId]);
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  for (const { userId } of [stranger, gone])
    assert.equal(
      await refusal(db, () =>
        db.query("select app_public.assign_conversation($1, $2)", [conversationId, userId]),
      ),
      "PYNFD",
    );
  // Nor by the way of an update.
  const update = () => db.query("update app_public.conversations set assignee_id = $1", [stranger.userId]);
  assert.equal(await refusal(db, update), "23503");
});

story("the conversations of a member who leaves become unassigned", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await db.query("select app_public.assign_conversation($1, $2)", [conversationId, agent.userId]);
  await db.query("delete from app_public.users where id = $1", [agent.userId]);
  const conversation = await conversationOf(db, conversationId);
  assert.equal(conversation.assignee_id, null);
  assert.equal(conversation.tenant_id, workspace.tenantId);
  assert.equal((await db.query("select from app_public.conversation_participants")).rowCount, 0);
});

story("an agent adds a colleague to a conversation and takes them out again", async (db) => {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "agent");
  const colleague = await aPerson(db, workspace.tenantId, "viewer");
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const add = (userId: string) =>
    db.query("insert into app_public.conversation_participants (conversation_id, user_id) values ($1, $2)", [
      conversationId,
      userId,
    ]);
  await add(colleague.userId);
  assert.equal(await refusal(db, () => add(stranger.userId)), "23503");
  const removed = await db.query("delete from app_public.conversation_participants where user_id = $1", [
    colleague.userId,
  ]);
  assert.equal(removed.rowCount, 1);
});

story("columns that triggers maintain cannot be written by users", async (db) => {
  const workspace = await aWorkspace(db);
  await aConversation(db, workspace);
  await become(db, await aPerson(db, workspace.tenantId, "owner"));
  for (const column of [
    "unread_count",
    "read_at",
    "window_expires_at",
    "last_message_at",
    "closed_at",
    "contact_id",
  ])
    assert.equal(
      await refusal(db, () => db.query(`update app_public.conversations set ${column} = ${column}`)),
      "42501",
      column,
    );
  await becomeOwner(db);
});
