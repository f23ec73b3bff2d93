import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import closeInactiveConversations from "../../tasks/close_inactive_conversations.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { conversationOf } from "../support/messages.ts";
import { aConversation, aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("what has not changed for as long as its rule says is closed, unless it is snoozed or unanswered", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  await pool.query("insert into app_public.closing_rules (tenant_id, closes_after) values ($1, '1 hour')", [
    workspace.tenantId,
  ]);
  const aThread = async (columns = "metadata = '{}'", hoursAgo = 2) => {
    const { conversationId } = await aConversation(pool, workspace);
    await pool.query(
      `update app_public.conversations set ${columns},
         last_message_at = now() - make_interval(hours => $2), updated_at = now() - make_interval(hours => $2)
       where id = $1`,
      [conversationId, hoursAgo],
    );
    return conversationId;
  };
  const inactive = await aThread();
  const snoozed = await aThread("snoozed_until = 'infinity'");
  const unanswered = await aThread("waiting_since = now() - interval '3 hours'");
  const recent = await aThread("metadata = '{}'", 0);
  const touched = await aThread();
  await pool.query("update app_public.conversations set read_at = now() where id = $1", [touched]);
  const open = async () => {
    await closeInactiveConversations({ pool })();
    const { rows } = await pool.query(
      "select id from app_public.conversations where status = 'open' order by id",
    );
    return rows.map(({ id }) => id);
  };
  assert.deepEqual(await open(), [snoozed, unanswered, recent, touched].sort());
  assert.equal((await conversationOf(pool, inactive)).status, "closed");

  await pool.query("update app_public.closing_rules set closes_unanswered = true");
  assert.deepEqual(await open(), [snoozed, recent, touched].sort());
  assert.equal((await conversationOf(pool, unanswered)).waiting_since, null);
});
