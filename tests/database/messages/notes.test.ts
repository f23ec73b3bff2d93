import assert from "node:assert/strict";
import type pg from "pg";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  type Person,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aTeam(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  const [ada, ben, admin] = [
    await aPerson(db, workspace.tenantId, "agent"),
    await aPerson(db, workspace.tenantId, "agent"),
    await aPerson(db, workspace.tenantId, "admin"),
  ];
  return { workspace, conversationId, ada, ben, admin };
}

async function addNote(db: pg.PoolClient, conversationId: string, body: string, ...mentioned: Person[]) {
  const { rows } = await db.query("select * from app_public.add_note($1, $2, $3)", [
    conversationId,
    body,
    mentioned.map(({ userId }) => userId),
  ]);
  return rows[0];
}

const editNote = (db: pg.PoolClient, id: string, body: string, ...mentioned: Person[]) =>
  db.query("select app_public.edit_note($1, $2, $3)", [id, body, mentioned.map(({ userId }) => userId)]);

async function mentions(db: pg.PoolClient, messageId: string) {
  const { rows } = await db.query(
    "select user_id, read_at is not null as is_read from app_public.mentions where message_id = $1 order by user_id",
    [messageId],
  );
  return Object.fromEntries(rows.map(({ user_id, is_read }) => [user_id, is_read]));
}

async function shown(db: pg.PoolClient, messageId: string) {
  const { rows } = await db.query(
    "select c.current_preview, (select count(*)::int from app_public.messages_edits(m)) as edits from app_public.messages m, app_public.messages_current(m) c where m.id = $1",
    [messageId],
  );
  return rows[0];
}

story("a note mentions users, who mark their own mentions as read", async (db) => {
  const { workspace, conversationId, ada, ben } = await aTeam(db);
  await become(db, ada);
  const { id, content } = await addNote(db, conversationId, "@Ben please call", ben, ada);
  assert.deepEqual(content, { body: "@Ben please call", mentions: [ben.userId, ada.userId] });
  assert.deepEqual(await mentions(db, id), { [ada.userId]: false, [ben.userId]: false });

  await become(db, ben);
  const marked = await db.query("select user_id from app_public.mark_mentions_read($1)", [conversationId]);
  assert.deepEqual(marked.rows, [{ user_id: ben.userId }]);
  assert.deepEqual(await mentions(db, id), { [ada.userId]: false, [ben.userId]: true });
  assert.equal((await db.query("select app_public.mark_mentions_read()")).rowCount, 0);

  const elsewhere = await aPerson(db, (await aWorkspace(await owner(db))).tenantId, "agent");
  await become(db, ada);
  assert.equal(await refusal(db, () => addNote(db, conversationId, "Hi", elsewhere)), "23503");
  await become(db, elsewhere);
  assert.equal(await refusal(db, () => addNote(db, conversationId, "Hi")), "PYNFD");
  await become(db, await aPerson(await owner(db), workspace.tenantId, "viewer"));
  assert.deepEqual(Object.keys(await mentions(db, id)).length, 2, "viewers see them");
  assert.equal(await refusal(db, () => addNote(db, conversationId, "Hi")), "PYDEN");
});

async function owner(db: pg.PoolClient) {
  await becomeOwner(db);
  return db;
}

story("the author edits and deletes a note, an admin deletes it, and nobody else does", async (db) => {
  const { conversationId, ada, ben, admin } = await aTeam(db);
  await become(db, ada);
  const { id } = await addNote(db, conversationId, "Call at five", ada);
  await editNote(db, id, "Call at six", ben);
  assert.deepEqual(await shown(db, id), { current_preview: "Call at six", edits: 1 });
  assert.deepEqual(await mentions(db, id), { [ada.userId]: false, [ben.userId]: false });
  assert.equal(await refusal(db, () => editNote(db, id, "")), "PYCNT");

  for (const person of [ben, admin]) {
    await become(db, person);
    assert.equal(await refusal(db, () => editNote(db, id, "Call never")), "PYNFD");
  }
  await become(db, ben);
  const deletion = () => db.query("select app_public.delete_note($1)", [id]);
  assert.equal(await refusal(db, deletion), "PYDEN");
  await become(db, admin);
  await deletion();
  assert.deepEqual(await shown(db, id), { current_preview: "[deleted]", edits: 1 });
  assert.deepEqual(await mentions(db, id), { [ada.userId]: true, [ben.userId]: true });
  assert.equal(await refusal(db, deletion), "PYNFD");
  await become(db, ada);
  assert.equal(await refusal(db, () => editNote(db, id, "Call again")), "PYNFD");

  await becomeOwner(db);
  const text = await db.query(
    "insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{\"body\": \"Hi\"}') returning id",
    [conversationId],
  );
  await become(db, admin);
  assert.equal(
    await refusal(db, () => db.query("select app_public.delete_note($1)", [text.rows[0].id])),
    "PYNFD",
    "only notes",
  );
});

story("the mentions of a note go with it, and move with it when contacts are merged", async (db) => {
  const { workspace, conversationId, ada } = await aTeam(db);
  const { id } = await addNote(db, conversationId, "Hi", ada);
  const other = await aConversation(db, workspace);
  await db.query("select app_private.move_messages($1, $2, $3)", [
    workspace.tenantId,
    conversationId,
    other.conversationId,
  ]);
  const { rows } = await db.query("select conversation_id from app_public.mentions where message_id = $1", [
    id,
  ]);
  assert.deepEqual(rows, [{ conversation_id: other.conversationId }]);
  await db.query("delete from app_public.messages where id = $1", [id]);
  assert.deepEqual(await mentions(db, id), {});
});
