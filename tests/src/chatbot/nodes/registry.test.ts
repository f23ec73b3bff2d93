import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename } from "node:path";
import { describe, test } from "node:test";
import type { Field, Fields } from "../../../../src/chatbot/fields/field.ts";
import type { NodeKind } from "../../../../src/chatbot/nodes/define_node.ts";
import { NodeKinds } from "../../../../src/chatbot/nodes/node_kinds.ts";
import { NODE_KINDS } from "../../../../src/chatbot/nodes/registry.ts";

const SRC = new URL("../../../../src/", import.meta.url).pathname;
const NOT_KINDS = ["define_node.ts", "kinds_as_data.ts", "node_kinds.ts", "registry.ts"];

test("every file of a kind is named after it, and registered", async () => {
  const files = globSync("chatbot/nodes/*.ts", { cwd: SRC }).filter(
    (file) => !NOT_KINDS.includes(basename(file)),
  );
  for (const file of files) {
    const exported = Object.values<NodeKind>(await import(`${SRC}${file}`));
    const kind = exported.find((value) => NODE_KINDS.all.includes(value));
    assert.equal(kind?.kind, basename(file, ".ts"), `${file} is not registered in nodes/registry.ts`);
  }
  assert.equal(files.length, NODE_KINDS.all.length);
});

test("two kinds cannot have one name", () => {
  assert.throws(() => new NodeKinds([...NODE_KINDS.all, NODE_KINDS.all[0] as NodeKind]), /must be unique/);
});

/** Names of kinds that are words for something else too, with the rooms that use them so. */
const OTHER_MEANINGS: { [word: string]: { [meaning: string]: string[] } } = {
  start: {
    "the event that begins a run": ["chatbot/engine", "chatbot/simulation", "runner"],
    "the beginning of an entry in a calendar": ["chatbot/calendar"],
    "a command": ["cli"],
    "beginning to use codes of an authenticator app": ["graphql/auth", "graphql/schema"],
  },
  message: {
    "the event that a message arrived": ["chatbot/engine", "chatbot/nodes", "chatbot/simulation", "runner"],
    "the text of an error": ["chatbot/request", "chatbot/calendar", "integrations"],
    "a change that subscribers are told of": ["graphql"],
  },
  end: {
    "the end of a run, a graph, a pause or a time": [
      "chatbot/engine",
      "chatbot/graph",
      "chatbot/calendar",
      "runner",
    ],
    "the end of a stream": ["graphql"],
  },
  delay: { "a wait and its timer": ["chatbot/engine", "chatbot/simulation"] },
  handoff: { "a wait and an effect": ["chatbot/engine", "graphql", "runner"] },
  update_contact: { "an effect": ["chatbot/engine", "chatbot/nodes", "runner"] },
  data_source: {
    "the target of a request": ["chatbot/engine", "chatbot/nodes", "integrations"],
    "what a field refers to": ["chatbot/fields"],
  },
  google_calendar: {
    "the target of a request": ["chatbot/engine", "chatbot/calendar", "chatbot/request", "integrations"],
  },
  rest_api: { "a type of data source": ["integrations"] },
  subflow: { "a property of a visit": ["chatbot/simulation"] },
};

describe("a kind is named in its own file, and where other formats are mapped to it", () => {
  const files = globSync("{chatbot,runner,services,integrations,graphql,cli}/**/*.ts", { cwd: SRC })
    .filter((file) => !file.startsWith("chatbot/exchange/typebot"))
    .map((name) => ({
      name,
      code: readFileSync(SRC + name, "utf8").replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, ""),
    }));
  const inRoom = (file: string, room: string) => file.startsWith(`${room}/`);

  for (const kind of NODE_KINDS.names)
    test(kind, () => {
      const rooms = Object.values(OTHER_MEANINGS[kind] ?? {}).flat();
      const naming = files
        .filter(({ name }) => name !== `chatbot/nodes/${kind}.ts`)
        .filter(({ code }) => new RegExp(`["'\`]${kind}["'\`]`).test(code))
        .map(({ name }) => name);
      assert.deepEqual(
        naming.filter((name) => !rooms.some((room) => inRoom(name, room))),
        [],
      );
      for (const room of rooms)
        assert.ok(
          naming.some((name) => inRoom(name, room)),
          `${room} no longer says it`,
        );
    });

  test("the type of a node is compared with no word", () => {
    const comparing = files.filter(({ code }) =>
      /(?:nodeType\([^()]*\)|\bnode\.type|kinds\.of\([^()]*\)\??\.kind) [!=]== ["'`]/.test(code),
    );
    assert.deepEqual(
      comparing.map(({ name }) => name),
      [],
    );
  });
});

describe("what the database and the engine take for granted", () => {
  const fieldsOf = (fields: Fields): Field[] =>
    Object.values(fields).flatMap((field) => [field, ...fieldsOf(field.items ?? {})]);
  const all = NODE_KINDS.all.map((kind) => ({ ...kind, flat: fieldsOf(kind.fields) }));

  test("queries find graphs that are called, and Flows that are sent, under one name each", () => {
    const named = (target: string) =>
      new Set(
        all.flatMap(({ flat }) => flat.filter(({ refersTo }) => refersTo === target).map(({ name }) => name)),
      );
    assert.deepEqual([...named("chatbot")], ["chatbotId"]);
    assert.deepEqual([...named("flow")], ["whatsappFlowId"]);
  });

  for (const {
    kind,
    exits,
    waits,
    decides,
    numberedAs,
    results,
    flat,
    receive,
    ownExits,
    ownExitsAbout,
  } of all)
    test(kind, () => {
      if (exits.length > 1 && !waits) assert.ok(decides, "with several exits and no wait, it decides");
      assert.equal(numberedAs === undefined, results === undefined, "results are stored under a number");
      assert.equal(ownExits === undefined, ownExitsAbout === undefined);
      if (waits) assert.ok(receive, "what it waits for has to be received");
      for (const { about, name } of flat) assert.match(about, /\.$/, `${name}: a sentence`);
    });
});
