import assert from "node:assert/strict";
import type pg from "pg";
import { aConversation, aPerson, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";

const story = stories();

const forget = (db: pg.PoolClient) => db.query("select app_private.delete_old_rows()");

const count = async (db: pg.PoolClient, table: string) => (await db.query(`select from ${table}`)).rowCount;

async function anAiCall(db: pg.PoolClient): Promise<void> {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  await db.query(
    "insert into app_private.ai_calls (tenant_id, conversation_id, model, tokens) values ($1, $2, 'tiny', 1)",
    [workspace.tenantId, conversationId],
  );
}

story(
  "sessions go a week after they expired, failed sign-ins after a day, idempotency keys and model calls after eight",
  async (db) => {
    const { tenantId } = await aWorkspace(db);
    await aPerson(db, tenantId, "owner");
    await db.query(
      "insert into app_private.sign_in_failures (email, source, failures) values ('a@example.com', '::1', 1)",
    );
    await db.query(
      "insert into app_private.idempotency_keys (tenant_id, key, message_id, request_hash) values ($1, 'key', gen_random_uuid(), '')",
      [tenantId],
    );
    await anAiCall(db);
    const ages = [
      ["app_private.sessions", "expires_at", "7 days"],
      ["app_private.sign_in_failures", "last_failed_at", "1 day"],
      ["app_private.idempotency_keys", "created_at", "8 days"],
      ["app_private.ai_calls", "created_at", "8 days"],
    ] as const;
    for (const [table, column, age] of ages) {
      await db.query(`update ${table} set ${column} = now() - $1::interval`, [age]);
      await forget(db);
      assert.equal(await count(db, table), 1, table);
      await db.query(`update ${table} set ${column} = now() - $1::interval - interval '1 second'`, [age]);
      await forget(db);
      assert.equal(await count(db, table), 0, table);
    }
  },
);

story("recent rows and messages are kept", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await db.query("insert into app_public.webhook_events (tenant_id, channel_id, body) values ($1, $2, 'x')", [
    tenantId,
    channelId,
  ]);
  await aPerson(db, tenantId, "owner");
  await forget(db);
  assert.equal(await count(db, "app_public.webhook_events"), 1);
  assert.equal(await count(db, "app_private.sessions"), 1);
});

story(
  "a result that waits for a person goes when no run waits for it any more, and not before",
  async (db) => {
    const workspace = await aWorkspace(db);
    const { versionId } = await anActiveChatbot(db, workspace.tenantId);
    const { conversationId } = await aConversation(db, workspace);
    await db.query(
      `with run as (
       insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, status)
       select tenant_id, $2, chatbot_id, id, 'waiting' from app_public.chatbot_versions where id = $1
       returning tenant_id, conversation_id, id
     )
     insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, due_at)
     select tenant_id, conversation_id, 'http_result', id, 'infinity' from run`,
      [versionId, conversationId],
    );
    await forget(db);
    assert.equal(await count(db, "app_private.chatbot_events"), 1);
    await db.query(
      "update app_public.conversation_contexts set status = 'stopped', completion_reason = 'x', completed_at = now()",
    );
    await forget(db);
    assert.equal(await count(db, "app_private.chatbot_events"), 0);
  },
);

story(
  "a job that was replaced while a worker ran it, and then died, goes after a day; others stay",
  async (db) => {
    const add = (key: string) =>
      db.query("select graphile_worker.add_job('fetch_media', '{\"mediaId\": \"x\"}', job_key => $1)", [key]);
    await add("replaced");
    await db.query(
      "update graphile_worker._private_jobs set locked_by = 'w', locked_at = now() where key = 'replaced'",
    );
    await add("replaced");
    await db.query(
      "update graphile_worker._private_jobs set locked_by = null, locked_at = null where key is null",
    );
    await add("failed");
    await db.query("update graphile_worker._private_jobs set attempts = max_attempts where key = 'failed'");
    const left = async () => {
      await forget(db);
      const { rows } = await db.query("select key from graphile_worker.jobs order by key nulls last");
      return rows.map(({ key }) => key);
    };
    assert.deepEqual(await left(), ["failed", "replaced", null]);
    await db.query("update graphile_worker._private_jobs set updated_at = now() - interval '25 hours'");
    assert.deepEqual(await left(), ["failed", "replaced"]);
  },
);

story("old imports go with their rows, a part at a time; the others stay", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const add = (age: string, status: string) =>
    db.query(
      `with import as (
         insert into app_public.imports (tenant_id, encoding, delimiter, header, columns, created_at, status)
         values ($1, 'utf-8', ',', '{phone}', '{phone}', now() - $2::interval, $3)
         returning id
       )
       insert into app_public.import_rows (tenant_id, import_id, row_number, cells)
       select $1, id, n, '{1}' from import, generate_series(2, 4) n`,
      [tenantId, age, status],
    );
  await add("31 days", "completed");
  await add("29 days", "completed");
  await add("31 days", "running");
  const step = async () => {
    const { rows } = await db.query("select app_private.delete_old_imports(2) as deleted");
    return [
      rows[0].deleted,
      await count(db, "app_public.imports"),
      await count(db, "app_public.import_rows"),
    ];
  };
  assert.deepEqual(
    [await step(), await step(), await step()],
    [
      [2, 3, 7],
      [1, 2, 6],
      [0, 2, 6],
    ],
  );
});
