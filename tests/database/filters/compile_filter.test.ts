import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import fc from "fast-check";
import type pg from "pg";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";
import { become } from "../../support/people.ts";
import { rolledBack } from "../../support/transaction.ts";
import { aFilterWorld, type FilterWorld, type Kind } from "./filter_world.ts";
import { type Filter, matches, type Reference } from "./naive_filter.ts";

type Field = { kind: Kind; name: string; type: string; is_relation: boolean; choices: string[] };
type Operator = { name: string; types: string[]; form: "one" | "list" | "number" | "yes" };

let database: TestDatabase;
before(async () => {
  database = await borrowTestDatabase();
});
after(() => database.drop());

test("what a filter matches is what a naive evaluation of it finds", () =>
  rolledBack(database.pool, async (db) => {
    const world = await aFilterWorld(db);
    const { rows: fields } = await db.query<Field>(
      `select kind, name, type, value is null as is_relation,
         array(select enumlabel::text from pg_enum where enumtypid = choices order by enumsortorder) as choices
       from app_hidden.filterable_fields()
       union all
       select 'contacts', name, type, false, choices from app_hidden.custom_fields()`,
    );
    const { rows: operators } = await db.query<Operator>(
      "select name, types, form from app_hidden.filter_operators()",
    );
    await become(db, world.agent);
    const used = new Set<string>();
    let some = 0;
    await fc.assert(
      fc.asyncProperty(filterCase(world, fields, operators), async ({ kind, filter }) => {
        const { rows } = await db.query<{ id: string }>(`select id from app_hidden.matching_${kind}($1)`, [
          JSON.stringify(filter),
        ]);
        const expected = world.rows[kind].filter((row) => matches(row, filter, world.surroundings));
        assert.deepEqual(rows.map(({ id }) => id).sort(), expected.map(({ id }) => id).sort());
        if (rows.length > 0 && rows.length < world.rows[kind].length) some += 1;
        for (const [, field] of JSON.stringify(filter).matchAll(/"field":"([\w.]+)"/g)) used.add(field!);
      }),
      { numRuns: 200 },
    );
    assert.ok(some > 40, `only ${some} filters matched some rows and not all`);
    assert.deepEqual(
      fields.filter(({ name, is_relation }) => !is_relation && !used.has(name)),
      [],
    );
  }));

const deep = (levels: number): Filter =>
  levels === 0 ? { field: "status", is: "open" } : { not: deep(levels - 1) };
const leaves = (count: number): Filter => ({ any: Array(count).fill({ field: "status", is: "open" }) });

/** Filters of conversations that are refused, each with the part that is wrong and what it must be. */
const REFUSED: [filter: unknown, reason: string][] = [
  [null, "`$` must be an object"],
  [[], "`$` must be an object"],
  [{}, "`$` must have `field` and an operator, or exactly one of: all, any, not, contact"],
  [{ all: [], any: [] }, "`$` must have `field` and an operator, or exactly one of: all, any, not, contact"],
  [{ all: {} }, "`$.all` must be a list of filters"],
  [{ any: [] }, "`$.any` must be a list of filters, and not empty"],
  [{ not: { all: ["open"] } }, "`$.not.all[0]` must be an object"],
  [{ contact: { field: "unreadCount", is: 1 } }, "`$.contact.field` must be a field of contacts: "],
  [{ field: "Status", is: "open" }, "`$.field` must be a field of conversations: assignee, "],
  [{ field: "contact", is: "x" }, "`$.field` must be a field of conversations: assignee, "],
  [{ field: 7, is: "open" }, "`$.field` must be a field of conversations: assignee, "],
  [{ field: "status" }, "`$` must have `field` and exactly one of: is, isNot, in, notIn"],
  [
    { field: "status", is: "open", isNot: "closed" },
    "`$` must have `field` and exactly one of: is, isNot, in, notIn",
  ],
  [
    { field: "status", is: "open", path: ["a"] },
    "`$` must have `field` and exactly one of: is, isNot, in, notIn",
  ],
  [{ field: "status", before: "now" }, "`$` must have `field` and exactly one of: is, isNot, in, notIn"],
  [{ any: [{ field: "status", is: "shut" }] }, "`$.any[0].is` must be one of: open, closed, archived"],
  [{ field: "status", in: ["open", "'; drop table"] }, "`$.in[1]` must be one of: open, closed, archived"],
  [{ field: "status", in: [] }, "`$.in` must be a list of 1 to 100 values"],
  [{ field: "tag", in: Array(101).fill("a") }, "`$.in` must be a list of 1 to 100 values"],
  [{ field: "tag", in: "a" }, "`$.in` must be a list of 1 to 100 values"],
  [{ field: "tag", is: ["a"] }, "`$.is` must be a string of 1 to 500 characters"],
  [{ field: "tag", is: "" }, "`$.is` must be a string of 1 to 500 characters"],
  [
    { field: "language", startsWith: "a".repeat(501) },
    "`$.startsWith` must be a string of 1 to 500 characters",
  ],
  [{ field: "text", matches: "a".repeat(201) }, "`$.matches` must have at most 200 characters and 32 words"],
  [{ field: "assignee", isEmpty: "yes" }, "`$.isEmpty` must be true or false"],
  [{ field: "isUnread", is: 1 }, "`$.is` must be true or false"],
  [{ field: "id", is: "1" }, "`$.is` must be an id: a UUID like "],
  [{ contact: { field: "segment", is: "None" } }, "`$.contact` must name a segment that exists"],
  [{ field: "unreadCount", atLeast: 1.5 }, "`$.atLeast` must be a whole number of at most nine digits"],
  [{ field: "unreadCount", is: 1e300 }, "`$.is` must be a whole number of at most nine digits"],
  [{ field: "createdAt", before: "2026-02-30" }, "`$.before` must be a time: "],
  [{ field: "createdAt", before: "2026-11-28T09:30:00+16:00" }, "`$.before` must be a time: "],
  [{ field: "createdAt", before: "2026-11-28T09:30:00" }, "`$.before` must be a time: "],
  [{ field: "createdAt", after: "2 days" }, "`$.after` must be a time: "],
  [{ field: "createdAt", after: "in 2 days ago" }, "`$.after` must be a time: "],
  [{ field: "createdAt", after: "99999 days ago" }, "`$.after` must be a time: "],
  [{ field: "createdAt", after: 1732786200 }, "`$.after` must be a string of 1 to 500 characters"],
  [{ field: "metadata", contains: { a: "b".repeat(2000) } }, "`$.contains` must have at most 2,000 bytes"],
  [{ field: "metadata", path: ["a"], atLeast: "3" }, "`$.atLeast` must be a number"],
  [{ field: "metadata", path: "a.b", is: 1 }, "`$.path` must be a list of 1 to 8 keys"],
  [{ field: "metadata", path: [], is: 1 }, "`$.path` must be a list of 1 to 8 keys"],
  [{ field: "metadata", path: Array(9).fill("a"), is: 1 }, "`$.path` must be a list of 1 to 8 keys"],
  [{ field: "metadata", path: [0], is: 1 }, "`$.path` must contain keys of 1 to 100 characters"],
  [
    { field: "metadata", path: ["a".repeat(101)], is: 1 },
    "`$.path` must contain keys of 1 to 100 characters",
  ],
  [deep(10), `\`$${".not".repeat(10)}\` must not be nested more than 10 levels deep`],
  [leaves(101), "`$.any[100]` must not be there: a filter has at most 100 conditions on fields"],
  [{ all: ["a".repeat(20_000)] }, "`$` must have at most 20,000 bytes"],
];

test("a filter that is not valid, or too large, is refused with the part that is wrong", () =>
  rolledBack(database.pool, async (db) => {
    const compile = (filter: unknown) =>
      db.query("select from app_hidden.compile_filter('conversations', $1)", [JSON.stringify(filter)]);
    for (const [filter, reason] of REFUSED) {
      await db.query("savepoint refusal");
      await assert.rejects(compile(filter), ({ code, message }: pg.DatabaseError) => {
        assert.deepEqual([code, message.slice(0, reason.length)], ["PYFLT", reason], JSON.stringify(filter));
        return true;
      });
      await db.query("rollback to savepoint refusal");
    }
    for (const filter of [deep(9), leaves(100)]) await compile(filter);
  }));

test("nothing that a filter contains is written into the condition", () =>
  rolledBack(database.pool, async (db) => {
    const conditions = [];
    for (const text of ["'; drop table x; --", "{0}", "{row}", "$1"]) {
      const filter = {
        all: [
          { field: "tag", is: text },
          { field: "language", contains: text },
          { field: "metadata", path: [text], is: { [text]: text } },
        ],
      };
      const { rows } = await db.query(
        "select condition from app_hidden.compile_filter('conversations', $1)",
        [JSON.stringify(filter)],
      );
      conditions.push(rows[0].condition);
    }
    assert.equal(new Set(conditions).size, 1);
  }));

function filterCase(
  world: FilterWorld,
  fields: Field[],
  operators: Operator[],
): fc.Arbitrary<{ kind: Kind; filter: Filter }> {
  const leafOf = (kind: Kind) =>
    fc.oneof(
      ...fields
        .filter((field) => field.kind === kind && !field.is_relation)
        .map((field) =>
          fc.oneof(
            ...operators
              .filter(({ types }) => types.includes(field.type))
              .map((operator) => leaf(world, field, operator)),
          ),
        ),
    );
  const trees = Object.fromEntries(
    (["contacts", "conversations", "messages", "campaign_recipients"] as const).map((kind) => [
      kind,
      leafOf(kind),
    ]),
  ) as Record<Kind, fc.Arbitrary<Filter>>;
  const treeOf = (kind: Kind, depth: number): fc.Arbitrary<Filter> => {
    if (depth === 0) return trees[kind];
    const inner = treeOf(kind, depth - 1);
    return fc.oneof(
      trees[kind],
      fc.array(inner, { maxLength: 3 }).map((all) => ({ all })),
      fc.array(inner, { minLength: 1, maxLength: 3 }).map((any) => ({ any })),
      inner.map((not) => ({ not })),
      ...fields
        .filter((field) => field.kind === kind && field.is_relation)
        .map(({ name, type }) => treeOf(type as Kind, depth - 1).map((related) => ({ [name]: related }))),
    );
  };
  return fc
    .constantFrom<Kind>("contacts", "conversations", "messages")
    .chain((kind) => treeOf(kind, 3).map((filter) => ({ kind, filter })));
}

function leaf(world: FilterWorld, field: Field, { name, form }: Operator): fc.Arbitrary<Filter> {
  const path =
    field.type === "json" ? fc.option(fc.constantFrom(...PATHS), { nil: undefined }) : fc.constant(undefined);
  const value = form === "number" ? fc.constantFrom(3, 12.5, -1) : operandOf(world, field);
  const operand =
    form === "yes" ? fc.boolean() : form === "list" ? fc.array(value, { minLength: 1, maxLength: 4 }) : value;
  return fc.record({ path, operand }).map(({ path, operand }) => ({
    field: field.name,
    ...(path && { path }),
    [name]: operand,
  }));
}

const PATHS = [["order"], ["order", "total"], ["vip"], ["a.b", "c"], ["n"], ["missing", "deeper"], ["body"]];
const JSON_VALUES = [
  3,
  12.5,
  "12.5",
  true,
  null,
  {},
  [],
  "tea",
  ["tea"],
  { order: { total: 3 } },
  { order: { items: ["cake"] } },
  [{ total: 3 }],
  { n: 1 },
];
const TIMES = [
  "now",
  "today",
  "yesterday",
  "tomorrow",
  "2 days ago",
  "1 day ago",
  "3 hours ago",
  "90 minutes ago",
  "in 5 hours",
  "in 1 week",
  "2020-02-29",
];

/** Values that the rows have, in whole or in part, and some that they do not have. */
function operandOf(world: FilterWorld, { kind, name, type, choices }: Field): fc.Arbitrary<unknown> {
  const values = world.rows[kind].flatMap(
    ({ fields }) => fields[name] ?? assert.fail(`the naive rows have no ${name}`),
  );
  switch (type) {
    case "choice":
      return fc.constantFrom(...choices);
    case "decimal":
      return fc.constantFrom(3, 12.5, -1, 12.51);
    case "flag":
      return fc.boolean();
    case "date":
      return fc.constantFrom("today", "2020-02-29", "2026-01-31", "3 days ago");
    case "number":
      return fc.constantFrom(0, 1, 2, 3, -1);
    case "json":
      return fc.constantFrom<unknown>(...JSON_VALUES, ...values);
    case "time":
    case "messageTime":
    case "newestTime":
      return fc.constantFrom(
        ...TIMES,
        ...(values as number[]).filter(Number.isFinite).map((time) => new Date(time).toISOString()),
      );
    case "id":
      return fc.constantFrom(...(values as string[]), "019c9d4e-8a3b-7c52-9f10-5d2e8b6a4c71");
    case "segment":
      return fc.constantFrom(...(values as string[]));
    case "text":
    case "phone":
    case "search":
      return fc.constantFrom(
        "nothing",
        "%",
        "_",
        ...(values as string[]).flatMap((text) =>
          [text, text.slice(0, 2), text.slice(1).toUpperCase()].filter(Boolean),
        ),
      );
    default:
      return fc.constantFrom(
        ...[
          "nothing",
          ...(type === "user" ? ["me"] : ["vip", "NEW", "newsletter", "Sales", "a number", "bot", "spring"]),
        ],
        ...(values as Reference[]).map(({ id }) => id),
      );
  }
}
