import assert from "node:assert/strict";
import type pg from "pg";
import { aDraftCampaign, aRunningCampaign, freezeCampaign, stepCampaign } from "../../support/campaigns.ts";
import { claim, record } from "../../support/outbox.ts";
import { aChannel, aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

const CONTACTS = 400;

/** A draft to these contacts, with two variants of one template. */
async function aDraftWithVariants(db: pg.PoolClient, workspace: Workspace): Promise<string> {
  const first = await aRunningCampaign(db, workspace, { contacts: CONTACTS });
  await db.query("select app_public.cancel_campaign($1)", [first]);
  const id = await aDraftCampaign(db, workspace, "name = 'Two variants'");
  await db.query(
    `insert into app_public.campaign_variants (campaign_id, name, weight, template_name)
     values ($1, 'often', 3, 'spring'), ($1, 'rarely', 1, 'spring')`,
    [id],
  );
  return id;
}

async function started(db: pg.PoolClient, id: string): Promise<void> {
  await db.query("select app_public.start_campaign($1)", [id]);
  await freezeCampaign(db, id);
}

/** How many recipients there are of each. */
async function sharesBy(db: pg.PoolClient, id: string, what: string): Promise<Record<string, number>> {
  const { rows } = await db.query(
    `select ${what} as of, count(*)::int as count
     from app_public.campaign_recipients r
     left join app_public.campaign_variants v on v.id = r.variant_id
     where r.campaign_id = $1 group by 1`,
    [id],
  );
  return Object.fromEntries(rows.map(({ of, count }) => [of, count]));
}

story("variants and channels get their shares of the recipients, independently of each other", async (db) => {
  const workspace = await aWorkspace(db);
  const other = await aChannel(db, workspace.tenantId);
  await db.query("update app_public.whatsapp_channels set business_account_id = $2 where channel_id = $1", [
    other,
    workspace.businessAccountId,
  ]);
  const id = await aDraftWithVariants(db, workspace);
  await db.query(
    "insert into app_public.campaign_channels (campaign_id, channel_id, weight) values ($1, $2, 4), ($1, $3, 1)",
    [id, workspace.channelId, other],
  );
  await started(db, id);

  const { often = 0, rarely = 0 } = await sharesBy(db, id, "v.name");
  assert.equal(often + rarely, CONTACTS);
  assert.ok(
    rarely > CONTACTS * 0.17 && rarely < CONTACTS * 0.33,
    `${rarely} of ${CONTACTS}, expected a quarter`,
  );
  const { [other]: small = 0 } = await sharesBy(db, id, "r.channel_id");
  assert.ok(small > CONTACTS * 0.12 && small < CONTACTS * 0.28, `${small} of ${CONTACTS}, expected a fifth`);
  const both = (await sharesBy(db, id, "v.name || ' ' || r.channel_id"))[`rarely ${other}`] ?? 0;
  assert.ok(both > CONTACTS * 0.02 && both < CONTACTS * 0.09, `${both} of ${CONTACTS}, expected a twentieth`);
});

story("a contact always gets the same variant of a campaign", async (db) => {
  const workspace = await aWorkspace(db);
  const id = await aDraftWithVariants(db, workspace);
  const variants = async () =>
    (
      await db.query(
        `select a.contact_id, a.variant_id from app_public.campaigns c, app_private.campaign_audience(
           c, array(select app_private.contacts_matching(c.tenant_id, c.audience))
         ) a where c.id = $1 order by 1`,
        [id],
      )
    ).rows;
  const before = await variants();
  assert.deepEqual(await variants(), before);
  await started(db, id);
  const { rows } = await db.query(
    "select contact_id, variant_id from app_public.campaign_recipients where campaign_id = $1 order by 1",
    [id],
  );
  assert.deepEqual(rows, before);
});

story("contacts who have not written for the time that the campaign demands are skipped", async (db) => {
  const workspace = await aWorkspace(db);
  await aRunningCampaign(db, workspace, { contacts: 3 });
  await db.query(
    `insert into app_public.conversations (tenant_id, channel_id, contact_id, last_customer_message_at)
     select $1, $2, c.id, now() - c.n * interval '10 days'
     from (select id, row_number() over (order by phone) as n from app_public.contacts where tenant_id = $1) c
     where c.n <= 2
     on conflict (channel_id, contact_id, tenant_id) do update
     set last_customer_message_at = excluded.last_customer_message_at`,
    [workspace.tenantId, workspace.channelId],
  );
  const id = await aDraftCampaign(db, workspace, "excludes_inactive_for = '15 days'");
  await started(db, id);
  assert.deepEqual(await sharesBy(db, id, "concat_ws(' ', r.state, r.error_code)"), {
    pending: 1,
    "skipped PYINA": 2,
  });
});

story("a retry sends again to those who failed with these codes, and to no others", async (db) => {
  const id = await aRunningCampaign(db, await aWorkspace(db), { contacts: 3 });
  await stepCampaign(db, id);
  const codes = ["131026", "131049", "PYUNC"];
  const messages = await claim(db);
  assert.equal(messages.length, codes.length);
  for (const [at, message_id] of messages.entries())
    await record(db, { message_id, kind: "failed", error_code: codes[at]! });
  await db.query(
    `select app_private.apply_recipient_statuses(array(select message_id from app_public.campaign_recipients
     where campaign_id = $1))`,
    [id],
  );
  const states = () => sharesBy(db, id, "concat_ws(' ', r.state, r.error_code)");
  assert.deepEqual(await states(), { "failed 131026": 1, "failed 131049": 1, "failed PYUNC": 1 });
  await db.query("select app_public.retry_campaign($1, array['131026'])", [id]);
  assert.deepEqual(await states(), { pending: 1, "failed 131049": 1, "failed PYUNC": 1 });
  await db.query("select app_public.retry_campaign($1)", [id]);
  assert.deepEqual(await states(), { pending: 2, "failed PYUNC": 1 });
});

story("a template that is paused while a batch is prepared skips no recipient", async (db) => {
  for (const [status, code] of Object.entries({ paused: "PYPAU", rejected: "PYREJ", disabled: "PYDIS" })) {
    const workspace = await aWorkspace(db);
    const id = await aRunningCampaign(db, workspace, { contacts: 2 });
    await db.query(
      "update app_public.templates set status = $2::app_public.template_status where tenant_id = $1",
      [workspace.tenantId, status],
    );
    // What feed_campaign() does after it has found no reason to pause.
    await db.query(
      `select app_private.send_to_recipients(c, $2, array(
         select r.contact_id from app_public.campaign_recipients r where r.campaign_id = c.id
       )) from app_public.campaigns c where c.id = $1`,
      [id, workspace.channelId],
    );
    assert.deepEqual(await sharesBy(db, id, "r.state"), { pending: 2 });
    await stepCampaign(db, id);
    const { rows } = await db.query("select status, status_reason from app_public.campaigns where id = $1", [
      id,
    ]);
    assert.equal(rows[0].status, "paused");
    assert.match(
      rows[0].status_reason,
      new RegExp(`^${code}: The template "spring" \\(en_US\\) is ${status}`),
    );
  }
});
