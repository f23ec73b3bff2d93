import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, become, becomeOwner, type Person } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();

/** Presents the refresh token of that generation: the next generation, or undefined. */
async function refresh(
  db: pg.PoolClient,
  sessionId: string,
  generation: number,
): Promise<number | undefined> {
  const { rows } = await db.query("select * from app_hidden.refresh_session($1, $2, '90 days')", [
    sessionId,
    generation,
  ]);
  return rows[0]?.generation;
}

/** As if the last refresh had been so long ago. */
async function secondsPass(db: pg.PoolClient, sessionId: string, seconds: number): Promise<void> {
  await db.query(
    "update app_private.sessions set refreshed_at = refreshed_at - make_interval(secs => $2) where id = $1",
    [sessionId, seconds],
  );
}

/** What the person may do in this request: their role, or null. */
async function roleOf(db: pg.PoolClient, person: Person): Promise<string | null> {
  await become(db, person);
  const { rows } = await db.query("select app_hidden.current_member_role() as role");
  await becomeOwner(db);
  const ofSession = await db.query("select app_hidden.session_role($1, $2) as role", [
    person.sessionId,
    person.userId,
  ]);
  assert.equal(ofSession.rows[0].role, rows[0].role, "session_role() and the policies disagree");
  return rows[0].role;
}

story("a refresh token is exchanged for the next one, and the session lives on", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD);
  assert.equal(await refresh(db, session_id, 1), 2);
  assert.equal(await refresh(db, session_id, 2), 3);
});

story("for 30 seconds a refresh token gives the same successor as often as it is presented", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD);
  await refresh(db, session_id, 1);
  await secondsPass(db, session_id, 29);
  assert.equal(await refresh(db, session_id, 1), 2);
  assert.equal(await refresh(db, session_id, 1), 2, "asking again does not lengthen anything");
  assert.equal(await refresh(db, session_id, 2), 3);
});

const REUSES: [what: string, exchanges: number, presented: number, seconds: number][] = [
  ["31 seconds later", 1, 1, 31],
  ["although the thief has refreshed twice", 2, 1, 0],
  ["although the thief has refreshed ten times, and long ago", 10, 3, 86_400],
];
for (const [what, exchanges, presented, seconds] of REUSES)
  story(`a refresh token used again ends the session for both hands: ${what}`, async (db) => {
    const { email, ...person } = await aPersonWithPassword(db);
    const { session_id: sessionId } = await signIn(db, email, PASSWORD);
    for (let generation = 1; generation <= exchanges; generation++) await refresh(db, sessionId, generation);
    await secondsPass(db, sessionId, seconds);
    assert.equal(await refresh(db, sessionId, presented), undefined);
    assert.equal(await refresh(db, sessionId, exchanges + 1), undefined);
    assert.equal(await roleOf(db, { ...person, email, sessionId }), null);
  });

story("a token from the future (of a restored copy) is refused, and ends nothing", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD);
  assert.equal(await refresh(db, session_id, 7), undefined);
  assert.equal(await refresh(db, session_id, 1), 2);
});

story("an expired session and an unknown one are not refreshed", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD);
  assert.equal(await refresh(db, "018f0000-0000-7000-8000-000000000000", 1), undefined);
  await db.query("update app_private.sessions set expires_at = now()");
  assert.equal(await refresh(db, session_id, 1), undefined);
});

story("a session ends with its lifetime, however recently it was refreshed", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const { session_id } = await signIn(db, email, PASSWORD);
  const begun = (days: number) =>
    db.query("update app_private.sessions set created_at = now() - make_interval(days => $2) where id = $1", [
      session_id,
      days,
    ]);
  await begun(89);
  assert.equal(await refresh(db, session_id, 1), 2);
  const { rows } = await db.query(
    "select expires_at = now() + interval '1 day' as with_its_lifetime from app_private.sessions where id = $1",
    [session_id],
  );
  assert.deepEqual(rows, [{ with_its_lifetime: true }]);
  await begun(90);
  assert.equal(await refresh(db, session_id, 2), undefined);
});

story("signing out ends this session at once, and only this one", async (db) => {
  const { email, ...person } = await aPersonWithPassword(db);
  const here = { ...person, email, sessionId: (await signIn(db, email, PASSWORD)).session_id };
  const there = {
    ...person,
    email,
    sessionId: (await signIn(db, email, PASSWORD)).session_id,
  };
  assert.equal(await roleOf(db, here), "owner");
  await become(db, here);
  assert.deepEqual((await db.query("select app_public.sign_out() as ended")).rows, [{ ended: true }]);
  assert.deepEqual((await db.query("select app_public.sign_out() as ended")).rows, [{ ended: false }]);
  await becomeOwner(db);
  assert.equal(await roleOf(db, here), null);
  assert.equal(await refresh(db, here.sessionId, 1), undefined);
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
  story(
    `when ${what}, the next request is not authenticated, and the session cannot be refreshed`,
    async (db) => {
      const { email, tenantId } = await aPersonWithPassword(db);
      await aPerson(db, tenantId, "owner");
      const { session_id: sessionId, user_id: userId } = await signIn(db, email, PASSWORD);
      const person: Person = { tenantId, userId, sessionId, email, role: "owner" };
      assert.equal(await roleOf(db, person), "owner");
      await db.query(statement, [userId]);
      assert.equal(await roleOf(db, person), null);
      assert.equal(await refresh(db, sessionId, 1), undefined);
    },
  );

const RETURNS = {
  "a person": "update app_public.users set is_active = $2 where id = $1",
  "a member": "update app_public.memberships set is_active = $2 where user_id = $1",
  "a tenant": `update app_public.tenants t set status = case when $2 then 'active' else 'inactive' end::app_public.tenant_status
    from app_public.memberships m where m.tenant_id = t.id and m.user_id = $1`,
};
for (const [who, statement] of Object.entries(RETURNS))
  story(`when ${who} is deactivated and activated again, the tokens of before stay useless`, async (db) => {
    const { email, tenantId, userId, role } = await aPersonWithPassword(db);
    await aPerson(db, tenantId, "owner");
    const { session_id: sessionId } = await signIn(db, email, PASSWORD);
    await db.query(statement, [userId, false]);
    await db.query(statement, [userId, true]);
    assert.equal(await roleOf(db, { tenantId, userId, sessionId, email, role }), null);
    assert.equal(await refresh(db, sessionId, 1), undefined);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "signed_in");
  });

story("a token with another person's session or id is not authenticated", async (db) => {
  const ann = await aPersonWithPassword(db);
  const bob = await aPersonWithPassword(db);
  assert.equal(await roleOf(db, { ...ann, sessionId: bob.sessionId }), null);
  assert.equal(await roleOf(db, { ...ann, userId: bob.userId }), null);
  assert.equal(await roleOf(db, ann), "owner");
});
