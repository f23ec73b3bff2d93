import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const SRC = new URL("../../../src/", import.meta.url);
/** The engine, and what it stands on: folders and a file. */
const ROOMS = ["chatbot/", "base/json/", "base/clean_prose.ts"];
const files = ROOMS.flatMap((room) =>
  room.endsWith(".ts")
    ? [room]
    : readdirSync(new URL(room, SRC), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".ts"))
        .map((file) => room + file),
);

/** Clocks, chance, the outside: what a pure function cannot have. `new Date(…)` of an argument is fine. */
const IMPURE = [
  /\bDate\.now\b/,
  /\bnew Date\(\)/,
  /\bMath\.random\b/,
  /\bperformance\b/,
  /\bcrypto\b/,
  /\bfetch\(/,
  /\bprocess\b/,
  /\bglobalThis\b/,
  /\bset(?:Timeout|Interval|Immediate)\b/,
  /\bconsole\b/,
  /\bimport\(/,
  /\bawait\b/,
];

/** What may be imported: computes, and does nothing else. */
const PURE_PACKAGES = new Set(["re2js"]);

test("there is an engine to look at", () => assert.ok(files.length > 50));

for (const file of files) {
  test(`${file} imports nothing from outside, and does nothing impure`, () => {
    const source = readFileSync(new URL(file, SRC), "utf8");
    for (const [, specifier = ""] of source.matchAll(/^(?:import|export)\b(?:[^;"]*\bfrom)?\s+"([^"]+)"/gm)) {
      if (PURE_PACKAGES.has(specifier)) continue;
      assert.match(specifier, /^\.\.?\//);
      const imported = new URL(specifier, new URL(file, SRC)).href;
      assert.ok(
        ROOMS.some((room) => imported.startsWith(new URL(room, SRC).href)),
        specifier,
      );
    }
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "");
    for (const pattern of IMPURE) assert.doesNotMatch(code, pattern);
  });
}
