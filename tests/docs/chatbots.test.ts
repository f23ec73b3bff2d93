import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { promisify } from "node:util";
import type { TimerKind } from "../../src/chatbot/engine/context.ts";
import { operatorOf } from "../../src/chatbot/engine/operators.ts";
import type { TriggerCondition } from "../../src/chatbot/engine/trigger.ts";
import { triggerRules } from "../../src/chatbot/engine/trigger_rules.ts";
import { IMPORT_LIMITS } from "../../src/chatbot/exchange/limits.ts";
import { DEFAULT_SETTINGS } from "../../src/chatbot/graph/settings.ts";
import { NODE_KINDS } from "../../src/chatbot/nodes/registry.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { type Block, blocksOf, document, plain, ROOT, rowsOf, sectionOf } from "./document.ts";
import { withGeneratedParts } from "./node_sections.ts";

const page = document("docs/chatbots.md");

describe("the page is a story: its files are written, and its commands run one after the other", () => {
  const blocks = blocksOf(page).filter(({ language }) => ["json", "sh", "text"].includes(language));
  let database: TestDatabase;
  let folder: string;
  let environment: NodeJS.ProcessEnv;
  before(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), "parley-docs-"));
    // A shell in which npx finds the parley that is here.
    const npx = join(folder, "npx");
    await writeFile(npx, `#!/bin/sh\nshift\nexec "${process.execPath}" "${ROOT}/src/parley.js" "$@"\n`);
    await chmod(npx, 0o755);
    const { PATH, PARLEY_SECRET_KEY, JWT_SECRET } = process.env;
    const DATABASE_URL = database.ownerUrl;
    environment = {
      PATH: `${folder}:${PATH}`,
      PARLEY_SECRET_KEY,
      JWT_SECRET,
      DATABASE_URL,
      NODE_ENV: "test",
    };
    await run("npx parley tenant add demo");
  });
  after(async () => {
    await rm(folder, { recursive: true });
    await database.drop();
  });

  const run = async (commands: string): Promise<string> => {
    const options = { cwd: folder, env: environment };
    const { stdout } = await promisify(execFile)("sh", ["-euc", commands], options);
    return stdout;
  };

  for (const [at, block] of blocks.entries()) {
    const { language, note, text, line } = block;
    const [, file] = /^file=(\S+)$/.exec(note) ?? [];
    if (language === "json" && file) {
      test(`docs/chatbots.md:${line} ${file}`, async () => {
        JSON.parse(text);
        await writeFile(join(folder, file), text);
      });
    } else if (language === "sh" && note === "run") {
      test(`docs/chatbots.md:${line} ${text.split("\n", 1)[0]}`, async () => {
        const printed = await run(text);
        const expected: Block | undefined = blocks[at + 1];
        if (expected?.language === "text") assert.equal(printed.trimEnd(), expected.text);
      });
    }
  }

  test("the stored example is a chatbot that replies", async () => {
    const { rows } = await database.pool.query("select name, status from app_public.chatbots");
    assert.deepEqual(rows, [{ name: "Coffee", status: "draft" }], "activated, and put to rest again");
  });
});

test("the page is up to date with `npm run docs`", () => {
  assert.equal(withGeneratedParts(page.text, NODE_KINDS), page.text);
});

test("every kind has its section, and no other", () => {
  const headings = sectionOf(page, "## Nodes").text.match(/^### `\w+`$/gm) ?? [];
  assert.deepEqual(headings.map((heading) => heading.slice(5, -1)).sort(), NODE_KINDS.names.sort());
});

test("the operators of conditions are known", () => {
  const { text } = sectionOf(page, "### `condition`");
  const [, list = ""] = /Operators: ([\s\S]*?)\. Only equality/.exec(text) ?? [];
  const named = [...list.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
  assert.ok(named.length > 20);
  for (const name of named) assert.notEqual(operatorOf(name), null, name);
});

test("all settings are listed, with their defaults", () => {
  const rows = rowsOf(sectionOf(page, "## Settings"));
  const told = Object.fromEntries(rows.map(([name, value]) => [plain(name), JSON.parse(plain(value))]));
  assert.deepEqual(told, DEFAULT_SETTINGS);
});

test("all timers are listed", () => {
  const told = rowsOf(sectionOf(page, "## Time")).map(([kind]) => plain(kind));
  const kinds: { [kind in TimerKind]: true } = {
    answer_timeout: true,
    session_expiry: true,
    flow_expiry: true,
    delay: true,
    request_timeout: true,
    request_retry: true,
    handoff_timeout: true,
    callback_timeout: true,
  };
  assert.deepEqual(told.sort(), Object.keys(kinds).sort());
});

test("all triggers are listed, and can be read as written", () => {
  const written = rowsOf(sectionOf(page, "## Triggers")).map(([trigger]) => JSON.parse(plain(trigger)));
  const start = { id: "s", type: "start", position: { x: 0, y: 0 }, data: { triggers: written } };
  const rules = triggerRules("bot", { nodes: [start], edges: [] }, DEFAULT_SETTINGS);
  assert.deepEqual(
    rules.map(({ condition }) => condition),
    written,
  );
  const kinds: { [kind in TriggerCondition["kind"]]: true } = {
    any: true,
    first_message: true,
    keyword: true,
    template_button: true,
    referral: true,
    deep_link: true,
    api: true,
  };
  assert.deepEqual(written.map(({ kind }) => kind).sort(), Object.keys(kinds).sort());
});

test("the limits of a file are the importer's", () => {
  const { characters, nodes, edges, flows, subflows, depth } = IMPORT_LIMITS;
  const figure = (number: number) => number.toLocaleString("en-US");
  const sentence = `A file may have ${figure(characters)} characters, ${figure(nodes)} nodes, ${figure(edges)} edges, ${flows} forms, ${subflows} subflows, and ${depth} levels of nesting.`;
  assert.ok(page.text.includes(sentence), sentence);
});

test("the refusals of an import are those of its code", async () => {
  const { text } = sectionOf(page, "## Import and export");
  const files = ["flows", "import", "limits", "parse_graph", "subflows", "typebot"];
  const sources = await Promise.all(
    files.map((file) => readFile(join(ROOT, `src/chatbot/exchange/${file}.ts`), "utf8")),
  );
  const code = sources.join("\n");
  const told = rowsOf({ path: page.path, text }).flatMap(([codes = ""]) =>
    [...codes.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
  );
  assert.ok(told.length > 15);
  for (const name of told)
    assert.ok(code.includes(name.replace(/^too_many_(nodes|edges)$/, "too_many_")), name);
  const refusals = [...code.matchAll(/\b(?:problem|refused)\(\s*"(\w+)"/g)].map(([, name = ""]) => name);
  for (const name of refusals) if (name !== "unknown_version") assert.ok(told.includes(name), name);
});
