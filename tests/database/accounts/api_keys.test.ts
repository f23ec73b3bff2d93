import assert from "node:assert/strict";
import type pg from "pg";
import { apiKeyHash } from "../../../src/graphql/auth/api_key.ts";
import { anApiKey, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

async function entries(db: pg.PoolClient, tenantId: string, table: string) {
  await becomeOwner(db);
  const { rows } = await db.query(
    `select operation, changed_columns, new_values, actor, user_id, api_key_id from app_public.audit_entries
     where tenant_id = $1 and table_name = $2 order by id`,
    [tenantId, table],
  );
  return rows;
}

/** What the API is told of a key. */
async function use(db: pg.PoolClient, keyHash: string) {
  const { rows } = await db.query("select role from app_hidden.use_api_key(decode($1, 'hex'))", [keyHash]);
  return rows[0]?.role;
}

story(
  "an admin creates a key: its hash is stored, not the key, and who created and revoked it",
  async (db) => {
    const { tenantId } = await aWorkspace(db);
    const admin = await aPerson(db, tenantId, "admin");
    await become(db, admin);
    const { rows } = await db.query(
      "select (k.api_key).*, k.secret from app_public.create_api_key('Nightly', '{send,read,send}', now() + interval '1 day') k",
    );
    const { id, secret, scopes, ending } = rows[0];
    assert.equal(scopes, "{read,send}");
    assert.equal(ending, secret.slice(-4));
    const taken = () => db.query("select app_public.create_api_key('nightly', '{read}')");
    assert.equal(await refusal(db, taken), "23505");
    const past = () => db.query("select app_public.create_api_key('Past', '{read}', now())");
    assert.equal(await refusal(db, past), "PYREQ");
    await db.query("select app_public.revoke_api_key($1)", [id]);
    await db.query("select app_public.revoke_api_key($1)", [id]);
    // A name is free again once its key is revoked.
    await taken();

    const [created, revoked, ...others] = await entries(db, tenantId, "api_keys");
    assert.equal(created.new_values.name, "Nightly");
    assert.deepEqual([created.actor, created.user_id], ["member", admin.userId]);
    assert.deepEqual([revoked.changed_columns, revoked.user_id], [["revoked_at"], admin.userId]);
    assert.equal(others.length, 1);
    const hash = apiKeyHash(secret);
    assert.ok(hash);
    const { rows: stored } = await db.query(
      "select encode(s.key_hash, 'hex') as hash from app_private.api_key_secrets s where s.api_key_id = $1",
      [id],
    );
    assert.equal(stored[0].hash, hash);
    const { rows: places } = await db.query(
      "select count(*)::int as n from app_public.audit_entries e where concat(e.old_values, e.new_values) like $1",
      [`%${secret.slice(7, 40)}%`],
    );
    assert.equal(places[0].n, 0);
  },
);

story("what a key changes is on record with the key, and under no user", async (db) => {
  const { tenantId, channelId } = await aWorkspace(db);
  const key = await anApiKey(db, tenantId, ["manage_all"]);
  await become(db, key);
  await db.query("update app_public.channels set name = 'Sales' where id = $1", [channelId]);
  const phone = "insert into app_public.contacts (phone) values (null) returning id";
  const contact = (await db.query(phone)).rows[0].id;
  await db.query("update app_public.contacts set phone = '+4915112345678' where id = $1", [contact]);
  for (const table of ["channels", "contacts"]) {
    const last = (await entries(db, tenantId, table)).at(-1);
    assert.deepEqual([last.actor, last.api_key_id, last.user_id], ["api_key", key.id, null], table);
  }
});

story("a key is refused once it is revoked or has expired, or while its tenant is inactive", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const key = await anApiKey(db, tenantId, ["send"]);
  const admin = await anApiKey(db, tenantId, ["manage_all"]);
  const sees = async () => {
    await become(db, key);
    const { rows } = await db.query("select count(*)::int as n from app_public.channels");
    await becomeOwner(db);
    assert.equal(rows[0].n > 0, (await use(db, key.keyHash)) !== undefined, "they disagree");
    return rows[0].n > 0;
  };
  assert.deepEqual([await use(db, key.keyHash), await use(db, admin.keyHash)], ["viewer", "admin"]);
  assert.ok(await sees());
  const states = {
    "api_keys set revoked_at = now() where id = $1": "api_keys set revoked_at = null where id = $1",
    "api_keys set expires_at = now() where id = $1": "api_keys set expires_at = null where id = $1",
    "tenants set status = 'inactive' where id = (select tenant_id from app_public.api_keys where id = $1)":
      "tenants set status = 'active' where id = (select tenant_id from app_public.api_keys where id = $1)",
  };
  for (const [end, resume] of Object.entries(states)) {
    await db.query(`update app_public.${end}`, [key.id]);
    assert.ok(!(await sees()), end);
    await db.query(`update app_public.${resume}`, [key.id]);
    assert.ok(await sees(), resume);
  }
});

story("the time of the last use is written once a minute", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const key = await anApiKey(db, tenantId, ["read"]);
  const lastUse = async () => {
    await use(db, key.keyHash);
    const { rows } = await db.query(
      "select (now() - k.last_used_at)::text as ago, k.xmax <> '0'::xid as is_locked, k.ctid from app_public.api_keys k where k.id = $1",
      [key.id],
    );
    return rows[0];
  };
  const first = await lastUse();
  assert.equal(first.ago, "00:00:00");
  assert.equal((await lastUse()).ctid, first.ctid);
  const age = (seconds: number) =>
    db.query(
      "update app_public.api_keys set last_used_at = now() - make_interval(secs => $2) where id = $1",
      [key.id, seconds],
    );
  await age(59);
  assert.equal((await lastUse()).ago, "00:00:59");
  await age(61);
  assert.equal((await lastUse()).ago, "00:00:00");
});

story("a tenant has at most fifty valid keys", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const keys = [];
  for (let made = 0; made < 50; made++) keys.push(await anApiKey(db, tenantId, ["read"]));
  assert.equal(await refusal(db, () => anApiKey(db, tenantId, ["read"])), "PYLIM");
  await db.query("update app_public.api_keys set revoked_at = now() where id = $1", [keys[0]!.id]);
  await anApiKey(db, tenantId, ["read"]);
});

story("a key sends as the system: messages have no user, and name the key", async (db) => {
  const workspace = await aWorkspace(db);
  await aPerson(db, workspace.tenantId, "agent");
  const key = await anApiKey(db, workspace.tenantId, ["send"]);
  const { rows: threads } = await db.query(
    `with contact as (insert into app_public.contacts (tenant_id, phone) values ($1, '+15550001234') returning id)
     insert into app_public.conversations (tenant_id, channel_id, contact_id, last_customer_message_at, window_expires_at)
     select $1, $2, id, now(), now() + interval '1 day' from contact returning id`,
    [workspace.tenantId, workspace.channelId],
  );
  await become(db, key);
  const { rows } = await db.query(
    `select author, user_id, api_key_id from app_public.send_message($1, '{"body": "Hi"}')`,
    [threads[0].id],
  );
  assert.deepEqual(rows, [{ author: "system", user_id: null, api_key_id: key.id }]);
  const mine = () => db.query("select app_hidden.filter_references('user', array['me'])");
  assert.equal(await refusal(db, mine), "PYKEY");
});
