import assert from "node:assert/strict";
import type pg from "pg";
import { anApiKey, aPerson, aWorkspace, become, type Person, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

const aCampaign = async (db: pg.PoolClient, author: Person): Promise<string> => {
  await become(db, author);
  return (
    await db.query("insert into app_public.campaigns (name, text) values ('Spring', 'Hello') returning id")
  ).rows[0].id;
};

const approve = (db: pg.PoolClient, campaignId: string) =>
  db.query("select approved_by_id from app_public.approve_campaign($1)", [campaignId]);

/** Becomes the owner of the database again. */
const asOwner = (db: pg.PoolClient) => db.query("reset role");

const setStatus = async (db: pg.PoolClient, campaignId: string, status: string) => {
  await asOwner(db);
  await db.query("update app_public.campaigns set status = $2 where id = $1", [campaignId, status]);
};

const stateOf = async (db: pg.PoolClient, campaignId: string) =>
  (
    await db.query("select status, approved_by_id, edited_by_id from app_public.campaigns where id = $1", [
      campaignId,
    ])
  ).rows[0];

async function people(db: pg.PoolClient): Promise<{ workspace: Workspace; author: Person; other: Person }> {
  const workspace = await aWorkspace(db);
  await db.query("update app_public.tenants set requires_campaign_approval = true where id = $1", [
    workspace.tenantId,
  ]);
  const [author, other] = [
    await aPerson(db, workspace.tenantId, "admin"),
    await aPerson(db, workspace.tenantId, "admin"),
  ];
  return { workspace, author, other };
}

story("a second user approves a campaign before it starts: PYAPR", async (db) => {
  const { author, other } = await people(db);
  const campaign = await aCampaign(db, author);
  await asOwner(db);
  for (const status of ["scheduled", "running"])
    assert.equal(await refusal(db, () => setStatus(db, campaign, status)), "PYAPR");
  await become(db, author);
  assert.equal(await refusal(db, () => approve(db, campaign)), "PYAPR", "one's own change");
  await become(db, other);
  await approve(db, campaign);
  await setStatus(db, campaign, "running");
  assert.equal((await stateOf(db, campaign)).approved_by_id, other.userId);
  await become(db, other);
  assert.equal(await refusal(db, () => approve(db, campaign)), "PYCAM", "it has started");
});

story("a change of what is sent, or to whom, withdraws the approval", async (db) => {
  const { workspace, author, other } = await people(db);
  const changes = [
    "update app_public.campaigns set text = 'Good evening' where id = $1",
    "update app_public.campaigns set excludes_running = true where id = $1",
    "insert into app_public.campaign_variants (campaign_id, name) values ($1, 'A')",
    "update app_public.campaign_variants set text = 'Good morning' where campaign_id = $1",
    "delete from app_public.campaign_variants where campaign_id = $1",
    `insert into app_public.campaign_channels (campaign_id, channel_id) values ($1, '${workspace.channelId}')`,
  ];
  const campaign = await aCampaign(db, author);
  for (const change of changes) {
    await become(db, other);
    await approve(db, campaign);
    await setStatus(db, campaign, "scheduled");
    await become(db, author);
    await db.query(change, [campaign]);
    const { status, approved_by_id, edited_by_id } = await stateOf(db, campaign);
    assert.deepEqual([status, approved_by_id, edited_by_id], ["draft", null, author.userId], change);
  }
  await become(db, other);
  await approve(db, campaign);
  await db.query(
    "update app_public.campaigns set name = 'Summer', quiet_from = '20:00', quiet_until = '8:00'",
  );
  assert.equal((await stateOf(db, campaign)).approved_by_id, other.userId, "its name is not sent");
});

story("approval needs an admin of the tenant, and no API key", async (db) => {
  const { workspace, author } = await people(db);
  const campaign = await aCampaign(db, author);
  await asOwner(db);
  const key = await anApiKey(db, workspace.tenantId, ["manage_all"]);
  await become(db, key);
  assert.equal(await refusal(db, () => approve(db, campaign)), "PYKEY");
  await asOwner(db);
  const stranger = await aPerson(db, (await aWorkspace(db)).tenantId, "owner");
  await become(db, stranger);
  assert.equal(await refusal(db, () => approve(db, campaign)), "PYNFD");
  await asOwner(db);
  await db.query("update app_public.tenants set requires_campaign_approval = false where id = $1", [
    workspace.tenantId,
  ]);
  await setStatus(db, campaign, "running");
});
