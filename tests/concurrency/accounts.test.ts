import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, aWorkspace } from "../support/people.ts";
import { atOnce, overlapping } from "../support/race.ts";

let database: TestDatabase;
before(async () => {
  database = await createTestDatabase();
});
after(() => database.drop());

const FAREWELLS = {
  demote: "update app_public.memberships set role = 'admin' where user_id = $1",
  remove: "delete from app_public.memberships where user_id = $1",
  deactivate: "update app_public.users set is_active = false where id = $1",
};

// Without "for no key update" of the tenant in tg_memberships__refuse_last_owner() and tg_users__refuse_last_owner(), neither
// sees that the other owner goes as well.
for (const [one, first] of Object.entries(FAREWELLS))
  for (const [other, second] of Object.entries(FAREWELLS))
    test(`the last two owners, at once: ${one} the one, ${other} the other; one of them stays`, async () => {
      const { tenantId } = await aWorkspace(database.pool);
      const ann = await aPerson(database.pool, tenantId, "owner");
      const bob = await aPerson(database.pool, tenantId, "owner");
      const outcome = await overlapping(
        database.pool,
        (db) => db.query(first, [ann.userId]),
        (db) => db.query(second, [bob.userId]),
      );
      assert.ok(outcome.waited);
      assert.ok(outcome.second.status === "rejected");
      assert.equal(outcome.second.reason.code, "PYOWN");
    });

async function aMemberWithPassword(password: string): Promise<string> {
  const { tenantId } = await aWorkspace(database.pool);
  const { email, userId } = await aPerson(database.pool, tenantId, "agent");
  await database.pool.query(
    "update app_private.user_secrets set password_hash = app_private.crypt($2, app_private.gen_salt('bf', 4)) where user_id = $1",
    [userId, password],
  );
  return email;
}

const guess = (email: string, password: string) => async (db: pg.PoolClient) =>
  (
    await db.query("select outcome from app_hidden.sign_in($1, $2, null, 'a test', '90 days')", [
      email,
      password,
    ])
  ).rows[0].outcome;

// The row lock of the failures, which update takes in sign_in().
test("ten wrong passwords at once count as ten, for a known address and for an unknown one", async () => {
  for (const address of [await aMemberWithPassword("right"), "nobody@example.com"]) {
    await atOnce(database.pool, Array(10).fill(guess(address, "wrong")));
    const { rows } = await database.pool.query(
      "select failures, locked_until > now() as is_locked from app_private.sign_in_failures where email = $1",
      [address],
    );
    assert.deepEqual(rows, [{ failures: 10, is_locked: true }]);
  }
});

// Without "do update set failures = f.failures" in sign_in(), which waits for other attempts at the address, a guesser
// who asks many times at once is judged by the failures before all of them.
test("the right password among wrong ones at once is refused when it comes after the fifth", async () => {
  const email = await aMemberWithPassword("right");
  await atOnce(database.pool, [guess(email, "wrong")]);
  const { second, waited } = await overlapping(
    database.pool,
    async (db) => {
      for (let failure = 2; failure <= 5; failure++) await guess(email, "wrong")(db);
    },
    guess(email, "right"),
  );
  assert.ok(waited);
  assert.deepEqual(second, { status: "fulfilled", value: "refused" });
});

// The row lock of the session in refresh_session(): without it both would advance the generation.
test("a refresh token exchanged twice at once gives the same successor to both", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const person = await aPerson(database.pool, tenantId, "agent");
  const exchange = async (db: pg.PoolClient) => {
    const { rows } = await db.query("select generation from app_hidden.refresh_session($1, 1, '90 days')", [
      person.sessionId,
    ]);
    return rows[0]?.generation;
  };
  const { waited, first, second } = await overlapping(database.pool, exchange, exchange);
  assert.ok(waited);
  assert.equal(first, 2);
  assert.deepEqual(second, { status: "fulfilled", value: 2 });
  const { rows } = await database.pool.query("select revoked_at from app_private.sessions where id = $1", [
    person.sessionId,
  ]);
  assert.deepEqual(rows, [{ revoked_at: null }]);
});

// Without "for update" of the request in reset_password(), both would find it.
test("a link for a new password that is used twice at once sets one of them", async () => {
  const email = await aMemberWithPassword("right");
  const { rows } = await database.pool.query(
    "select token from app_private.start_password_reset($1, 'a test', false)",
    [email],
  );
  const reset = (password: string) => async (db: pg.PoolClient) => {
    const answer = await db.query("select outcome from app_hidden.reset_password($1, $2)", [
      rows[0].token,
      password,
    ]);
    return answer.rows[0].outcome;
  };
  const { waited, first, second } = await overlapping(
    database.pool,
    reset("the first long password"),
    reset("the second long password"),
  );
  assert.ok(waited);
  assert.equal(first, "changed");
  assert.deepEqual(second, { status: "fulfilled", value: "invalid" });
});

// Without "for update" of the secret in check_second_factor(), both would see an unused code.
test("a code of an authenticator app that is used twice at once opens one session", async () => {
  const email = await aMemberWithPassword("right");
  await database.pool.query(
    `insert into app_private.totp_secrets (user_id, secret, confirmed_at)
     select id, 'an envelope', now() from app_public.users where email = $1`,
    [email],
  );
  const signIn = async (db: pg.PoolClient) => {
    const { rows } = await db.query(
      "select outcome from app_hidden.sign_in($1, 'right', null, 'a test', '90 days', 'a source', 100)",
      [email],
    );
    return rows[0].outcome;
  };
  const { waited, first, second } = await overlapping(database.pool, signIn, signIn);
  assert.ok(waited);
  assert.equal(first, "signed_in");
  assert.deepEqual(second, { status: "fulfilled", value: "code_refused" });
});
