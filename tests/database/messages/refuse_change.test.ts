import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aConversation, aWorkspace } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("not even the owner of the database changes what was said", () =>
  rolledBack(database.pool, async (db) => {
    const workspace = await aWorkspace(db);
    const { conversationId } = await aConversation(db, workspace);
    const { rows } = await db.query(
      `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Said"}') returning id`,
      [conversationId],
    );
    for (const change of [
      "preview = 'x'",
      "content = '{}'",
      "direction = 'inbound'",
      "occurred_at = now()",
    ]) {
      assert.equal(
        await refusal(db, () =>
          db.query(`update app_public.messages set ${change} where id = $1`, [rows[0].id]),
        ),
        "PYFIX",
      );
    }
    const kept = await db.query("select preview from app_public.messages where id = $1", [rows[0].id]);
    assert.equal(kept.rows[0].preview, "Said");
  }));
