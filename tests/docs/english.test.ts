import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { document, documents, proseOf, ROOT } from "./document.ts";

/** Wording of the style sheet in CONVENTIONS.md that users should not have to puzzle over, and what to write instead. */
const PUZZLING: [pattern: RegExp, instead: string][] = [
  [/\b(?:nobody|somebody|whoever|whomever)\b(?:'s)?/i, "the role: the caller, an agent, no worker"],
  [/\banew\b/i, "again, from scratch"],
  [/\bmeanwhile\b/i, "in the meantime, or nothing"],
  [/\bfor ever\b/i, "permanently"],
  [/\bin earnest\b/i, "for real, in production"],
  [/\bunless told\b/i, "defaults to"],
  [
    /\b(?:is|are|was|were|be|been) told\b|\btold (?:about|of|apart|by)\b|\btells? of\b/i,
    "returned, reported, set",
  ],
  [/\bwhat (?:became|becomes) of\b/i, "the outcome of"],
  [/(?<!\bthere )\b(?:is|are) no(?:ne)? (?!longer\b|more\b|less\b|other\b)\w+/i, "is not a …, must be …"],
  [/(?:^|[^\w`])rests\b(?! on)|\blets? (?:it|a chatbot) rest\b/i, "is inactive"],
  [/\bhas to wait\b/i, "is delayed"],
  [/\bpatience\b/i, "timeout"],
  [/\bsurely\b/i, "certainly"],
  [/\b(?:of|by) (?:ours|yours|theirs)\b/i, "your, the program's"],
  [/\blooks? round\b/i, "polls"],
  [/\bgoes on to (?:its|their) end\b/i, "continues to completion"],
];

/** What a text has that should be said otherwise. */
function puzzling(text: string): string[] {
  return PUZZLING.flatMap(([pattern, instead]) => {
    const found = pattern.exec(text);
    return found ? [`"${found[0].trim()}" (write: ${instead})`] : [];
  });
}

/** The literals of a program's text that read like a sentence. */
function sentencesOf(source: string): string[] {
  const code = source.replace(/^\s*(?:\/\/|\*|\/\*\*).*$/gm, "");
  return [...code.matchAll(/(["`])((?:(?!\1)[^\\\n]|\\.)*)\1/g)]
    .map(([, , text = ""]) => text)
    .filter((text) => /[a-z]+ [a-z]+ [a-z]+/i.test(text));
}

function lines(path: string): { where: string; text: string }[] {
  return readFileSync(join(ROOT, path), "utf8")
    .split("\n")
    .map((text, at) => ({ where: `${path}:${at + 1}`, text }));
}

test("the words of the style sheet are found, and their plain neighbours are not", () => {
  for (const text of [
    "It is no JSON object.",
    "GET unless told.",
    "What became of the messages",
    "whoever calls",
    "it rests.",
  ])
    assert.equal(puzzling(text).length, 1, text);
  for (const text of [
    "There is no token.",
    "It is no longer valid.",
    "the rest of the body",
    "It rests on this.",
  ])
    assert.deepEqual(puzzling(text), [], text);
});

for (const page of documents())
  test(`${page.path} is written in plain English`, () => {
    const found = proseOf(page)
      .split("\n")
      // The style sheet itself names the words.
      .filter((line) => page.path !== "CONVENTIONS.md" || !line.startsWith("| "))
      .flatMap((line) => puzzling(line).map((what) => `${what}: ${line.trim()}`));
    assert.deepEqual(found, []);
  });

test("the GraphQL schema is described in plain English", () => {
  const found = lines("src/graphql/schema.graphql").flatMap(({ where, text }) =>
    puzzling(text).map((what) => `${where}: ${what}: ${text.trim()}`),
  );
  assert.deepEqual(found, []);
});

test("comments of the database are written in plain English", () => {
  const schema = document("migrations/schema.sql").text;
  const comments = [...schema.matchAll(/^comment on (.*?) is ((?:E?'(?:[^']|'')*'\s*)+);/gms)];
  assert.ok(comments.length > 300);
  const found = comments.flatMap(([, what = "", text = ""]) =>
    puzzling(text.replace(/'\s+'/g, "")).map((word) => `${what}: ${word}`),
  );
  assert.deepEqual(found, []);
});

test("errors, log messages and help are written in plain English", () => {
  const files = globSync("{src,tasks,embedded,sandbox}/**/*.{ts,js}", { cwd: ROOT });
  assert.ok(files.length > 300);
  const found = files.flatMap((file) =>
    sentencesOf(readFileSync(join(ROOT, file), "utf8")).flatMap((text) =>
      puzzling(text).map((what) => `${file}: ${what}: ${text}`),
    ),
  );
  assert.deepEqual(found, []);
});

test("messages that the database raises are written in plain English", () => {
  const found = globSync("migrations/fixtures/**/*.sql", { cwd: ROOT }).flatMap((file) => {
    const source = readFileSync(join(ROOT, file), "utf8")
      .replace(/^\s*--.*$/gm, "")
      .replace(/^comment on[\s\S]*?;$/gm, "");
    return [...source.matchAll(/'((?:[^'\n]|'')*)'/g)].flatMap(([, text = ""]) =>
      puzzling(text).map((what) => `${file}: ${what}: ${text}`),
    );
  });
  assert.deepEqual(found, []);
});
