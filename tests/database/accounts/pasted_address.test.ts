import assert from "node:assert/strict";
import { aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";

const story = stories();

story("a person is known by an address however it was pasted", async (db) => {
  const { rows } = await db.query(
    "insert into app_public.users (email, name) values ('\u2068mailto:Ann@pasted.example\u2069\u200b', 'Ann') returning id, email",
  );
  assert.equal(rows[0].email, "Ann@pasted.example");
  for (const email of ["ann@pasted.example\u200b", " Ann <ann@pasted.example>", "\ufeffANN@pasted.example"]) {
    const found = await db.query(
      "select app_private.find_user($1) as id, app_private.has_account($1) as is_known",
      [email],
    );
    assert.deepEqual(found.rows, [{ id: rows[0].id, is_known: true }], email);
  }
});

story("one address is invited once, however it was pasted", async (db) => {
  const { tenantId } = await aWorkspace(db);
  for (const email of ["bob@pasted.example", "bob@pasted.example\u200b"])
    await db.query("select app_private.invite($1, $2, null, 'agent', null)", [tenantId, email]);
  const { rows } = await db.query("select email from app_public.invitations where tenant_id = $1", [
    tenantId,
  ]);
  assert.deepEqual(rows, [{ email: "bob@pasted.example" }]);
});
