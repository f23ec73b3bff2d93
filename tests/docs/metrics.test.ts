import assert from "node:assert/strict";
import { test } from "node:test";
import { registry } from "../../src/base/metrics.ts";
import { document, documents, plain, rowsOf, sectionOf } from "./document.ts";

const ours = (await registry.getMetricsAsJSON()).filter(({ name }) => name.startsWith("parley_"));

test("docs/operations.md lists every metric, with its type", () => {
  const rows = rowsOf(sectionOf(document("docs/operations.md"), "## Metrics"));
  assert.deepEqual(
    rows.map(([name, type]) => [plain(name), type]),
    ours.map(({ name, type }) => [name, String(type)]),
  );
});

test("metrics that the pages name exist", () => {
  const names = new Set(ours.map(({ name }) => name));
  for (const { path, text } of documents())
    for (const [name] of text.matchAll(/\bparley_\w+_(?:total|seconds|depth|connections)\b/g))
      assert.ok(names.has(name), `${path} names ${name}`);
});
