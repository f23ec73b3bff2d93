import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aConversation, anApiKey, aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

const OPEN = { field: "status", is: "open" };

test("a user's views are their own; those of all members are changed by admins", () =>
  rolledBack(database.pool, async (db) => {
    const { tenantId } = await aWorkspace(db);
    const viewer = await aPerson(db, tenantId, "viewer");
    const agent = await aPerson(db, tenantId, "agent");
    const admin = await aPerson(db, tenantId, "admin");
    const names = async () =>
      (await db.query("select name from app_public.views order by name")).rows.map(({ name }) => name);
    const change = async (name: string) =>
      (await db.query("update app_public.views set name = name where name = $1", [name])).rowCount;
    const add = (name: string) =>
      db.query("insert into app_public.views (name, filter) values ($1, $2)", [name, OPEN]);
    const share = (name: string) =>
      db.query("insert into app_public.views (name, filter, user_id) values ($1, $2, null)", [name, OPEN]);

    await become(db, viewer);
    await add("Mine");
    assert.equal(await refusal(db, () => share("Ours")), "42501");
    assert.equal(await refusal(db, () => add("MINE")), "23505");
    await becomeOwner(db);
    await become(db, admin);
    await share("Ours");
    await add("Mine");
    await becomeOwner(db);
    await become(db, agent);
    assert.deepEqual(await names(), ["Ours"]);
    assert.equal(await change("Ours"), 0);
    await add("Own");
    assert.equal(await change("Own"), 1);
    assert.equal(
      await refusal(db, () => db.query("update app_public.views set user_id = null where name = 'Own'")),
      "42501",
    );
    await becomeOwner(db);
    assert.deepEqual(await names(), ["Mine", "Mine", "Ours", "Own"]);
    await db.query("delete from app_public.memberships where user_id = $1", [admin.userId]);
    assert.deepEqual(await names(), ["Mine", "Ours", "Own"]);
  }));

test("a view is refused if its filter is not valid for its kind, also when it changes", () =>
  rolledBack(database.pool, async (db) => {
    const { tenantId } = await aWorkspace(db);
    await become(db, await aPerson(db, tenantId, "agent"));
    const add = (kind: string, filter: object) =>
      db.query("insert into app_public.views (name, kind, filter) values ($3, $1, $2)", [kind, filter, kind]);
    assert.equal(await refusal(db, () => add("contacts", OPEN)), "PYFLT");
    await add("conversations", OPEN);
    assert.equal(await refusal(db, () => db.query("update app_public.views set filter = '{}'")), "PYFLT");
  }));

test("a view counts what its reader sees, up to 1,000", () =>
  rolledBack(database.pool, async (db) => {
    const workspace = await aWorkspace(db);
    const agent = await aPerson(db, workspace.tenantId, "agent");
    const { conversationId } = await aConversation(db, workspace);
    await aConversation(db, await aWorkspace(db));
    await db.query("update app_public.conversations set assignee_id = $2 where id = $1", [
      conversationId,
      agent.userId,
    ]);
    await db.query(
      `insert into app_public.contacts (tenant_id, name) select $1, 'x' from generate_series(1, 1005)`,
      [workspace.tenantId],
    );
    await become(db, agent);
    await db.query(
      `insert into app_public.views (name, kind, filter) values
         ('all', 'contacts', '{"all": []}'), ('assigned', 'contacts', '{"conversation": {"field": "assignee", "is": "me"}}'),
         ('mine', 'conversations', '{"field": "assignee", "is": "me"}'), ('texts', 'messages', '{"field": "type", "is": "text"}')`,
    );
    const { rows } = await db.query(
      "select name, app_public.views_count(v) as count from app_public.views v",
    );
    assert.deepEqual(Object.fromEntries(rows.map(({ name, count }) => [name, count])), {
      all: 1_000,
      assigned: 1,
      mine: 1,
      texts: null,
    });
  }));

test("an API key filters as often as it likes, except by the caller", () =>
  rolledBack(database.pool, async (db) => {
    const { tenantId } = await aWorkspace(db);
    await aPerson(db, tenantId, "agent");
    await become(db, await anApiKey(db, tenantId, ["read"]));
    // The plan that PostgreSQL keeps after five calls.
    await db.query("set local plan_cache_mode to force_generic_plan");
    const references = (type: string) =>
      db.query("select app_hidden.filter_references($1, '{me}') as ids", [type]);
    assert.deepEqual((await references("tag")).rows, [{ ids: [] }]);
    assert.equal(await refusal(db, () => references("user")), "PYKEY");
  }));

test("a view of the caller's rows has no count for an API key, and hides no others", () =>
  rolledBack(database.pool, async (db) => {
    const { tenantId } = await aWorkspace(db);
    await become(db, await aPerson(db, tenantId, "admin"));
    await db.query(
      `insert into app_public.views (name, filter, user_id) values
         ('mine', '{"field": "assignee", "is": "me"}', null), ('open', $1, null)`,
      [OPEN],
    );
    await becomeOwner(db);
    await become(db, await anApiKey(db, tenantId, ["read"]));
    const { rows } = await db.query(
      "select name, app_public.views_count(v) as count from app_public.views v order by name",
    );
    assert.deepEqual(rows, [
      { name: "mine", count: null },
      { name: "open", count: 0 },
    ]);
  }));
