import assert from "node:assert/strict";
import { test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { wholeProgram } from "../../src/cli/program.ts";
import { blocksOf, documents, proseOf } from "./document.ts";

const program = await wholeProgram();

type Line = { where: string; words: string[] };

/** Every `parley …` of the pages: in blocks for the shell, and in code spans. */
function commandLines(): Line[] {
  return documents().flatMap((page) => {
    const blocks = blocksOf(page).filter(({ language }) => language === "sh");
    const inBlocks = blocks.flatMap(({ text, line }) =>
      [...text.replaceAll("\\\n", " ").matchAll(/(?<![\w/])parley (?!- )([^\n#$")]*)/g)].map(
        ([, words = ""]) => ({
          where: `${page.path}:${line}`,
          words: words.trim().split(/\s+/),
        }),
      ),
    );
    const inSpans = [...proseOf(page).matchAll(/`(?:npx )?parley ([^`]+)`/g)].map(([, words = ""]) => ({
      where: page.path,
      words: words.trim().split(/\s+/),
    }));
    return [...inBlocks, ...inSpans];
  });
}

/** What `parley … --help` prints. */
function help(path: string): string {
  const command = path
    .split(" ")
    .filter(Boolean)
    .reduce(
      (parent, word) =>
        parent.commands.find((each) => each.name() === word || each.aliases().includes(word)) ?? parent,
      program,
    );
  return command.helpInformation();
}

const lines = commandLines();

test("every parley command on the pages exists, with its options", () => {
  assert.ok(lines.length > 30);
  for (const { where, words } of lines) {
    if (words[0]?.startsWith("-") || words[0]?.startsWith("…")) continue;
    const [first = "", second = ""] = words;
    let text = help(first);
    let command = first;
    // A group has commands only; `parley backup` also has a target, and `parley backup verify`.
    if (text.includes("[command]") && (!text.includes("[target]") || help(`${first} ${second}`) !== text)) {
      command = `${first} ${second}`.trim();
      text = help(command);
    }
    assert.ok(text.startsWith(`Usage: parley ${command} `), `${where}: parley ${words.join(" ")}`);
    for (const word of words.filter((each) => /^--[a-z]/.test(each)))
      assert.ok(text.includes(`  ${word} `) || text.includes(`${word}\n`), `${where}: ${command} ${word}`);
  }
});

test("every npm script on the pages exists", () => {
  for (const { path, text } of documents()) {
    for (const [, script = ""] of text.matchAll(/\bnpm run ([a-z:]+)/g))
      assert.ok(script in packageJson.scripts, `${path}: npm run ${script}`);
  }
});
