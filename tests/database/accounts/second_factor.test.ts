import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword, PASSWORD } from "./sign_in.ts";

const story = stories();

type Given = { step?: number; recovery?: string; tenant?: string; source?: string; password?: string };

async function signIn(db: pg.PoolClient, email: string, given: Given = {}) {
  const { rows } = await db.query(
    "select outcome, session_id, tenants from app_hidden.sign_in($1, $2, $3, 'a test', '90 days', $4, $5, $6)",
    [
      email,
      given.password ?? PASSWORD,
      given.tenant ?? null,
      given.source ?? "192.0.2.1",
      given.step ?? null,
      given.recovery ?? null,
    ],
  );
  return rows[0] as { outcome: string; session_id: string | null; tenants: unknown };
}

async function start(db: pg.PoolClient, person: { sessionId: string; userId: string }, password = PASSWORD) {
  const { rows } = await db.query("select * from app_hidden.start_totp($1, $2, $3, 'an envelope')", [
    person.sessionId,
    person.userId,
    password,
  ]);
  return rows[0].outcome as string;
}

async function confirm(
  db: pg.PoolClient,
  person: { sessionId: string; userId: string },
  step: number | null,
) {
  const { rows } = await db.query("select * from app_hidden.confirm_totp($1, $2, $3, $4)", [
    person.sessionId,
    person.userId,
    step,
    ["RECOVERY1", "RECOVERY2"],
  ]);
  return rows[0] as { outcome: string; ended_sessions: number };
}

/** Signs in with codes since step 100. */
async function aPersonWithCodes(db: pg.PoolClient) {
  const person = await aPersonWithPassword(db);
  assert.equal(await start(db, person), "started");
  assert.equal((await confirm(db, person, 100)).outcome, "confirmed");
  return person;
}

story("codes are required from their confirmation on, which ends the other sessions", async (db) => {
  const person = await aPersonWithPassword(db);
  assert.equal((await confirm(db, person, 100)).outcome, "not_started");
  assert.equal(await start(db, person, "wrong"), "refused");
  assert.equal(await start(db, person), "started");
  assert.equal(await start(db, person), "started", "another secret, before it is confirmed");
  assert.equal((await signIn(db, person.email)).outcome, "signed_in");
  for (const step of [null, -1]) assert.equal((await confirm(db, person, step)).outcome, "code_refused");
  assert.deepEqual(await confirm(db, person, 100), { outcome: "confirmed", ended_sessions: 1 });
  assert.equal(await start(db, person), "confirmed", "a stolen session does not replace the secret");
  assert.equal((await confirm(db, person, 101)).outcome, "not_started");

  assert.equal((await signIn(db, person.email)).outcome, "code_required");
  assert.equal((await signIn(db, person.email, { password: "wrong", step: 101 })).outcome, "refused");
  assert.equal((await signIn(db, person.email, { step: -1 })).outcome, "code_refused");
  assert.equal((await signIn(db, person.email, { step: 101 })).outcome, "signed_in");
  const { rows } = await db.query(
    `select operation, changed_columns, new_values from app_public.audit_entries
     where tenant_id = $1 and table_name = 'totp_secrets' order by id`,
    [person.tenantId],
  );
  assert.deepEqual(
    rows.map(({ operation, changed_columns }) => [operation, changed_columns]),
    [
      ["INSERT", null],
      ["UPDATE", ["confirmed_at"]],
    ],
    "neither a sign-in nor a wrong code is a change",
  );
  assert.ok(!JSON.stringify(rows).includes("envelope"));
});

story("a code works once, and so does each recovery code, also of several tenants", async (db) => {
  const { email, tenantId, userId } = await aPersonWithCodes(db);
  for (const step of [99, 100]) assert.equal((await signIn(db, email, { step })).outcome, "code_refused");
  assert.equal((await signIn(db, email, { step: 102 })).outcome, "signed_in");
  for (const step of [101, 102]) assert.equal((await signIn(db, email, { step })).outcome, "code_refused");
  assert.equal((await signIn(db, email, { recovery: "RECOVERY1" })).outcome, "signed_in");
  assert.equal((await signIn(db, email, { recovery: "RECOVERY1" })).outcome, "code_refused");
  assert.equal((await signIn(db, email, { step: 103 })).outcome, "signed_in");

  const other = await aWorkspace(db);
  await db.query("insert into app_public.memberships (tenant_id, user_id) values ($1, $2)", [
    other.tenantId,
    userId,
  ]);
  assert.deepEqual(await signIn(db, email), { outcome: "code_required", session_id: null, tenants: null });
  assert.equal((await signIn(db, email, { step: 104 })).outcome, "many_tenants");
  assert.equal((await signIn(db, email, { step: 104, tenant: tenantId })).outcome, "signed_in");
  assert.equal((await signIn(db, email, { step: 104, tenant: other.tenantId })).outcome, "code_refused");
});

story("wrong codes are limited by user, with more left for where the user has signed in", async (db) => {
  const { email, userId } = await aPersonWithCodes(db);
  assert.equal((await signIn(db, email, { step: 101, source: "192.0.2.1" })).outcome, "signed_in");
  for (let at = 0; at < 10; at++)
    assert.equal((await signIn(db, email, { step: -1, source: `198.51.100.${at}` })).outcome, "code_refused");
  const good = { step: 102 };
  assert.equal((await signIn(db, email, { ...good, source: "203.0.113.1" })).outcome, "code_refused");
  assert.equal(
    (await signIn(db, email, { recovery: "RECOVERY1", source: "203.0.113.1" })).outcome,
    "code_refused",
  );
  assert.equal((await signIn(db, email, good)).outcome, "signed_in", "where the user has signed in before");
  assert.equal((await signIn(db, email, { step: 103, source: "203.0.113.1" })).outcome, "signed_in");

  await db.query(
    "update app_private.totp_secrets set failures = 50, last_failed_at = now() where user_id = $1",
    [userId],
  );
  assert.equal((await signIn(db, email, { step: 104 })).outcome, "code_refused");
  await db.query("update app_private.totp_secrets set last_failed_at = now() - interval '61 minutes'");
  assert.equal((await signIn(db, email, { step: 104 })).outcome, "signed_in");
  const { rows } = await db.query(
    "select count(*)::int as familiar from app_private.sign_in_sources where user_id = $1",
    [userId],
  );
  assert.deepEqual(rows, [{ familiar: 2 }], "the right password alone makes no source familiar");
});

story("an invitation does not get around the code", async (db) => {
  const person = await aPersonWithCodes(db);
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  const { rows } = await db.query("select token from app_public.invite_user($1)", [person.email]);
  await becomeOwner(db);
  const accept = async (step: number | null, recovery: string | null = null) => {
    const answer = await db.query(
      "select outcome from app_hidden.accept_invitation($1, $2, null, null, '1 day', 's', $3, $4)",
      [rows[0].token, PASSWORD, step, recovery],
    );
    return answer.rows[0].outcome;
  };
  const found = await db.query("select * from app_hidden.find_totp(invitation_token => $1)", [rows[0].token]);
  assert.deepEqual(found.rows, [{ owner_id: person.userId, secret: "an envelope" }]);
  assert.equal(await accept(null), "code_required");
  assert.equal(await accept(100), "code_refused");
  assert.equal(await accept(null, "RECOVERY2"), "signed_in");
});

story(
  "removing needs the password and a code, or the operator; a new password does not remove",
  async (db) => {
    const person = await aPersonWithCodes(db);
    const remove = async (password: string, step: number | null) => {
      const { rows } = await db.query("select app_hidden.remove_totp($1, $2, $3, $4, null) as outcome", [
        person.sessionId,
        person.userId,
        password,
        step,
      ]);
      return rows[0].outcome;
    };
    const state = async () => {
      await become(db, person);
      const { rows } = await db.query(
        "select recovery_codes_left from app_public.my_totp() t where t is not null",
      );
      await becomeOwner(db);
      return rows;
    };
    assert.deepEqual(await state(), [{ recovery_codes_left: 2 }]);
    assert.equal(await remove("wrong", 101), "refused");
    assert.equal(await remove(PASSWORD, null), "code_required");
    assert.equal(await remove(PASSWORD, -1), "code_refused");
    await db.query("select app_private.set_password($1, 'another long password', $2)", [
      person.userId,
      person.sessionId,
    ]);
    assert.equal(
      (await signIn(db, person.email, { password: "another long password" })).outcome,
      "code_required",
    );
    assert.equal(await remove("another long password", 101), "removed");
    assert.deepEqual(await state(), []);
    assert.equal(
      (await signIn(db, person.email, { password: "another long password" })).outcome,
      "signed_in",
    );
    await db.query("update app_private.sessions set revoked_at = now() where id = $1", [person.sessionId]);
    assert.equal(await remove(PASSWORD, 101), "signed_out");
    assert.equal(await start(db, person), "signed_out");
    assert.equal((await confirm(db, person, 100)).outcome, "signed_out");
  },
);

story("secrets and codes are out of reach for the API's login and for users", async (db) => {
  const person = await aPersonWithCodes(db);
  for (const role of ["parley_authenticator", "parley_visitor"])
    for (const table of ["totp_secrets", "recovery_codes"])
      assert.equal(
        await refusal(db, async () => {
          await db.query(`set local role ${role}`);
          await db.query(`select from app_private.${table}`);
        }),
        "42501",
      );
  await become(db, person);
  assert.equal(await refusal(db, () => db.query("select from app_hidden.find_totp(email => 'x')")), "42501");
});
