import assert from "node:assert/strict";
import { test } from "node:test";
import { patternError, testPattern } from "../../../../src/chatbot/text/pattern.ts";

const matches: [pattern: string, text: string, isMatch: boolean][] = [
  ["^a+b$", "AAB", true],
  ["^(?:ab)+$", "abab", true],
  ["\\d{3}-\\d{4}", "call 555-1234", true],
  ["(a+)+$", "aaa", true],
  ["((a|b)c)", "xbcx", true],
  ["^\\p{L}+$", "Ğül", true],
  ["^\\p{Script=Greek}+$", "αβγ", true],
  ["^\\u00fc$", "Ü", true],
  ["^\\u{1F600}$", "😀", true],
  ["^.$", "😀", true],
  ["(?<year>\\d{4})", "in 2031", true],
  ["[(a+)+]", "z", false],
  ["a$", "a\n", false],
];
for (const [pattern, text, isMatch] of matches) {
  test(`${pattern} ${isMatch ? "matches" : "does not match"} ${JSON.stringify(text)}`, () => {
    assert.equal(patternError(pattern), null);
    assert.equal(testPattern(pattern, text), isMatch);
  });
}

const refused: [pattern: string, reason: RegExp][] = [
  ["(a)\\1", /back-references/],
  ["(?<n>a)\\k<n>", /back-references/],
  ["(?=a)", /look-ahead and look-behind/],
  ["(?!a)b", /look-ahead and look-behind/],
  ["(?<=a)b", /look-ahead and look-behind/],
  ["(?<!a)b", /look-ahead and look-behind/],
  ["[", /missing/],
  ["a{2000}", /repeat/],
  ["a".repeat(201), /200 characters/],
  ["(?:a{1,30}b{1,30}){30}", /too large/],
];
for (const [pattern, reason] of refused) {
  test(`${pattern.slice(0, 20)} is refused with its reason, and matches no text`, () => {
    assert.match(patternError(pattern) ?? "", reason);
    assert.equal(testPattern(pattern, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!"), false);
  });
}

/** Each takes a backtracking matcher from seconds to longer than the universe has existed. */
const hostile = [
  `${"(?:a|a)".repeat(26)}.*x`,
  `${"a?".repeat(60)}${"a".repeat(60)}`,
  "(a+)+x",
  "(a|aa)*x",
  "((((a*)*)*)*)*x",
  ".*.*.*.*.*.*.*.*x",
  "(.*a){20}x",
  "(a|b)*a(a|b){190}x",
  "(\\p{L}{1,20}){1,20}!",
  "(?:[a-z]+[a-z]*)+[0-9]",
];
for (const pattern of hostile) {
  test(`${pattern.slice(0, 30)} is answered at once on any text`, () => {
    let seed = 7;
    const letters = Array.from({ length: 20_000 }, () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed > 2 ** 30 ? "a" : "b";
    });
    const before = process.cpuUsage();
    testPattern(pattern, letters.join(""));
    testPattern(pattern, "a".repeat(20_000));
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < 1_000_000, `${(user + system) / 1000} ms of processor time`);
  });
}
