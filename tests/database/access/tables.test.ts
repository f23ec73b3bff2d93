import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import pg from "pg";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { become } from "../../support/people.ts";
import { rolledBack } from "../../support/transaction.ts";
import { aFurnishedTenant, callerOf, type FurnishedTenant } from "./furnished_tenant.ts";
import { CALLERS, type Caller, hasRight, type Right, ROLES, rights, VERBS } from "./rights.ts";
import { attempt, type TableShape } from "./table_attempt.ts";

/** Tables whose new rows name no other row, from which a tenant would follow. */
const OF_THE_CALLER = [
  "campaigns",
  "canned_replies",
  "message_prices",
  "teams",
  "consent_keywords",
  "contacts",
  "data_sources",
  "groups",
  "segments",
  "contact_fields",
  "retention_rules",
  "tags",
  "templates",
  "views",
  "whatsapp_flows",
];

/** Tables that are the same for all tenants. */
const OF_ALL_TENANTS = ["channel_kinds", "media_limits"];

let database: TestDatabase;
let ours: FurnishedTenant;
let theirs: FurnishedTenant;
let tables: TableShape[];
before(async () => {
  database = await createTestDatabase();
  ours = await aFurnishedTenant(database.pool);
  theirs = await aFurnishedTenant(database.pool);
  const { rows } = await database.pool.query<TableShape>(
    `select c.relname as name, array(
       select a.attname::text from pg_attribute a
       where a.attrelid = c.oid and a.attnum > 0 and has_column_privilege('parley_visitor', c.oid, a.attnum, 'update')
       order by a.attnum
     ) as updatable
     from pg_class c
     where c.relnamespace = 'app_public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'f')
     order by c.relname`,
  );
  tables = rows;
});
after(() => database.drop());

test("every table of app_public has a line in the table of rights", () => {
  assert.deepEqual(
    tables.map(({ name }) => name),
    [...rights.keys()].sort(),
  );
});

test("control: as the owner of the database, there is a row of each tenant in every table", () =>
  rolledBack(database.pool, async (db) => {
    for (const table of tables)
      for (const tenant of [ours, theirs])
        assert.equal(await attempt(db, "select", table, tenant), "done", table.name);
  }));

for (const caller of CALLERS) {
  test(`on rows of their own tenant, ${caller}s may do what the table says and nothing else`, async () => {
    const surprises: string[] = [];
    for (const table of tables)
      for (const verb of VERBS) {
        const result = await as(caller, (db) => attempt(db, verb, table, ours));
        const right = rights.get(table.name)?.[verb] ?? null;
        if ((result === "done") !== mayDo(caller, right, table.name))
          surprises.push(`${verb} ${table.name}: ${result}`);
      }
    assert.deepEqual(surprises, []);
  });

  test(`${caller}s neither see nor change a row of another tenant`, async () => {
    for (const table of tables.filter(({ name }) => !OF_ALL_TENANTS.includes(name)))
      for (const verb of VERBS) {
        // Their tenant cannot be named: it is the caller's own.
        if (OF_THE_CALLER.includes(table.name) && verb === "insert") continue;
        const result = await as(caller, (db) => attempt(db, verb, table, theirs));
        assert.notEqual(result, "done", `${verb} ${table.name}`);
      }
  });

  test(`whatever ${caller}s select, all of it is their tenant's`, () =>
    as(caller, async (db) => {
      for (const { name } of tables) {
        if (OF_ALL_TENANTS.includes(name)) continue;
        const tenant = name === "tenants" ? "id" : name === "users" ? null : "tenant_id";
        const foreign = tenant
          ? `${tenant} <> '${ours.tenantId}'`
          : `id = '${theirs.colleague.userId}' or id = '${theirs.people.owner.userId}'`;
        const { rows } = await db.query(`select count(*)::int as n from app_public.${name} where ${foreign}`);
        assert.equal(rows[0].n, 0, name);
      }
    }));
}

for (const role of ROLES)
  test(`${role}s may change their own entry among the people, and no colleague's`, async () => {
    const users = tables.find(({ name }) => name === "users")!;
    const own = ours.people[role].userId;
    assert.equal(await as(role, (db) => attempt(db, "update", users, ours, own)), "done");
    assert.equal(await as(role, (db) => attempt(db, "update", users, ours)), "nothing");
  });

test("without signing in nothing can be read or changed", async () => {
  for (const table of tables)
    for (const verb of VERBS)
      await rolledBack(database.pool, async (db) => {
        await db.query("set local role parley_visitor");
        assert.notEqual(await attempt(db, verb, table, ours), "done", `${verb} ${table.name}`);
      });
});

test("the API's login is refused everything until it becomes the visitor", async () => {
  const db = new pg.Client({ connectionString: database.authenticatorUrl });
  await db.connect();
  try {
    await db.query("begin");
    for (const table of tables)
      for (const verb of VERBS)
        assert.equal(await attempt(db, verb, table, ours), "refused 42501", `${verb} ${table.name}`);
  } finally {
    await db.end();
  }
});

function mayDo(caller: Caller, right: Right, table: string): boolean {
  // An API key sees itself.
  if (table === "api_keys" && right === "manage_all" && caller.endsWith(" key")) return true;
  // The row is a colleague's.
  return right !== null && right !== "self" && hasRight(caller, right);
}

function as<T>(caller: Caller, story: (db: pg.PoolClient) => Promise<T>): Promise<T> {
  return rolledBack(database.pool, async (db) => {
    await become(db, callerOf(ours, caller));
    return story(db);
  });
}
