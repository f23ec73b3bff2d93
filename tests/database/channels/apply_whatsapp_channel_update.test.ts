import assert from "node:assert/strict";
import type pg from "pg";
import { aWorkspace, type Workspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();
const at = (second: number) => new Date(Date.UTC(2026, 8, 1, 0, 0, second)).toISOString();

async function hear(db: pg.PoolClient, { tenantId, businessAccountId }: Workspace, change: object) {
  const { rows } = await db.query("select app_private.apply_whatsapp_channel_update($1) as is_known", [
    { tenant_id: tenantId, business_account_id: businessAccountId, ...change },
  ]);
  return rows[0].is_known;
}

async function channelOf(db: pg.PoolClient, { channelId }: Workspace) {
  const { rows } = await db.query(
    `select * from app_public.channels c
     join app_public.whatsapp_channels w on w.channel_id = c.id where c.id = $1`,
    [channelId],
  );
  return rows[0];
}

const setStatus = (
  db: pg.PoolClient,
  { channelId }: Workspace,
  status: string,
  reason: string | null = null,
) =>
  db.query("update app_public.channels set status = $2, status_reason = $3 where id = $1", [
    channelId,
    status,
    reason,
  ]);

const STOP = { stop_reason: "Meta: DISABLED_UPDATE DISABLE" };
const REINSTATE = { is_reinstated: true };

for (const column of ["quality_rating", "messaging_limit", "verified_name"])
  story(`a number's ${column}: an older value does not replace a newer one, in any order`, async (db) => {
    const old = { [column]: "OLD", heard_at: at(1) };
    const fresh = { [column]: "NEW", heard_at: at(2) };
    for (const order of [
      [old, fresh, old],
      [fresh, old],
      [old, fresh, old, fresh, old],
    ]) {
      const workspace = await aWorkspace(db);
      for (const change of order) assert.equal(await hear(db, workspace, change), true);
      assert.equal((await channelOf(db, workspace))[column], "NEW");
    }
  });

story("news of one column do not make news of another one old", async (db) => {
  const workspace = await aWorkspace(db);
  await hear(db, workspace, { quality_rating: "RED", heard_at: at(9) });
  await hear(db, workspace, { messaging_limit: "TIER_2K", heard_at: at(5) });
  await hear(db, workspace, { ...STOP, heard_at: at(1) });
  const { quality_rating, messaging_limit, status } = await channelOf(db, workspace);
  assert.deepEqual([quality_rating, messaging_limit, status], ["RED", "TIER_2K", "stopped"]);
});

story("Meta's stop and reinstatement give back what people had set", async (db) => {
  for (const [status, reason] of [
    ["active", null],
    ["paused", "holidays"],
  ] as const) {
    const workspace = await aWorkspace(db);
    await setStatus(db, workspace, status, reason);
    await hear(db, workspace, { ...STOP, heard_at: at(1) });
    const stopped = await channelOf(db, workspace);
    assert.deepEqual([stopped.status, stopped.status_reason], ["stopped", STOP.stop_reason]);
    // A second stop, for another reason, does not forget it.
    await hear(db, workspace, { stop_reason: "Meta: ACCOUNT_OFFBOARDED", heard_at: at(2) });
    await hear(db, workspace, { ...REINSTATE, heard_at: at(3) });
    const after = await channelOf(db, workspace);
    assert.deepEqual([after.status, after.status_reason], [status, reason]);
  }
});

story("a setting made by a person after the stop is kept, even if the stop is reported again", async (db) => {
  const workspace = await aWorkspace(db);
  const stop = { ...STOP, heard_at: at(1) };
  await hear(db, workspace, stop);
  await setStatus(db, workspace, "active");
  await hear(db, workspace, stop);
  assert.equal((await channelOf(db, workspace)).status, "active");

  await hear(db, workspace, { ...STOP, heard_at: at(2) });
  await setStatus(db, workspace, "paused");
  await hear(db, workspace, { ...REINSTATE, heard_at: at(3) });
  assert.equal((await channelOf(db, workspace)).status, "paused");
});

story("an old stop does not stop, an old reinstatement does not set going", async (db) => {
  const workspace = await aWorkspace(db);
  const stop = { ...STOP, heard_at: at(1) };
  const reinstate = { ...REINSTATE, heard_at: at(2) };
  for (const change of [reinstate, stop, reinstate, stop]) await hear(db, workspace, change);
  assert.equal((await channelOf(db, workspace)).status, "active");
  // The sender has found out for itself, later than all that.
  await db.query("select app_private.stop_channel($1, '190: the token has expired')", [workspace.channelId]);
  await hear(db, workspace, reinstate);
  assert.equal((await channelOf(db, workspace)).status, "stopped");
});

story(
  "a stop and a reinstatement in the same second: the account works, whichever is reported first",
  async (db) => {
    const stop = { ...STOP, heard_at: at(1) };
    const reinstate = { ...REINSTATE, heard_at: at(1) };
    for (const before of ["active", "paused"])
      for (const order of [
        [stop, reinstate],
        [reinstate, stop],
        [stop, reinstate, stop, reinstate, stop],
      ]) {
        const workspace = await aWorkspace(db);
        await setStatus(db, workspace, before);
        for (const change of order) await hear(db, workspace, change);
        assert.equal((await channelOf(db, workspace)).status, before);
      }
  },
);

story("a number without a channel has no state", async (db) => {
  const workspace = await aWorkspace(db);
  assert.equal(await hear(db, workspace, { display_phone_number: "+1 999", quality_rating: "RED" }), false);
});

story("a form's status: an older value does not replace a newer one", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await db.query(
    "insert into app_public.whatsapp_flows (tenant_id, whatsapp_flow_id, name) values ($1, '77', 'Sign up')",
    [tenantId],
  );
  const tell = async (status: string, second: number, flowId = "77") =>
    (
      await db.query("select app_private.apply_whatsapp_flow_update($1) as is_known", [
        { tenant_id: tenantId, flow_id: flowId, status, heard_at: at(second) },
      ])
    ).rows[0].is_known;
  assert.equal(await tell("published", 1), true);
  assert.equal(await tell("throttled", 3), true);
  assert.equal(await tell("published", 2), true);
  assert.equal(await tell("quantum", 4), false);
  assert.equal(await tell("published", 5, "78"), false);
  const { rows } = await db.query("select status from app_public.whatsapp_flows");
  assert.deepEqual(rows, [{ status: "throttled" }]);
});
