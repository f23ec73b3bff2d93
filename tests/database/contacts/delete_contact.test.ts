import assert from "node:assert/strict";
import type pg from "pg";
import { Line } from "../../support/identities.ts";
import { conversationOf, hear, send } from "../../support/messages.ts";
import { aChannel, aConversation, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const HIDDEN = [
  "contacts",
  "contact_identities",
  "contact_tags",
  "conversations",
  "conversation_contexts",
  "messages",
] as const;

/** A contact with a conversation in which a chatbot runs, and another contact who keeps all that. */
async function twoContacts(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const [gone, other] = [await aConversation(db, workspace), await aConversation(db, workspace)];
  for (const thread of [gone, other]) {
    await hear(db, workspace, thread, { content: { body: "Hello" } });
    await db.query(
      `with tag as (
         insert into app_public.tags (tenant_id, name) values ($1, $2::text) returning id
       ),
       tagged as (
         insert into app_public.contact_tags (tenant_id, contact_id, tag_id) select $1, $2::uuid, id from tag
       ),
       bot as (
         insert into app_public.chatbots (tenant_id, name) values ($1, 'Bot ' || $3) returning id
       ),
       version as (
         insert into app_public.chatbot_versions (tenant_id, chatbot_id, number, nodes, edges, settings)
         select $1, id, 1, '[]', '[]', '{}' from bot returning id, chatbot_id
       )
       insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id)
       select $1, $3::uuid, chatbot_id, id from version`,
      [workspace.tenantId, thread.contactId, thread.conversationId],
    );
  }
  return { workspace, gone, other };
}

/** How many rows of each table the caller sees. */
async function seen(db: pg.PoolClient): Promise<number[]> {
  const counts: number[] = [];
  for (const table of HIDDEN)
    counts.push(
      (
        await db.query(
          `select count(*)::int as n from app_public.${table} ${table === "messages" ? "where type = 'text'" : ""}`,
        )
      ).rows[0].n,
    );
  return counts;
}

story("a deleted contact is hidden with all it has, until it is restored", async (db) => {
  const { workspace, gone } = await twoContacts(db);
  const admin = await aPerson(db, workspace.tenantId, "admin");
  await become(db, admin);
  assert.deepEqual(await seen(db), [2, 2, 2, 2, 2, 2]);
  await db.query("select app_public.delete_contact($1)", [gone.contactId]);
  assert.deepEqual(await seen(db), [1, 1, 1, 1, 1, 1]);
  // What is stored for it later, as a message that was delivered late, is hidden, too.
  await becomeOwner(db);
  await db.query(
    `with conversation as (
       insert into app_public.conversations (tenant_id, channel_id, contact_id) values ($1, $2, $3) returning id
     )
     insert into app_public.messages (conversation_id, direction, author, origin, type, content)
     select id, 'inbound', 'contact', 'history', 'text', '{"body": "Late"}' from conversation`,
    [workspace.tenantId, await aChannel(db, workspace.tenantId), gone.contactId],
  );
  await become(db, admin);
  assert.deepEqual(await seen(db), [1, 1, 1, 1, 1, 1]);
  const { rows } = await db.query("select id from app_public.deleted_contacts()");
  assert.deepEqual(rows, [{ id: gone.contactId }]);
  for (const call of ["delete_contact", "set_contact_fields"])
    assert.equal(
      await refusal(db, () =>
        db.query(`select app_public.${call}($1${call === "delete_contact" ? "" : ", '{}'"})`, [
          gone.contactId,
        ]),
      ),
      "PYNFD",
    );
  assert.equal(await refusal(db, () => send(db, gone.conversationId)), "PYNFD");

  await becomeOwner(db);
  assert.equal(await refusal(db, () => send(db, gone.conversationId)), "PYDEL");
  assert.equal((await conversationOf(db, gone.conversationId)).status, "closed");
  const runs = await db.query(
    "select completion_reason as reason, status from app_public.conversation_contexts order by conversation_id = $1",
    [gone.conversationId],
  );
  assert.deepEqual(runs.rows, [
    { reason: null, status: "running" },
    { reason: "contact_deleted", status: "stopped" },
  ]);

  await become(db, admin);
  await db.query("select app_public.restore_contact($1)", [gone.contactId]);
  assert.deepEqual(await seen(db), [2, 2, 2, 3, 2, 3]);
  await becomeOwner(db);
  await send(db, gone.conversationId);
});

story("only admins delete, restore and erase: PYDEN; strangers find nothing: PYNFD", async (db) => {
  const { workspace, gone, other } = await twoContacts(db);
  await db.query("select app_public.delete_contact($1)", [gone.contactId]);
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "owner");
  for (const [person, code] of [
    [await aPerson(db, workspace.tenantId, "agent"), "PYDEN"],
    [stranger, "PYNFD"],
  ] as const) {
    await become(db, person);
    for (const [call, { contactId }] of [
      ["delete_contact", other],
      ["restore_contact", gone],
      ["erase_contact", gone],
      ["erase_contact", other],
    ] as const)
      assert.equal(await refusal(db, () => db.query(`select app_public.${call}($1)`, [contactId])), code);
    await becomeOwner(db);
  }
});

story(
  "a customer who writes is restored, and active; what was written before the deletion changes nothing",
  async (db) => {
    const line = new Line(db, await aWorkspace(db));
    const said = await line.say(1, { from: "16505550031", name: "Ann" }, "Hello");
    await db.query("update app_public.contacts set deleted_at = now()");
    const isDeleted = async () =>
      (await db.query("select deleted_at is not null as is_deleted from app_public.contacts")).rows;
    await line.say(2, { from: "16505550031", name: "Ann" }, "delivered late");
    await line.again(said, "redelivered");
    await line.again(said, "replayed");
    assert.deepEqual(await isDeleted(), [{ is_deleted: true }]);
    await db.query(
      "update app_public.contacts set deleted_at = now() - interval '10 days', status = 'invalid'",
    );
    await line.say(3, { from: "16505550031", name: "Ann" }, "Are you there?");
    assert.deepEqual(await isDeleted(), [{ is_deleted: false }]);
    assert.equal((await db.query("select status from app_public.contacts")).rows[0].status, "active");
    assert.equal((await db.query("select from app_public.messages where direction = 'inbound'")).rowCount, 3);
  },
);
