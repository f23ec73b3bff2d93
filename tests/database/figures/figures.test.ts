import assert from "node:assert/strict";
import type pg from "pg";
import { hear, send } from "../../support/messages.ts";
import { aChannel, aConversation, aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

/** Every function of figures, with a period. */
const FUNCTIONS = ["message", "delivery", "failure", "price"];

async function rows(db: pg.PoolClient, call: string, ...values: unknown[]) {
  return (
    await db.query(
      `select f.* from app_public.tenants t cross join lateral app_public.tenants_${call} f`,
      values,
    )
  ).rows;
}

story("figures tell apart what is asked for, and add up", async (db) => {
  const workspace = await aWorkspace(db);
  const second = { ...workspace, channelId: await aChannel(db, workspace.tenantId) };
  const [one, other] = [await aConversation(db, workspace), await aConversation(db, second)];
  await hear(db, workspace, one, {}, { type: "image" });
  await hear(db, second, other, {});
  await send(db, one.conversationId);
  await become(db, await aPerson(db, workspace.tenantId, "viewer"));

  const plain = await rows(db, "message_figures(t)");
  assert.deepEqual(
    plain.map(({ messages, channel_id, type }) => [messages, channel_id, type]),
    [[4, null, null]],
  );
  const byChannel = await rows(db, "message_figures(t, by => '{channel,direction}')");
  assert.deepEqual(
    new Map(byChannel.map(({ channel_id, direction, messages }) => [`${channel_id} ${direction}`, messages])),
    new Map([
      [`${workspace.channelId} inbound`, 2],
      [`${workspace.channelId} outbound`, 1],
      [`${second.channelId} inbound`, 1],
    ]),
  );
  assert.deepEqual(
    (await rows(db, "message_figures(t, by => '{}')")).map(({ messages }) => messages),
    [4],
  );
  assert.deepEqual(await rows(db, "message_figures(t, '2020-01-01', '2020-12-31')"), []);
  assert.deepEqual(await rows(db, "message_figures(t, '2020-12-31', '2020-01-01')"), []);
});

story("a period has at most 400 days", async (db) => {
  await aWorkspace(db);
  for (const name of FUNCTIONS) {
    await rows(db, `${name}_figures(t, '2025-01-01', '2026-02-04')`);
    for (const [since, until] of [
      ["2025-01-01", "2026-02-05"],
      ["-infinity", "2026-01-01"],
      ["2026-01-01", "infinity"],
      ["-infinity", "-infinity"],
      ["0001-01-01", "9999-12-31"],
    ])
      assert.equal(await refusal(db, () => rows(db, `${name}_figures(t, $1, $2)`, since, until)), "PYLIM");
  }
});

story("members see the figures of their tenant, and of no other", async (db) => {
  const [ours, theirs] = [await aWorkspace(db), await aWorkspace(db)];
  for (const workspace of [ours, theirs])
    await hear(db, workspace, await aConversation(db, workspace), {}, {});
  await db.query("select app_private.roll_up_figures(1)");
  const forged = `
    select f.* from app_public.tenants_message_figures(
      jsonb_populate_record(null::app_public.tenants, jsonb_build_object('id', $1::uuid, 'time_zone', 'UTC'))
    ) f`;
  // Control: there is something to see.
  assert.equal((await db.query(forged, [theirs.tenantId])).rows[0].messages, 2);
  await become(db, await aPerson(db, ours.tenantId, "viewer"));
  assert.deepEqual(
    (await rows(db, "message_figures(t)")).map(({ messages }) => messages),
    [2],
  );
  assert.deepEqual((await db.query(forged, [theirs.tenantId])).rows, []);
  assert.equal((await db.query(forged, [ours.tenantId])).rows[0].messages, 2);
  for (const table of ["message_stats", "message_activity", "delivery_stats", "delivery_activity"]) {
    const { rows: tenants } = await db.query(`select distinct tenant_id from app_hidden.${table}`);
    assert.ok(
      tenants.every(({ tenant_id }) => tenant_id === ours.tenantId),
      table,
    );
    assert.equal(await refusal(db, () => db.query(`delete from app_hidden.${table}`)), "42501");
  }
});

story("a time zone has a name of the database", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const set = (zone: string | null) =>
    db.query("update app_public.tenants set time_zone = $2 where id = $1", [tenantId, zone]);
  for (const zone of ["Europe/Berlin", "Asia/Kathmandu", "UTC"]) await set(zone);
  for (const zone of ["Europe/Atlantis", "", "UTC+25", "localtime; drop table x", "berlin"])
    assert.equal(await refusal(db, () => set(zone)), "PYCON", zone);
  const [owner, admin] = [await aPerson(db, tenantId, "owner"), await aPerson(db, tenantId, "admin")];
  await become(db, owner);
  assert.equal((await set("Europe/Istanbul")).rowCount, 1);
  await become(db, admin);
  assert.equal((await set("Europe/Berlin")).rowCount, 0);
});
