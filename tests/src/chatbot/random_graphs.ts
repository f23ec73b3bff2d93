import fc from "fast-check";
import type { Json, JsonObject } from "../../../src/base/json/json.ts";
import type { Graph } from "../../../src/chatbot/graph/graph.ts";
import { NODE_KINDS } from "../../../src/chatbot/nodes/registry.ts";

const IDS = ["n0", "n1", "n2", "n3", "n4", "n5", "__proto__"];
const HANDLES = [
  "",
  "default",
  "true",
  "false",
  "success",
  "error",
  "timeout",
  "invalid",
  "btn-0",
  "btn_1",
  "row-0",
  "a",
  "b",
];
const WORDS = [
  "hello",
  "1",
  "2",
  "A",
  "iptal",
  "row-0",
  "btn-0",
  "{{v}}",
  "ada@example.com",
  "2026-03-05",
  "",
  "İ",
  "𝒳",
];

const id = fc.constantFrom(...IDS);
/** What an author writes has been through the database; what a customer or an API says may be anything. */
const word = fc.constantFrom(...WORDS);
export const outside = fc.constantFrom(...WORDS, "\u0000", "\ud800x");
const options = fc.array(fc.oneof(word, fc.record({ id: word, title: word }, { requiredKeys: [] })), {
  maxLength: 12,
});

/** Fields as authors write them, with some of any shape at all. */
const data = fc.oneof(
  fc.record(
    {
      content: fc.oneof(word, fc.constant("{{v}} {{question_1.response}} {{v[0].name}}")),
      variable: fc.constantFrom("v", "v.a", "x", "__proto__.y"),
      questionType: fc.constantFrom(
        "text",
        "number",
        "email",
        "date",
        "buttons",
        "list",
        "rating",
        "location",
        "media",
        "mood",
      ),
      buttons: options,
      listSections: fc.array(fc.record({ title: word, rows: options }), { maxLength: 3 }),
      dynamicListSource: fc.constantFrom("", "v", "{{rest_api_1.data}}"),
      maxAttempts: fc.integer({ min: 0, max: 4 }),
      timeoutSeconds: fc.constantFrom(0, 30, "60"),
      conditionVar: fc.constantFrom("v", "x"),
      conditionOp: fc.constantFrom("eq", "contains", "gt", "is_empty", "like"),
      conditionVal: word,
      operation: fc.constantFrom("set", "append", "increment", "now", "random_id"),
      value: fc.jsonValue({ maxDepth: 2 }),
      apiUrl: fc.constantFrom("https://x.example/{{v}}?q={{x}}", ""),
      apiMethod: fc.constantFrom("GET", "POST"),
      apiBody: fc.constantFrom('{"a":"{{v}}","b":{{x}}}', "{{v}}", ""),
      apiResponsePath: fc.constantFrom("", "a[0].b", "data"),
      whatsappFlowId: fc.constantFrom("1", ""),
      delay: fc.constantFrom(0, 5),
      chatbotId: fc.constantFrom("self", "gone"),
      targetNodeId: id,
      messageType: fc.constantFrom("text", "image", "interactive"),
      mediaUrl: word,
      connectionId: word,
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(
    fc.constantFrom("content", "buttons", "listSections", "questionType", "apiHeaders", "variants", "label"),
    fc.jsonValue(),
  ),
) as fc.Arbitrary<JsonObject>;

const node = fc.record({
  id,
  type: fc.constantFrom(...NODE_KINDS.names, "mystery"),
  position: fc.constant({ x: 0, y: 0 }),
  data,
});
const edge = fc.record({
  id: fc.constant("e"),
  source: id,
  target: id,
  sourceHandle: fc.constantFrom(...HANDLES),
});
/** A graph of a start node and up to seven others, of any kind, wired anyhow. */
export const graph: fc.Arbitrary<Graph> = fc
  .record({ nodes: fc.array(node, { minLength: 1, maxLength: 7 }), edges: fc.array(edge, { maxLength: 20 }) })
  .map(({ nodes, edges }) => ({
    nodes: [{ id: "s", type: "start", position: { x: 0, y: 0 }, data: {} }, ...nodes],
    edges: [{ id: "first", source: "s", target: "n0" }, ...edges],
  }));

/** Anything from outside. */
export const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  outside,
  fc.record({ a: outside, name: outside }),
) as fc.Arbitrary<Json>;
