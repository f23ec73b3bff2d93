import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function entries(db: pg.PoolClient, tenantId: string, table: string) {
  const { rows } = await db.query(
    `select operation, old_values, new_values, user_id, row_id from app_public.audit_entries
     where tenant_id = $1 and table_name = $2 order by id`,
    [tenantId, table],
  );
  return rows;
}

story("who changed a channel, and what: before and after, and nothing else", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const admin = await aPerson(db, tenantId, "admin");
  await become(db, admin);
  await db.query("update app_public.channels set name = 'Sales', status = 'paused' where id = $1", [
    channelId,
  ]);
  await becomeOwner(db);
  const [made, changed] = await entries(db, tenantId, "channels");
  assert.equal(made.operation, "INSERT");
  assert.equal(made.user_id, null);
  assert.deepEqual(changed, {
    operation: "UPDATE",
    old_values: { name: "A number", status: "active" },
    new_values: { name: "Sales", status: "paused" },
    user_id: admin.userId,
    row_id: channelId,
  });
});

story(
  "a change that changes nothing, or only what the provider reports all the time, leaves no entry",
  async (db) => {
    const { tenantId, channelId } = await aWorkspace(db);
    const before = (await entries(db, tenantId, "channels")).length;
    await db.query("update app_public.channels set name = name, quality_rating = 'RED' where id = $1", [
      channelId,
    ]);
    assert.equal((await entries(db, tenantId, "channels")).length, before);
  },
);

story("people coming, changing roles and going are on record in their tenant", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const owner = await aPerson(db, tenantId, "owner");
  const agent = await aPerson(db, tenantId, "agent");
  await become(db, owner);
  await db.query("update app_public.memberships set role = 'admin' where user_id = $1", [agent.userId]);
  await db.query("delete from app_public.memberships where user_id = $1", [agent.userId]);
  await becomeOwner(db);
  const [changed, removed] = (await entries(db, tenantId, "memberships")).slice(-2);
  assert.deepEqual(changed.new_values, { role: "admin" });
  assert.equal(removed.operation, "DELETE");
  assert.equal(removed.old_values.role, "admin");
  assert.equal(removed.row_id, agent.userId);
  assert.equal(removed.user_id, owner.userId);
});

story("graphs are not copied, secrets neither", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await db.query("insert into app_public.chatbots (tenant_id, name, nodes) values ($1, 'Bot', '[1]')", [
    tenantId,
  ]);
  await db.query("update app_public.chatbots set nodes = '[2]' where tenant_id = $1", [tenantId]);
  await db.query(`select app_private.set_channel_secrets($1, '{"access_token": "s3cret"}')`, [channelId]);
  const { rows } = await db.query("select e::text as entry from app_public.audit_entries e");
  assert.ok(rows.length > 0);
  for (const { entry } of rows) assert.doesNotMatch(entry, /s3cret|nodes/);
});

story("the record is neither written nor rewritten by those it is about", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "owner"));
  for (const statement of [
    "update app_public.audit_entries set user_id = null",
    "delete from app_public.audit_entries",
    "insert into app_public.audit_entries (table_name, row_id, operation) values ('users', gen_random_uuid(), 'INSERT')",
  ])
    assert.equal(await refusal(db, () => db.query(statement)), "42501");
});

story("a deleted tenant takes its record along, and can be deleted", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await aPerson(db, tenantId, "owner");
  await db.query("delete from app_public.tenants where id = $1", [tenantId]);
  assert.deepEqual(await entries(db, tenantId, "tenants"), []);
});
