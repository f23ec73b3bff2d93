import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  type Thread,
  type Workspace,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aThread(
  db: pg.PoolClient,
  isWindowOpen = true,
): Promise<{ workspace: Workspace; thread: Thread }> {
  const workspace = await aWorkspace(db);
  return { workspace, thread: await aConversation(db, workspace, { isWindowOpen }) };
}

const template = (db: pg.PoolClient, { conversationId }: Thread, code = "en_US") =>
  db.query("insert into app_public.messages (conversation_id, type, content) values ($1, 'template', $2)", [
    conversationId,
    { name: "hello", language: { code } },
  ]);

const knowTemplate = (
  db: pg.PoolClient,
  { tenantId, businessAccountId }: Workspace,
  status: string,
  category = "utility",
) =>
  db.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, category)
     values ($1, $2, 'hello', 'en_US', $3, $4)`,
    [tenantId, businessAccountId, status, category],
  );

const setContact = (db: pg.PoolClient, { contactId }: Thread, change: string) =>
  db.query(`update app_public.contacts set ${change} where id = $1`, [contactId]);

story("only a template can be sent once the window has closed, to the second: PYWIN", async (db) => {
  const { thread } = await aThread(db);
  await db.query("update app_public.conversations set window_expires_at = now() + interval '1 second'");
  await send(db, thread.conversationId);
  await db.query("update app_public.conversations set window_expires_at = now()");
  assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYWIN");
  await template(db, thread);
});

story("a customer who never wrote is written to by template only", async (db) => {
  const { thread } = await aThread(db, false);
  assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYWIN");
  await template(db, thread);
});

story("a message quotes one of its own conversation only, and no note: PYNFD", async (db) => {
  const workspace = await aWorkspace(db);
  const [thread, other] = [await aConversation(db, workspace), await aConversation(db, workspace)];
  const quote = (id: string) =>
    db.query(
      `insert into app_public.messages (conversation_id, type, content, reply_to_id)
       values ($1, 'text', '{"body": "Yes"}', $2)`,
      [thread.conversationId, id],
    );
  const foreign = await send(db, other.conversationId);
  assert.equal(await refusal(db, () => quote(foreign)), "PYNFD");
  assert.equal(await refusal(db, () => quote(randomUUID())), "PYNFD");
  const note = await db.query("select id from app_public.add_note($1, 'Rude')", [thread.conversationId]);
  assert.equal(await refusal(db, () => quote(note.rows[0].id)), "PYNFD");
  await quote(await send(db, thread.conversationId));
});

story("a message to a blocked or opted-out contact is refused, even a template: PYOPT", async (db) => {
  for (const change of ["status = 'blocked'", "opted_out_at = now()"]) {
    const { thread } = await aThread(db);
    await setContact(db, thread, change);
    assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYOPT");
    assert.equal(await refusal(db, () => template(db, thread)), "PYOPT");
    await setContact(db, thread, "status = 'active', opted_out_at = null");
    await send(db, thread.conversationId);
  }
});

story(
  "a template that is known has to be approved: PYTPL, or what it is instead; one that is not known is left to Meta",
  async (db) => {
    const refusals = { paused: "PYPAU", rejected: "PYREJ", disabled: "PYDIS" };
    const others = { draft: "PYTPL", pending: "PYTPL", deleted: "PYTPL", in_appeal: "PYTPL" };
    for (const [status, code] of Object.entries({ ...refusals, ...others })) {
      const { workspace, thread } = await aThread(db, false);
      await knowTemplate(db, workspace, status);
      assert.equal(await refusal(db, () => template(db, thread)), code, status);
      await template(db, thread, "de");
    }
    const { workspace, thread } = await aThread(db, false);
    await knowTemplate(db, workspace, "approved");
    await template(db, thread);
  },
);

story("a template of another account has no effect on ours", async (db) => {
  const { workspace, thread } = await aThread(db, false);
  await knowTemplate(db, { ...workspace, businessAccountId: "99" }, "rejected");
  await template(db, thread);
});

story(
  "a contact who stopped marketing gets no marketing template: PYOPT; other templates are sent",
  async (db) => {
    const { workspace, thread } = await aThread(db);
    await knowTemplate(db, workspace, "approved", "marketing");
    await setContact(db, thread, "marketing_opted_out_at = now()");
    assert.equal(await refusal(db, () => template(db, thread)), "PYOPT");
    await db.query("update app_public.templates set category = 'utility'");
    await template(db, thread);
    await send(db, thread.conversationId);
  },
);

story("a contact without any address is not written to: PYADR; a user id is an address", async (db) => {
  const { workspace, thread } = await aThread(db);
  await setContact(db, thread, "phone = null");
  const know = (kind: string) =>
    db.query(
      "insert into app_public.contact_identities (tenant_id, kind, value, contact_id) values ($1, $2, 'x', $3)",
      [workspace.tenantId, kind, thread.contactId],
    );
  await know("external");
  assert.equal(await refusal(db, () => send(db, thread.conversationId)), "PYADR");
  await know("bsuid");
  await send(db, thread.conversationId);
});

story("a paused channel takes messages and keeps them", async (db) => {
  const { workspace, thread } = await aThread(db);
  await db.query("update app_public.channels set status = 'paused' where id = $1", [workspace.channelId]);
  await send(db, thread.conversationId);
});

story("a text of WhatsApp's has at most 4,096 characters: PYCNT", async (db) => {
  const { thread } = await aThread(db);
  await send(db, thread.conversationId, "é".repeat(4_096));
  assert.equal(await refusal(db, () => send(db, thread.conversationId, "é".repeat(4_097))), "PYCNT");
});

story("a message without content is refused with what it lacks: PYCNT", async (db) => {
  const { thread } = await aThread(db);
  const insert = (columns: string, values: string) =>
    refusal(db, () =>
      db.query(`insert into app_public.messages (conversation_id${columns}) values ($1${values})`, [
        thread.conversationId,
      ]),
    );
  assert.equal(await insert(", type", ", 'text'"), "PYCNT");
  assert.equal(await insert(", type, content", ", 'image', null"), "PYCNT");
});

story("one refused message causes the whole statement to be refused", async (db) => {
  const workspace = await aWorkspace(db);
  await aConversation(db, workspace);
  await aConversation(db, workspace, { isWindowOpen: false });
  const both = () =>
    db.query(`insert into app_public.messages (conversation_id, type, content)
      select id, 'text', '{"body": "Hello"}' from app_public.conversations`);
  assert.equal(await refusal(db, both), "PYWIN");
  assert.equal((await db.query("select from app_public.messages")).rowCount, 0);
});

story("the same rules for a signed-in person", async (db) => {
  const { workspace, thread } = await aThread(db);
  await setContact(db, thread, "status = 'blocked'");
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  const call = () =>
    db.query(`select app_public.send_message($1, '{"body": "Hi"}')`, [thread.conversationId]);
  assert.equal(await refusal(db, call), "PYOPT");
});
