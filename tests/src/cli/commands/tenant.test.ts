import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../../../support/database.ts";
import { type Parley, parleyOn } from "./parley.ts";

let database: TestDatabase;
let parley: Parley;
before(async () => {
  database = await createTestDatabase();
  parley = parleyOn(database);
});
after(() => database.drop());

test("a tenant is added and listed", async () => {
  const none = await parley(["tenant", "list"]);
  assert.match(none.stdout, /There is no tenant yet/);
  assert.deepEqual(await parley.json(["tenant", "list"]), []);

  const added = await parley.json(["tenant", "add", "bakery", "--name", "Bäckerei Ölß 🥐"]);
  assert.equal(added.slug, "bakery");
  const nameless = await parley(["tenant", "add", "b2"]);
  assert.match(nameless.stdout, /^Added the tenant b2 \([0-9a-f-]{36}\)\n$/);

  const listed = await parley.json<{ slug: string; name: string }[]>(["tenant", "list"]);
  assert.deepEqual(
    listed.map(({ slug, name }) => [slug, name]),
    [
      ["b2", "b2"],
      ["bakery", "Bäckerei Ölß 🥐"],
    ],
  );
  const { stdout } = await parley(["tenant", "list"]);
  assert.match(stdout, /^slug +name +status/);
  assert.equal(stdout.trimEnd().split("\n").length, 4);
});

test("a bad tenant is refused in one line with a code", async () => {
  await parley.json(["tenant", "add", "taken"]);
  const bad: [args: string[], expected: RegExp][] = [
    [["taken"], /is taken \(PYCON\)$/],
    [["Not A Slug"], /"slug" of tenants must consist of a-z, 0-9 and hyphens \(PYCON\)$/],
    [["-x"], /unknown option/],
    [[""], /\(PYCON\)$/],
    [["a".repeat(64)], /\(PYCON\)$/],
    [["x'; drop table app_public.tenants; --"], /\(PYCON\)$/],
    [["fine", "--name", ""], /"name" of tenants must be neither empty nor too long \(PYCON\)$/],
    [["fine", "--name", "n".repeat(100_000)], /\(PYCON\)$/],
  ];
  await Promise.all(
    bad.map(async ([args, expected]) => {
      const { code, stdout, stderr } = await parley(["tenant", "add", ...args]);
      assert.equal(code, 1, args.join(" ").slice(0, 100));
      assert.equal(stdout, "");
      assert.match(stderr.split("\n")[0] ?? "", expected);
      assert.doesNotMatch(stderr, /\n {4}at /);
      assert.ok(stderr.length < 1100);
    }),
  );
  const missing = await parley(["tenant", "add"]);
  assert.match(missing.stderr, /^error: missing required argument 'slug'/);
});

test("a tenant's name cannot control the terminal", async () => {
  await parley.json(["tenant", "add", "red", "--name", "\x1b[31mred\x1b[0m\u202Ederever"]);
  const { stdout } = await parley(["tenant", "list"]);
  assert.ok(!stdout.includes("\x1b") && !stdout.includes("\u202E"));
  assert.match(stdout, /red +\[31mred \[0mderever/);
});

test("ten at once want one slug: one gets it", async () => {
  const runs = await Promise.all(Array.from({ length: 10 }, () => parley(["tenant", "add", "popular"])));
  assert.equal(runs.filter(({ code }) => code === 0).length, 1);
});
