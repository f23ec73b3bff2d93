import assert from "node:assert/strict";
import { glob, readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

/** What only one provider has stays in the folder of its kind: nothing else names Meta, WhatsApp or their ids. */

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

const EXCEPT: Readonly<Record<string, string>> = {
  "src/channels/whatsapp/": "the kind itself",
  "src/demo/": "plays customers on WhatsApp",
  "src/channels/registry.ts": "the line that registers the kind",
  "src/channels/settings.ts": "the line that adds its settings to the environment's",
  "src/chatbot/nodes/whatsapp_flow.ts": "the node that sends a WhatsApp Flow",
  "src/chatbot/exchange/typebot": "Typebot's exports have a section of that name",
  "src/chatbot/question/read_phone.ts": "links of that scheme are pasted as numbers",
  "src/imports/import_columns.ts": "what people call the column of phone numbers",
  "src/graphql/schema/tags.ts": "renames what GraphQL shows of the kind's table",
  "src/graphql/schema/descriptions/nouns.ts": "how the names of the kind's types are written",
  "src/graphql/schema.graphql": "generated from the comments of the database",
};

/** A WhatsApp Flow is a kind of form: `whatsapp_flow` is part of the graph format, `whatsapp_flows` is its table. */
const FORM = /whatsapp[ _]?flows?/gi;
/** `import.meta`, and a tag of HTML. */
const OTHER_META = /\bimport\.meta\b|<meta\b/g;

/** The lines of a text that name a provider, in words or in parts of names. */
function linesWithProviders(text: string): string[] {
  return text.split("\n").filter((line) => {
    const rest = line.replace(FORM, "").replace(OTHER_META, "");
    if (/graph\.facebook|wamid|whatsapp/i.test(rest)) return true;
    const parts = rest.match(/[A-Z]?[a-z]+|[A-Z]+(?![a-z])/g) ?? [];
    return parts.some((part) => part.toLowerCase() === "meta");
  });
}

const isExcepted = (path: string) => Object.keys(EXCEPT).some((prefix) => path.startsWith(prefix));

async function sources(): Promise<string[]> {
  return Array.fromAsync(glob("{src,tasks}/**/*.{ts,js,graphql,json}", { cwd: ROOT }));
}

test("no file outside channels/whatsapp names its provider", async () => {
  const found: string[] = [];
  for (const path of await sources()) {
    if (isExcepted(path)) continue;
    const lines = linesWithProviders(await readFile(`${ROOT}${path}`, "utf8"));
    found.push(...lines.map((line) => `${path}: ${line.trim()}`));
  }
  assert.deepEqual(found, []);
});

test("every exception is needed", async () => {
  const paths = await sources();
  for (const prefix of Object.keys(EXCEPT)) {
    const texts = paths
      .filter((path) => path.startsWith(prefix))
      .map((path) => readFile(`${ROOT}${path}`, "utf8"));
    assert.ok(
      (await Promise.all(texts)).some((text) => linesWithProviders(text).length > 0),
      prefix,
    );
  }
});

test("words and parts of names are found, others are not", () => {
  const named = [
    "// Meta's id",
    "const metaId = 1",
    "a_meta_b",
    "WAMID",
    "postToWhatsapp()",
    "WHATSAPP_URL",
    "graph.facebook.com",
  ];
  for (const line of named) assert.deepEqual(linesWithProviders(line), [line]);
  const others = [
    "metadata",
    "import.meta.url",
    "<meta charset>",
    "whatsapp_flow",
    "whatsappFlowId",
    "a WhatsApp Flow",
  ];
  assert.deepEqual(linesWithProviders(others.join("\n")), []);
});
