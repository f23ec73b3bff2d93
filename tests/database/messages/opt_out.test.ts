import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { rolledBack } from "../../support/transaction.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("error 131050 notes that the customer stopped marketing; any other error does not", () =>
  rolledBack(database.pool, async (db) => {
    const workspace = await aWorkspace(db);
    for (const [code, isOptedOut] of [
      ["131026", false],
      ["131050", true],
    ]) {
      const { conversationId, contactId } = await aConversation(db, workspace);
      const { rows } = await db.query(
        `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Sale!"}') returning id`,
        [conversationId],
      );
      const status = {
        tenant_id: workspace.tenantId,
        channel_id: workspace.channelId,
        message_id: rows[0].id,
        status: "failed",
        occurred_at: new Date().toISOString(),
        error: { code },
      };
      await db.query("select app_private.apply_statuses($1)", [JSON.stringify([status])]);
      const contact = await db.query(
        "select marketing_opted_out_at is not null as is_opted_out from app_public.contacts where id = $1",
        [contactId],
      );
      assert.equal(contact.rows[0].is_opted_out, isOptedOut, String(code));
      const consents = await db.query(
        "select method, evidence from app_public.consents where contact_id = $1 and message_id = $2",
        [contactId, rows[0].id],
      );
      const evidence = { method: "error", evidence: "error 131050" };
      assert.deepEqual(consents.rows, isOptedOut ? [evidence] : []);
    }
  }));

test("a channel set active again sends at once what has waited", () =>
  rolledBack(database.pool, async (db) => {
    const { channelId } = await aWorkspace(db);
    const jobs = async () =>
      (
        await db.query(
          "select count(*)::int from graphile_worker.jobs where task_identifier = 'send_messages'",
        )
      ).rows[0].count;
    await db.query("update app_public.channels set status = 'stopped' where id = $1", [channelId]);
    assert.equal(await jobs(), 0);
    await db.query("update app_public.channels set status = 'active' where id = $1", [channelId]);
    assert.equal(await jobs(), 1);
  }));
