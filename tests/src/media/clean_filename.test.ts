import assert from "node:assert/strict";
import { test } from "node:test";
import { cleanFilename } from "../../../src/media/clean_filename.ts";
import cases from "../../cases/filenames.json" with { type: "json" };

for (const { given, is } of [...cases, { given: "\ud800lone.txt", is: "lone.txt" }])
  test(`${JSON.stringify(given)} is ${JSON.stringify(is)}`, () => {
    assert.equal(cleanFilename(given), is);
  });

test("a long name keeps its extension, and whole characters", () => {
  const clean = cleanFilename(`${"📄".repeat(500)}.pdf`);
  assert.equal([...clean].length, 230);
  assert.ok(clean.endsWith("📄.pdf"));
});
