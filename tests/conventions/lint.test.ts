import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { ROOT } from "./source_files.ts";

/** Rules of the house that the linter keeps (biome.json): `npm run check` does; here are their counterexamples. */

const home = mkdtempSync(join(tmpdir(), "parley-lint-"));
cpSync(join(ROOT, "biome.json"), join(home, "biome.json"));
after(() => rmSync(home, { recursive: true }));

/** What the linter says of a file that is called so. */
function lint(name: string, source: string): string {
  const path = join("src", `${name}.ts`);
  const file = join(home, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const biome = join(ROOT, "node_modules/.bin/biome");
  const { stdout, stderr } = spawnSync(biome, ["lint", path], { cwd: home, encoding: "utf8" });
  return stdout + stderr;
}

const functionOf = (lines: number) => `export function f() {\n${"  f();\n".repeat(lines)}}\n`;

test("broken: a function of more than 60 lines is refused", () => {
  assert.doesNotMatch(lint("x", functionOf(60)), /noExcessiveLinesPerFunction/);
  assert.match(lint("x", functionOf(61)), /noExcessiveLinesPerFunction/);
});

test("a comment at the function that says why makes an exception", () => {
  const reason = "// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a table\n";
  assert.doesNotMatch(lint("x", reason + functionOf(61)), /too many lines/);
});

test("broken: a file name that is not snake_case is refused", () => {
  assert.doesNotMatch(lint("two_words", "export {};\n"), /useFilenamingConvention/);
  for (const name of ["two-words", "twoWords"])
    assert.match(lint(name, "export {};\n"), /useFilenamingConvention/);
});
