import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { ROOT } from "./document.ts";

const FOLDERS = "{src,tasks,embedded,sandbox,migrations/fixtures,tests,bench,docs}";
const files = globSync([`${FOLDERS}/**/*.{ts,js,sql,md}`, "*.md", "migrations/README.md"], {
  cwd: ROOT,
}).sort();

/** A file of this project, named from its root, as prose and comments do. */
const PATH =
  /(?<![\w./@-])(?:(?:src|tasks|tests|embedded|sandbox|migrations|bench|docs)\/[\w./-]*\.(?:ts|js|sql|md|json|graphql)|[\w-]+\.md)\b/g;

/** A place in a document that is not named, or that a reader of this repository does not have. */
const ELSEWHERE = [
  /\b(?:decision|finding|requirement|issue) #?\d+/i,
  /\bsections? \d+(?!.*\bRFC\b)/i,
  /\bthe (?:source system|fix list|keep list)\b/i,
  /\b[FK]-numbers\b/,
  /"[FK]\d+: /,
];

/** What a text refers to and a reader cannot find. */
function dangling(file: string, text: string): string[] {
  const missing = [...text.matchAll(PATH)]
    .map(([path]) => path)
    .filter((path) => ![".", dirname(file), "docs"].some((folder) => existsSync(join(ROOT, folder, path))));
  const elsewhere = ELSEWHERE.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
  return [...missing, ...elsewhere];
}

test("a reference that leads nowhere is found", () => {
  assert.deepEqual(dangling("src/a.ts", "// See docs/nowhere.md, and src/base/log.ts."), ["docs/nowhere.md"]);
  assert.deepEqual(dangling("src/a.ts", "// As decision 5 says."), ["decision 5"]);
  assert.deepEqual(dangling("docs/sql.md", "See security.md; the table of section 4."), ["section 4"]);
  assert.deepEqual(dangling("src/a.ts", "// RFC 5802, and section 3 of RFC 5803"), []);
});

test("every document, file and place that is referred to is in the repository", () => {
  assert.ok(files.length > 500);
  const found = files
    .filter((file) => file !== "tests/docs/references.test.ts")
    .flatMap((file) =>
      dangling(file, readFileSync(join(ROOT, file), "utf8")).map((what) => `${file}: ${what}`),
    );
  assert.deepEqual(found, []);
});
