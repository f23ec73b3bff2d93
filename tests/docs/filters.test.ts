import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type pg from "pg";
import { borrowTestDatabase, type TestDatabase } from "../support/database.ts";
import { aWorkspace } from "../support/people.ts";
import { rolledBack } from "../support/transaction.ts";
import { blocksOf, document, plain, rowsOf, sectionOf } from "./document.ts";

const page = document("docs/filters.md");
const KINDS = ["campaign_recipients", "contacts", "conversations", "messages"];

/** Types that filter_fields() shows by another name. */
const SHOWN: Record<string, string> = {
  messageTime: "time",
  newestTime: "time",
  decimal: "number",
  flag: "boolean",
};

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

const compile = (kind: string, filter: string) =>
  database.pool.query("select from app_hidden.compile_filter($1, $2)", [kind, filter]);

test("the filters of the page are valid, and its SQL runs", async () => {
  const filters = blocksOf(page).filter(({ language }) => language === "json");
  assert.deepEqual([...new Set(filters.map(({ note }) => note))].sort(), KINDS);
  const [queries, role] = blocksOf(page).filter(({ language }) => language === "sql");
  await database.pool.query(queries!.text);
  assert.equal(role?.note, "transaction");
  await rolledBack(database.pool, async (db) => {
    const { tenantId } = await aWorkspace(db);
    await db.query(
      `insert into app_public.contact_fields (tenant_id, key, type, choices) values
         ($1, 'plan', 'choice', '{free,pro,team}'), ($1, 'renewal', 'date', null), ($1, 'score', 'number', null)`,
      [tenantId],
    );
    await db.query(role.text);
    await db.query("set local role filter_reports");
    for (const { note, text } of filters)
      await db.query(`select count(*) from app_hidden.matching_${note}($1)`, [text]);
  });
});

test("the filters that the page calls wrong are refused as it says", async () => {
  for (const [filter, reason] of rowsOf(sectionOf(page, "## Limits")))
    await assert.rejects(compile("conversations", plain(filter)), ({ code, message }: pg.DatabaseError) => {
      assert.deepEqual([code, message], ["PYFLT", reason]);
      return true;
    });
});

test("the page lists all operators, with the types that they are for", async () => {
  const { rows } = await database.pool.query<{ name: string; types: string[] }>(
    "select name, types from app_hidden.filter_operators()",
  );
  const references = ["tag", "group", "segment", "campaign", "team", "user", "channel", "chatbot"];
  const documented = rowsOf(sectionOf(page, "## Operators")).flatMap(([names = "", types = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => ({
      name,
      types: types
        .replace(
          "references except channel and segment",
          references.filter((each) => each !== "channel" && each !== "segment").join(", "),
        )
        .replace("references", references.join(", "))
        .split(", ")
        .sort(),
    })),
  );
  const all = (list: { name: string | undefined; types: string[] }[]) =>
    [...new Set(list.flatMap(({ name, types }) => types.map((type) => `${name} ${type}`)))].sort();
  const real = rows.map(({ name, types }) => ({ name, types: types.map((type) => SHOWN[type] ?? type) }));
  assert.deepEqual(all(documented), all(real));
});

for (const kind of KINDS)
  test(`the page lists all fields of ${kind}`, async () => {
    const { rows } = await database.pool.query<{ name: string; type: string; choices: string[] }>(
      "select name, type, choices from app_public.filter_fields($1)",
      [kind],
    );
    const documented = rowsOf(sectionOf(page, `### ${kind}`))
      .filter(([name]) => plain(name) !== "metadata.<key>")
      .map(([name, type = ""]) => [plain(name), /^[\w ]+/.exec(type)?.[0]]);
    const relations = (type: string) => (KINDS.includes(type) ? `relation to ${type}` : type);
    assert.deepEqual(documented.toSorted(), rows.map(({ name, type }) => [name, relations(type)]).toSorted());
  });
