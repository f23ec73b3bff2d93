import assert from "node:assert/strict";
import type pg from "pg";
import { aRunningCampaign, stepCampaign as step } from "../../support/campaigns.ts";
import { claim, record } from "../../support/outbox.ts";
import { aChannel, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const query = async (db: pg.PoolClient, sql: string, ...values: unknown[]) =>
  (await db.query(sql, values)).rows;

const campaignOf = async (db: pg.PoolClient, id: string) =>
  (
    await query(
      db,
      `select c.status, c.status_reason, (f.x).limited_by, extract(epoch from (f.x).finishes_at - now())::int as seconds
       from app_public.campaigns c cross join lateral (select app_public.campaigns_forecast(c) as x offset 0) f
       where c.id = $1`,
      id,
    )
  )[0];

story("a campaign sends so many messages a minute, in turns, whatever its channels allow", async (db) => {
  const workspace = await aWorkspace(db);
  const id = await aRunningCampaign(db, workspace, { set: "messages_per_minute = 300" });
  assert.equal((await step(db, id)).messages, 5, "those of a second");
  const waiting = await step(db, id);
  assert.deepEqual(waiting, { messages: 0, next_in: 0.2 });
  await query(db, "update app_private.campaign_feeds set pace_clock = now() - interval '1 hour'");
  assert.equal((await step(db, id)).messages, 5, "what was not sent in time is not made up for");
  assert.deepEqual(await campaignOf(db, id), {
    status: "running",
    status_reason: null,
    limited_by: "messages_per_minute",
    seconds: 2,
  });
});

story("a campaign waits for the messaging limit, which all numbers of the tenant share", async (db) => {
  const workspace = await aWorkspace(db);
  await aChannel(db, workspace.tenantId, { businessAccountId: workspace.businessAccountId });
  await query(db, "update app_public.whatsapp_channels set messaging_limit = 'TIER_8'");
  const id = await aRunningCampaign(db, workspace);
  assert.equal((await step(db, id)).messages, 8);
  const waiting = await step(db, id);
  assert.deepEqual([waiting.messages, Math.round(waiting.next_in ?? 0)], [0, 24 * 60 * 60]);
  assert.equal((await campaignOf(db, id)).limited_by, "messaging_limit");
  await query(db, "update app_private.initiated_contacts set initiated_at = now() - interval '1 day'");
  assert.equal((await step(db, id)).messages, 8);
});

story("recipients for whom the quiet hours have begun wait for their end", async (db) => {
  const workspace = await aWorkspace(db);
  const id = await aRunningCampaign(db, workspace);
  await query(
    db,
    `update app_public.contacts set time_zone = case when phone < '+4930000013' then 'UTC' else 'Etc/GMT+12' end`,
  );
  await query(
    db,
    `update app_public.campaigns set quiet_from = (now() at time zone 'UTC' - interval '1 hour')::time,
       quiet_until = (now() at time zone 'UTC' + interval '1 hour')::time`,
  );
  assert.equal((await step(db, id)).messages, 8, "where it is noon while it is midnight elsewhere");
  const waiting = await step(db, id);
  assert.deepEqual([waiting.messages, Math.round((waiting.next_in ?? 0) / 60)], [0, 60]);
  assert.equal(
    (await query(db, "select from app_public.campaign_recipients where state = 'skipped'")).length,
    0,
  );
  assert.equal((await campaignOf(db, id)).limited_by, "quiet_hours");
});

story("a template that the provider holds back to assess it holds up its campaigns", async (db) => {
  const workspace = await aWorkspace(db);
  await query(db, "update app_public.channels set messages_per_second = 10");
  const id = await aRunningCampaign(db, workspace);
  assert.equal((await step(db, id)).messages, 10);
  const [first] = await claim(db, 1);
  await record(db, { message_id: first!, kind: "sent", provider_message_id: "wamid.1", is_held: true });
  const waiting = await step(db, id);
  assert.deepEqual([waiting.messages, waiting.next_in], [0, 600]);
  assert.equal((await campaignOf(db, id)).limited_by, "template_assessment");
  await query(db, "update app_public.templates set held_at = now() - interval '10 minutes'");
  assert.equal((await step(db, id)).messages, 1, "the one place in the outbox");
});

story(
  "a campaign pauses itself when its template must not be sent any more, and skips nobody",
  async (db) => {
    const workspace = await aWorkspace(db);
    await query(db, "update app_public.channels set messages_per_second = 10");
    const id = await aRunningCampaign(db, workspace);
    await step(db, id);
    await query(db, "update app_private.campaign_feeds set next_at = now() + interval '1 day'");
    await query(db, "update app_public.templates set status = 'paused', status_reason = 'Low quality'");
    const [{ is_due }] = await query(db, "select next_at <= now() as is_due from app_private.campaign_feeds");
    assert.equal(is_due, true, "it looks at once");
    assert.deepEqual(await step(db, id), { messages: 0, next_in: null });
    const paused = await campaignOf(db, id);
    assert.equal(paused.status, "paused");
    assert.match(paused.status_reason, /^PYPAU: The template "spring" \(en_US\) is paused: Low quality$/);
    await query(db, "update app_public.templates set status = 'approved'");
    await query(db, "delete from app_private.outbox_lanes");
    await query(db, "select app_public.resume_campaign($1)", id);
    assert.equal((await step(db, id)).messages, 10);
    assert.equal(
      (await query(db, "select from app_public.campaign_recipients where state = 'skipped'")).length,
      0,
    );
  },
);

story(
  "a campaign pauses itself when messages fail for a reason that concerns all of them, once",
  async (db) => {
    const workspace = await aWorkspace(db);
    await query(db, "update app_public.channels set messages_per_second = 4");
    const id = await aRunningCampaign(db, workspace);
    await step(db, id);
    const fail = async (code: string) => {
      const [failed] = await query(
        db,
        "select message_id from app_public.campaign_recipients where state = 'queued' order by contact_id limit 1",
      );
      await query(
        db,
        `update app_public.campaign_recipients set state = 'failed', error_code = $2, reason = 'No more for today'
       where message_id = $1`,
        failed.message_id,
        code,
      );
      await step(db, id);
      return (await campaignOf(db, id)).status;
    };
    assert.equal(await fail("131026"), "running", "one number is not on WhatsApp");
    assert.equal(await fail("131048"), "paused");
    assert.equal((await campaignOf(db, id)).status_reason, "131048: No more for today");
    await query(db, "select app_public.resume_campaign($1)", id);
    await step(db, id);
    assert.equal((await campaignOf(db, id)).status, "running", "what failed before is known");
    assert.equal(await fail("131048"), "paused", "and again");
  },
);
