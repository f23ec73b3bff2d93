import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();

const setPassword = (db: pg.PoolClient, userId: string, password: string) =>
  db.query("select app_private.set_password($1, $2)", [userId, password]);

story("a password has at least 8 characters and at most 72 bytes, all of which count", async (db) => {
  const { userId } = await aPersonWithPassword(db);
  const text = "zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich, zwölfmal";
  const set = (password: string) => refusal(db, () => setPassword(db, userId, password));
  assert.equal(await set(text.slice(0, 7)), "PYPWD");
  assert.equal(await set(text), "PYPWD", "72 characters, more bytes");
  assert.equal(await set("long ".repeat(15)), "PYPWD");
  await setPassword(db, userId, text.slice(0, 8));
  await setPassword(db, userId, Buffer.from(text).subarray(0, 70).toString());
});

const COMMON = [
  ...["password", "12345678", "qwertyuiop", "iloveyou", "letmein1", "1q2w3e4r", "trustno1"],
  ...["Password1", "PASSWORD!", "P@ssw0rd", "welcome2024!", "dragon123456", "Parley2026!", "whatsapp1"],
  ...["aaaaaaaa", "00000000", "12121212", "abcabcabcabc"],
];
for (const password of COMMON)
  story(`a common password is refused: ${password}`, async (db) => {
    const { userId } = await aPersonWithPassword(db);
    assert.equal(await refusal(db, () => setPassword(db, userId, password)), "PYPWD");
  });

story("one's own address is not a password, nor is its front with a year appended", async (db) => {
  const { userId, email } = await aPersonWithPassword(db);
  const front = email.split("@")[0]!;
  for (const password of [email, front, front.toUpperCase()])
    assert.equal(await refusal(db, () => setPassword(db, userId, password)), "PYPWD", password);
});

story("an uncommon password is accepted, even if it begins with a common word", async (db) => {
  const { userId } = await aPersonWithPassword(db);
  for (const password of ["dragon-fruit-salad", "correct horse battery", "8z7-Kq2_vXw", "пароль для пекарни"])
    await setPassword(db, userId, password);
});

type Change = { outcome: string; ended_sessions: number };

async function change(db: pg.PoolClient, sessionId: string, userId: string, old: string, next: string) {
  const { rows } = await db.query<Change>("select * from app_hidden.change_password($1, $2, $3, $4)", [
    sessionId,
    userId,
    old,
    next,
  ]);
  return rows[0]!;
}

const NEXT = "another long password";

story("changing one's password needs the old one, and ends the other sessions only", async (db) => {
  const { email, userId } = await aPersonWithPassword(db);
  const { session_id: here } = await signIn(db, email, PASSWORD);
  await signIn(db, email, PASSWORD);
  assert.equal((await change(db, here, userId, "a guess", NEXT)).outcome, "refused");
  // The one that aPerson() opened, and the second sign-in.
  assert.deepEqual(await change(db, here, userId, PASSWORD, NEXT), { outcome: "changed", ended_sessions: 2 });
  const { rows } = await db.query(
    "select id from app_private.sessions where user_id = $1 and revoked_at is null",
    [userId],
  );
  assert.deepEqual(rows, [{ id: here }]);
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "refused");
  assert.equal((await signIn(db, email, NEXT)).outcome, "signed_in");
});

story(
  "a wrong old password is counted like a failed sign-in, so a stolen session guesses no more",
  async (db) => {
    const { email, userId, sessionId } = await aPersonWithPassword(db);
    for (let guess = 1; guess <= 5; guess++) await change(db, sessionId, userId, `guess ${guess}`, NEXT);
    assert.equal((await change(db, sessionId, userId, PASSWORD, NEXT)).outcome, "refused");
    const { rows } = await db.query(
      "select locked_until > now() as is_locked from app_private.sign_in_failures where email = $1",
      [email],
    );
    assert.deepEqual(rows, [{ is_locked: true }]);
  },
);

story(
  "a password cannot be changed with a session that has ended, or with another person's session",
  async (db) => {
    const ann = await aPersonWithPassword(db);
    const { tenantId } = await aWorkspace(db);
    const bob = await aPerson(db, tenantId, "owner");
    assert.equal((await change(db, bob.sessionId, ann.userId, PASSWORD, NEXT)).outcome, "signed_out");
    await db.query("update app_private.sessions set revoked_at = now() where id = $1", [ann.sessionId]);
    assert.equal((await change(db, ann.sessionId, ann.userId, PASSWORD, NEXT)).outcome, "signed_out");
  },
);
