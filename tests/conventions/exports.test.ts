import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";
import { ROOT } from "./source_files.ts";

/** The text of files by their paths. */
type Sources = ReadonlyMap<string, string>;

const EXPORT = /^export (?:async )?(?:function\*?|const|let|type|class|interface) (\w+)/gm;
const NAMED = /^(?:import|export) (?:type )?(?:\w+, )?\{([^}]*)\} from "(\.[^"]+)"/gm;
const WHOLE = /\bimport(?:\(\s*| \* as \w+ from )"(\.[^"]+)"/g;

/** What is exported and imported by no file: it could be private, or go. */
function unused(sources: Sources): string[] {
  const imported = new Set<string>();
  for (const [path, source] of sources) {
    const target = (specifier: string) => normalize(join(dirname(path), specifier));
    for (const [, names = "", specifier = ""] of source.matchAll(NAMED))
      for (const name of names.split(","))
        imported.add(
          `${target(specifier)} ${
            name
              .trim()
              .replace(/^type /, "")
              .split(" as ")[0]
          }`,
        );
    for (const [, specifier = ""] of source.matchAll(WHOLE)) imported.add(target(specifier));
  }
  return [...sources].flatMap(([path, source]) =>
    imported.has(path)
      ? []
      : [...source.matchAll(EXPORT)]
          .map(([, name]) => `${path} ${name}`)
          .filter((each) => !imported.has(each)),
  );
}

test("what is exported is imported somewhere", () => {
  const paths = globSync("{src,embedded,sandbox,tasks,tests,bench}/**/*.{ts,js}", { cwd: ROOT });
  const sources = new Map(paths.map((path) => [path, readFileSync(join(ROOT, path), "utf8")]));
  // Tests may export what only they use. The page of the sandbox is a browser's: HTML imports from it.
  assert.deepEqual(
    unused(sources).filter((each) => !/^(tests|bench|sandbox\/page)\//.test(each)),
    [],
  );
});

test("broken: an export that nobody imports is found", () => {
  const sources = new Map([
    ["room/a.ts", "export function used() {}\nexport type Unused = 1;\nexport const lazy = 1;\n"],
    ["room/b.ts", 'import { used as mine } from "./a.ts";\n'],
    ["room/c.ts", "export const all = 1;\n"],
    ["other/c.test.ts", 'const { all } = await import("../room/c.ts");\n'],
  ]);
  assert.deepEqual(unused(sources), ["room/a.ts Unused", "room/a.ts lazy"]);
});
