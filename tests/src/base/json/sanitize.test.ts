import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../../../../src/base/json/json.ts";
import { parseJson } from "../../../../src/base/json/parse_json.ts";
import { isStorable, MAX_DEPTH, sanitize, TOO_DEEP } from "../../../../src/base/json/sanitize.ts";

/** One set of rules: what a webhook, a callback, an HTTP response and a chatbot's variable may hold. */
const CASES: [rule: string, json: string, sanitized: Json][] = [
  [
    "what jsonb takes is kept",
    '{"a":[1,-0.5,true,null,"“ü👍",""]}',
    { a: [1, -0.5, true, null, "“ü👍", ""] },
  ],
  ["NUL becomes U+FFFD", String.raw`{"a\u0000b":"c\u0000d"}`, { "a\uFFFDb": "c\uFFFDd" }],
  [
    "a lone surrogate becomes U+FFFD",
    String.raw`{"\ud83d":["\udc4d!","\ud83d\udc4d"]}`,
    { "\uFFFD": ["\uFFFD!", "👍"] },
  ],
  [
    "a key that reaches a prototype is left out",
    '{"__proto__":{"x":1},"constructor":1,"a":{"prototype":1}}',
    { a: {} },
  ],
  ["the value of such a key is left out", String.raw`[{"__proto__":"x\u0000"}]`, [{}]],
  ["toString is a key like any other", '{"toString":1}', { toString: 1 }],
];

describe("sanitize", () => {
  for (const [rule, json, sanitized] of CASES) {
    test(rule, () => {
      assert.deepEqual(sanitize(JSON.parse(json)), sanitized);
      assert.deepEqual(parseJson(Buffer.from(json)), sanitized);
    });
  }

  test("the result is a copy with a plain prototype, and the argument stays as it was", () => {
    const value = JSON.parse('{"a":{"__proto__":{"polluted":1}}}');
    const copy = sanitize(value) as { a: object };
    assert.equal(Object.getPrototypeOf(copy.a), Object.prototype);
    assert.ok(Object.hasOwn(value.a, "__proto__"));
    assert.equal(({} as { polluted?: number }).polluted, undefined);
  });

  test("nesting is cut off at its limit", () => {
    let value: Json = "bottom";
    for (let level = 0; level < MAX_DEPTH; level++) value = [value];
    assert.ok(JSON.stringify(sanitize(value)).includes("bottom"));
    const cut = JSON.stringify(sanitize([value]));
    assert.ok(!cut.includes("bottom") && cut.includes(TOO_DEEP), cut);
  });
});

test("isStorable says whether a text would stay as it is", () => {
  assert.deepEqual(["ok 𝒳", "\u0000", "\udc00"].map(isStorable), [true, false, false]);
});
