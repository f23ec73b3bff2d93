import assert from "node:assert/strict";
import type pg from "pg";
import {
  aConversation,
  anApiKey,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  type Thread,
} from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function aTeam(db: pg.PoolClient, { isWindowOpen = true } = {}) {
  const workspace = await aWorkspace(db);
  await db.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, components)
     values ($1, $2, 'hello', 'en', 'approved', '[{"type": "BODY", "text": "Hello {{1}}"}]')`,
    [workspace.tenantId, workspace.businessAccountId],
  );
  const thread = await aConversation(db, workspace, { isWindowOpen });
  const agent = await aPerson(db, workspace.tenantId, "agent");
  await become(db, agent);
  return { workspace, thread, agent };
}

const TOMORROW = "now() + interval '1 day'";

/** Due an hour ago. */
async function schedule(
  db: pg.PoolClient,
  thread: Thread,
  row: object = {},
  sendAt = "now() - interval '1 hour'",
) {
  const { rows } = await db.query(
    `insert into app_public.scheduled_messages (conversation_id, type, content, variables, fallback_template, send_at)
     select $1, coalesce(r.type, 'text'), r.content, r.variables, r.fallback_template, ${sendAt}
     from jsonb_populate_record(null::app_public.scheduled_messages, $2) r
     returning *`,
    [thread.conversationId, { content: { body: "Later" }, ...row }],
  );
  return rows[0];
}

async function sendDue(db: pg.PoolClient): Promise<number> {
  await becomeOwner(db);
  return (await db.query("select app_private.send_scheduled_messages(100) as n")).rows[0].n;
}

async function read(db: pg.PoolClient, id: string) {
  const { rows } = await db.query(
    `select s.status, s.error_code, m.preview, m.author, m.user_id
     from app_public.scheduled_messages s left join app_public.messages m on m.id = s.message_id where s.id = $1`,
    [id],
  );
  return rows[0];
}

const fallback = { name: "hello", parameters: { body: "{name}" }, variables: {} };

story("a message is sent when it is due, in the name of the user who scheduled it", async (db) => {
  const { thread, agent } = await aTeam(db);
  const due = await schedule(db, thread, { content: { body: "Hi {name}, {{user.email}}" }, variables: {} });
  const later = await schedule(db, thread, {}, TOMORROW);
  const template = await schedule(db, thread, { type: "template", content: fallback });
  assert.equal(await sendDue(db), 2);
  assert.equal(await sendDue(db), 0);
  const mine = { status: "sent", error_code: null, author: "user", user_id: agent.userId };
  assert.deepEqual(await read(db, due.id), { ...mine, preview: `Hi there, ${agent.email}` });
  assert.deepEqual(await read(db, template.id), { ...mine, preview: "Hello there" });
  assert.equal((await read(db, later.id)).status, "scheduled");
  const { rows } = await db.query("select count(*)::int as n from app_public.message_statuses");
  assert.equal(rows[0].n, 2);
});

story("if the window is closed, the template is sent, or the message fails", async (db) => {
  const { thread } = await aTeam(db, { isWindowOpen: false });
  const fails = await schedule(db, thread);
  const falls = await schedule(db, thread, { fallback_template: fallback });
  const blocked = await schedule(db, thread, {
    fallback_template: { ...fallback, parameters: { body: "x" } },
  });
  await becomeOwner(db);
  await db.query(
    'update app_public.scheduled_messages set fallback_template = fallback_template || \'{"name": "hello"}\' where id = $1',
    [blocked.id],
  );
  assert.equal(await sendDue(db), 3);
  assert.deepEqual(
    [(await read(db, fails.id)).status, (await read(db, fails.id)).error_code],
    ["failed", "PYWIN"],
  );
  assert.equal((await read(db, falls.id)).preview, "Hello there");
  assert.equal((await read(db, blocked.id)).preview, "Hello x");
  const { rows } = await db.query("select error_message from app_public.scheduled_messages where id = $1", [
    fails.id,
  ]);
  assert.match(rows[0].error_message, /reply window is closed/);
});

story("what is refused when it is due fails with its code, and the others are sent", async (db) => {
  const { workspace, thread } = await aTeam(db, { isWindowOpen: false });
  const open = await aConversationOf(db, workspace);
  await becomeOwner(db);
  await db.query("update app_public.contacts set opted_out_at = now() where id = $1", [thread.contactId]);
  const refused = await schedule(db, thread, { fallback_template: fallback });
  const unfilled = await schedule(db, open, { content: { body: "{product}" }, variables: {} });
  const sent = await schedule(db, open);
  assert.equal(await sendDue(db), 3);
  const codes = [refused, unfilled, sent].map(({ id }) => read(db, id).then((row) => row.error_code));
  assert.deepEqual(await Promise.all(codes), ["PYOPT", "PYREQ", null]);
});

const aConversationOf = async (db: pg.PoolClient, workspace: Parameters<typeof aConversation>[1]) => {
  await becomeOwner(db);
  return aConversation(db, workspace);
};

story("a content that cannot be filled in does not delay what other conversations have", async (db) => {
  const { workspace, thread } = await aTeam(db);
  const open = await aConversationOf(db, workspace);
  const nested = `{"body": "Hi {name}", "extra": ${"[".repeat(13_000)}${"]".repeat(13_000)}}`;
  const repeated = { body: "Hi", extra: "{{n}}".repeat(3_000) };
  const tooDeep = await schedule(db, thread, { variables: {} });
  await db.query("update app_public.scheduled_messages set content = $2 where id = $1", [tooDeep.id, nested]);
  const tooLong = await schedule(db, thread, { content: repeated, variables: { n: "x".repeat(30_000) } });
  const sent = await schedule(db, open);
  assert.equal(await sendDue(db), 3);
  const codes = [tooDeep, tooLong, sent].map(({ id }) => read(db, id).then((row) => row.error_code));
  assert.deepEqual(await Promise.all(codes), ["54001", "PYCNT", null]);
});

story("a message can be changed and cancelled until it is sent", async (db) => {
  const { thread, workspace } = await aTeam(db);
  const { id } = await schedule(db, thread, {}, TOMORROW);
  const change = (column: string, value: string) =>
    db.query(`update app_public.scheduled_messages set ${column} = $2 where id = $1 returning *`, [
      id,
      value,
    ]);
  await change("content", '{"body": "Changed"}');
  await change("send_at", "2020-01-01T00:00:00Z");
  await sendDue(db);
  assert.equal((await read(db, id)).preview, "Changed");
  await become(db, await aPerson(db, workspace.tenantId, "agent"));
  assert.equal(await refusal(db, () => change("send_at", "2040-01-01T00:00:00Z")), "PYSNT");

  const cancel = (scheduledId: string) =>
    db
      .query("select (app_public.cancel_scheduled_message($1)).status", [scheduledId])
      .then(({ rows }) => rows[0].status);
  assert.equal(await refusal(db, () => cancel(id)), "PYSNT");
  const other = await schedule(db, thread);
  assert.equal(await cancel(other.id), "cancelled");
  assert.equal(await cancel(other.id), "cancelled");
  assert.equal(await sendDue(db), 0);
  assert.equal(await refusal(db, () => cancel(thread.conversationId)), "PYNFD");
});

story("what could not be sent is not scheduled", async (db) => {
  const { thread, workspace } = await aTeam(db);
  const refused = (row: object, of = thread) => refusal(db, () => schedule(db, of, row, TOMORROW));
  assert.equal(await refused({ content: { body: "" } }), "PYCNT");
  assert.equal(await refused({ type: "note" }), "PYCNT");
  assert.equal(await refused({ type: "template", content: { name: "no_such" } }), "PYTPL");
  assert.equal(await refused({ type: "template", content: { name: "hello" } }), "PYCNT");
  assert.equal(await refused({ fallback_template: { name: "hello" } }), "PYCNT");
  assert.equal(await refused({ fallback_template: [] }), "PYCNT");
  assert.equal(await refused({ type: "template", content: fallback, fallback_template: fallback }), "PYREQ");
  assert.equal(await refused({}, { ...thread, conversationId: workspace.channelId }), "PYNFD");
  for (const sendAt of ["'infinity'", "'-infinity'", "now() + interval '13 months'", "'9999-01-01'"])
    assert.equal(await refusal(db, () => schedule(db, thread, {}, sendAt)), "PYREQ", sendAt);
  const { id } = await schedule(db, thread, {}, TOMORROW);
  const change = "update app_public.scheduled_messages set send_at = 'infinity' where id = $1";
  assert.equal(await refusal(db, () => db.query(change, [id])), "PYREQ");
});

story("sendMessage and sendTemplate schedule with sendAt, once for each key", async (db) => {
  const { thread, workspace } = await aTeam(db);
  const key = await anApiKeyOf(db, workspace.tenantId);
  await become(db, key);
  const later = (idempotencyKey: string, sendAt = TOMORROW) =>
    db
      .query(
        `select (m).id from app_public.send_message($1, '{"body": "Later"}', idempotency_key => $2, send_at => ${sendAt},
           fallback_template => '{"name": "hello", "parameters": {"1": "you"}}') m`,
        [thread.conversationId, idempotencyKey],
      )
      .then(({ rows }) => rows[0].id);
  assert.deepEqual([await later("a"), await later("a")], [null, null]);
  assert.equal(await refusal(db, () => later("a", "'2040-01-01'")), "PYIDM");
  await db.query(
    `select from app_public.send_template('hello', conversation_id => $1, parameters => '{"body": "you"}',
       send_at => ${TOMORROW}, idempotency_key => 'b')`,
    [thread.conversationId],
  );
  const { rows } = await db.query(
    `select s.id, s.type, s.api_key_id, s.user_id, s.fallback_template ->> 'name' as fallback,
       app_public.scheduled_messages_idempotency_key(s) as key
     from app_public.scheduled_messages s order by s.type`,
  );
  const by = { api_key_id: key.id, user_id: null };
  assert.deepEqual(rows, [
    { id: rows[0].id, type: "text", ...by, fallback: "hello", key: "a" },
    { id: rows[1].id, type: "template", ...by, fallback: null, key: "b" },
  ]);
  await becomeOwner(db);
  await db.query("update app_public.scheduled_messages set send_at = now()");
  assert.equal(await sendDue(db), 2);
  const message = await db.query("select author, api_key_id from app_public.messages where type = 'text'");
  assert.deepEqual(message.rows, [{ author: "system", api_key_id: key.id }]);
  await become(db, key);
  const { rows: again } = await db.query(
    "select message_id from app_public.scheduled_messages where id = $1",
    [rows[0]!.id],
  );
  assert.equal(await later("a"), again[0].message_id, "it is now the message");
  const without = `select app_public.send_message($1, '{"body": "a"}', fallback_template => '{}')`;
  assert.equal(await refusal(db, () => db.query(without, [thread.conversationId])), "PYREQ");
});

const anApiKeyOf = async (db: pg.PoolClient, tenantId: string) => {
  await becomeOwner(db);
  return anApiKey(db, tenantId, ["send"]);
};

story("a job is added for each time, and what is scheduled moves with merged contacts", async (db) => {
  const { thread, workspace } = await aTeam(db);
  await becomeOwner(db);
  const other = await aConversation(db, workspace);
  for (const count of [6, 4])
    await db.query(
      `insert into app_public.scheduled_messages (conversation_id, content, send_at)
       select $1, '{"body": "Later"}', now() + interval '2 days' + interval '1 hour' * (n % 2)
       from generate_series(1, $2::int) n`,
      [other.conversationId, count],
    );
  const { rows } = await db.query(
    `select count(*)::int as n from graphile_worker.jobs
     where task_identifier = 'send_scheduled_messages' and run_at >= now() + interval '2 days'`,
  );
  assert.equal(rows[0].n, 2);
  await db.query("select app_private.merge_contacts($1, $2)", [thread.contactId, other.contactId]);
  const { rows: moved } = await db.query(
    "select count(*)::int as n from app_public.scheduled_messages where conversation_id = $1",
    [thread.conversationId],
  );
  assert.equal(moved[0].n, 10);
});
