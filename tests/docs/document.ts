import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../..");

/** A page of the documentation; `path` is relative to the project. */
export type Document = { path: string; text: string };

/** A fenced block: ```` ```sql refused=PYWIN ```` has the language sql and the note refused=PYWIN. */
export type Block = { path: string; line: number; language: string; note: string; text: string };

/** The pages at the root, the README.md of each folder, and everything in docs. */
export function documents(): Document[] {
  return globSync(["*.md", "{migrations,bench,embedded,sandbox,src/*}/README.md", "docs/**/*.md"], {
    cwd: ROOT,
  })
    .sort()
    .map(document);
}

export function document(path: string): Document {
  return { path, text: readFileSync(join(ROOT, path), "utf8") };
}

/** The fenced blocks of a page, without the indentation that they have in a list. */
export function blocksOf({ path, text }: Document): Block[] {
  const blocks: Block[] = [];
  let open: { indent: string; block: Block; lines: string[] } | undefined;
  for (const [at, line] of text.split("\n").entries()) {
    if (open) {
      if (line === `${open.indent}\`\`\``) {
        blocks.push({ ...open.block, text: open.lines.join("\n") });
        open = undefined;
      } else {
        open.lines.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line);
      }
      continue;
    }
    const [, indent, language = "", note = ""] = /^( *)```(\w*) ?(.*)$/.exec(line) ?? [];
    if (indent !== undefined)
      open = { indent, block: { path, line: at + 1, language, note, text: "" }, lines: [] };
  }
  if (open) throw new Error(`${path}:${open.block.line}: a block that does not end`);
  return blocks;
}

/** A page without its fenced blocks: what is left is prose, lists and tables. */
export function proseOf({ text }: Document): string {
  return text.replace(/^( *)```[\s\S]*?^\1```$/gm, "");
}

/** The rows of the tables whose first cell is in backquotes, cell by cell; `\|` is a bar. */
export function rowsOf(page: Document): string[][] {
  return proseOf(page)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** The part of a page below a heading, up to the next one of its level or above. */
export function sectionOf(page: Document, heading: string): Document {
  const lines = page.text.split("\n");
  const begin = lines.indexOf(heading);
  if (begin === -1) throw new Error(`${page.path} has no heading "${heading}"`);
  const level = heading.indexOf(" ");
  const length = lines.slice(begin + 1).findIndex((line) => /^#+ /.test(line) && line.indexOf(" ") <= level);
  return {
    path: page.path,
    text: lines.slice(begin, length === -1 ? undefined : begin + 1 + length).join("\n"),
  };
}

/** Without the backquotes of a code span. */
export function plain(cell: string | undefined): string {
  return (cell ?? "").replace(/^`(.*)`$/, "$1");
}
