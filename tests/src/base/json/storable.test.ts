import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../../../src/base/json/json.ts";
import { isStorable, storable } from "../../../../src/base/json/storable.ts";

test("what PostgreSQL refuses is taken out", () => {
  const value = JSON.parse(
    '{"a\\u0000":"x\\u0000y","b":["\\ud800","𝒳"],"__proto__":1,"n":1,"no":null}',
  ) as Json;
  assert.deepEqual(storable(value), { a: "xy", b: ["\ufffd", "𝒳"], n: 1, no: null });
  assert.deepEqual(["ok 𝒳", "\u0000", "\udc00"].map(isStorable), [true, false, false]);
});

test("nesting ends at its limit", () => {
  let value: Json = "deep";
  for (let level = 0; level < 70; level++) value = [value];
  assert.ok(!JSON.stringify(storable(value)).includes("deep"));
  assert.ok(JSON.stringify(storable([[["here"]]])).includes("here"));
});
