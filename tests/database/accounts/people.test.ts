import assert from "node:assert/strict";
import type pg from "pg";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword, signIn } from "./sign_in.ts";

const story = stories();

function createUser(db: pg.PoolClient, email: string, password: string, role = "agent") {
  return db.query("select * from app_public.create_user($1, 'New', $2, $3)", [email, password, role]);
}

story("an admin adds a person to their own tenant, who signs in with the password", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  const { rows } = await createUser(db, "New@example.com", "12345678", "viewer");
  await becomeOwner(db);
  const session = await signIn(db, "new@example.com", "12345678");
  assert.equal(session.user_id, rows[0].id);
  assert.equal(session.tenant_id, tenantId);
  const members = await db.query("select role from app_public.memberships where user_id = $1", [rows[0].id]);
  assert.deepEqual(members.rows, [{ role: "viewer" }]);
});

story("nobody adds a person above their own role", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  assert.equal(await refusal(db, () => createUser(db, "a@example.com", "12345678", "owner")), "PYDEN");
  await createUser(db, "a@example.com", "12345678", "admin");
  await becomeOwner(db);
  await become(db, await aPerson(db, tenantId, "owner"));
  await createUser(db, "b@example.com", "12345678", "owner");
});

story("a password has at least 8 characters and at most 72 bytes", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  const add = (password: string) => () => createUser(db, `${password.length}@example.com`, password);
  assert.equal(await refusal(db, add("1234567")), "PYPWD");
  assert.equal(await refusal(db, add("1".repeat(73))), "PYPWD");
  assert.equal(await refusal(db, add("é".repeat(37))), "PYPWD");
  await add("é".repeat(36))();
  await add("12345678")();
});

story("who has an account already, whatever the case of the address, is not taken over", async (db) => {
  const victim = await aPersonWithPassword(db);
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "owner"));
  const taken = () => createUser(db, victim.email.toUpperCase(), "a new password");
  assert.equal(await refusal(db, taken), "PYUSR");
  await becomeOwner(db);
  assert.equal((await signIn(db, victim.email, "a new password")).outcome, "refused");
});

story("an admin gives roles up to their own, to people up to their own", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const owner = await aPerson(db, tenantId, "owner");
  const agent = await aPerson(db, tenantId, "agent");
  await become(db, await aPerson(db, tenantId, "admin"));
  const setRole = (role: string, userId: string) =>
    db.query("update app_public.memberships set role = $1 where user_id = $2", [role, userId]);
  assert.equal((await setRole("admin", agent.userId)).rowCount, 1);
  assert.equal(await refusal(db, () => setRole("owner", agent.userId)), "42501");
  assert.equal((await setRole("viewer", owner.userId)).rowCount, 0);
  const removed = await db.query("delete from app_public.memberships where user_id = $1", [owner.userId]);
  assert.equal(removed.rowCount, 0);
});

const FAREWELLS = {
  demoted: "update app_public.memberships set role = 'admin' where user_id = $1",
  deactivated: "update app_public.memberships set is_active = false where user_id = $1",
  removed: "delete from app_public.memberships where user_id = $1",
  "deactivated everywhere": "update app_public.users set is_active = false where id = $1",
  deleted: "delete from app_public.users where id = $1",
};
for (const [what, statement] of Object.entries(FAREWELLS))
  story(`the last active owner is not ${what}`, async (db) => {
    const { tenantId } = await aWorkspace(db);
    const owner = await aPerson(db, tenantId, "owner");
    await aPerson(db, tenantId, "admin");
    assert.equal(await refusal(db, () => db.query(statement, [owner.userId])), "PYOWN");
    const other = await aPerson(db, tenantId, "owner");
    await db.query("update app_public.users set is_active = false where id = $1", [other.userId]);
    assert.equal(
      await refusal(db, () => db.query(statement, [owner.userId])),
      "PYOWN",
      "the other one cannot sign in",
    );
    await aPerson(db, tenantId, "owner");
    assert.equal((await db.query(statement, [owner.userId])).rowCount, 1);
  });

story("a tenant may be deleted with its owners; their accounts stay", async (db) => {
  const owner = await aPersonWithPassword(db);
  await db.query("delete from app_public.tenants where id = $1", [owner.tenantId]);
  const { rows } = await db.query("select is_active from app_public.users where id = $1", [owner.userId]);
  assert.deepEqual(rows, [{ is_active: true }]);
});

story("every person has a row for secrets", async (db) => {
  const { tenantId } = await aWorkspace(db);
  const { userId } = await aPerson(db, tenantId, "agent");
  const { rows } = await db.query("select password_hash from app_private.user_secrets where user_id = $1", [
    userId,
  ]);
  assert.deepEqual(rows, [{ password_hash: null }]);
});
