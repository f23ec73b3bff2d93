import assert from "node:assert/strict";
import { glob } from "node:fs/promises";
import { before, test } from "node:test";

/**
 * The types see that each text is there in both languages. They do not see that it says something, and that nobody has forgotten to
 * translate it.
 */

const ROOT = new URL("../../console/", import.meta.url);

before(() => {
  // What the catalogues' module looks at when it is loaded.
  Object.defineProperty(globalThis, "localStorage", { value: { getItem: () => null }, configurable: true });
});

test("each text of the console is there in English and in Turkish", async () => {
  let count = 0;
  for await (const file of glob("**/words.ts", { cwd: ROOT.pathname })) {
    const modules: Record<string, { en: unknown; tr: unknown }> = await import(new URL(file, ROOT).href);
    for (const { en, tr } of Object.values(modules)) {
      assert.deepEqual(emptyIn(en), [], `${file}: empty in English`);
      assert.deepEqual(emptyIn(tr), [], `${file}: empty in Turkish`);
      assert.deepEqual(alike(en, tr), [], `${file}: not translated`);
      count += 1;
    }
  }
  assert.ok(count > 10);
});

function textsIn(catalogue: unknown, path = ""): [string, string][] {
  if (typeof catalogue === "string") return [[path, catalogue]];
  if (typeof catalogue === "function") return [];
  return Object.entries(Object(catalogue)).flatMap(([key, value]) => textsIn(value, `${path}.${key}`));
}

function emptyIn(catalogue: unknown): string[] {
  return textsIn(catalogue)
    .filter(([, text]) => text.trim() === "")
    .map(([path]) => path);
}

/** Texts of several words that are the same in both languages. */
function alike(en: unknown, tr: unknown): string[] {
  const turkish = new Map(textsIn(tr));
  return textsIn(en)
    .filter(([path, text]) => turkish.get(path) === text && /\p{L}{3,} \p{L}{3,}/u.test(text))
    .map(([path]) => path);
}
