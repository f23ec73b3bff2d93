import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { importParsed } from "../../../../src/chatbot/exchange/import.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { play, read, says, typebot } from "./typebot_file.ts";

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
            options: { dynamicItems: { isEnabled: true, titlesVariableId: "v1" }, isMultipleChoice: true },
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

test("other versions, and too many blocks, options or variables, are refused", () => {
  const refusedFor = (file: unknown) => {
    const result = importParsed(file);
    return result.kind === "refused" && result.problems[0]?.code;
  };
  assert.equal(refusedFor({ version: "5", groups: [] }), "unknown_version");
  const blocks = Array.from({ length: 1001 }, (_, id) => says(String(id), "x"));
  assert.equal(refusedFor(typebot({ g: blocks }, [])), "too_many_nodes");
  const items = Array.from({ length: 100_000 }, (_, id) => ({ id: String(id), content: `${id}` }));
  assert.equal(refusedFor(typebot({ g: [{ id: "c", type: "choice input", items }] }, [])), "too_many_edges");
  const variables = Array.from({ length: 100_000 }, (_, id) => ({
    id: String(id),
    name: "名".repeat(id % 9),
  }));
  assert.equal(refusedFor(typebot({ g: [] }, [], { variables })), "too_large");
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
