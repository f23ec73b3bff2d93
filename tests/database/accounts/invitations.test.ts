import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword, PASSWORD, signIn } from "./sign_in.ts";

const story = stories();

type Issued = { invitation_id: string; token: string; expires_at: Date };

async function invite(db: pg.PoolClient, email: string, role = "agent"): Promise<Issued> {
  const { rows } = await db.query<Issued>("select * from app_public.invite_user($1, 'New', $2)", [
    email,
    role,
  ]);
  return rows[0]!;
}

async function accept(db: pg.PoolClient, token: string, password: string) {
  const { rows } = await db.query(
    "select * from app_hidden.accept_invitation($1, $2, null, 'a test', '90 days')",
    [token, password],
  );
  return rows[0] as { outcome: string; session_id: string; user_id: string; tenant_id: string };
}

/** An admin of a new tenant, and an invitation of theirs. */
async function anInvitation(db: pg.PoolClient, email: string, role = "agent") {
  const { tenantId } = await aWorkspace(db);
  const admin = await aPerson(db, tenantId, "admin");
  await become(db, admin);
  const issued = await invite(db, email, role);
  await becomeOwner(db);
  return { tenantId, admin, ...issued };
}

story("an invited person chooses the password of a new account, and is signed in", async (db) => {
  const { tenantId, token } = await anInvitation(db, "New@example.com", "viewer");
  const session = await accept(db, token, PASSWORD);
  assert.equal(session.outcome, "signed_in");
  assert.equal(session.tenant_id, tenantId);
  assert.equal((await signIn(db, "new@example.com", PASSWORD)).user_id, session.user_id);
  const { rows } = await db.query(
    "select m.role, u.name from app_public.memberships m join app_public.users u on u.id = m.user_id where u.id = $1",
    [session.user_id],
  );
  assert.deepEqual(rows, [{ role: "viewer", name: "New" }]);
});

story("with an account, the token without the password opens nothing, nor the reverse", async (db) => {
  const known = await aPersonWithPassword(db);
  const { tenantId, token } = await anInvitation(db, known.email.toUpperCase(), "admin");
  assert.equal((await signIn(db, known.email, PASSWORD, tenantId)).outcome, "no_tenant");
  assert.equal((await accept(db, token, "a password of the token's holder")).outcome, "refused");
  assert.equal((await accept(db, "a token of the password's holder", PASSWORD)).outcome, "invalid");
  const failures = await db.query("select failures from app_private.sign_in_failures where email = $1", [
    known.email,
  ]);
  assert.deepEqual(failures.rows, [{ failures: 1 }], "counted like a sign-in");

  const session = await accept(db, token, PASSWORD);
  assert.equal(session.user_id, known.userId);
  assert.equal((await signIn(db, known.email, PASSWORD, tenantId)).outcome, "signed_in");
});

story("the answer is the same whether or not the address has an account elsewhere", async (db) => {
  const known = await aPersonWithPassword(db);
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  for (const email of [known.email, "unknown@example.com"]) {
    const { token, ...rest } = await invite(db, email);
    assert.match(token, /^[\w-]{43}$/);
    assert.deepEqual(Object.keys(rest), ["invitation_id", "expires_at"]);
  }
  const { rows } = await db.query("select name, role from app_public.invitations");
  assert.deepEqual(rows, [
    { name: "New", role: "agent" },
    { name: "New", role: "agent" },
  ]);
});

story("a weak password leaves the invitation as it was", async (db) => {
  const { token } = await anInvitation(db, "new@example.com");
  assert.equal(await refusal(db, () => accept(db, token, "password1")), "PYPWD");
  assert.equal((await accept(db, token, PASSWORD)).outcome, "signed_in");
});

story("only the token's hash is stored", async (db) => {
  const { token } = await anInvitation(db, "new@example.com");
  const { rows } = await db.query(
    "select i::text || x::text || encode(x.token_hash, 'escape') as row from app_public.invitations i, app_private.invitation_secrets x",
  );
  assert.equal(rows.length, 1);
  assert.ok(!rows[0].row.includes(token));
});

story("members cannot invite above their own role, and agents cannot invite", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  assert.equal(await refusal(db, () => invite(db, "a@example.com", "owner")), "PYDEN");
  await invite(db, "a@example.com", "admin");
  await becomeOwner(db);
  await become(db, await aPerson(db, tenantId, "agent"));
  assert.equal(await refusal(db, () => invite(db, "a@example.com", "viewer")), "PYDEN");
  assert.equal((await db.query("delete from app_public.invitations")).rowCount, 0);
});

story("an existing member is not invited, whatever the case of the address", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const agent = await aPerson(db, tenantId, "agent");
  await become(db, await aPerson(db, tenantId, "admin"));
  assert.equal(await refusal(db, () => invite(db, agent.email.toUpperCase())), "PYUSR");
});

const VOID: Record<string, string> = {
  "it has expired": "update app_public.invitations set expires_at = now()",
  "it was revoked": "delete from app_public.invitations",
  "its author was deactivated": "update app_public.memberships set is_active = false where user_id = $1",
  "its author's account was deactivated": "update app_public.users set is_active = false where id = $1",
  "its author was demoted": "update app_public.memberships set role = 'agent' where user_id = $1",
  "its author was removed": "delete from app_public.memberships where user_id = $1",
  "the tenant was closed":
    "update app_public.tenants t set status = 'inactive' from app_public.memberships m where m.tenant_id = t.id and m.user_id = $1",
};
for (const [what, statement] of Object.entries(VOID))
  story(`an invitation is void when ${what}`, async (db) => {
    const { token, admin } = await anInvitation(db, "new@example.com");
    await db.query(statement, statement.includes("$1") ? [admin.userId] : []);
    assert.equal((await accept(db, token, PASSWORD)).outcome, "invalid");
    const { rowCount } = await db.query("select from app_public.users where email = 'new@example.com'");
    assert.equal(rowCount, 0);
  });

story("inviting an address again voids the invitation before", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  const first = await invite(db, "new@example.com");
  const second = await invite(db, "NEW@example.com", "viewer");
  await becomeOwner(db);
  assert.equal((await accept(db, first.token, PASSWORD)).outcome, "invalid");
  assert.equal((await accept(db, second.token, PASSWORD)).outcome, "signed_in");
  assert.equal((await accept(db, second.token, PASSWORD)).outcome, "invalid", "once");
});

story("an address and a tenant get a limited number of invitations by e-mail", async (db) => {
  const { admin } = await anInvitation(db, "first@example.com");
  await become(db, admin);
  const mail = (email: string) => db.query("select app_public.invite_user($1, by_mail => true)", [email]);
  for (let times = 0; times < 3; times += 1) await mail("new@example.com");
  assert.equal(await refusal(db, () => mail("NEW@example.com")), "PYLIM");
  await becomeOwner(db);
  // Two hours pass. Without triggers, because audit entries must not be changed.
  await db.query("set local session_replication_role to replica");
  await db.query("update app_public.audit_entries set created_at = created_at - interval '2 hours'");
  await db.query("set local session_replication_role to origin");
  await become(db, admin);
  for (let at = 0; at < 96; at += 1) await mail(`${at}@example.com`);
  assert.equal(await refusal(db, () => mail("new@example.com")), "PYLIM");
  await invite(db, "new@example.com");
});

story("an admin does not void an owner's invitation by another one", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "owner"));
  const { token } = await invite(db, "boss@example.com", "owner");
  await becomeOwner(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  assert.equal(await refusal(db, () => invite(db, "BOSS@example.com", "viewer")), "PYDEN");
  await becomeOwner(db);
  assert.equal((await accept(db, token, PASSWORD)).outcome, "signed_in");
});

story("an invitation from before a person became a member does not bring them back", async (db) => {
  const known = await aPersonWithPassword(db);
  const { tenantId, token } = await anInvitation(db, known.email, "admin");
  await db.query("select app_private.add_user($1, $2, 'agent', null, $3)", [tenantId, known.email, PASSWORD]);
  await db.query("delete from app_public.memberships where tenant_id = $1 and user_id = $2", [
    tenantId,
    known.userId,
  ]);
  assert.equal((await accept(db, token, PASSWORD)).outcome, "invalid");
});
