import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
  await parley.json(["tenant", "add", "bakery"]);
  await database.pool.query(
    `insert into app_public.contacts (tenant_id, name, language, created_at)
     select t.id, c.*
     from app_public.tenants t
     cross join (values ('Ann', 'de', now()), ('Ben', 'de', now() - interval '1 day'), ('Cem', 'tr', now())) c`,
  );
});
after(() => database.drop());

const OF_BAKERY = ["--tenant", "bakery"];

test("segments are saved, previewed, listed and removed", async () => {
  const german = ["segment", "save", "Germans", ...OF_BAKERY, "--filter"];
  await parley.json([...german, '{"all": []}']);
  const again = await parley([...german, '{"field": "language", "is": "de"}']);
  assert.equal(again.stdout, 'Saved the segment "Germans": 2 contacts\n');
  type Preview = { count: number; sample: { name: string }[] };
  const preview = (...args: string[]) => parley.json<Preview>(["segment", "preview", ...args, ...OF_BAKERY]);
  const { count, sample } = await preview("germans");
  assert.deepEqual([count, sample.map(({ name }) => name)], [2, ["Ann", "Ben"]]);
  const listed = await parley.json<Record<string, unknown>[]>(["segment", "list", ...OF_BAKERY]);
  assert.deepEqual(
    listed.map(({ name, contacts, filter }) => [name, contacts, filter]),
    [["Germans", 2, { field: "language", is: "de" }]],
  );
  const refused = await parley(["segment", "preview", "Nobody", ...OF_BAKERY]);
  assert.equal(refused.stderr, "error: `$` must name a segment that exists, by its name or id (PYFLT)\n");
  await parley.json(["segment", "remove", "GERMANS", ...OF_BAKERY]);
  assert.equal((await database.pool.query("select from app_public.segments")).rowCount, 0);
});
