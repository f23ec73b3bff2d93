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

test("retention rules are set, listed, counted and removed, of a tenant and of all", async () => {
  await parley.json(["tenant", "add", "mill"]);
  const mill = ["--tenant", "mill"];
  const listed = async () =>
    (await parley.json<Record<string, unknown>[]>(["retention", "list", ...mill])).filter(
      ({ subject }) => subject === "messages",
    );
  await parley.json(["retention", "set", "messages", ...mill, "--do", "archive", "--after", "90 days"]);
  await parley.json(["retention", "set", "messages", "--after", "400 days"]);
  assert.deepEqual(await listed(), [
    { tenant: "all others", subject: "messages", action: "delete", after: "400 days", is_active: true },
    { tenant: "mill", subject: "messages", action: "archive", after: "90 days", is_active: true },
  ]);
  const preview = await parley.json<Record<string, unknown>[]>(["retention", "preview", ...mill]);
  assert.deepEqual(
    preview.filter(({ subject }) => subject === "messages").map(({ action, rows }) => [action, Number(rows)]),
    [["archive", 0]],
  );
  await parley.json(["retention", "set", "messages", ...mill, "--keep"]);
  assert.equal((await listed())[1]!.is_active, false);
  assert.match(
    await parley.failure(["retention", "set", "messages", "--keep"]),
    /--keep is for one tenant.*\(PYREQ\)$/,
  );
  assert.match(
    await parley.failure(["retention", "set", "messages", ...mill, "--after", "-1 day"]),
    /\(PYCON\)$/,
  );
  for (const scope of [mill, []])
    assert.deepEqual(await parley.json(["retention", "remove", "messages", ...scope]), { removed: 1 });
  assert.deepEqual(await listed(), []);
  assert.match((await parley(["retention", "remove", "messages", ...mill])).stdout, /no such rule/);
});

test("the audit is verified, against a seal that was kept elsewhere, too", async () => {
  await database.pool.query("select app_private.seal_audit_entries()");
  const { stdout } = await parley(["audit", "verify"]);
  assert.match(stdout, /^Nothing was changed. The last seal is \d+:[0-9a-f]{64}\n$/);
  const seal = stdout.trim().split(" ").at(-1)!;
  assert.equal((await parley.json(["audit", "verify", "--seal", seal])).last, seal);
  const other = await parley(["audit", "verify", "--seal", `1:${"0".repeat(64)}`]);
  assert.equal(other.code, 1);
  assert.match(other.stdout, /is not a seal of this database/);
  assert.match(other.stderr, /\(PYFIX\)$/m);
});
