import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import { applyRetention } from "../../src/retention/apply_retention.ts";
import applyRetentionTask from "../../tasks/apply_retention.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  become,
  becomeOwner,
  type Workspace,
} from "../support/people.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { refusal, rolledBack } from "../support/transaction.ts";

let database: TestDatabase;
let workspace: Workspace;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const query = async (sql: string, values: unknown[] = []) => (await database.pool.query(sql, values)).rows;

const rule = (subject: string, action: string, age: string) =>
  query(
    `insert into app_public.retention_rules (tenant_id, subject, action, after) values ($1, $2, $3, $4)
     on conflict on constraint retention_rules_subject_key do update set action = excluded.action, after = excluded.after`,
    [workspace.tenantId, subject, action, age],
  );

/** A conversation with messages of three and of one month ago, of customers and of the system. */
async function anOldConversation(in_: Workspace) {
  const thread = await aConversation(database.pool, in_);
  for (const months of [3, 1])
    await query(
      `insert into app_public.messages (id, tenant_id, conversation_id, direction, author, origin, type, content, preview, occurred_at)
       select app_hidden.uuid_v7_floor(now() - make_interval(months => $2) + n * interval '1 second'), $3, $1, x.direction, x.author, x.origin, x.type, x.content, x.preview,
         now() - make_interval(months => $2)
       from generate_series(1, 10) n
       cross join lateral (values
         ('inbound'::app_public.message_direction, 'contact'::app_public.message_author, 'history'::app_public.message_origin, 'text'::app_public.message_type, '{"body": "Hello"}'::jsonb, 'Hello'),
         ('internal', 'system', 'live', 'system', '{"event": "closed"}', 'closed')
       ) x (direction, author, origin, type, content, preview)
       where n % 2 = (x.type = 'text')::int`,
      [thread.conversationId, months, in_.tenantId],
    );
  return thread;
}

const counts = async (conversationId: string) => {
  const [row] = await query(
    `select
       (select count(*)::int from app_public.messages m where m.conversation_id = $1 and m.type = 'text') as texts,
       (select count(*)::int from app_public.messages m where m.conversation_id = $1 and m.type = 'system') as notices,
       (select count(*)::int from app_public.archived_messages a where a.conversation_id = $1) as archived`,
    [conversationId],
  );
  return row;
};

test("rules archive, delete and anonymise what is old enough, of their tenant only; the ledger says how much", async () => {
  workspace = await aWorkspace(database.pool);
  const other = await aWorkspace(database.pool);
  const [mine, theirs] = [await anOldConversation(workspace), await anOldConversation(other)];
  await rule("messages", "archive", "60 days");
  await rule("system_messages", "delete", "20 days");
  const { rows: preview } = await database.pool.query(
    "select subject, action, row_count from app_private.preview_retention($1) where row_count > 0",
    [workspace.tenantId],
  );
  assert.deepEqual(preview, [
    { subject: "messages", action: "archive", row_count: 5 },
    { subject: "system_messages", action: "delete", row_count: 10 },
  ]);
  await applyRetention(database.pool, { batch: 3, rest: 0 });
  assert.deepEqual(await counts(mine.conversationId), { texts: 5, notices: 0, archived: 5 });
  assert.deepEqual(await counts(theirs.conversationId), { texts: 10, notices: 10, archived: 0 });
  const ledger = "select subject, action, row_count from app_public.retention_runs order by subject";
  assert.deepEqual(await query(ledger), preview);
  assert.deepEqual(await applyRetention(database.pool, { rest: 0 }), []);
  assert.deepEqual(await query(ledger), preview);

  // What is archived is seen by members of the tenant, and can be taken back.
  await rolledBack(database.pool, async (db) => {
    await become(db, await aPerson(db, workspace.tenantId, "viewer"));
    const archived = await db.query("select type, preview from app_public.archived_messages");
    assert.deepEqual(archived.rows, Array(5).fill({ type: "text", preview: "Hello" }));
  });
  await rolledBack(database.pool, async (db) => {
    await become(db, await aPerson(db, other.tenantId, "owner"));
    assert.equal((await db.query("select from app_public.archived_messages")).rowCount, 0);
  });
  assert.deepEqual(await query("select app_private.restore_messages($1) as n", [mine.conversationId]), [
    { n: 5 },
  ]);
  assert.deepEqual(await counts(mine.conversationId), { texts: 10, notices: 0, archived: 0 });
});

test("a rule that fails for one tenant does not keep those of others from being applied", async () => {
  const other = await aWorkspace(database.pool);
  workspace = await aWorkspace(database.pool);
  const [mine, theirs] = [await anOldConversation(workspace), await anOldConversation(other)];
  await rule("messages", "archive", "60 days");
  await query(
    "insert into app_public.retention_rules (tenant_id, subject, action, after) values ($1, 'messages', 'archive', '60 days')",
    [other.tenantId],
  );
  // A block with the id of the one to come.
  await query(
    `insert into app_public.message_archives (id, tenant_id, conversation_id, message_count, media_ids, messages)
     select max(m.id::text)::uuid, $1, $2, 1, '{}', '[]' from app_public.messages m
     where m.conversation_id = $2 and m.type = 'text' and m.occurred_at < now() - interval '60 days'`,
    [workspace.tenantId, mine.conversationId],
  );
  await assert.rejects(applyRetention(database.pool, { rest: 0 }), { code: "23505" });
  assert.equal((await counts(theirs.conversationId)).archived, 5);
  await query("delete from app_public.message_archives where conversation_id = $1", [mine.conversationId]);
  await applyRetention(database.pool, { rest: 0 });
  // A certificate counts what was archived.
  await query("delete from app_public.contacts where id = $1", [mine.contactId]);
  assert.deepEqual(
    await query("select message_count from app_public.erasures where tenant_id = $1", [workspace.tenantId]),
    [{ message_count: 20 }],
  );
});

test("idle conversations are archived or deleted; bodies, files, runs, entries and deleted contacts go", async () => {
  workspace = await aWorkspace(database.pool);
  const { tenantId, channelId } = workspace;
  const [idle, active, gone] = [
    await anOldConversation(workspace),
    await anOldConversation(workspace),
    await aConversation(database.pool, workspace),
  ];
  await query(
    "update app_public.conversations set last_message_at = now() - interval '40 days' where id = $1",
    [idle.conversationId],
  );
  await query("update app_public.conversations set last_message_at = now() where id = $1", [
    active.conversationId,
  ]);
  await rule("conversations", "archive", "35 days");
  await applyRetention(database.pool, { batch: 7, rest: 0 });
  assert.deepEqual(await counts(idle.conversationId), { texts: 0, notices: 0, archived: 20 });
  assert.deepEqual(await counts(active.conversationId), { texts: 10, notices: 10, archived: 0 });
  await rule("conversations", "delete", "35 days");

  const { versionId } = await anActiveChatbot(database.pool as never, tenantId);
  await query(
    `insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, status, variables, completed_at, completion_reason)
     select tenant_id, $2, chatbot_id, id, 'completed', '{"answer": 1}', now() - interval '9 days', 'done'
     from app_public.chatbot_versions where id = $1`,
    [versionId, active.conversationId],
  );
  await query(
    "insert into app_public.webhook_events (id, tenant_id, channel_id, body) values (app_hidden.uuid_v7_floor(now() - interval '9 days'), $1, $2, 'x')",
    [tenantId, channelId],
  );
  await query("update app_public.contacts set deleted_at = now() where id = $1", [gone.contactId]);
  await query(
    `insert into app_public.audit_entries (tenant_id, table_name, row_id, operation, new_values, actor, created_at)
     values ($1, 'tags', $1, 'INSERT', '{}', 'program', now() - interval '3 days')`,
    [tenantId],
  );
  for (const [subject, action, age] of [
    ["runs", "anonymise", "8 days"],
    ["webhook_bodies", "delete", "8 days"],
    ["deleted_contacts", "delete", "0"],
    ["audit_entries", "delete", "2 days"],
  ] as const)
    await rule(subject, action, age);
  const { signal } = new AbortController();
  await applyRetentionTask({ pool: database.pool, log: createLog("silent") })({}, { abortSignal: signal });
  const left = await query(
    `select
       (select count(*)::int from app_public.conversations where tenant_id = $1) as conversations,
       (select count(*)::int from app_public.message_archives where tenant_id = $1) as archives,
       (select variables from app_public.conversation_contexts where tenant_id = $1) as variables,
       (select count(*)::int from app_public.webhook_events where tenant_id = $1) as bodies,
       (select count(*)::int from app_public.contacts where tenant_id = $1) as contacts,
       (select count(*)::int from app_public.erasures where tenant_id = $1) as erasures,
       (select count(*)::int from app_public.audit_entries where tenant_id = $1 and created_at < now() - interval '2 days') as entries`,
    [tenantId],
  );
  assert.deepEqual(left, [
    { conversations: 1, archives: 0, variables: {}, bodies: 0, contacts: 2, erasures: 1, entries: 0 },
  ]);
});

test("a rule must suit its subject, and admins set those of their tenant only", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  await rolledBack(database.pool, async (db) => {
    const insert = (subject: string, action: string, age: string) =>
      db.query("insert into app_public.retention_rules (subject, action, after) values ($1, $2, $3)", [
        subject,
        action,
        age,
      ]);
    await become(db, await aPerson(db, tenantId, "admin"));
    await insert("messages", "archive", "90 days");
    assert.equal(await refusal(db, () => insert("media", "archive", "90 days")), "23514");
    // 31 days if months are compared, and more than a year ahead if they are counted: it would outlast every other rule.
    const ahead = "-1200 months 36031 days";
    assert.equal(await refusal(db, () => insert("webhook_bodies", "delete", ahead)), "23514");
    // No time is that long ago, and the rules of all tenants are read together.
    assert.equal(await refusal(db, () => insert("runs", "delete", "1000000 years")), "23514");
    assert.equal(await refusal(db, () => insert("audit_entries", "delete", "1 day")), "42501");
    assert.equal(await refusal(db, () => insert("system_messages", "delete", "1 hour")), "23514");
    const { rows } = await db.query("select subject, action from app_public.retention_preview()");
    assert.deepEqual(rows, [
      { subject: "messages", action: "archive" },
      { subject: "deleted_contacts", action: "delete" },
    ]);
    await becomeOwner(db);
    await become(db, await aPerson(db, tenantId, "owner"));
    await insert("audit_entries", "delete", "2 years");
  });
});
