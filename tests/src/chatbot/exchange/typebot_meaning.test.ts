import assert from "node:assert/strict";
import { test } from "node:test";
import { importParsed } from "../../../../src/chatbot/exchange/import.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { NOW } from "../build.ts";
import { play, read, says, typebot } from "./typebot_file.ts";

/** What a Typebot's author would miss: that choices are words, that links share variables, what starts it. */

test("a choice is stored as its words, so that conditions on it are met", () => {
  const items = [
    { id: "i1", content: "Red" },
    { id: "i2", content: "Blue" },
    { id: "i3", content: "default" },
  ];
  const isRed = { comparisons: [{ variableId: "v1", comparisonOperator: "Equal to", value: "Red" }] };
  const file = typebot(
    {
      g: [
        { id: "c", type: "choice input", items, options: { variableId: "v1" } },
        { id: "if", type: "Condition", items: [{ id: "x", content: isRed, outgoingEdgeId: "e1" }] },
        says("no", "Not red but {{First name}}"),
      ],
      red: [says("yes", "Red it is")],
    },
    ["e0 > g", "e1 > red"],
  );
  assert.equal(play(file, ["Red"]).said.at(-1), "Red it is");
  assert.equal(play(file, ["Blue"]).said.at(-1), "Not red but Blue");
  // A word that names an exit of its own kind keeps its own id.
  assert.equal(play(file, ["default"]).said.at(-1), "Not red but i3");
});

test("a value of a button's own, and titles that occur twice", () => {
  const items = [
    { id: "i1", content: "Yes", value: "accepted" },
    { id: "i2", content: "Yes" },
  ];
  const { graph } = read(typebot({ g: [{ id: "c", type: "choice input", items }] }, ["e0 > g"]));
  assert.deepEqual(graph.nodes[1]?.data.buttons, [
    { id: "accepted", title: "Yes" },
    { id: "i2", title: "Yes" },
  ]);
});

test("options from a variable", () => {
  const file = typebot(
    {
      g: [
        {
          id: "w",
          type: "Webhook",
          options: {
            webhook: { method: "GET", url: "https://x.example" },
            responseVariableMapping: [{ variableId: "v1", bodyPath: "data[0].list" }],
          },
        },
        says("t", "Which?"),
        {
          id: "c",
          type: "choice input",
          items: [{ id: "i" }],
          options: { dynamicVariableId: "v1", variableId: "v2" },
        },
        says("d", "{{Score}}!"),
      ],
    },
    ["e0 > g"],
  );
  const stub = { w: { body: [{ list: ["One", "Two"] }] } };
  assert.deepEqual(play(file, ["Two"], stub).said, ["Which?\n[One]\n[Two]", "Two!"]);
});

test("comparisons that look at the ends of a text, and patterns", () => {
  const compared = (comparisonOperator: string, value: string) => {
    const content = { comparisons: [{ variableId: "v1", comparisonOperator, value }] };
    const file = typebot(
      {
        g: [
          { id: "s", type: "Set variable", options: { variableId: "v1", expressionToEvaluate: "Order 42" } },
          { id: "if", type: "Condition", items: [{ id: "x", content, outgoingEdgeId: "e1" }] },
        ],
        yes: [says("y", "yes")],
      },
      ["e0 > g", "e1 > yes"],
    );
    return play(file).said.length === 1;
  };
  assert.ok(compared("Starts with", "order"));
  assert.ok(!compared("Starts with", "42"));
  assert.ok(compared("Ends with", "42"));
  assert.ok(compared("Matches regex", "/^order \\d+$/i"));
  assert.ok(compared("Does not match regex", "x"));
  assert.ok(!compared("Does not match regex", "(a)\\1"), "what is refused is met neither way");
});

test("what belongs to a page is left out, and whatever led there goes on", () => {
  const file = typebot(
    {
      g: [
        { id: "p", type: "Pixel" },
        says("t", "Hello"),
        { id: "j", type: "Jump", options: { groupId: "code" } },
      ],
      code: [
        { id: "s", type: "Code" },
        { id: "a", type: "Google Analytics", outgoingEdgeId: "e1" },
      ],
      end: [{ id: "last", type: "Pixel" }],
      more: [says("m", "More"), { id: "l", type: "Code", outgoingEdgeId: "e2" }],
    },
    ["e0 > g", "e1 > more", "e2 > end"],
  );
  const { graph, losses } = read(file);
  assert.deepEqual(
    graph.nodes.map(({ id }) => id),
    ["ev", "t", "j", "m"],
  );
  assert.equal(losses.length, 5);
  assert.deepEqual(play(file).said, ["Hello", "More"]);
  assert.deepEqual(validateGraph(graph), []);
});

test("blocks left out that lead to each other lead nowhere", () => {
  const file = typebot(
    {
      g: [{ id: "a", type: "Code", outgoingEdgeId: "e1" }],
      h: [{ id: "b", type: "Code", outgoingEdgeId: "e2" }],
    },
    ["e0 > g", "e1 > h", "e2 > g"],
  );
  assert.deepEqual(play(file).path, ["ev"]);
});

test("variables: values from the start, and names that only differ in what cannot be spelled", () => {
  const variables = [
    { id: "v1", name: "名前", value: "Ada" },
    { id: "v2", name: "電話", value: ["1", "2"] },
    { id: "v3", name: "Prénom", value: null },
    { id: "v4", name: "Prenom" },
  ];
  const file = typebot(
    { g: [says("t", "{{名前}} {{ 電話 }} {{Prénom}} {{Prenom}} {{unknown one}}")] },
    ["e0 > g"],
    { variables },
  );
  const { graph } = read(file);
  assert.equal(graph.nodes.at(-1)?.data.content, "{{_}} {{_2}} {{Prenom}} {{Prenom2}} {{unknown_one}}");
  assert.match(play(file).said[0] ?? "", /^Ada 1\. 1\n2\. 2 /);
  assert.deepEqual(play(file).path, ["ev", "initial-variables", "t"]);
});

test("the settings for WhatsApp: when it begins, and how long it waits", () => {
  const startCondition = {
    logicalOperator: "OR",
    comparisons: [
      { comparisonOperator: "Contains", value: "order" },
      { comparisonOperator: "Starts with", value: "#1." },
      { comparisonOperator: "Matches regex", value: "/^help/i" },
    ],
  };
  const withSettings = (whatsApp: object) =>
    importParsed(typebot({ g: [says("t", "Hi")] }, ["e0 > g"], { settings: { whatsApp } }));
  const result = withSettings({ startCondition, sessionExpiryTimeout: 2 });
  assert.ok(result.kind === "imported");
  assert.deepEqual(result.chatbot.graph.nodes[0]?.data.triggers, [
    { kind: "keyword", words: ["order"], match: "contains" },
    { kind: "keyword", words: ["^#1\\."], match: "regex" },
    { kind: "keyword", words: ["^help"], match: "regex" },
  ]);
  assert.equal(result.chatbot.settings.sessionExpirySeconds, 7200);
  const silent = withSettings({});
  assert.equal(silent.kind === "imported" && silent.chatbot.settings.sessionExpirySeconds, 4 * 3600);
  assert.deepEqual(result.warnings, []);
  for (const comparisons of [[{ comparisonOperator: "Is empty" }], startCondition.comparisons]) {
    const lossy = withSettings({ startCondition: { logicalOperator: "AND", comparisons } });
    assert.deepEqual(lossy.kind === "imported" && lossy.warnings.map(({ code }) => code), [
      "start_condition",
    ]);
  }
});

test("a link calls the other file, with the variables there and back; one into itself jumps", () => {
  const main = read(
    typebot(
      {
        g: [
          { id: "l", type: "Typebot link", options: { typebotId: "t2", groupId: "x" } },
          says("t", "Score {{Score}}"),
        ],
        self: [{ id: "j", type: "Typebot link", options: { typebotId: "current", groupId: "g" } }],
        again: [{ id: "k", type: "Typebot link", options: { typebotId: "current" } }],
      },
      ["e0 > g"],
    ),
  );
  const called = read(
    typebot(
      { g: [{ id: "s", type: "Set variable", options: { variableId: "v2", expressionToEvaluate: "7" } }] },
      ["e0 > g"],
      { id: "t2" },
    ),
  );
  const version = { ...draftVersion(main.graph), subflows: { t2: called.graph } };
  assert.deepEqual(simulate(version, [], { now: NOW }).said, ["Score 7"]);
  const jumps = main.graph.nodes.filter(({ type }) => type === "jump").map(({ data }) => data.targetNodeId);
  assert.deepEqual(jumps, ["l", "ev"]);
});

test("a wait for a call takes apart what comes", () => {
  const options = {
    responseVariableMapping: [
      { variableId: "v1", bodyPath: "data.name" },
      { variableId: "v2", bodyPath: "statusCode" },
    ],
  };
  const file = typebot({ g: [{ id: "w-1", type: "webhook", options }, says("t", "Hi {{First name}}")] }, [
    "e0 > g",
  ]);
  assert.deepEqual(play(file, ['{"name": "Ada"}']).said, ["Hi Ada"]);
  assert.deepEqual(read(file).losses, ["w-1 unmapped_block"]);
});

test("a part of an answer that only code finds is empty, and reported", () => {
  const options = {
    webhook: { method: "GET", url: "https://x.example" },
    responseVariableMapping: [
      { variableId: "v1", bodyPath: "data.flatMap(item => item.name)" },
      { variableId: "v2", bodyPath: "data['first'].name" },
    ],
  };
  const file = typebot(
    { g: [{ id: "w", type: "Webhook", options }, says("t", "Hi {{First name}}{{Score}}")] },
    ["e0 > g"],
  );
  const stub = { w: { body: { first: { name: "Ada" } } } };
  assert.deepEqual(play(file, [], stub).said, ["Hi {{First_name}}Ada"]);
  assert.deepEqual(read(file).losses, ["w unmapped_block"]);
});

test("lists, headings, quotes and all marks of rich text", () => {
  const li = (text: string) => ({ type: "li", children: [{ type: "lic", children: [{ text }] }] });
  const richText = [
    { type: "h1", children: [{ text: "Title" }] },
    { type: "ul", children: [li("a"), li("b")] },
    { type: "ol", children: [li("one"), li("two")] },
    { type: "blockquote", children: [{ text: "said" }] },
    { type: "p", children: [{ strikethrough: true, text: "old" }, { text: " " }, { code: true, text: "x" }] },
  ];
  assert.deepEqual(
    play(typebot({ g: [{ id: "t", type: "text", content: { richText } }] }, ["e0 > g"])).said,
    ["*Title*\n- a\n- b\n1. one\n2. two\n> said\n~old~ `x`"],
  );
});

test("a placeholder asks only where no text does", () => {
  const input = { id: "q", type: "text input", options: { labels: { placeholder: "Type here" } } };
  assert.deepEqual(play(typebot({ g: [says("t", "Name?"), input] }, ["e0 > g"])).said, ["Name?"]);
  assert.deepEqual(play(typebot({ g: [input] }, ["e0 > g"])).said, ["Type here"]);
});

test("a loss names its block and its group; other events are reported", () => {
  const events = [
    { id: "ev", type: "start", outgoingEdgeId: "e0" },
    { id: "cmd", type: "command" },
  ];
  const result = importParsed(
    typebot({ "g-1": [{ id: "b", type: "Google Sheets" }] }, ["e0 > g-1"], { events }),
  );
  assert.ok(result.kind === "imported");
  assert.deepEqual(
    result.warnings.map(({ code, nodeId }) => `${nodeId} ${code}`),
    ["cmd unmapped_event", "b unmapped_block"],
  );
  assert.match(result.warnings[1]?.message ?? "", /^"Google Sheets" in the group "g-1" \(g-1\): /);
});

test("an item that is met decides: without an edge the run ends, in the middle of several too", () => {
  const isName = (id: string, value: string, rest: object = {}) => ({
    id,
    content: { comparisons: [{ variableId: "v1", comparisonOperator: "Equal to", value }] },
    ...rest,
  });
  const items = [isName("i1", "Ann", { outgoingEdgeId: "e1" }), isName("i2", "Bob"), isName("i3", "Cem")];
  const file = typebot(
    {
      g: [
        { id: "q", type: "text input", options: { variableId: "v1" } },
        { id: "if", type: "Condition", items },
        says("else", "Somebody else"),
      ],
      ann: [says("a", "It is Ann")],
    },
    ["e0 > g", "e1 > ann"],
  );
  assert.deepEqual(play(file, ["Ann"]).said.slice(-1), ["It is Ann"]);
  assert.deepEqual(play(file, ["Dan"]).said.slice(-1), ["Somebody else"]);
  for (const name of ["Bob", "Cem"]) {
    const { said, outcome } = play(file, [name]);
    assert.deepEqual([said.includes("Somebody else"), outcome], [false, "completed"], name);
  }
});

test("a condition that compares nothing is never met", () => {
  const items = [
    { id: "i1", content: { comparisons: [] }, outgoingEdgeId: "e1" },
    { id: "i2", outgoingEdgeId: "e1" },
    { id: "i3", content: { comparisons: [{ comparisonOperator: "Not equal" }] }, outgoingEdgeId: "e1" },
    { id: "i4", content: { comparisons: [{ variableId: "v1" }] }, outgoingEdgeId: "e1" },
  ];
  const file = typebot(
    { g: [{ id: "if", type: "Condition", items }, says("else", "No")], yes: [says("y", "Yes")] },
    ["e0 > g", "e1 > yes"],
  );
  assert.deepEqual(play(file).said, ["No"]);
});

test("a rating without further settings is from 0 to 10", () => {
  const isPromoter = { comparisons: [{ variableId: "v2", comparisonOperator: "Greater than", value: "8" }] };
  const file = typebot(
    {
      g: [
        says("t", "Would you recommend us?"),
        { id: "r", type: "rating input", options: { variableId: "v2" } },
        { id: "if", type: "Condition", items: [{ id: "i", content: isPromoter, outgoingEdgeId: "e1" }] },
        says("bad", "What went wrong?"),
      ],
      good: [says("good", "Glad to hear it!")],
    },
    ["e0 > g", "e1 > good"],
  );
  for (const [mark, last] of Object.entries({
    0: "What went wrong?",
    8: "What went wrong?",
    9: "Glad to hear it!",
  }))
    assert.equal(play(file, [mark]).said.at(-1), last, mark);
});

test("a Typebot in the shapes it is found in", () => {
  const bare = typebot({ g: [says("t", "Hi")] }, ["e0 > g"], { id: "t1" });
  const { name: _, ...unnamed } = bare;
  const shapes = [
    bare,
    { typebot: bare },
    { typebot: bare, currentUserMode: "write" },
    { publicTypebot: { ...unnamed, id: "p1", typebotId: "t1" } },
    { publishedTypebot: bare },
    [bare],
    [{ typebot: bare }],
  ];
  for (const shape of shapes) {
    const result = importParsed(shape);
    assert.ok(result.kind === "imported", JSON.stringify(result));
    assert.equal(result.chatbot.id, "t1");
    assert.deepEqual(play(shape).said, ["Hi"]);
  }
  const codes = (file: unknown) => {
    const result = importParsed(file);
    return result.kind === "refused" ? result.problems.map(({ code }) => code) : [];
  };
  for (const several of [[], [bare, bare], [[bare]]]) assert.deepEqual(codes(several), ["not_a_chatbot"]);
});
