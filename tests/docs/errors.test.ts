import assert from "node:assert/strict";
import { test } from "node:test";
import { ERRORS, httpStatusOf, isErrorCode } from "../../src/base/errors.ts";
import { document, documents, plain, rowsOf } from "./document.ts";

const rows = rowsOf(document("docs/errors.md")).map(([code, ...cells]) => [plain(code), ...cells]);

test("docs/errors.md lists the registry, word for word", () => {
  const documented = Object.fromEntries(
    rows.map(([code = "", kind, , meaning, remedy]) => [code, { kind, meaning, remedy }]),
  );
  assert.equal(Object.keys(documented).length, rows.length, "a code is listed twice");
  assert.deepEqual(documented, ERRORS);
});

test("the HTTP statuses are those of the kinds", () => {
  for (const [code, , status] of rows) {
    // PYINT alone has a status that is not its kind's; the page says so below.
    if (code !== "PYINT") assert.equal(Number(status), httpStatusOf(code), code);
  }
});

test("codes that the pages name exist", () => {
  for (const { path, text } of documents())
    for (const [code] of text.matchAll(/\bPY[A-Z]{3}\b/g))
      assert.ok(isErrorCode(code), `${path} names ${code}`);
});
