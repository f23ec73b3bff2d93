import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SlowSlots } from "../../src/jobs/slow_slots.ts";
import recountFigures from "../../tasks/recount_figures.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { send } from "../support/messages.ts";
import { aConversation, aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("a tenant's figures are corrected", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  await send(pool, (await aConversation(pool, workspace)).conversationId);
  await pool.query("update app_hidden.message_activity set count = 3");
  await recountFigures({ pool, slots: new SlowSlots() })({ tenantId: workspace.tenantId }, {} as never);
  const { rows } = await pool.query("select sum(count)::int as messages from app_hidden.daily_messages");
  assert.equal(rows[0].messages, 1);
});
