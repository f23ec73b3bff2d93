import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import packageJson from "../../package.json" with { type: "json" };
import { blocksOf, documents, proseOf, ROOT } from "./document.ts";

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

const asked = new Map<string, Promise<string>>();

/** What `parley … --help` prints. */
function help(command: string): Promise<string> {
  const known = asked.get(command);
  if (known) return known;
  const answer = new Promise<string>((resolve) => {
    const child = spawn(
      process.execPath,
      [join(ROOT, "src/parley.js"), ...command.split(" ").filter(Boolean), "--help"],
      { cwd: tmpdir() },
    );
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => (text += part));
    child.once("close", () => resolve(text));
  });
  asked.set(command, answer);
  return answer;
}

const lines = commandLines();

test("every parley command on the pages exists, with its options", async () => {
  assert.ok(lines.length > 30);
  for (const { where, words } of lines) {
    if (words[0]?.startsWith("-") || words[0]?.startsWith("…")) continue;
    const [first = "", second = ""] = words;
    let text = await help(first);
    let command = first;
    if (text.includes("[command]")) {
      command = `${first} ${second}`;
      text = await help(command);
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
