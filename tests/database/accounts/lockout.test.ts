import assert from "node:assert/strict";
import type pg from "pg";
import { stories } from "../../support/story.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();

story(
  "the fifth failure locks the address for a minute; then even the right password is refused",
  async (db) => {
    const { email } = await aPersonWithPassword(db);
    for (let failure = 1; failure <= 4; failure++) await signIn(db, email, "wrong password");
    assert.equal(await lockMinutes(db, email), null);
    await signIn(db, email, "wrong password");
    assert.equal(await lockMinutes(db, email), 1);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "refused");
    await minutesPass(db, 1);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "signed_in");
  },
);

story(
  "each failure after a lock locks for twice as long, up to an hour, however patient the guesser",
  async (db) => {
    const { email } = await aPersonWithPassword(db);
    for (let failure = 1; failure <= 4; failure++) await signIn(db, email, "wrong password");
    const locks: (number | null)[] = [];
    for (let failure = 5; failure <= 13; failure++) {
      await signIn(db, email, "wrong password");
      const lock = await lockMinutes(db, email);
      locks.push(lock);
      await minutesPass(db, lock ?? 0);
    }
    assert.deepEqual(locks, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  },
);

story("no number of failures breaks the lock", async (db) => {
  const { email } = await aPersonWithPassword(db);
  await signIn(db, email, "wrong password");
  for (const failures of [50, 2_000]) {
    await db.query("update app_private.sign_in_failures set failures = $1, locked_until = null", [failures]);
    assert.equal((await signIn(db, email, "wrong password")).outcome, "refused");
    assert.equal(await lockMinutes(db, email), 60);
  }
});

story("an unknown address is locked in the same way", async (db) => {
  for (let failure = 1; failure <= 5; failure++) await signIn(db, "nobody@example.com", "wrong password");
  assert.equal(await lockMinutes(db, "nobody@example.com"), 1);
});

story(
  "a quarter of an hour without a lock or a failure forgets the earlier ones; so does signing in",
  async (db) => {
    const { email } = await aPersonWithPassword(db);
    for (let failure = 1; failure <= 4; failure++) await signIn(db, email, "wrong password");
    await minutesPass(db, 16);
    await signIn(db, email, "wrong password");
    assert.equal(await lockMinutes(db, email), null);
    assert.equal((await signIn(db, email, PASSWORD)).outcome, "signed_in");
    const { rows } = await db.query("select failures from app_private.sign_in_failures");
    assert.deepEqual(rows, []);
  },
);

/** How long the address is locked from now on, in minutes; null when it is not. */
async function lockMinutes(db: pg.PoolClient, email: string): Promise<number | null> {
  const { rows } = await db.query(
    `select round(extract(epoch from locked_until - now()) / 60)::int as minutes
     from app_private.sign_in_failures where email = $1`,
    [email],
  );
  return rows[0].minutes;
}

/** And a second. */
async function minutesPass(db: pg.PoolClient, minutes: number): Promise<void> {
  await db.query(
    `update app_private.sign_in_failures set
       last_failed_at = last_failed_at - make_interval(mins => $1, secs => 1),
       locked_until = locked_until - make_interval(mins => $1, secs => 1)`,
    [minutes],
  );
}
