import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { type Document, document, documents, proseOf, ROOT, sectionOf } from "./document.ts";

/** Where the relative links of a page lead. */
function linksOf(page: Document): { path: string; anchor: string }[] {
  return [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = ""]) => target)
    .filter((target) => !/^[a-z]+:/.test(target))
    .map((target) => {
      const [file = "", anchor = ""] = target.split("#");
      return {
        path: file === "" ? page.path : relative(ROOT, join(ROOT, dirname(page.path), file)),
        anchor,
      };
    });
}

/** As GitHub makes an anchor of a heading. */
function anchorsOf(page: Document): string[] {
  return [...proseOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

for (const page of documents()) {
  test(`the links of ${page.path} lead somewhere`, () => {
    for (const { path, anchor } of linksOf(page)) {
      assert.ok(existsSync(join(ROOT, path)), `${page.path} links to ${path}, which is not there`);
      if (anchor !== "")
        assert.ok(anchorsOf(document(path)).includes(anchor), `${path} has no heading #${anchor}`);
    }
  });
}

test("README.md leads to every page of docs", () => {
  const linked = new Set(linksOf(document("README.md")).map(({ path }) => path));
  for (const { path } of documents())
    if (path.startsWith("docs/")) assert.ok(linked.has(path), `${path} is not linked to`);
});

test("files and folders that README.md names are there", () => {
  const names = [...proseOf(document("README.md")).matchAll(/`([\w.-]+\/[\w./-]*|[\w-]+\.(?:sql|yml|ts))`/g)];
  assert.ok(names.length > 15);
  for (const [, name = ""] of names) {
    if (name.startsWith(".parley")) continue;
    const isThere = ["", "migrations/"].some((folder) => existsSync(join(ROOT, folder, name)));
    assert.ok(isThere, name);
  }
});

test("README.md says what each folder of src is for", () => {
  const { text } = sectionOf(document("README.md"), "## Where things are");
  const folders = readdirSync(join(ROOT, "src"), { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  assert.ok(folders.length > 10);
  for (const { name } of folders) assert.ok(text.includes(`| \`src/${name}/\` |`), name);
});
