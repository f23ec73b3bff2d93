import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import endSnoozes from "../../tasks/end_snoozes.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { conversationOf } from "../support/messages.ts";
import { aConversation, aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("a snooze whose time has come ends, and subscribers are notified", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  const snooze = async (until: string) => {
    const { conversationId } = await aConversation(pool, workspace);
    await pool.query(
      "update app_public.conversations set snoozed_until = now() + $2::interval where id = $1",
      [conversationId, until],
    );
    return conversationId;
  };
  const [due, later] = [await snooze("-1 second"), await snooze("1 hour")];
  await pool.query("delete from app_private.changes");
  await endSnoozes({ pool })();
  assert.equal((await conversationOf(pool, due)).snoozed_until, null);
  assert.notEqual((await conversationOf(pool, later)).snoozed_until, null);
  const { rows } = await pool.query("select ids from app_private.changes where kind = 'conversations'");
  assert.deepEqual(rows, [{ ids: [due] }]);
});
