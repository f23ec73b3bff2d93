import assert from "node:assert/strict";
import type pg from "pg";
import { stories } from "../../support/story.ts";
import { aPersonWithPassword, PASSWORD } from "./sign_in.ts";

/** A lock is on an address and on where the failures came from: it slows the guesser, not the person. */

const story = stories();

async function signIn(db: pg.PoolClient, email: string, password: string, source: string): Promise<string> {
  const { rows } = await db.query(
    "select outcome from app_hidden.sign_in($1, $2, null, 'a test', '90 days', $3)",
    [email, password, source],
  );
  return rows[0].outcome;
}

async function fail(db: pg.PoolClient, email: string, source: string, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1)
    assert.equal(await signIn(db, email, "wrong password", source), "refused");
}

async function failuresOf(db: pg.PoolClient, email: string, source: string) {
  const { rows } = await db.query(
    `select failures, round(extract(epoch from locked_until - now()) / 60)::int as minutes
     from app_private.sign_in_failures where email = $1 and source = $2`,
    [email, source],
  );
  return rows[0] as { failures: number; minutes: number | null } | undefined;
}

story(
  "failed sign-ins lock only the place they come from, so that the person can sign in, also from a new place",
  async (db) => {
    const { email } = await aPersonWithPassword(db);
    await fail(db, email, "203.0.113.1", 11);
    assert.equal(await signIn(db, email, PASSWORD, "203.0.113.1"), "refused");
    assert.equal(await signIn(db, email, PASSWORD, "198.51.100.7"), "signed_in");
    assert.equal(
      (await failuresOf(db, email, "203.0.113.1"))?.failures,
      11,
      "and signing in opens no other's lock",
    );
  },
);

story("the right password during a lock is refused and not counted", async (db) => {
  const { email } = await aPersonWithPassword(db);
  await fail(db, email, "203.0.113.1", 5);
  for (let time = 0; time < 3; time += 1)
    assert.equal(await signIn(db, email, PASSWORD, "203.0.113.1"), "refused");
  assert.deepEqual(await failuresOf(db, email, "203.0.113.1"), { failures: 5, minutes: 1 });
});

story("where the person has signed in from, a lock lasts five minutes at most", async (db) => {
  const { email } = await aPersonWithPassword(db);
  assert.equal(await signIn(db, email, PASSWORD, "198.51.100.7"), "signed_in");
  await fail(db, email, "198.51.100.7", 1);
  await db.query("update app_private.sign_in_failures set failures = 50, locked_until = null");
  await fail(db, email, "198.51.100.7", 1);
  assert.equal((await failuresOf(db, email, "198.51.100.7"))?.minutes, 5);
});

story(
  "an address that many sources guess at gives each new one a single guess; the person's own, five",
  async (db) => {
    const { email } = await aPersonWithPassword(db);
    assert.equal(await signIn(db, email, PASSWORD, "198.51.100.7"), "signed_in");
    for (let source = 0; source < 20; source += 1) await fail(db, email, `203.0.113.${source}`, 5);
    await fail(db, email, "203.0.113.100", 1);
    assert.equal((await failuresOf(db, email, "203.0.113.100"))?.minutes, 1);
    await fail(db, email, "198.51.100.7", 1);
    assert.equal((await failuresOf(db, email, "198.51.100.7"))?.minutes, null);
    assert.equal(
      await signIn(db, email, PASSWORD, "203.0.113.200"),
      "signed_in",
      "a new place, the right password",
    );
  },
);

story(
  "a source that guesses at many addresses gets one guess in ten seconds; familiar people go on",
  async (db) => {
    const stranger = await aPersonWithPassword(db);
    const familiar = await aPersonWithPassword(db);
    assert.equal(await signIn(db, familiar.email, PASSWORD, "203.0.113.1"), "signed_in");
    for (let address = 0; address < 50; address += 1)
      await fail(db, `a${address}@example.com`, "203.0.113.1", 1);
    assert.equal(await signIn(db, stranger.email, PASSWORD, "203.0.113.1"), "refused");
    assert.equal(await signIn(db, stranger.email, PASSWORD, "198.51.100.7"), "signed_in");
    assert.equal(await signIn(db, familiar.email, PASSWORD, "203.0.113.1"), "signed_in");
    await db.query(
      "update app_private.sign_in_failures set last_failed_at = last_failed_at - interval '11 seconds'",
    );
    assert.equal(await signIn(db, stranger.email, PASSWORD, "203.0.113.1"), "signed_in");
  },
);

story("a new password, activating and unlocking lift the locks", async (db) => {
  const { email, userId } = await aPersonWithPassword(db);
  const ways = [
    () => db.query("select app_private.set_password($1, $2)", [userId, PASSWORD]),
    () => db.query("select app_private.set_user_active($1, null, true)", [email]),
    () => db.query("select app_private.unlock_user($1)", [userId]),
  ];
  for (const lift of ways) {
    await fail(db, email, "203.0.113.1", 6);
    assert.equal(await signIn(db, email, PASSWORD, "203.0.113.1"), "refused");
    await lift();
    assert.equal(await signIn(db, email, PASSWORD, "203.0.113.1"), "signed_in");
  }
});
