import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { chatbotSettings } from "../../../../src/chatbot/graph/settings.ts";
import { NODE_KINDS } from "../../../../src/chatbot/nodes/registry.ts";
import { windowProblems } from "../../../../src/chatbot/validation/window.ts";
import { graphOf, type NodeSpec } from "../build.ts";

const late = (graph: Graph, settings = {}) =>
  windowProblems(graph, chatbotSettings(settings), NODE_KINDS).map(({ severity, code, nodeId }) => {
    assert.deepEqual([severity, code], ["warning", "outside_window"]);
    return nodeId;
  });

const text: NodeSpec = ["message", { content: "Hi" }];
const template: NodeSpec = ["message", { messageType: "template", templateName: "reminder" }];
const hours = (delay: number): NodeSpec => ["delay", { delay, delayUnit: "hours" }];
const ask = (timeoutSeconds?: number): NodeSpec => [
  "question",
  { content: "?", variable: "v", ...(timeoutSeconds !== undefined && { timeoutSeconds }) },
];

/** Nodes by name, the first one after the start. */
const play = (nodes: { [id: string]: NodeSpec }, edges: string[]) =>
  graphOf({ start: ["start"], ...nodes }, [`start > ${Object.keys(nodes)[0]}`, ...edges]);

describe("texts that come when the window is closed", () => {
  const cases: [name: string, graph: Graph, late: string[], settings?: object][] = [
    ["three days later", play({ a: text, d: hours(72), b: text }, ["a > d", "d > b"]), ["b"]],
    ["23 hours later", play({ d: hours(23), b: text }, ["d > b"]), []],
    ["a day later", play({ d: ["delay", { delay: 1, delayUnit: "days" }], b: text }, ["d > b"]), ["b"]],
    ["a template", play({ d: hours(72), t: template }, ["d > t"]), []],
    ["a text after the template", play({ d: hours(72), t: template, b: text }, ["d > t", "t > b"]), ["b"]],
    [
      "waits are added up",
      play({ d: hours(12), a: text, e: hours(12), b: text }, ["d > a", "a > e", "e > b"]),
      ["b"],
    ],
    [
      "an answer in between",
      play({ d: hours(20), q: ask(), e: hours(20), b: text }, ["d > q", "q > e", "e > b"]),
      [],
    ],
    ["a timeout", play({ q: ask(172_800), b: text, c: text }, ["q:timeout > b", "q > c"]), ["b"]],
    [
      "a timeout after a wait",
      play({ d: hours(20), q: ask(14_400), b: text }, ["d > q", "q:timeout > b"]),
      ["b"],
    ],
    ["the session's end", play({ q: ask(), b: text }, ["q:timeout > b"]), ["b"]],
    [
      "a short session's end",
      play({ q: ask(), b: text }, ["q:timeout > b"]),
      [],
      { sessionExpirySeconds: 3600 },
    ],
    ["an invalid answer", play({ q: ask(172_800), b: text }, ["q:invalid > b"]), []],
    [
      "of two ways the longer one",
      play({ c: ["condition", {}], d: hours(30), b: text }, ["c:true > b", "c:false > d", "d > b"]),
      ["b"],
    ],
    ["a reminder again and again", play({ a: text, d: hours(1) }, ["a > d", "d > a"]), ["a"]],
    [
      "a question that reminds of itself",
      play({ q: ask(3600), r: text }, ["q:timeout > r", "r > q"]),
      ["q", "r"],
    ],
    ["a loop that waits for an answer", play({ q: ask(), d: hours(20) }, ["q > d", "d > q"]), []],
    ["a jump", play({ d: hours(30), j: ["jump", { targetNodeId: "b" }], b: text }, ["d > j"]), ["b"]],
    ["a form", play({ d: hours(30), f: ["whatsapp_flow", { whatsappFlowId: "1" }] }, ["d > f"]), ["f"]],
    [
      "a form's timeout",
      play({ f: ["whatsapp_flow", { flowExpirySeconds: 90_000 }], b: text }, ["f:timeout > b"]),
      ["b"],
    ],
    ["a call that never came", play({ w: ["wait_for_callback", {}], b: text }, ["w:timeout > b"]), ["b"]],
    ["a call that came", play({ w: ["wait_for_callback", {}], b: text }, ["w > b"]), []],
    [
      "nobody gave it back",
      play({ h: ["handoff", { timeoutSeconds: 90_000 }], b: text }, ["h:timeout > b"]),
      ["b"],
    ],
    ["a person gave it back", play({ h: ["handoff", {}], b: text }, ["h > b"]), []],
    ["a last word", play({ d: hours(30), e: ["end", { content: "Bye" }] }, ["d > e"]), ["e"]],
    ["a silent end", play({ d: hours(30), e: ["end"] }, ["d > e"]), []],
    ["a model's answer", play({ d: hours(30), m: ["ai_reply", { aiPrompt: "x" }] }, ["d > m"]), ["m"]],
    ["one that is only stored", play({ d: hours(30), m: ["ai_reply", { aiSend: false }] }, ["d > m"]), []],
    [
      "a graph that is called",
      play({ d: hours(30), s: ["subflow", { chatbotId: "x" }], b: text }, ["d > s", "s > b"]),
      [],
    ],
    ["what nothing leads to", graphOf({ start: ["start"], d: hours(30), b: text }, ["d > b"]), []],
    [
      "a broken graph",
      graphOf({ start: ["start"], d: hours(30) }, ["start > d", "d > gone", "gone > d"]),
      [],
    ],
  ];
  for (const [name, graph, expected, settings] of cases)
    test(name, () => assert.deepEqual(late(graph, settings), expected));
});

test("a large loop of small waits is a wait of a day", () => {
  const nodes = Array.from({ length: 1000 }, (_, index) => [`d${index}`, ["delay", { delay: 1 }]] as const);
  const edges = nodes.map((_, index) => `d${index} > d${(index + 1) % nodes.length}`).reverse();
  const graph = play({ ...Object.fromEntries(nodes), b: text } as { [id: string]: NodeSpec }, [
    ...edges,
    "d500 > b",
  ]);
  assert.deepEqual(late(graph), ["b"]);
});
