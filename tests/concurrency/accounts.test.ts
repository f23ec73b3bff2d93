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

// Without "for no key update" of the tenant in tg_memberships__keep_an_owner() and tg_users__keep_owners(), neither
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

// Without the "do update" of sign_in(), which locks the address, attempts at once overwrite each other's count.
test("ten wrong passwords at once count as ten, for an address that somebody has and for one that nobody has", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const { email, userId } = await aPerson(database.pool, tenantId, "agent");
  await database.pool.query(
    "update app_private.user_secrets set password_hash = app_private.crypt('right', app_private.gen_salt('bf', 4)) where user_id = $1",
    [userId],
  );
  for (const address of [email, "nobody@example.com"]) {
    const guess = (db: pg.PoolClient) =>
      db.query("select outcome from app_hidden.sign_in($1, 'wrong', null, gen_random_uuid()::text)", [
        address,
      ]);
    await atOnce(database.pool, Array(10).fill(guess));
    const { rows } = await database.pool.query(
      "select failures, locked_until > now() as is_locked from app_private.sign_in_failures where email = $1",
      [address],
    );
    assert.deepEqual(rows, [{ failures: 10, is_locked: true }]);
  }
});

// The row lock of the session, which update takes in refresh_session(): without it both get a session.
test("a refresh token exchanged twice at once is in two hands: one gets the next, and the session ends", async () => {
  const { tenantId } = await aWorkspace(database.pool);
  const person = await aPerson(database.pool, tenantId, "agent");
  await database.pool.query(
    "update app_private.sessions set refresh_token_hash = sha256('token') where id = $1",
    [person.sessionId],
  );
  const exchange = (next: string) => async (db: pg.PoolClient) =>
    (await db.query("select session_id from app_hidden.refresh_session('token', $1)", [next])).rows.length;
  const { first, second } = await overlapping(database.pool, exchange("a"), exchange("b"));
  assert.equal(first, 1);
  assert.deepEqual(second, { status: "fulfilled", value: 0 });
  const { rows } = await database.pool.query(
    "select revoked_at is not null as has_ended from app_private.sessions where id = $1",
    [person.sessionId],
  );
  assert.deepEqual(rows, [{ has_ended: true }]);
});
