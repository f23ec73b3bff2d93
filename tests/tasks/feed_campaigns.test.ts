import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createLog } from "../../src/base/log.ts";
import { CampaignFeeder } from "../../src/outreach/campaign_feeder.ts";
import feedCampaigns from "../../tasks/feed_campaigns.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { record } from "../support/outbox.ts";
import { aConversation, aWorkspace } from "../support/people.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

test("a scheduled campaign starts at its time, and a job waits for the next one", async () => {
  const { pool } = database;
  const workspace = await aWorkspace(pool);
  await aConversation(pool, workspace);
  const scheduled = async (at: string) => {
    const { rows } = await pool.query(
      `insert into app_public.campaigns (tenant_id, name, text, audience, status, scheduled_at)
       values ($1, $2::text, 'Hello {{contact.name|there}}', '{"field": "name", "isEmpty": true}', 'scheduled', now() + $2::text::interval)
       returning id`,
      [workspace.tenantId, at],
    );
    return rows[0].id;
  };
  const [due, later] = [await scheduled("-1 second"), await scheduled("1 hour")];
  const sender = {
    /** The provider refuses the message at once. */
    async drain() {
      const { rows } = await pool.query("select message_id from app_private.outbox");
      for (const { message_id } of rows)
        await record(pool, { message_id, kind: "failed", error_code: "131026" });
    },
  };
  await feedCampaigns({ feeder: new CampaignFeeder({ pool, sender, log: createLog("silent") }) })();
  const { rows } = await pool.query(
    `select c.id, c.status, f.failed from app_public.campaigns c, app_public.campaigns_figures(c) f order by c.scheduled_at`,
  );
  assert.deepEqual(rows, [
    { id: due, status: "completed", failed: 1 },
    { id: later, status: "scheduled", failed: 0 },
  ]);
  const { rows: sent } = await pool.query("select content from app_public.messages where campaign_id = $1", [
    due,
  ]);
  assert.deepEqual(sent, [{ content: { body: "Hello there" } }]);
  const { rows: jobs } = await pool.query(
    "select run_at > now() + interval '50 minutes' as is_later from graphile_worker.jobs where key = 'feed_campaigns:later'",
  );
  assert.deepEqual(jobs, [{ is_later: true }]);
});
