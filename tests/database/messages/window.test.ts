import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aConversation, aPerson, aWorkspace, become } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const say = (conversationId: string) =>
  [
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}') returning *`,
    [conversationId],
  ] as [string, unknown[]];

test("an agent writes inside the window; the message is queued under the agent's name", () =>
  rolledBack(database.pool, async (db) => {
    const workspace = await aWorkspace(db);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    const { conversationId } = await aConversation(db, workspace);
    await become(db, agent);
    const { rows } = await db.query(...say(conversationId));
    assert.equal(rows[0].author, "user");
    assert.equal(rows[0].user_id, agent.userId);
    assert.equal(rows[0].tenant_id, workspace.tenantId);
    const { rows: statuses } = await db.query(
      "select status from app_public.message_statuses where message_id = $1",
      [rows[0].id],
    );
    assert.equal(statuses[0].status, "queued");
  }));

test("messages outside the window are refused, for an agent as for the database owner", () =>
  rolledBack(database.pool, async (db) => {
    const workspace = await aWorkspace(db);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    const { conversationId } = await aConversation(db, workspace, { isWindowOpen: false });
    assert.equal(await refusal(db, () => db.query(...say(conversationId))), "PYWIN");
    await become(db, agent);
    assert.equal(await refusal(db, () => db.query(...say(conversationId))), "PYWIN");
  }));
