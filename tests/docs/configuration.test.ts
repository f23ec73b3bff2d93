import assert from "node:assert/strict";
import { test } from "node:test";
import { readConfig, Settings } from "../../src/base/config.ts";
import { document, plain, rowsOf, sectionOf } from "./document.ts";

const rows = rowsOf(sectionOf(document("README.md"), "## Configuration")).map((cells) => cells.map(plain));

test("the configuration table lists every setting of src/base/config.ts, and no other", () => {
  const settings = Object.keys(Settings.shape);
  assert.ok(settings.length > 15);
  assert.deepEqual(
    rows.map(([name]) => name),
    settings,
  );
});

test("its defaults are the defaults", () => {
  const config: Record<string, unknown> = { ...readConfig({}) };
  for (const [name = "", shown = ""] of rows) {
    const value = config[name];
    const expected =
      value === undefined || (Array.isArray(value) && value.length === 0) ? "–" : String(value);
    assert.equal(shown, expected, name);
  }
});

test("every setting that a page names exists", () => {
  const known = new Set(rows.map(([name]) => name));
  // What is not ours: the shell's, the compose file's, a test's.
  for (const name of ["TOKEN", "PHONE", "CONTROL", "NEW_DATABASE_URL"]) known.add(name);
  for (const path of [
    "README.md",
    "docs/operations.md",
    "docs/security.md",
    "docs/graphql.md",
    "docs/sql.md",
  ]) {
    for (const [, name = ""] of document(path).text.matchAll(/`?\b([A-Z]{3,}(?:_[A-Z]+)+)(?==|`)/g)) {
      if (/_(ASC|DESC)$/.test(name) || name.startsWith("WHATSAPP_A")) continue;
      assert.ok(known.has(name), `${path} names ${name}`);
    }
  }
});
