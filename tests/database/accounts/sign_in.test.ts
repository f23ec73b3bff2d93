import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aPerson, aWorkspace } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const story = (tell: (db: pg.PoolClient) => Promise<void>) => () => rolledBack(database.pool, tell);

test(
  "the right password opens a session in the person's only tenant, whatever the case of the address",
  story(async (db) => {
    const { tenantId, userId, email } = await aPersonWithPassword(db);
    const session = await signIn(db, email.toUpperCase(), PASSWORD);
    assert.equal(session.outcome, "signed_in");
    assert.equal(session.user_id, userId);
    assert.equal(session.tenant_id, tenantId);
    const { rows } = await db.query("select last_login_at from app_public.users where id = $1", [userId]);
    assert.notEqual(rows[0].last_login_at, null);
  }),
);

test(
  "whoever belongs to several tenants names one, by slug or id",
  story(async (db) => {
    const { email, userId, tenantId, slug } = await aPersonWithPassword(db);
    const other = await aWorkspace(db);
    await db.query("insert into app_public.memberships (tenant_id, user_id) values ($1, $2)", [
      other.tenantId,
      userId,
    ]);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "many_tenants");
    assert.equal((await signIn(db, email, PASSWORD, slug)).tenant_id, tenantId);
    assert.equal((await signIn(db, email, PASSWORD, other.tenantId)).tenant_id, other.tenantId);
    assert.equal((await signIn(db, email, PASSWORD, "somebody-elses")).outcome, "no_tenant");
  }),
);

test(
  "wrong password, unknown address, deactivated person, person without a password: all are refused alike",
  story(async (db) => {
    const { email, tenantId } = await aPersonWithPassword(db);
    const deactivated = await aPersonWithPassword(db);
    await aPerson(db, deactivated.tenantId, "owner");
    await db.query("update app_public.users set is_active = false where id = $1", [deactivated.userId]);
    const withoutPassword = await aPerson(db, tenantId, "agent");
    const refused = { session_id: null, user_id: null, tenant_id: null, outcome: "refused" };
    assert.deepEqual(await signIn(db, email, "wrong password"), refused);
    assert.deepEqual(await signIn(db, "nobody@example.com", PASSWORD), refused);
    assert.deepEqual(await signIn(db, deactivated.email, PASSWORD), refused);
    assert.deepEqual(await signIn(db, withoutPassword.email, PASSWORD), refused);
    const { rows } = await db.query("select failures from app_private.sign_in_failures");
    assert.deepEqual(
      rows.map(({ failures }) => failures),
      [1, 1, 1, 1],
    );
  }),
);

test(
  "an unknown address takes as long to refuse as a wrong password",
  story(async (db) => {
    const { email } = await aPersonWithPassword(db);
    const timed = async (address: string) => {
      const started = performance.now();
      await signIn(db, address, "wrong password");
      return performance.now() - started;
    };
    await timed(email);
    const known = Math.min(await timed(email), await timed(email));
    const unknown = Math.min(await timed("a@example.com"), await timed("b@example.com"));
    assert.ok(unknown > known / 2 && known > unknown / 2, `known ${known} ms, unknown ${unknown} ms`);
  }),
);

test(
  "nobody signs in to a tenant that is closed, or that has let the person go",
  story(async (db) => {
    const { email, tenantId, userId } = await aPersonWithPassword(db);
    await db.query("update app_public.tenants set status = 'inactive' where id = $1", [tenantId]);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "no_tenant");
    await db.query("update app_public.tenants set status = 'active' where id = $1", [tenantId]);
    await aPerson(db, tenantId, "owner");
    await db.query("update app_public.memberships set is_active = false where user_id = $1", [userId]);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "no_tenant");
  }),
);

test(
  "the API's login may sign people in, and the visitor may not",
  story(async (db) => {
    const { email } = await aPersonWithPassword(db);
    await db.query("set local role parley_authenticator");
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "signed_in");
    await db.query("set local role parley_visitor");
    assert.equal(await refusal(db, () => signIn(db, email, PASSWORD)), "42501");
  }),
);

test(
  "the refresh token is kept as a hash only",
  story(async (db) => {
    const { email } = await aPersonWithPassword(db);
    const { session_id } = await signIn(db, email, PASSWORD, null, "a refresh token");
    const { rows } = await db.query(
      `select refresh_token_hash = sha256('a refresh token') as is_hash, s::text like '%a refresh token%' as is_plain
       from app_private.sessions s where id = $1`,
      [session_id],
    );
    assert.deepEqual(rows, [{ is_hash: true, is_plain: false }]);
  }),
);
