import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aFurnishedTenant, type FurnishedTenant } from "../access/furnished_tenant.ts";
import { aPersonWithPassword } from "./sign_in.ts";

const story = stories();

async function entries(db: pg.PoolClient, tenantId: string, table: string) {
  const { rows } = await db.query(
    `select operation, changed_columns, old_values, new_values, actor, user_id, row_id from app_public.audit_entries
     where tenant_id = $1 and table_name = $2 order by id`,
    [tenantId, table],
  );
  return rows;
}

story("an entry records who changed a channel, and the changed values before and after", async (db) => {
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
    changed_columns: ["name", "status"],
    actor: "member",
  });
});

story(
  "a change that changes nothing, or only what the provider reports all the time, leaves no entry",
  async (db) => {
    const { tenantId, channelId } = await aWorkspace(db);
    const count = async () =>
      (await entries(db, tenantId, "channels")).length +
      (await entries(db, tenantId, "whatsapp_channels")).length;
    const before = await count();
    await db.query("update app_public.channels set name = name where id = $1", [channelId]);
    await db.query("update app_public.whatsapp_channels set quality_rating = 'RED' where channel_id = $1", [
      channelId,
    ]);
    assert.equal(await count(), before);
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

/** Deeds of an admin, as SQL on rows of a furnished tenant: the table of the entry, and what must not be in it. */
const DEEDS: Record<string, { sql: (of: FurnishedTenant) => string; table: string; columns?: string[] }> = {
  "rotates a channel's secrets": {
    sql: ({ channelId }) =>
      `select app_hidden.set_channel_secrets('${channelId}', '{"access_token": "needle", "verify_token": "needle"}')`,
    table: "channel_secrets",
    columns: ["access_token", "verify_token"],
  },
  "saves another graph": {
    sql: ({ chatbotId }) =>
      `select app_hidden.save_draft('${chatbotId}', '{"nodes": [{"id": "needle"}], "settings": {"x": "needle"}}')`,
    table: "chatbots",
    columns: ["nodes", "settings"],
  },
  "publishes it": {
    sql: ({ chatbotId }) => `select app_hidden.publish_draft('${chatbotId}')`,
    table: "chatbot_versions",
  },
  "activates a version": {
    sql: ({ versionId }) => `select app_public.activate_version('${versionId}')`,
    table: "chatbots",
    columns: ["active_version_id", "status"],
  },
  "gives a data source a token": {
    sql: ({ dataSourceId }) => `select app_hidden.set_data_source_token('${dataSourceId}', 'needle')`,
    table: "data_source_secrets",
  },
  "gives it another one": {
    sql: ({ dataSourceId }) =>
      `select app_hidden.set_data_source_token('${dataSourceId}', 'needle'),
         app_hidden.set_data_source_token('${dataSourceId}', 'needle 2')`,
    table: "data_source_secrets",
    columns: ["auth_token"],
  },
  "changes a data source's address and headers": {
    sql: ({ dataSourceId }) =>
      `update app_public.data_sources set base_url = 'https://needle.example', headers = '{"x": "needle"}'
       where id = '${dataSourceId}'`,
    table: "data_sources",
    columns: ["base_url", "headers"],
  },
  "changes a stored call": {
    sql: () =>
      `update app_public.data_source_connections set endpoint = '/needle', default_body = '{"x": "needle"}'`,
    table: "data_source_connections",
    columns: ["default_body", "endpoint"],
  },
  "changes a form": {
    sql: () => `update app_public.whatsapp_flows set flow_json = '{"x": "needle"}'`,
    table: "whatsapp_flows",
    columns: ["flow_json"],
  },
  "connects a calendar over another": {
    sql: ({ colleague }) =>
      `select app_hidden.set_google_account('{"user_id": "${colleague.userId}", "access_token": "needle"}'),
         app_hidden.set_google_account('{"user_id": "${colleague.userId}", "access_token": "needle 2"}')`,
    table: "google_account_secrets",
    columns: ["access_token"],
  },
  "disconnects a calendar": {
    sql: ({ colleague }) => `select app_public.disconnect_google_calendar('${colleague.userId}')`,
    table: "google_accounts",
  },
  "changes a contact's number": {
    sql: ({ strangerId }) =>
      `update app_public.contacts set phone = '+4915112345678' where id = '${strangerId}'`,
    table: "contacts",
    columns: ["phone"],
  },
  "erases a contact": {
    sql: ({ strangerId }) => `select app_public.erase_contact('${strangerId}')`,
    table: "contacts",
  },
  "invites a person": {
    sql: () => `select token from app_public.invite_user('invited@example.com')`,
    table: "invitations",
  },
  "revokes an invitation": { sql: () => "delete from app_public.invitations", table: "invitations" },
  "signs out": { sql: () => "select app_public.sign_out()", table: "sessions", columns: ["revoked_at"] },
};
for (const [what, { sql, table, columns = null }] of Object.entries(DEEDS))
  story(`an admin ${what}: that is on record, without the values`, async (db) => {
    const tenant = await aFurnishedTenant(db);
    const before = (await entries(db, tenant.tenantId, table)).length;
    await become(db, tenant.people.admin);
    await db.query(sql(tenant));
    await becomeOwner(db);
    const written = (await entries(db, tenant.tenantId, table)).slice(before);
    assert.ok(written.length > 0);
    const last = written.at(-1)!;
    assert.equal(last.user_id, tenant.people.admin.userId);
    assert.equal(last.actor, "member");
    assert.deepEqual(last.changed_columns, columns);
    assert.doesNotMatch(JSON.stringify(written), /needle|\+\d{9}/);
  });

story(
  "a new password is on record in each tenant of the person, with the operator who set it",
  async (db) => {
    const one = await aPersonWithPassword(db);
    const other = await aWorkspace(db);
    await db.query("insert into app_public.memberships (tenant_id, user_id) values ($1, $2)", [
      other.tenantId,
      one.userId,
    ]);
    await db.query("select set_config('parley.actor', 'operator', true)");
    await db.query("select app_private.set_password($1, 'another long password')", [one.userId]);
    for (const tenantId of [one.tenantId, other.tenantId]) {
      const last = (await entries(db, tenantId, "user_secrets")).at(-1);
      assert.deepEqual(last, {
        operation: "UPDATE",
        changed_columns: ["password_hash"],
        old_values: {},
        new_values: {},
        actor: "operator",
        user_id: null,
        row_id: one.userId,
      });
    }
  },
);

story("a user of the API cannot act as the operator or as another person", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const admin = await aPerson(db, tenantId, "admin");
  const colleague = await aPerson(db, tenantId, "admin");
  await become(db, admin);
  await db.query(
    `update app_public.channels set name = 'Theirs' where id = $1
     returning set_config('parley.actor', 'operator', true), set_config('parley.user_id', $2, true)`,
    [channelId, colleague.userId],
  );
  await becomeOwner(db);
  const last = (await entries(db, tenantId, "channels")).at(-1)!;
  assert.equal(last.actor, "member");
  assert.equal(last.user_id, admin.userId);
});

story("the hourly renewal of a calendar's access token leaves no entry", async (db) => {
  const { tenantId, colleague } = await aFurnishedTenant(db);
  await db.query(
    "insert into app_private.google_account_secrets (tenant_id, user_id, access_token) values ($1, $2, 'a')",
    [tenantId, colleague.userId],
  );
  const before = (await entries(db, tenantId, "google_account_secrets")).length;
  await db.query("select app_private.renew_google_account($1, $2, 'b', null, 3600)", [
    tenantId,
    colleague.userId,
  ]);
  assert.equal((await entries(db, tenantId, "google_account_secrets")).length, before);
});

story("graphs are not copied, secrets neither", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  await db.query("insert into app_public.chatbots (tenant_id, name, nodes) values ($1, 'Bot', '[1]')", [
    tenantId,
  ]);
  await db.query("update app_public.chatbots set nodes = '[2]' where tenant_id = $1", [tenantId]);
  await db.query(`select app_private.set_channel_secrets($1, '{"access_token": "s3cret"}')`, [channelId]);
  const { rows } = await db.query(
    "select concat(e.old_values, e.new_values) as entry from app_public.audit_entries e",
  );
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

story(
  "not even the owner of the database changes an entry: PYFIX; what gets around that breaks a seal",
  async (db) => {
    const { tenantId } = await aWorkspace(db);
    const seal = async () =>
      (await db.query("select number, hash from app_private.seal_audit_entries()")).rows[0];
    const problems = async () =>
      (await db.query("select problem from app_private.verify_audit()")).rows.map((row) => row.problem);
    const first = await seal();
    assert.ok(first.number > 0);
    assert.deepEqual(await seal(), { number: null, hash: null });
    await aPerson(db, tenantId, "owner");
    assert.equal((await seal()).number, first.number + 1);
    assert.deepEqual(await problems(), []);

    const change = "update app_public.audit_entries set actor = 'operator' where table_name = 'tenants'";
    const remove = "delete from app_public.audit_entries where table_name = 'memberships'";
    assert.equal(await refusal(db, () => db.query(change)), "PYFIX");
    assert.equal(await refusal(db, () => db.query(remove)), "PYFIX");
    await db.query("alter table app_public.audit_entries disable trigger _200_refuse_change");
    await db.query(change);
    await db.query(remove);
    assert.deepEqual(
      (await problems()).map((problem) => problem.replace(/[0-9a-f-]{36}/, "…")),
      ["entry … was changed", "entry … was deleted"],
    );
    await db.query("update app_private.sealed_audit_entries set hash = ''");
    assert.ok((await problems()).some((problem) => problem.startsWith("its hash")));
  },
);

story("an export is on record, with the rows and columns", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const viewer = await aPerson(db, tenantId, "viewer");
  await become(db, viewer);
  await db.query("select app_hidden.record_export('contacts', null, '{phone,name}')");
  await becomeOwner(db);
  const last = (await entries(db, tenantId, "contacts")).at(-1)!;
  assert.deepEqual(last, {
    operation: "EXPORT",
    changed_columns: null,
    old_values: null,
    new_values: { columns: ["phone", "name"] },
    actor: "member",
    user_id: viewer.userId,
    row_id: tenantId,
  });
});
