import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aPerson, aWorkspace, become, becomeOwner } from "../../support/people.ts";
import { refusal, rolledBack } from "../../support/transaction.ts";

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

const save = (db: pg.ClientBase, name: string, filter: object) =>
  db.query("insert into app_public.segments (name, filter) values ($1, $2)", [name, filter]);
const named = (name: string) => ({ field: "segment", is: name });

/** Contacts Ann, Ben and Carl; Ann and Ben are VIPs; as a member of the tenant, who is also returned. */
async function asAgent(db: pg.ClientBase) {
  const { tenantId } = await aWorkspace(db);
  const agent = await aPerson(db, tenantId, "agent");
  await db.query(
    `with vip as (insert into app_public.tags (tenant_id, name) values ($1, 'VIP') returning id),
     contact as (
       insert into app_public.contacts (tenant_id, name) select $1, unnest(array['Ann', 'Ben', 'Carl']) returning id, name
     )
     insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
     select $1, c.id, v.id from contact c, vip v where c.name <> 'Carl'`,
    [tenantId],
  );
  await become(db, agent);
  return agent;
}

async function namesOf(db: pg.ClientBase, filter: object): Promise<string> {
  const { rows } = await db.query("select name from app_hidden.matching_contacts($1) order by name", [
    filter,
  ]);
  return rows.map(({ name }) => name).join();
}

test("a filter names segments, which name segments; their names follow them", () =>
  rolledBack(database.pool, async (db) => {
    await asAgent(db);
    await save(db, "VIPs", { field: "tag", is: "vip" });
    await save(db, "VIPs but Ben", { all: [named("vips"), { field: "name", isNot: "Ben" }] });
    const { rows } = await db.query("select name, id from app_public.segments order by name");
    assert.equal(await namesOf(db, named("VIPs but Ben")), "Ann");
    assert.equal(await namesOf(db, named(rows[0].id)), "Ann,Ben");
    assert.equal(await namesOf(db, { field: "segment", in: ["VIPs", "VIPs but Ben"] }), "Ann,Ben");
    assert.equal(await namesOf(db, { field: "segment", isNot: "VIPs but Ben" }), "Ben,Carl");
    assert.equal(await namesOf(db, { field: "segment", notIn: ["VIPs", "VIPs but Ben"] }), "Carl");
    assert.equal(
      await namesOf(db, { not: { any: [named("VIPs but Ben"), { field: "name", is: "Carl" }] } }),
      "Ben",
    );
    assert.equal(
      (
        await db.query(
          `select app_hidden.count_matching('conversations', '{"contact": {"field": "segment", "is": "VIPs"}}', 9)`,
        )
      ).rows[0].count_matching,
      0,
    );
  }));

test("a segment is refused if its filter is not valid, leads back to it, or means somebody else for each reader", () =>
  rolledBack(database.pool, async (db) => {
    await asAgent(db);
    const change = (name: string, filter: object) =>
      refusal(db, () =>
        db.query("update app_public.segments set filter = $2 where name = $1", [name, filter]),
      );
    await save(db, "A", { all: [] });
    await save(db, "B", named("A"));
    assert.equal(await refusal(db, () => save(db, "C", { field: "status", is: "open" })), "PYFLT");
    assert.equal(await refusal(db, () => save(db, "C", named("C"))), "PYFLT");
    assert.equal(await refusal(db, () => save(db, "C", named("D"))), "PYFLT");
    assert.equal(
      await refusal(db, () => save(db, "C", { conversation: { field: "assignee", is: "ME" } })),
      "PYFLT",
    );
    assert.equal(await refusal(db, () => save(db, "a", { all: [] })), "23505");
    assert.equal(await change("A", named("B")), "PYFLT");
    // Each names the one before six times.
    await save(db, "D", { any: Array(6).fill(named("A")) });
    await save(db, "E", { any: Array(6).fill(named("D")) });
    assert.equal(await refusal(db, () => save(db, "F", { any: Array(6).fill(named("E")) })), "PYFLT");
  }));

test("a segment that names a deleted one has no count, and hides no others", () =>
  rolledBack(database.pool, async (db) => {
    const agent = await asAgent(db);
    await save(db, "VIPs", { field: "tag", is: "vip" });
    await save(db, "Others", { field: "segment", isNot: "VIPs" });
    const counts = async () =>
      (
        await db.query(
          "select name, app_public.segments_count(s) as count from app_public.segments s order by name",
        )
      ).rows;
    assert.deepEqual(await counts(), [
      { name: "Others", count: 1 },
      { name: "VIPs", count: 2 },
    ]);
    await becomeOwner(db);
    await db.query("delete from app_public.segments where name = 'VIPs' and tenant_id = $1", [
      agent.tenantId,
    ]);
    await become(db, agent);
    assert.deepEqual(await counts(), [{ name: "Others", count: null }]);
    assert.equal(await refusal(db, () => namesOf(db, named("Others"))), "PYFLT");
  }));

test("a preview shows the newest of few and of many contacts", () =>
  rolledBack(database.pool, async (db) => {
    const { tenantId } = await asAgent(db);
    await becomeOwner(db);
    await db.query("set local session_replication_role to replica");
    await db.query(
      `insert into app_public.contacts (tenant_id, name, created_at)
       select $1, 'c' || n, now() + n * interval '1 hour' from generate_series(1, 2005) n`,
      [tenantId],
    );
    const previewOf = async (filter: object) =>
      (
        await db.query(
          `select count, array(select s.name from unnest(sample) s) as names from app_private.preview_audience($1, $2, 2)`,
          [tenantId, filter],
        )
      ).rows[0];
    assert.deepEqual(await previewOf({ all: [] }), { count: 2008, names: ["c2005", "c2004"] });
    const few = {
      all: [
        { field: "name", startsWith: "c" },
        { field: "name", contains: "00" },
      ],
    };
    assert.deepEqual(await previewOf(few), { count: 34, names: ["c2005", "c2004"] });
  }));

test("a tenant has at most 1,000 segments, and a user 200 views", () =>
  rolledBack(database.pool, async (db) => {
    await asAgent(db);
    const segments = (from: number, to: number) =>
      db.query(
        `insert into app_public.segments (name, filter) select 's' || n, '{"all": []}' from generate_series($1::int, $2) n`,
        [from, to],
      );
    await segments(1, 1000);
    assert.equal(await refusal(db, () => segments(1001, 1001)), "PYLIM");
    const views = (from: number, to: number) =>
      db.query(
        `insert into app_public.views (name, filter) select 'v' || n, '{"all": []}' from generate_series($1::int, $2) n`,
        [from, to],
      );
    await views(1, 200);
    assert.equal(await refusal(db, () => views(201, 201)), "PYLIM");
  }));

test("an audience is evaluated by the program as for a member of the tenant", () =>
  rolledBack(database.pool, async (db) => {
    const agent = await asAgent(db);
    await save(db, "VIPs", { field: "tag", is: "vip" });
    const preview = await db.query(
      "select count, (select array_agg(s.name order by s.name) from unnest(sample) s) as names from app_public.preview_segment($1)",
      [named("VIPs")],
    );
    assert.deepEqual(preview.rows, [{ count: 2, names: ["Ann", "Ben"] }]);
    await becomeOwner(db);
    await db.query(
      "select set_config('parley.user_id', '', true), set_config('parley.session_id', '', true)",
    );
    const other = await aWorkspace(db);
    await db.query(
      `insert into app_public.segments (tenant_id, name, filter) values ($1, 'VIPs', '{"all": []}')`,
      [other.tenantId],
    );
    await db.query("insert into app_public.contacts (tenant_id, name) values ($1, 'Ann')", [other.tenantId]);
    const audience = async (filter: object) =>
      (
        await db.query(
          `select c.name, c.tenant_id from app_private.contacts_matching($1, $2) id join app_public.contacts c using (id)
           order by c.name`,
          [agent.tenantId, filter],
        )
      ).rows.map(({ name, tenant_id }) => (tenant_id === agent.tenantId ? name : "of another tenant"));
    assert.deepEqual(await audience(named("VIPs")), ["Ann", "Ben"]);
    assert.deepEqual(await audience({ field: "text", matches: "an" }), ["Ann"]);
    assert.deepEqual(await audience({ field: "phone", is: "0532 111 22 33" }), []);
    assert.equal(
      await refusal(db, () => audience({ conversation: { field: "assignee", is: "me" } })),
      "PYFLT",
    );
    const { rows } = await db.query("select app_hidden.filter_tenant_id() as id");
    assert.equal(rows[0].id, null, "the setting ends with the call");
  }));
