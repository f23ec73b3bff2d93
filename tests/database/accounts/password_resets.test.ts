import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();
const NEW = "a new long password";

/** A link as its e-mail has it. */
async function aLink(db: pg.PoolClient, email: string): Promise<string> {
  const { rows } = await db.query(
    "select token from app_private.start_password_reset($1, '192.0.2.1', false)",
    [email],
  );
  return rows[0].token;
}

async function reset(db: pg.PoolClient, token: string, password = NEW) {
  const { rows } = await db.query("select * from app_hidden.reset_password($1, $2)", [token, password]);
  return rows[0] as { outcome: string; ended_sessions: number };
}

const request = (db: pg.PoolClient, email: string, source = "192.0.2.1") =>
  db.query("select app_hidden.request_password_reset($1, $2)", [email, source]);

async function requests(db: pg.PoolClient, column: "email" | "source", value: string): Promise<number> {
  const { rowCount } = await db.query(`select from app_private.password_resets where ${column} = $1`, [
    value,
  ]);
  return rowCount ?? 0;
}

story("a new password ends all sessions, lifts locks, voids all links, and is on record", async (db) => {
  const { email, userId, tenantId } = await aPersonWithPassword(db);
  await signIn(db, email, PASSWORD);
  for (let failure = 0; failure < 5; failure++) await signIn(db, email, "wrong");
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "refused");
  const [earlier, token] = [await aLink(db, email), await aLink(db, email.toUpperCase())];
  await request(db, email);
  assert.equal(await refusal(db, () => reset(db, token, "password1")), "PYPWD");
  assert.deepEqual(await reset(db, token), { outcome: "changed", ended_sessions: 2 });
  assert.deepEqual(await reset(db, token), { outcome: "invalid", ended_sessions: 0 });
  assert.equal((await reset(db, earlier)).outcome, "invalid");
  assert.equal(await requests(db, "email", email), 0);
  assert.equal((await signIn(db, email, PASSWORD)).outcome, "refused");
  assert.equal((await signIn(db, email, NEW)).outcome, "signed_in");
  const { rows } = await db.query(
    `select operation, changed_columns, new_values from app_public.audit_entries
     where tenant_id = $1 and table_name = 'user_secrets' and row_id = $2 order by id desc limit 1`,
    [tenantId, userId],
  );
  assert.deepEqual(rows, [{ operation: "UPDATE", changed_columns: ["password_hash"], new_values: {} }]);
});

const VOID: Record<string, string> = {
  "it has expired": "update app_private.password_resets set expires_at = now()",
  "the user is deactivated": "update app_public.users set is_active = false where id = $1",
  "the user has another address": "update app_public.users set email = 'other@example.com' where id = $1",
  "the user changed the password": "select app_private.set_password($1, 'the user knows this')",
  "the account is deleted": "delete from app_public.users where id = $1",
};
for (const [what, statement] of Object.entries(VOID))
  story(`a link is void when ${what}`, async (db) => {
    const { email, userId, tenantId } = await aPersonWithPassword(db);
    await aPerson(db, tenantId, "owner");
    const token = await aLink(db, email);
    await db.query(statement, statement.includes("$1") ? [userId] : []);
    assert.equal((await reset(db, token)).outcome, "invalid");
  });

story("a request does the same for every address, and stores no token", async (db) => {
  const { email } = await aPersonWithPassword(db);
  const seen = [];
  for (const address of [email, "nobody@example.com", "", "no address at all"]) {
    await request(db, address);
    const { rows } = await db.query(
      `select r.token_hash, r.source,
         j.payload::text = json_build_object('passwordResetId', r.id)::text as has_ids_only
       from app_private.password_resets r
       join graphile_worker._private_jobs j on j.key = 'mail_password_reset:' || r.id
       order by r.id desc limit 1`,
    );
    seen.push(rows[0]);
  }
  assert.deepEqual(new Set(seen.map((row) => JSON.stringify(row))).size, 1);
  assert.deepEqual(seen[0], { token_hash: null, source: "192.0.2.1", has_ids_only: true });
  const { rows } = await db.query(
    "select * from app_private.issue_password_reset((select max(id::text)::uuid from app_private.password_resets))",
  );
  assert.deepEqual(rows, [], "only the job finds out that there is no account");
});

story("an address gets three e-mails in an hour, and a source may ask for twenty", async (db) => {
  for (let at = 0; at < 5; at++) await request(db, "Ann@example.com", `192.0.2.${at}`);
  assert.equal(await requests(db, "email", "ann@example.com"), 3);
  for (let at = 0; at < 25; at++) await request(db, `person-${at}@example.com`, "198.51.100.1");
  assert.equal(await requests(db, "source", "198.51.100.1"), 20);
  await db.query("update app_private.password_resets set created_at = created_at - interval '61 minutes'");
  await request(db, "ann@example.com");
  assert.equal(await requests(db, "email", "ann@example.com"), 4);
  await db.query("update app_private.password_resets set expires_at = now() - interval '25 hours'");
  await db.query("select app_private.delete_old_rows()");
  assert.equal(await requests(db, "email", "ann@example.com"), 0);
});

story("only the API's login requests and resets", async (db) => {
  const { tenantId } = await aPersonWithPassword(db);
  const owner = await aPerson(db, tenantId, "owner");
  await become(db, owner);
  assert.equal(await refusal(db, () => request(db, "a@example.com")), "42501");
  assert.equal(await refusal(db, () => reset(db, "x")), "42501");
});
