import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, become, becomeOwner, type Person } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();

async function refresh(db: pg.PoolClient, token: string, next: string): Promise<string | undefined> {
  const { rows } = await db.query("select * from app_hidden.refresh_session($1, $2)", [token, next]);
  return rows[0]?.session_id;
}

/** What the person may do in this request: their role, or null. */
async function roleOf(db: pg.PoolClient, person: Person): Promise<string | null> {
  await become(db, person);
  const { rows } = await db.query("select app_hidden.current_member_role() as role");
  await becomeOwner(db);
  const signedIn = await db.query("select app_hidden.is_signed_in($1, $2) as it_is", [
    person.sessionId,
    person.userId,
  ]);
  assert.equal(signedIn.rows[0].it_is, rows[0].role !== null, "is_signed_in() and the policies disagree");
  return rows[0].role;
}

story("a refresh token is exchanged for the next one, and the session lives on", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD, null, "first");
  assert.equal(await refresh(db, "first", "second"), session_id);
  assert.equal(await refresh(db, "second", "third"), session_id);
});

story("a refresh token used twice ends the session, for the thief and for the person", async (db) => {
  const { email, ...person } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD, null, "first");
  await refresh(db, "first", "second");
  assert.equal(await refresh(db, "first", "stolen"), undefined);
  assert.equal(await refresh(db, "second", "third"), undefined);
  assert.equal(await roleOf(db, { ...person, email, sessionId: session_id }), null);
});

story("a token of nobody's, and one of a session that has expired, are exchanged for nothing", async (db) => {
  const { email } = await aPersonWithPassword(db);
  await signIn(db, email, PASSWORD, null, "first");
  assert.equal(await refresh(db, "unknown", "second"), undefined);
  await db.query("update app_private.sessions set expires_at = now()");
  assert.equal(await refresh(db, "first", "second"), undefined);
});

story("signing out ends this session at once, and only this one", async (db) => {
  const { email, ...person } = await aPersonWithPassword(db);
  const here = { ...person, email, sessionId: (await signIn(db, email, PASSWORD, null, "here")).session_id };
  const there = {
    ...person,
    email,
    sessionId: (await signIn(db, email, PASSWORD, null, "there")).session_id,
  };
  assert.equal(await roleOf(db, here), "owner");
  await become(db, here);
  assert.deepEqual((await db.query("select app_public.sign_out() as ended")).rows, [{ ended: true }]);
  assert.deepEqual((await db.query("select app_public.sign_out() as ended")).rows, [{ ended: false }]);
  await becomeOwner(db);
  assert.equal(await roleOf(db, here), null);
  assert.equal(await refresh(db, "here", "next"), undefined);
  assert.equal(await roleOf(db, there), "owner");
});

story("a new password ends all sessions", async (db) => {
  const { email, ...person } = await aPersonWithPassword(db);
  await db.query("select app_private.set_password($1, 'another password')", [person.userId]);
  assert.equal(await roleOf(db, { ...person, email }), null);
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "refused");
  assert.equal((await signIn(db, email, "another password")).outcome, "signed_in");
});

const ENDS = {
  "a person is deactivated": "update app_public.users set is_active = false where id = $1",
  "a membership is deactivated": "update app_public.memberships set is_active = false where user_id = $1",
  "a membership is removed": "delete from app_public.memberships where user_id = $1",
  "the tenant is closed":
    "update app_public.tenants t set status = 'inactive' from app_public.memberships m where m.tenant_id = t.id and m.user_id = $1",
  "the session has expired": "update app_private.sessions set expires_at = now() where user_id = $1",
};
for (const [what, statement] of Object.entries(ENDS))
  story(`when ${what}, the next request is nobody's, and the session cannot be refreshed`, async (db) => {
    const { email, tenantId } = await aPersonWithPassword(db);
    await aPerson(db, tenantId, "owner");
    const { session_id: sessionId, user_id: userId } = await signIn(db, email, PASSWORD, null, "first");
    const person: Person = { tenantId, userId, sessionId, email, role: "owner" };
    assert.equal(await roleOf(db, person), "owner");
    await db.query(statement, [userId]);
    assert.equal(await roleOf(db, person), null);
    assert.equal(await refresh(db, "first", "second"), undefined);
  });

story("a token that names another person's session, or another person, is nobody's", async (db) => {
  const ann = await aPersonWithPassword(db);
  const bob = await aPersonWithPassword(db);
  assert.equal(await roleOf(db, { ...ann, sessionId: bob.sessionId }), null);
  assert.equal(await roleOf(db, { ...ann, userId: bob.userId }), null);
  assert.equal(await roleOf(db, ann), "owner");
});
