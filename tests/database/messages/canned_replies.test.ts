import assert from "node:assert/strict";
import type pg from "pg";
import cases from "../../cases/variables.json" with { type: "json" };
import variables from "../../cases/variables_given.json" with { type: "json" };
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

story("texts are filled as chatbots fill them", async (db) => {
  for (const { name, template, text, unresolved } of cases) {
    const { rows } = await db.query(
      "select app_hidden.interpolate($1, $2) as text, app_hidden.missing_variables(jsonb_build_object('body', $1::text), $2) as missing",
      [template, variables],
    );
    assert.equal(rows[0].text, text, name);
    if (unresolved) assert.deepEqual(rows[0].missing, unresolved.toSorted(), name);
  }
});

type Reply = { shortcut?: string; type?: string; content?: object; userId?: string | null; mediaId?: string };

async function save(db: pg.PoolClient, { shortcut = "hi", type = "text", ...rest }: Reply = {}) {
  const { rows } = await db.query(
    `insert into app_public.canned_replies (shortcut, title, type, content, media_id, user_id)
     values ($1, $1, $2, $3, $4, $5) returning id`,
    [shortcut, type, rest.content ?? { body: `From ${shortcut}` }, rest.mediaId ?? null, rest.userId ?? null],
  );
  return rows[0].id as string;
}

async function aTeam(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const thread = await aConversation(db, workspace);
  const [admin, agent] = [
    await aPerson(db, workspace.tenantId, "admin"),
    await aPerson(db, workspace.tenantId, "agent"),
  ];
  await db.query("update app_public.users set name = 'Ada' where id = $1", [agent.userId]);
  return { workspace, thread, admin, agent };
}

const sendReply = (db: pg.PoolClient, conversationId: string, reply: object, given: object = {}) =>
  db
    .query(
      "select * from app_public.send_canned_reply($1, ($2::jsonb ->> 'id')::uuid, $2::jsonb ->> 'shortcut', $3)",
      [conversationId, reply, given],
    )
    .then(({ rows }) => rows[0]);

story("a canned reply is sent with the contact's, the user's and given values", async (db) => {
  const { workspace, thread, admin, agent } = await aTeam(db);
  await become(db, admin);
  const body = "Hello {{contact.name|there}}, {{user.name}} of {{tenant.name}} here about {{order.id}}.";
  const id = await save(db, {
    type: "interactive",
    content: {
      type: "button",
      body: { text: body },
      action: { buttons: [{ type: "reply", reply: { id: "{{order.id}}", title: "Thanks" } }] },
    },
  });
  await become(db, agent);
  const preview = async (given: object) => {
    const { rows } = await db.query(
      "select f.* from app_public.canned_replies r, app_public.canned_replies_filled(r, $1, $2) f",
      [thread.conversationId, given],
    );
    return rows[0];
  };
  assert.deepEqual((await preview({})).missing_variables, ["order.id"]);
  assert.equal(await refusal(db, () => sendReply(db, thread.conversationId, { id })), "PYREQ");
  const given = { order: { id: "A-1" }, "contact.name": "Mallory", user: { name: "Mallory" } };
  const sent = await sendReply(db, thread.conversationId, { id }, given);
  assert.equal(sent.preview, `Hello there, Ada of ${workspace.slug} here about A-1.`);
  assert.equal((await preview(given)).preview, sent.preview);
  assert.equal(sent.content.action.buttons[0].reply.id, "A-1");
  assert.deepEqual([sent.author, sent.user_id, sent.type], ["user", agent.userId, "interactive"]);
  await db.query("update app_public.contacts set name = 'Zoë' where id = $1", [thread.contactId]);
  assert.match((await sendReply(db, thread.conversationId, { shortcut: "HI" }, given)).preview, /^Hello Zoë/);
});

story("what cannot be sent cannot be saved", async (db) => {
  const { workspace, admin } = await aTeam(db);
  await become(db, admin);
  const refused = (reply: Reply) => refusal(db, () => save(db, reply));
  assert.equal(await refused({ content: { body: " " } }), "PYCNT");
  assert.equal(await refused({ content: { body: "a".repeat(4097) } }), "PYCNT");
  assert.equal(await refused({ type: "interactive", content: { type: "button" } }), "PYCNT");
  assert.equal(await refused({ type: "note" }), "PYCNT");
  assert.equal(await refused({ type: "reaction", content: { message_id: "wamid.1", emoji: "👍" } }), "23514");
  assert.equal(await refused({ shortcut: "two words" }), "23514");
  assert.equal(await refused({ type: "image", content: {}, mediaId: workspace.channelId }), "23503");
});

story("a shortcut is taken once, whatever its case; a user's own comes before all members'", async (db) => {
  const { thread, admin, agent } = await aTeam(db);
  await become(db, agent);
  assert.equal(await refusal(db, () => save(db)), "42501", "admins change what all see");
  await become(db, admin);
  await save(db);
  assert.equal(await refusal(db, () => save(db, { shortcut: "Hi" })), "23505");
  const seen = async (person: Person) => {
    await become(db, person);
    const { rows } = await db.query(
      "select content ->> 'body' as body from app_public.canned_replies order by 1",
    );
    return rows.map((row) => row.body);
  };
  await become(db, agent);
  await save(db, { userId: agent.userId, content: { body: "My own" } });
  assert.equal((await sendReply(db, thread.conversationId, { shortcut: "hi" })).preview, "My own");
  assert.deepEqual(await seen(agent), ["From hi", "My own"]);
  assert.deepEqual(await seen(admin), ["From hi"]);
  assert.equal((await sendReply(db, thread.conversationId, { shortcut: "hi" })).preview, "From hi");
  assert.equal(await refusal(db, () => sendReply(db, thread.conversationId, { shortcut: "no" })), "PYNFD");
  assert.equal(await refusal(db, () => sendReply(db, thread.conversationId, {})), "PYREQ");
});

story("the file of a canned reply is kept, and sent", async (db) => {
  const { workspace } = await aTeam(db);
  const { rows } = await db.query(
    `insert into app_public.media (tenant_id, channel_id, type, mime_type, created_at)
     values ($1, $2, 'image', 'image/png', now() - interval '3 days') returning id`,
    [workspace.tenantId, workspace.channelId],
  );
  const { rows: replies } = await db.query(
    `insert into app_public.canned_replies (tenant_id, shortcut, title, type, media_id) values ($1, 'map', 'Map', 'image', $2) returning id`,
    [workspace.tenantId, rows[0].id],
  );
  const deleted = async () => (await db.query("select app_private.delete_unused_media() as n")).rows[0].n;
  assert.equal(await deleted(), 0);
  await db.query("delete from app_public.canned_replies where id = $1", [replies[0].id]);
  await becomeOwner(db);
  assert.equal(await deleted(), 1);
});
