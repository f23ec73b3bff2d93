import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { test } from "node:test";

/** Messages arrive while a migration runs: one that waits for a lock holds up everybody who comes after it. */

const FOLDERS = ["migrations/committed", "migrations/current"];

/**
 * What is wrong with a migration's text. In a transaction it has to limit its waits before its first statement; without
 * one it is a single statement that waits without holding anybody up, and that a limit would leave half done.
 */
function problemOf(text: string): string | null {
  const [first = "", ...others] = statementsOf(text);
  if (first === "") return null;
  if (/^--! no-transaction$/m.test(text)) {
    if (others.length > 0) return "without a transaction it must be a single statement";
    return /^(create|drop|re)\s?index concurrently\s|\bdetach partition \S+ concurrently$/.test(first)
      ? null
      : "without a transaction it must be a statement with concurrently";
  }
  return /^set local lock_timeout to '(\d{1,3}ms|1s)'$/.test(first)
    ? null
    : "it must begin with: set local lock_timeout to '500ms';";
}

/** Roughly: comments are left out, and semicolons end statements. */
function statementsOf(text: string): string[] {
  return text
    .replace(/^\s*--.*$/gm, "")
    .split(";")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}

test("every migration limits how long it waits for a lock", async () => {
  for (const folder of FOLDERS)
    for (const file of await readdir(folder)) {
      const text = await readFile(`${folder}/${file}`, "utf8");
      assert.equal(problemOf(text), null, `${folder}/${file}`);
    }
});

test("the rule accepts good migrations and refuses bad ones", () => {
  const limit = "set local lock_timeout to '500ms';";
  const index = "create index concurrently x on app_public.contacts (name);";
  for (const good of [
    "",
    "-- nothing yet\n",
    `--! Previous: -\n\n${limit}\nalter table app_public.contacts add column birthday text;`,
    `--! no-transaction\n${index}`,
    "--! no-transaction\ndrop index concurrently if exists app_public.x;",
  ])
    assert.equal(problemOf(good), null, good);
  for (const bad of [
    "alter table app_public.contacts add column birthday text;",
    `alter table app_public.contacts add column birthday text;\n${limit}`,
    "set local lock_timeout to '10min';\nselect 1;",
    "set lock_timeout to 0;\nselect 1;",
    `--! no-transaction\n${index}\n${index}`,
    "--! no-transaction\nalter table app_public.contacts add column birthday text;",
  ])
    assert.notEqual(problemOf(bad), null, bad);
});
