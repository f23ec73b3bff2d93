import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import type pg from "pg";
import { aDraftCampaign, aRunningCampaign } from "../support/campaigns.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWorkspace, type Workspace } from "../support/people.ts";
import { overlapping, started } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());
// Campaigns of earlier tests do not continue.
beforeEach(() => database.pool.query("delete from app_private.campaign_feeds"));

/** Three parts of an audience. */
const CONTACTS = 4_010;

const freeze = async (db: Pick<pg.PoolClient, "query">): Promise<string | null> =>
  (await db.query("select * from app_private.freeze_campaigns()")).rows[0].campaign_id;
const feed = async (
  db: Pick<pg.PoolClient, "query">,
): Promise<{ campaign_id: string | null; messages: number }> =>
  (await db.query("select campaign_id, messages from app_private.feed_campaigns()")).rows[0];

/** A campaign that has started, whose audience has been evaluated; its recipients have not been determined. */
async function aStartedCampaign(workspace: Workspace, set = "name = 'Spring'"): Promise<string> {
  const db = await database.pool.connect();
  try {
    const id = await aDraftCampaign(db, workspace, `template_name = null, text = 'Hello', ${set}`);
    await db.query(
      `insert into app_public.contacts (tenant_id, phone)
       select $1, '+4931' || lpad(n::text, 6, '0') from generate_series(1, $2::int) n on conflict do nothing`,
      [workspace.tenantId, CONTACTS],
    );
    await db.query("select app_public.start_campaign($1)", [id]);
    assert.equal(await freeze(db), id);
    return id;
  } finally {
    db.release();
  }
}

async function campaignOf(id: string) {
  const { rows } = await database.pool.query(
    `select c.status, c.frozen_at is not null as is_frozen, app_private.recount_campaigns(c.tenant_id) as wrong,
       (select count(*)::int from app_public.campaign_recipients r where r.campaign_id = c.id) as recipients
     from app_public.campaigns c where c.id = $1`,
    [id],
  );
  assert.equal(rows[0].wrong, 0);
  return { status: rows[0].status, isFrozen: rows[0].is_frozen, recipients: rows[0].recipients };
}

const change = (action: "pause" | "resume" | "cancel", id: string) => (db: Pick<pg.PoolClient, "query">) =>
  db.query(`select app_public.${action}_campaign($1)`, [id]);

/** Runs the step while a worker is in the middle of determining recipients, which waits for a contact. */
async function whileFreezing(id: string, step: (db: pg.PoolClient) => Promise<unknown>): Promise<void> {
  const holder = await database.pool.connect();
  await holder.query("begin");
  await holder.query(
    `select from app_public.contacts
     where id = (select contact_ids[1] from app_private.campaign_audience_parts where campaign_id = $1 order by number limit 1)
     for update`,
    [id],
  );
  const freezing = await started(database.pool, freeze);
  assert.equal(freezing.waited, true);
  const { waited, outcome } = await started(database.pool, step);
  await holder.query("rollback");
  holder.release();
  assert.equal((await outcome).status, "fulfilled");
  assert.deepEqual(await freezing.outcome, { status: "fulfilled", value: id });
  assert.equal(waited, false, "the user need not wait");
}

// lock_freezing() is another lock than that of lock_campaign(): with the row of campaign_feeds for both, the user waits.
test("a campaign is paused and resumed while its recipients are being determined, and loses and doubles none", async () => {
  const id = await aStartedCampaign(await aWorkspace(database.pool));
  await whileFreezing(id, change("pause", id));
  assert.deepEqual(await campaignOf(id), { status: "paused", isFrozen: false, recipients: 2_000 });
  assert.equal(await freeze(database.pool), null, "a paused campaign waits");

  await change("resume", id)(database.pool);
  // kill -9: the transaction is not committed.
  const killed = await database.pool.connect();
  await killed.query("begin");
  assert.equal(await freeze(killed), id);
  killed.release(true);
  await whileFreezing(id, async (db) => {
    await change("pause", id)(db);
    await change("resume", id)(db);
    assert.equal(await freeze(db), null, "one worker at a time");
  });
  assert.equal(await freeze(database.pool), id);
  assert.deepEqual(await campaignOf(id), { status: "running", isFrozen: true, recipients: CONTACTS });
  assert.equal(await freeze(database.pool), null);
});

test("a campaign that is cancelled while its recipients are being determined has none", async () => {
  const id = await aStartedCampaign(await aWorkspace(database.pool));
  await freeze(database.pool);
  await whileFreezing(id, async (db) => {
    await change("cancel", id)(db);
    await feed(db);
  });
  await database.pool.query("update app_private.campaign_feeds set next_at = '-infinity'");
  assert.equal((await feed(database.pool)).campaign_id, id);
  assert.deepEqual(await campaignOf(id), { status: "cancelled", isFrozen: false, recipients: 0 });
  const { rows } = await database.pool.query(
    "select from app_private.campaign_audience_parts where campaign_id = $1",
    [id],
  );
  assert.equal(rows.length, 0);
});

// Without "p" in "for update of f, p" of feed_campaigns(), the row of campaign_progress, both count what is left before
// the other has handed it out.
test("two campaigns of a tenant that are fed at once keep its messaging limit", async () => {
  const workspace = await aWorkspace(database.pool);
  await database.pool.query(
    "update app_public.whatsapp_channels set messaging_limit = 'TIER_8' where channel_id = $1",
    [workspace.channelId],
  );
  const db = await database.pool.connect();
  const ids = [];
  for (const half of ["+493000000", "+493000001"])
    ids.push(
      await aRunningCampaign(db, workspace, {
        contacts: 19,
        set: `audience = '{"field": "phone", "startsWith": "${half}"}'`,
      }),
    );
  db.release();
  const { first, second, waited } = await overlapping(database.pool, feed, feed);
  assert.equal(first.messages, 8);
  assert.deepEqual(
    [second, waited],
    [{ status: "fulfilled", value: { campaign_id: null, messages: 0 } }, false],
  );
  const next = await feed(database.pool);
  assert.deepEqual(
    [next.messages, ids.includes(next.campaign_id!), next.campaign_id !== first.campaign_id],
    [0, true, true],
  );
});
