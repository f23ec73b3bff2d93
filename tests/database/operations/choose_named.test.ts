import assert from "node:assert/strict";
import { aWorkspace } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

story("an id is found first, then the exact name, then the only one regardless of case", async (db) => {
  const { tenantId, businessAccountId } = await aWorkspace(db);
  const other = await aWorkspace(db);
  const insert = async (table: string, name: string, tenant = tenantId) =>
    (
      await db.query(`insert into app_public.${table} (tenant_id, name) values ($1, $2) returning id`, [
        tenant,
        name,
      ])
    ).rows[0].id as string;
  const find = async (kind: string, name: string) =>
    (await db.query(`select app_private.find_${kind}($1, $2) as id`, [name, tenantId])).rows[0].id;
  for (const kind of ["campaign", "chatbot"]) {
    const [lower, upper] = [await insert(`${kind}s`, "spring"), await insert(`${kind}s`, "SPRING")];
    const summer = await insert(`${kind}s`, "Summer");
    // Its name is the id of another one.
    const named = await insert(`${kind}s`, summer);
    await insert(`${kind}s`, "Winter", other.tenantId);
    assert.deepEqual([await find(kind, "spring"), await find(kind, "SPRING")], [lower, upper]);
    assert.deepEqual([await find(kind, "sUMMER"), await find(kind, summer.toUpperCase())], [summer, summer]);
    assert.equal(await find(kind, named), named);
    assert.equal(await refusal(db, () => find(kind, "Winter")), "PYNFD");
    assert.equal(await refusal(db, () => find(kind, "Spring")), "PYREQ");
    await db.query("savepoint listed");
    await assert.rejects(
      find(kind, "Spring"),
      (error: Error) => error.message.includes(lower) && error.message.includes(upper),
    );
    await db.query("rollback to savepoint listed");
  }
  for (const language of ["de", "en_US"])
    await db.query(
      "insert into app_public.templates (tenant_id, business_account_id, name, language) values ($1, $2, 'spring', $3)",
      [tenantId, businessAccountId, language],
    );
  const template = (name: string, language: string | null) =>
    db.query("select app_private.find_template($1, $2, $3) as id", [name, language, tenantId]);
  assert.ok((await template("Spring", "en-US")).rows[0].id);
  assert.equal(await refusal(db, () => template("Spring", null)), "PYREQ");
  assert.equal(await refusal(db, () => template("Spring", "fr")), "PYNFD");
});
