import assert from "node:assert/strict";
import { test } from "node:test";
import { type SourceFile, sourceFiles } from "./source_files.ts";

/**
 * The files from which imports, also of types alone, lead back to themselves: none of them can be understood, moved or
 * tested without the others.
 */
function onCircles(files: readonly SourceFile[]): string[] {
  const importsOf = new Map(files.map(({ path, imports }) => [path, imports]));
  const isOnCircle = (path: string): boolean => {
    const seen = new Set<string>();
    const open = [...importsOf.get(path)!];
    for (let next = open.pop(); next !== undefined; next = open.pop()) {
      if (next === path) return true;
      if (seen.has(next)) continue;
      seen.add(next);
      open.push(...(importsOf.get(next) ?? []));
    }
    return false;
  };
  return [...importsOf.keys()].filter(isOnCircle).sort();
}

test("no file imports itself, whatever way round", () => {
  assert.deepEqual(onCircles(sourceFiles()), []);
});

test("broken: a circle of three is found, and what only leads to it or away from it is not", () => {
  const files = Object.entries({ in: ["a"], a: ["b"], b: ["c"], c: ["a", "out"], out: [] }).map(
    ([path, imports]) => ({ path, imports }),
  );
  assert.deepEqual(onCircles(files), ["a", "b", "c"]);
});
