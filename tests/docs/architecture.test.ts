import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { basename, join } from "node:path";
import { test } from "node:test";
import { document, plain, ROOT, rowsOf, sectionOf } from "./document.ts";

const page = document("docs/architecture.md");

test("docs/architecture.md lists every task", () => {
  const rows = rowsOf(sectionOf(page, "## Jobs"));
  const tasks = globSync("tasks/*.ts", { cwd: join(ROOT) }).map((path) => basename(path, ".ts"));
  assert.deepEqual(rows.map(([name]) => plain(name)).sort(), tasks.sort());
});

test("the statuses are in the order of the enum", () => {
  const enumeration = /create type app_public\.message_status as enum \(([^)]*)\)/.exec(
    document("migrations/schema.sql").text,
  );
  const order = [...(enumeration?.[1] ?? "").matchAll(/'(\w+)'/g)].map(([, status]) => status);
  assert.ok(order.length > 5);
  assert.ok(sectionOf(page, "### Statuses").text.includes(order.join(" < ")), order.join(" < "));
});

test("schemas are those of the database", () => {
  const named = rowsOf(sectionOf(page, "## Schemas")).flatMap(([names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const made = [...document("migrations/schema.sql").text.matchAll(/^create schema (\w+)/gm)].map(
    ([, name]) => name,
  );
  for (const name of made) assert.ok(named.includes(name), name);
});
