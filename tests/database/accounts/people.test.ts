import assert from "node:assert/strict";
import { aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";
import { aPersonWithPassword } from "./sign_in.ts";

const story = stories();

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
