import assert from "node:assert/strict";
import { test } from "node:test";
import { patternError, testPattern } from "../../../src/chatbot/pattern.ts";

const fine = [
  "^a+b$",
  "(?:ab)+",
  "(ab)?c",
  "\\d{3}-\\d{4}",
  "[(a+)+]",
  "\\(\\+",
  "a|b",
  "((a|b)c)",
  "\\p{L}+",
  "(a?b)c",
];
for (const pattern of fine) test(`${pattern} is safe`, () => assert.equal(patternError(pattern), null));

const refused = [
  "(a+)+",
  "(a*)*",
  "(a|a)*",
  "((a+)b)*",
  "(a?){2,}",
  "(a)\\1",
  "(?=a)",
  "(?<n>a)\\k<n>",
  "a*b*c*",
  "[",
  "a".repeat(201),
  "a?".repeat(11),
  "(x{2}){3}",
];
for (const pattern of refused) {
  test(`${pattern.slice(0, 20)} is refused, and matches nothing`, () => {
    assert.notEqual(patternError(pattern), null);
    assert.equal(testPattern(pattern, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), false);
  });
}

test("the worst of what is allowed is quick", () => {
  const before = performance.now();
  testPattern("[a-z]+[a-z]+!", "a".repeat(10_000));
  assert.ok(performance.now() - before < 5000);
});
