import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { freeName } from "../../../../src/chatbot/exchange/free_name.ts";
import { importChatbot, importParsed } from "../../../../src/chatbot/exchange/import.ts";
import type { ImportedChatbot } from "../../../../src/chatbot/exchange/import_result.ts";
import { IMPORT_LIMITS } from "../../../../src/chatbot/exchange/limits.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { NOW } from "../build.ts";
import { helpdesk } from "../fixtures/helpdesk.ts";
import { sample } from "../fixtures/sample.ts";

const imported = (file: unknown): ImportedChatbot => {
  const result = importParsed(file);
  assert.ok(result.kind === "imported", JSON.stringify(result));
  return result.chatbot;
};
const codes = (file: unknown): string[] => {
  const result = importParsed(file);
  return (result.kind === "imported" ? result.warnings : result.problems).map(
    ({ code, severity }) => `${severity} ${code}`,
  );
};

describe("shapes", () => {
  test("bare and wrapped are the same", () => {
    const bare = imported({ name: "Bot", ...sample });
    const wrapped = imported({
      version: "1.0",
      exportedAt: NOW,
      chatbot: { name: "Bot", description: null, ...sample, isActive: true, status: "active" },
    });
    assert.deepEqual(wrapped, bare);
    assert.deepEqual(bare.graph, sample);
  });

  test("edges without ids, numbers as ids, no positions, what a user interface adds", () => {
    const { graph } = imported({
      nodes: [
        { id: 1, type: "start", data: { label: "x", onConfig: {} }, width: 5, selected: true },
        {
          id: 2,
          type: "",
          data: { type: "message", content: "hi", custom: [1] },
          position: { x: "far", y: 3 },
        },
      ],
      edges: [
        { source: 1, target: 2, type: "smooth" },
        { source: "1", target: "2", sourceHandle: 7 },
        { source: 1, target: 2 },
      ],
    });
    assert.deepEqual(graph.nodes, [
      { id: "1", type: "start", position: { x: 0, y: 0 }, data: { label: "x" } },
      { id: "2", type: "", position: { x: 0, y: 3 }, data: { type: "message", content: "hi", custom: [1] } },
    ]);
    assert.deepEqual(graph.edges, [
      { id: "1-2", source: "1", target: "2" },
      { id: "1-2-7", source: "1", target: "2", sourceHandle: "7" },
      { id: "1-2-2", source: "1", target: "2" },
    ]);
    assert.deepEqual(simulate(draftVersion(graph), [], { now: NOW }).said, ["hi"]);
  });

  test("a builder's own types around ours, exits without quotes, nulls in the place of lists", () => {
    const { graph } = imported({
      nodes: [
        { id: "s", type: "input", data: { type: "start" } },
        {
          id: "c",
          type: "custom",
          data: { type: "condition", conditionVar: "contact.name", conditionOp: "is_not_empty" },
        },
        { id: "t", type: "message", data: { type: "question", content: "yes" } },
        { id: "f", type: "teleport", data: { type: "beam" } },
      ],
      edges: [
        { source: "s", target: "c" },
        { source: "c", target: "f", sourceHandle: false },
        { source: "c", target: "t", sourceHandle: true },
      ],
    });
    assert.deepEqual(
      graph.nodes.map(({ type }) => type),
      ["start", "condition", "message", "teleport"],
    );
    assert.deepEqual(simulate(draftVersion(graph), [], { now: NOW }).path, ["s", "c", "t"]);
    assert.deepEqual(imported({ nodes: [{ id: "s", type: "start" }], edges: null }).graph.edges, []);
  });

  test("the language of the engine's own words: as stated, or as written", () => {
    const languageOf = (file: object) => imported(file).settings.language;
    assert.equal(languageOf(sample), "en");
    assert.equal(languageOf(helpdesk), "tr");
    assert.equal(languageOf({ ...helpdesk, metadata: { language: "en-GB" } }), "en");
    assert.equal(languageOf({ ...sample, settings: { language: "tr", debounceMs: 5 } }), "tr");
  });

  test("a name that is taken", () => {
    const taken = new Set(["X", "X (Copy)"]);
    assert.equal(
      freeName("X", (name) => taken.has(name)),
      "X (Copy 2)",
    );
    assert.equal(
      freeName("Y", (name) => taken.has(name)),
      "Y",
    );
    assert.equal(imported({ nodes: [], edges: [] }).name, "Chatbot");
    const long = `a${"😀".repeat(127)}`;
    assert.equal(
      freeName(long, (name) => name === long).length,
      254,
      "room is made, and no character cut through",
    );
  });
});

describe("what is wrong is said", () => {
  const node = { id: "a", type: "message" };
  const cases: [string, unknown, string[]][] = [
    ["not an object", [1], ["error not_a_chatbot"]],
    ["null", null, ["error not_a_chatbot"]],
    ["no nodes", { edges: [] }, ["error missing_nodes"]],
    ["edges that are no list", { nodes: [], edges: {} }, ["error missing_edges"]],
    [
      "a node without an id",
      { nodes: [{ type: "message" }, 5], edges: [] },
      ["error node_without_id", "error node_without_id"],
    ],
    ["a node without a type", { nodes: [{ id: "a" }] }, ["error node_without_type"]],
    [
      "an edge without ends",
      { nodes: [node], edges: [{ source: "a" }, "x"] },
      ["error edge_without_ends", "error edge_without_ends"],
    ],
    ["an edge to nowhere", { nodes: [node], edges: [{ source: "a", target: "b" }] }, ["error dangling_edge"]],
    [
      "a node type that is not known",
      { nodes: [{ id: "a", type: "google_sheet" }] },
      ["warning unknown_node_type"],
    ],
    ["another version", { version: "2.0", chatbot: { nodes: [] } }, ["warning unknown_version"]],
    ["no version", { chatbot: { nodes: [] } }, ["warning unknown_version"]],
  ];
  for (const [name, file, expected] of cases) test(name, () => assert.deepEqual(codes(file), expected));
});

describe("hostile files", () => {
  const refusedFor = (text: string): string => {
    const result = importChatbot(text);
    assert.ok(result.kind === "refused");
    return result.problems[0]?.code ?? "";
  };

  test("too large, too deep, too many", () => {
    assert.equal(refusedFor(" ".repeat(IMPORT_LIMITS.characters + 1)), "too_large");
    assert.equal(refusedFor(`${"[".repeat(100_000)}${"]".repeat(100_000)}`), "too_deep");
    assert.equal(refusedFor(`[${"0,".repeat(IMPORT_LIMITS.values)}0]`), "too_large");
    const nodes = Array.from({ length: IMPORT_LIMITS.nodes + 1 }, (_, id) => ({ id, type: "message" }));
    assert.equal(refusedFor(JSON.stringify({ nodes })), "too_many_nodes");
    const edges = Array.from({ length: IMPORT_LIMITS.edges + 1 }, () => ({ source: "a", target: "a" }));
    assert.equal(
      refusedFor(JSON.stringify({ nodes: [{ id: "a", type: "message" }], edges })),
      "too_many_edges",
    );
  });

  test("keys that reach prototypes", () => {
    assert.equal(
      refusedFor('{"nodes":[{"id":"a","type":"message","data":{"__proto__":{"polluted":1}}}]}'),
      "forbidden_key",
    );
    assert.equal(refusedFor('{"constructor":{}}'), "forbidden_key");
    assert.equal(importParsed(JSON.parse('{"prototype":1}')).kind, "refused");
  });

  test("texts that no database stores", () => {
    for (const text of ['{"name":"\\u0000"}', '{"name":"\\ud800"}', '{"\\u0000":1}'])
      assert.equal(refusedFor(text), "bad_text");
  });

  test("no JSON at all", () => {
    for (const text of ["", "{", "nodes", "\u0000"]) assert.equal(refusedFor(text), "not_json");
  });

  test("a byte order mark is none of our business", () => {
    assert.equal(importChatbot(`\uFEFF${JSON.stringify(sample)}`).kind, "imported");
  });
});

test("patterns that only backtracking can match come in with a warning", () => {
  const start = { id: "s", type: "start", data: {} };
  const question = (pattern: string) => ({ id: "q", type: "question", data: { content: "?", pattern } });
  const edges = [{ id: "e", source: "s", target: "q" }];
  const subflows = [{ chatbotId: "sub", name: "Sub", nodes: [start, question("(a)\\1")], edges }];
  const result = importParsed({ name: "B", nodes: [start, question("^(?!test)")], edges, subflows });
  assert.deepEqual(
    result.kind === "imported" &&
      result.warnings.map(({ code, nodeId, severity }) => [code, nodeId, severity]),
    [
      ["bad_regex", "q", "warning"],
      ["bad_regex", "q", "warning"],
    ],
  );
});
