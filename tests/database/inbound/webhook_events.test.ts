import assert from "node:assert/strict";
import { aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const store = `insert into app_public.webhook_events (tenant_id, channel_id, body, event_type) values ($1, $2, 'words', 'messages')`;

story("admins see webhooks and their outcome, but not their content", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await db.query(store, [tenantId, channelId]);
  await become(db, await aPerson(db, tenantId, "admin"));
  const { rows } = await db.query(
    "select event_type, status, attempts, skipped from app_public.webhook_events",
  );
  assert.deepEqual(rows, [{ event_type: "messages", status: "unprocessed", attempts: 1, skipped: [] }]);
  for (const what of ["body", "*", "e"])
    assert.equal(
      await refusal(db, () => db.query(`select ${what} from app_public.webhook_events e`)),
      "42501",
      what,
    );
});

story("agents and viewers cannot see webhooks", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await db.query(store, [tenantId, channelId]);
  for (const role of ["agent", "viewer"] as const) {
    const person = await aPerson(db, tenantId, role);
    await become(db, person);
    assert.equal((await db.query("select id from app_public.webhook_events")).rowCount, 0);
    await db.query("select set_config('role', 'none', true)");
  }
});

story("a failure has a reason, and bytes are kept as they came", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const body = Buffer.from([0, 255, 0x7b, 0xc3, 0x28]);
  await db.query("insert into app_public.webhook_events (tenant_id, channel_id, body) values ($1, $2, $3)", [
    tenantId,
    channelId,
    body,
  ]);
  const { rows } = await db.query("select body from app_public.webhook_events");
  assert.deepEqual(rows[0].body, body);
  const fail = () => db.query("update app_public.webhook_events set status = 'failed'");
  assert.equal(await refusal(db, fail), "23514");
});
