import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";

/** How the SQL of the migrations is written, where a reader would stumble otherwise. */

const MIGRATIONS = new URL("../../../migrations/", import.meta.url);

function problemsOf(file: string, text: string): string[] {
  const lines = text.split("\n");
  const long = lines.flatMap((line, at) =>
    [...line].length > 120 ? [`${file}:${at + 1}: longer than 120`] : [],
  );
  // A fence keeps the planner from flattening a subselect; whoever tidies it away does not see what it was for.
  const fences = lines.flatMap((line, at) => (line.trim() === "offset 0" ? [at] : []));
  const isExplained = fences.some((at) => /^\s*-- .*$/.test(lines[at - 1] ?? ""));
  return fences.length > 0 && !isExplained
    ? [...long, `${file}: "offset 0" without a comment above it`]
    : long;
}

test("no line of a migration or a fixture is longer than 120, and every fence says what it is for", () => {
  const files = globSync("{fixtures,committed,current}/**/*.sql", { cwd: MIGRATIONS.pathname }).sort();
  assert.ok(files.length > 200);
  const texts = files.map((file) => [file, readFileSync(new URL(file, MIGRATIONS), "utf8")] as const);
  assert.deepEqual(
    texts.flatMap(([file, text]) => problemsOf(file, text)),
    [],
  );
});

test("the rule accepts good lines and refuses bad ones", () => {
  assert.deepEqual(problemsOf("a.sql", `-- ${"…".repeat(117)}\nselect 1`), []);
  assert.deepEqual(problemsOf("a.sql", "select\n  -- A fence: …\n  offset 0\n) a\n  offset 0"), []);
  assert.equal(problemsOf("a.sql", `-- ${"…".repeat(118)}`).length, 1);
  assert.equal(problemsOf("a.sql", "select\n  offset 0").length, 1);
});
