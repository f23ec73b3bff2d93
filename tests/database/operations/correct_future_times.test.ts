import assert from "node:assert/strict";
import type pg from "pg";
import { send } from "../../support/messages.ts";
import { claim, outboxOf, record } from "../../support/outbox.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";

/** The database's clock was an hour ahead for a while, and is right again: what it has written meanwhile. */

const story = stories();

const correct = async (db: pg.PoolClient): Promise<number> =>
  (await db.query("select app_private.correct_future_times() as corrected")).rows[0].corrected;

/** As if the clock had been an hour ahead when all of this was written. */
async function writtenAnHourAhead(db: pg.PoolClient): Promise<void> {
  const { rows } = await db.query(
    `select a.attrelid::regclass as table, string_agg(format('%1$I = %1$I + interval ''1 hour''', a.attname), ', ') as moved
     from pg_attribute a
     where a.atttypid = 'timestamptz'::regtype and a.attnum > 0 and a.attgenerated = ''
     and a.attrelid = any (array[
       'app_private.outbox', 'app_private.outbox_lanes', 'app_private.channel_states', 'app_private.chatbot_events',
       'app_public.conversation_contexts', 'app_public.conversations', 'graphile_worker._private_jobs',
       'graphile_worker._private_known_crontabs'
     ]::regclass[])
     group by 1`,
  );
  await db.query("set local session_replication_role to replica");
  for (const { table, moved } of rows) await db.query(`update ${table} set ${moved}`);
  await db.query("set local session_replication_role to origin");
}

async function queued(db: pg.PoolClient) {
  const workspace = await aWorkspace(db);
  const { conversationId } = await aConversation(db, workspace);
  return { ...workspace, conversationId, message: await send(db, conversationId) };
}

story("nothing is corrected while the clock is right", async (db) => {
  const { channelId, message } = await queued(db);
  await claim(db);
  await record(db, { message_id: message, kind: "retry", retry_in_ms: 10 * 60_000 });
  await db.query("select app_private.pause_channel($1, interval '1 day')", [channelId]);
  await db.query("select graphile_worker.add_job('maintain', run_at := now() + interval '30 days')");
  assert.equal(await correct(db), 0);
});

story("a lane is due", async (db) => {
  const { message } = await queued(db);
  await writtenAnHourAhead(db);
  assert.deepEqual(await claim(db), []);
  assert.ok((await correct(db)) > 0);
  assert.deepEqual(await claim(db), [message]);
});

story("a pause of a channel lasts as long as the provider said, from now", async (db) => {
  const { channelId } = await queued(db);
  await db.query("select app_private.pause_channel($1, interval '5 minutes')", [channelId]);
  await writtenAnHourAhead(db);
  await correct(db);
  const { rows } = await db.query(
    "select extract(epoch from paused_until - now())::int as seconds from app_private.channel_states",
  );
  assert.deepEqual(rows, [{ seconds: 300 }]);
});

story("a lease without a holder ends within a minute, and the next message is sent", async (db) => {
  const { message } = await queued(db);
  await claim(db);
  await writtenAnHourAhead(db);
  await correct(db);
  assert.equal((await outboxOf(db, message)).state, "sending");
  await db.query("update app_private.outbox set lease_until = lease_until - interval '61 seconds'");
  await db.query("select app_private.reconcile_outbox()");
  assert.equal((await outboxOf(db, message)).state, "uncertain");
});

story("an uncertain message gets its outcome after ten minutes, not after another hour", async (db) => {
  const { message } = await queued(db);
  await claim(db);
  await record(db, { message_id: message, kind: "uncertain" });
  await writtenAnHourAhead(db);
  await correct(db);
  const { rows } = await db.query("select uncertain_at = now() as is_now from app_private.outbox");
  assert.deepEqual(rows, [{ is_now: true }]);
});

story("jobs wait as long as they were to wait, and periodic tasks go on", async (db) => {
  await db.query("delete from graphile_worker._private_jobs");
  await db.query(
    "select graphile_worker.add_job('maintain'), graphile_worker.add_job('mark_read', run_at := now() + interval '2 minutes')",
  );
  await db.query(
    "insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution) values ('x', now(), now())",
  );
  await writtenAnHourAhead(db);
  assert.equal(await correct(db), 3);
  const { rows } = await db.query(
    "select task_identifier as task, extract(epoch from run_at - now())::int as seconds from graphile_worker.jobs order by 1",
  );
  assert.deepEqual(rows, [
    { task: "maintain", seconds: 0 },
    { task: "mark_read", seconds: 120 },
  ]);
  const { rows: crons } = await db.query(
    "select last_execution = now() as is_now from graphile_worker._private_known_crontabs where identifier = 'x'",
  );
  assert.deepEqual(crons, [{ is_now: true }]);
});

story("a chatbot's timer, its pause and what it has to react to", async (db) => {
  const { tenantId, conversationId } = await queued(db);
  const { versionId } = await anActiveChatbot(db, tenantId);
  const { rows: runs } = await db.query(
    `insert into app_public.conversation_contexts (tenant_id, conversation_id, chatbot_id, version_id, status, expires_at)
     select tenant_id, $2, chatbot_id, id, 'waiting', now() + interval '3 minutes' from app_public.chatbot_versions
     where id = $1 returning id`,
    [versionId, conversationId],
  );
  await db.query(
    "select graphile_worker.add_job('ring_chatbot_timer', json_build_object('contextId', $1::uuid), run_at := now() + interval '3 minutes')",
    [runs[0].id],
  );
  await db.query("update app_public.conversations set chatbot_paused_until = now() + interval '20 minutes'");
  await db.query(
    "insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id) values ($1, $2, 'resume', $3)",
    [tenantId, conversationId, runs[0].id],
  );
  await writtenAnHourAhead(db);
  await correct(db);
  const { rows } = await db.query(
    `select
       extract(epoch from x.expires_at - now())::int as timer,
       extract(epoch from c.chatbot_paused_until - now())::int as pause,
       e.due_at <= clock_timestamp() as is_due,
       (select jsonb_object_agg(j.task_identifier, extract(epoch from j.run_at - now())::int)
        from graphile_worker.jobs j where j.task_identifier in ('ring_chatbot_timer', 'resume_chatbot')) as jobs
     from app_public.conversation_contexts x
     join app_public.conversations c on c.id = x.conversation_id
     join app_private.chatbot_events e on e.context_id = x.id`,
  );
  assert.deepEqual(rows, [
    { timer: 180, pause: 1200, is_due: true, jobs: { ring_chatbot_timer: 180, resume_chatbot: 1200 } },
  ]);
});
