import assert from "node:assert/strict";
import { test } from "node:test";
import { parseJson } from "../../../../src/base/json/parse_json.ts";
import { MAX_DEPTH, TOO_DEEP } from "../../../../src/base/json/sanitize.ts";

const parse = (text: string) => parseJson(Buffer.from(text));

test("values that jsonb accepts stay unchanged", () => {
  const value = { a: [1, -0.5, 1e300, true, null, "“ü👍", ""], b: { c: 9007199254740991 } };
  assert.deepEqual(parse(JSON.stringify(value)), value);
});

test("integers beyond 2^53 and numbers beyond a double keep their digits as strings", () => {
  assert.deepEqual(parse('{"id": 12345678901234567890,"n":[-9007199254740993,1e400000, 1.5E+999,3.14]}'), {
    id: "12345678901234567890",
    n: ["-9007199254740993", "1e400000", "1.5E+999", 3.14],
  });
});

test("digits inside strings are left alone, also beside numbers that are not", () => {
  assert.deepEqual(parse(String.raw`["say \": 12345678901234567890, 1e999", 12345678901234567890]`), [
    'say ": 12345678901234567890, 1e999',
    "12345678901234567890",
  ]);
});

test("nesting is cut off", () => {
  const deep = parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
  let level = deep;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    assert.ok(Array.isArray(level));
    level = level[0]!;
  }
  assert.equal(level, TOO_DEEP);
});

test("nesting is cut off where there are huge numbers too", () => {
  assert.doesNotThrow(() => parse(`${'{"a":'.repeat(200_000)}1e999${"}".repeat(200_000)}`));
});

test("a byte order mark is skipped and bytes that are not UTF-8 are replaced", () => {
  assert.deepEqual(parseJson(Buffer.from('\uFEFF{"a":1}')), { a: 1 });
  assert.deepEqual(parseJson(Buffer.from([0x22, 0xff, 0x22])), "\uFFFD");
});

test("a text that is not JSON throws", () => {
  for (const text of ["", "{", '{"a":1,}', '{"a":NUMBER}', "{} {"])
    assert.throws(() => parse(text), SyntaxError);
});
