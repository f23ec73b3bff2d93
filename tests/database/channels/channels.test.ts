import assert from "node:assert/strict";
import type pg from "pg";
import { aChannel, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function defaultOf(db: pg.PoolClient, tenantId: string): Promise<string[]> {
  const { rows } = await db.query("select id from app_public.channels where tenant_id = $1 and is_default", [
    tenantId,
  ]);
  return rows.map(({ id }) => id);
}

story("a tenant's first channel is its default; choosing another takes its place", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const second = await aChannel(db, tenantId);
  assert.deepEqual(await defaultOf(db, tenantId), [channelId]);
  const third = await aChannel(db, tenantId, { isDefault: true });
  assert.deepEqual(await defaultOf(db, tenantId), [third]);
  await become(db, await aPerson(db, tenantId, "admin"));
  await db.query("update app_public.channels set is_default = true where id = $1", [second]);
  await becomeOwner(db);
  assert.deepEqual(await defaultOf(db, tenantId), [second]);
});

story("the default of one tenant does not affect another tenant", async (db) => {
  const ours = await aWorkspace(db);
  const theirs = await aWorkspace(db);
  await aChannel(db, ours.tenantId, { isDefault: true });
  assert.deepEqual(await defaultOf(db, theirs.tenantId), [theirs.channelId]);
});

story(
  "an admin names, pauses and paces a channel; where its token is sent to is the operator's",
  async (db) => {
    const { tenantId, channelId } = await aWorkspace(db);
    await become(db, await aPerson(db, tenantId, "owner"));
    await db.query(
      "update app_public.channels set name = 'Sales', status = 'paused', messages_per_second = 20 where id = $1",
      [channelId],
    );
    await db.query("update app_public.whatsapp_channels set display_phone_number = '+1 555'");
    for (const [table, ...columns] of [
      ["channels", "tenant_id", "kind"],
      ["whatsapp_channels", "graph_url", "phone_number_id", "business_account_id", "tenant_id", "kind"],
    ] as const)
      for (const column of columns)
        assert.equal(
          await refusal(db, () => db.query(`update app_public.${table} set ${column} = ${column}`)),
          "42501",
          column,
        );
  },
);

story("a number is connected to a tenant once, and both ids of a WhatsApp number are digits", async (db) => {
  const { tenantId, phoneNumberId } = await aWorkspace(db);
  const add = (phone_number_id: string | null) => () =>
    db.query("select app_private.add_whatsapp_channel($1, $2)", [
      tenantId,
      { name: "x", phone_number_id, business_account_id: "1" },
    ]);
  assert.equal(await refusal(db, add(phoneNumberId)), "23505");
  assert.equal(await refusal(db, add(null)), "23502");
  assert.equal(await refusal(db, add("+49 171")), "23514");
  // Two tenants may each have connected it: webhooks are routed by the channel's own address.
  const other = await aWorkspace(db);
  await db.query("update app_public.whatsapp_channels set phone_number_id = $2 where channel_id = $1", [
    other.channelId,
    phoneNumberId,
  ]);
});

story("a channel of kind whatsapp_cloud has one row in whatsapp_channels, of its own tenant", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const alone = () =>
    db.query("insert into app_public.channels (tenant_id, name) values ($1, 'x')", [tenantId]);
  assert.equal(await refusal(db, alone), "PYCON");
  const remove = () =>
    db.query("delete from app_public.whatsapp_channels where channel_id = $1", [channelId]);
  assert.equal(await refusal(db, remove), "PYCON");
  const change = (sql: string) => () => db.query(`update app_public.whatsapp_channels set ${sql}`);
  assert.equal(await refusal(db, change("kind = 'webchat'")), "23514");
  assert.equal(await refusal(db, change(`tenant_id = '${(await aWorkspace(db)).tenantId}'`)), "23503");
  await db.query("delete from app_public.channels where id = $1", [channelId]);
  const { rowCount } = await db.query("select from app_public.whatsapp_channels where tenant_id = $1", [
    tenantId,
  ]);
  assert.equal(rowCount, 0);
});

story("deleting a channel deletes its conversations", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  await db.query("insert into app_public.contacts (name) values ('Ann')");
  await db.query("insert into app_public.conversations (contact_id) select id from app_public.contacts");
  assert.equal((await db.query("delete from app_public.channels where id = $1", [channelId])).rowCount, 1);
  assert.equal((await db.query("select from app_public.conversations")).rowCount, 0);
  assert.equal((await db.query("select from app_public.contacts")).rowCount, 1);
});
