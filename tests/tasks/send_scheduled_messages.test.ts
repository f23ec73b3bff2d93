import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import sendScheduledMessages from "../../tasks/send_scheduled_messages.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aConversation, aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("what is due is sent, in several batches and by several workers, each message once", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  for (let at = 0; at < 3; at++) {
    const { conversationId } = await aConversation(pool, workspace);
    await pool.query(
      `insert into app_public.scheduled_messages (conversation_id, content, send_at)
       select $1, '{"body": "Later"}', now() + case n when 1 then interval '1 hour' else - interval '1 second' * n end
       from generate_series(1, 70) n`,
      [conversationId],
    );
  }
  await Promise.all([1, 2].map(() => sendScheduledMessages({ pool })()));
  const { rows } = await pool.query(
    `select s.status, count(*)::int, count(distinct s.message_id)::int as messages,
       (select count(*)::int from app_public.messages) as sent
     from app_public.scheduled_messages s group by 1 order by 1`,
  );
  assert.deepEqual(rows, [
    { status: "scheduled", count: 3, messages: 0, sent: 207 },
    { status: "sent", count: 207, messages: 207, sent: 207 },
  ]);
});

test("a tenant with very many due messages delays those of another by less than a batch", async () => {
  const { pool } = database;
  const schedule = async (count: number, due: string) => {
    const { conversationId } = await aConversation(pool, await aWorkspace(pool));
    await pool.query(
      `insert into app_public.scheduled_messages (conversation_id, content, send_at)
       select $1, '{"body": "Later"}', now() - $3::interval from generate_series(1, $2::int)`,
      [conversationId, count, due],
    );
    return conversationId;
  };
  await schedule(300, "1 hour");
  const others = [await schedule(40, "1 minute"), await schedule(2, "1 second")];
  const { rows } = await pool.query("select app_private.send_scheduled_messages(100) as found");
  assert.equal(rows[0].found, 33 + 33 + 2);
  const sent = await pool.query(
    `select count(*) filter (where s.status = 'sent')::int as sent, count(*)::int as all
     from app_public.scheduled_messages s where s.conversation_id = any ($1) group by s.conversation_id order by 2`,
    [others],
  );
  assert.deepEqual(sent.rows, [
    { sent: 2, all: 2 },
    { sent: 33, all: 40 },
  ]);
  await sendScheduledMessages({ pool })();
  const left = await pool.query(
    "select from app_public.scheduled_messages where status = 'scheduled' and send_at <= now()",
  );
  assert.equal(left.rowCount, 0);
});
