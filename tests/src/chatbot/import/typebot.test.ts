import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importParsed } from "../../../../src/chatbot/import/import.ts";
import type { JsonObject } from "../../../../src/chatbot/json.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { draftVersion } from "../../../../src/chatbot/version.ts";
import { NOW } from "../build.ts";

const p = (...children: unknown[]) => ({ richText: [{ type: "p", children }] });
const says = (id: string, text: string, rest: JsonObject = {}) => ({
  id,
  type: "text",
  content: p({ text }),
  ...rest,
});

/** A Typebot of version 6 from its groups: `{group: blocks}`; edges are `"id > group[/block]"`. */
const typebot = (groups: { [id: string]: unknown[] }, edges: string[], rest: object = {}) => ({
  version: "6",
  name: "Imported",
  events: [{ id: "ev", type: "start", outgoingEdgeId: "e0", graphCoordinates: { x: 0, y: 0 } }],
  groups: Object.entries(groups).map(([id, blocks]) => ({
    id,
    title: id,
    graphCoordinates: { x: 1, y: 2 },
    blocks,
  })),
  edges: edges.map((edge) => {
    const [id, to = ""] = edge.split(" > ");
    const [groupId, blockId] = to.split("/");
    return { id, from: {}, to: { groupId, ...(blockId !== undefined && { blockId }) } };
  }),
  variables: [
    { id: "v1", name: "First name" },
    { id: "v2", name: "Score" },
  ],
  ...rest,
});

const read = (file: unknown) => {
  const result = importParsed(file);
  assert.ok(result.kind === "imported", JSON.stringify(result));
  return {
    graph: result.chatbot.graph,
    losses: result.warnings.map(({ nodeId, code }) => `${nodeId} ${code}`),
  };
};
const play = (file: unknown, replies: string[] = [], stub?: unknown) =>
  simulate(draftVersion(read(file).graph), replies, { now: NOW, stub: httpStub(stub) });

test("texts, an input asked by the text before it, a variable with a space in its name", () => {
  const file = typebot(
    {
      g: [
        says("t1", "Welcome"),
        says("t2", "Your name?"),
        { id: "q", type: "text input", options: { variableId: "v1" } },
        says("t3", "Hi {{First name}}"),
      ],
    },
    ["e0 > g"],
  );
  const result = play(file, ["Ada"]);
  assert.deepEqual(result.said, ["Welcome", "Your name?", "Hi Ada"]);
  assert.deepEqual(result.path, ["ev", "t1", "q", "t3"]);
  assert.deepEqual(validateGraph(read(file).graph), []);
});

test("rich text becomes WhatsApp's", () => {
  const content = {
    richText: [
      {
        type: "p",
        children: [{ text: "Hello " }, { bold: true, text: "big " }, { italic: true, text: "world" }],
      },
      { type: "p", children: [{ type: "a", url: "https://x.example", children: [{ text: "here" }] }] },
      5,
    ],
  };
  assert.deepEqual(play(typebot({ g: [{ id: "t", type: "text", content }] }, ["e0 > g"])).said, [
    "Hello *big* _world_\nhere (https://x.example)",
  ]);
});

test("buttons: those with an edge take it, the others go on", () => {
  const items = [
    { id: "i1", content: "Yes", outgoingEdgeId: "e1" },
    { id: "i2", content: "No" },
  ];
  const file = typebot(
    {
      g: [says("t", "Sure?"), { id: "c", type: "choice input", items, outgoingEdgeId: "e2" }],
      yes: [says("y", "Good")],
      no: [says("n", "Pity")],
    },
    ["e0 > g", "e1 > yes", "e2 > no"],
  );
  assert.equal(play(file, ["Yes"]).said.at(-1), "Good");
  assert.equal(play(file, ["no"]).said.at(-1), "Pity");
});

test("many buttons are a list; what a choice cannot do is said", () => {
  const items = ["A", "B", "C", "D"].map((content) => ({ id: content, content }));
  const { graph, losses } = read(
    typebot(
      {
        g: [
          { id: "c", type: "choice input", items, options: { isMultipleChoice: true } },
          {
            id: "d",
            type: "picture choice input",
            items: [{ id: "x", title: "X" }],
            options: { dynamicVariableId: "v1" },
          },
        ],
      },
      ["e0 > g"],
    ),
  );
  assert.equal(graph.nodes.find(({ id }) => id === "c")?.data.questionType, "list");
  assert.deepEqual(losses, ["c unmapped_block", "d unmapped_block"]);
});

test("conditions, counting, jumps", () => {
  const condition = (value: string) => ({
    content: {
      logicalOperator: "AND",
      comparisons: [{ variableId: "v2", comparisonOperator: "Greater or equal to", value }],
    },
  });
  const file = typebot(
    {
      g: [{ id: "s", type: "Set variable", options: { variableId: "v2", expressionToEvaluate: "0" } }],
      loop: [
        {
          id: "add",
          type: "Set variable",
          options: { variableId: "v2", expressionToEvaluate: "{{Score}} + 5" },
        },
        {
          id: "if",
          type: "Condition",
          items: [
            { id: "i1", outgoingEdgeId: "e1", ...condition("15") },
            { id: "i2", outgoingEdgeId: "e2", ...condition("100") },
          ],
        },
        { id: "j", type: "Jump", options: { groupId: "loop" } },
      ],
      done: [says("d", "Score {{Score}}")],
    },
    ["e0 > g", "e1 > done", "e2 > done", "e3 > loop"],
  );
  (file.groups[0]?.blocks[0] as JsonObject).outgoingEdgeId = "e3";
  assert.deepEqual(play(file).said, ["Score 15"]);
});

test("an HTTP request stores what is mapped", () => {
  const options = {
    webhook: { url: "https://x.example/{{First name}}", method: "GET", headers: [{ key: "A", value: "b" }] },
    responseVariableMapping: [{ variableId: "v1", bodyPath: "data.user.name" }, { variableId: "v2" }],
  };
  const file = typebot({ g: [{ id: "w", type: "Webhook", options }, says("t", "{{First name}}")] }, [
    "e0 > g",
  ]);
  assert.deepEqual(play(file, [], { w: { body: { user: { name: "Ada" } } } }).said, ["Ada"]);
});

describe("single blocks", () => {
  const node = (block: JsonObject) => {
    const { graph, losses } = read(typebot({ g: [{ id: "b", ...block }] }, ["e0 > g"]));
    const { type, data } = graph.nodes.find(({ id }) => id === "b") ?? {};
    const { label: _, ...rest } = data ?? {};
    return { type, data: rest, losses };
  };
  const cases: [JsonObject, string, JsonObject, number][] = [
    [
      { type: "image", content: { url: "https://x.example/{{First name}}" } },
      "message",
      { messageType: "image", mediaUrl: "https://x.example/{{First_name}}" },
      0,
    ],
    [{ type: "Wait", options: { secondsToWaitFor: 5 } }, "delay", { delay: "5", delayUnit: "seconds" }, 0],
    [
      { type: "AB test", options: { aPercent: 30 }, items: [{ path: "a" }] },
      "ab_split",
      {
        variants: [
          { id: "a", weight: 30 },
          { id: "b", weight: 70 },
        ],
      },
      0,
    ],
    [{ type: "Typebot link", options: { typebotId: "t2" } }, "subflow", { chatbotId: "t2" }, 1],
    [
      { type: "rating input", options: { length: 7, variableId: "v2", retryMessageContent: "Hm?" } },
      "question",
      { questionType: "rating", content: "", variable: "Score", retryText: "Hm?", ratingMax: 7 },
      0,
    ],
    [
      { type: "email input", options: { labels: { placeholder: "Mail?" } } },
      "question",
      { questionType: "email", content: "Mail?" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Phone number" } },
      "set_variable",
      { variable: "First_name", value: "{{customer_phone}}" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Append value(s)", item: "{{Score}}" } },
      "set_variable",
      { variable: "First_name", operation: "append", value: "{{Score}}" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Transcript" } },
      "set_variable",
      { variable: "First_name", operation: "clear" },
      1,
    ],
    [
      {
        type: "Set variable",
        options: { variableId: "v1", isCode: true, expressionToEvaluate: "Math.random()" },
      },
      "set_variable",
      { variable: "First_name", value: "Math.random()" },
      1,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", isCode: true, expressionToEvaluate: '"fix"' } },
      "set_variable",
      { variable: "First_name", value: "fix" },
      0,
    ],
    [
      {
        type: "Condition",
        items: [{ id: "i", content: { comparisons: [{ comparisonOperator: "Matches regex" }] } }],
      },
      "condition",
      {
        conditionGroup: {
          conditions: [{ variable: "", operator: "Matches regex", value: "" }],
          logicalOperator: "AND",
        },
      },
      1,
    ],
    [{ type: "Condition", items: [] }, "condition", {}, 0],
    [
      { type: "Google Sheets", options: { a: 1 } },
      "Google Sheets",
      { id: "b", type: "Google Sheets", options: { a: 1 } },
      1,
    ],
  ];
  for (const [block, type, data, losses] of cases) {
    test(`${block.type} ${JSON.stringify(block.options ?? block.items ?? "")}`, () => {
      const mapped = node(block);
      assert.deepEqual([mapped.type, mapped.data, mapped.losses.length], [type, data, losses]);
    });
  }

  test("a run that reaches an unmapped block ends, naming it", () => {
    const result = play(typebot({ g: [{ id: "b", type: "Google Sheets" }] }, ["e0 > g"]));
    assert.equal(result.reason, "unknown_node_type: Google Sheets at b");
  });
});

test("other versions, and too many blocks, are refused", () => {
  assert.equal(importParsed({ version: "5", groups: [] }).kind, "refused");
  const blocks = Array.from({ length: 1001 }, (_, id) => says(String(id), "x"));
  assert.equal(importParsed(typebot({ g: blocks }, [])).kind, "refused");
});

test("a jump to the text before a question lands on the question", () => {
  const file = typebot(
    {
      g: [
        says("t", "Name?"),
        { id: "q", type: "text input" },
        { id: "j", type: "Jump", options: { groupId: "g" } },
      ],
      empty: [],
    },
    ["e0 > g"],
  );
  assert.deepEqual(play(file, ["a"]).path, ["ev", "q", "j", "q"]);
});
