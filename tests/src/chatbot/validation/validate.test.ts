import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import type { Surroundings } from "../../../../src/chatbot/validation/references.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { chainOf, graphOf, type NodeSpec } from "../build.ts";
import { barber } from "../fixtures/barber.ts";
import { helpdesk } from "../fixtures/helpdesk.ts";
import { multiSector } from "../fixtures/multi_sector.ts";
import { restaurant } from "../fixtures/restaurant.ts";
import { serviceDesk } from "../fixtures/service_desk.ts";

const found = (graph: Graph, around?: Surroundings) =>
  validateGraph(graph, around).map(({ severity, code, nodeId }) => `${severity} ${code} ${nodeId}`);

for (const [name, graph] of Object.entries({ barber, helpdesk, multiSector, restaurant, serviceDesk })) {
  test(`nothing is wrong with ${name}`, () => assert.deepEqual(found(graph), []));
}

describe("structure", () => {
  const cases: [string, Graph, string[]][] = [
    ["no start", graphOf({ m: ["message", { content: "x" }] }, []), ["error no_start_node null"]],
    ["two starts", graphOf({ a: ["start"], b: ["start"] }, []), ["warning several_start_nodes b"]],
    [
      "an id twice",
      { nodes: [...chainOf({}).nodes, ...chainOf({}).nodes], edges: [] },
      ["warning several_start_nodes start", "error duplicate_node_id start"],
    ],
    ["an edge to nowhere", graphOf({ start: ["start"] }, ["start > gone"]), ["error dangling_edge start"]],
    ["an edge from nowhere", graphOf({ start: ["start"] }, ["gone > start"]), ["error dangling_edge gone"]],
    [
      "a node nobody reaches",
      graphOf({ start: ["start"], m: ["message", { content: "x" }] }, []),
      ["warning unreachable_node m"],
    ],
    [
      "a node only a jump reaches",
      graphOf({ start: ["start"], j: ["jump", { targetNodeId: "m" }], m: ["message", { content: "x" }] }, [
        "start > j",
      ]),
      [],
    ],
    [
      "an exit that is none",
      graphOf(
        { start: ["start"], c: ["condition", { conditionVar: "contact", conditionOp: "eq" }], m: ["end"] },
        ["start > c", "c:maybe > m"],
      ),
      ["warning unknown_exit c"],
    ],
    ["a type that is not known", chainOf({ x: ["mystery"] }), ["error unknown_node_type x"]],
    [
      "exits of an unknown type",
      graphOf({ start: ["start"], x: ["mystery"], m: ["end"] }, ["start > x", "x:what > m"]),
      ["error unknown_node_type x"],
    ],
  ];
  for (const [name, graph, expected] of cases) test(name, () => assert.deepEqual(found(graph), expected));
});

describe("loops", () => {
  const loop = (type: string, data: NodeSpec[1], handle: string) =>
    graphOf({ start: ["start"], a: ["message", { content: "a" }], b: [type, data ?? {}] }, [
      "start > a",
      "a > b",
      `b${handle} > a`,
    ]);
  const cases: [string, Graph, string[]][] = [
    ["that ask are conversations", loop("question", { content: "?" }, ""), []],
    ["that wait are timers", loop("delay", { delay: 60 }, ""), ["warning outside_window b"]],
    [
      "that may end by a condition",
      loop("condition", { conditionVar: "contact", conditionOp: "eq" }, ":true"),
      ["warning loop_without_wait b"],
    ],
    ["that never end", loop("set_variable", { variable: "v" }, ""), ["error endless_loop b"]],
    ["by a jump", loop("jump", { targetNodeId: "a" }, ""), ["error endless_loop b"]],
    [
      "of a node with itself",
      graphOf({ start: ["start"], m: ["message", { content: "m" }] }, ["start > m", "m > m"]),
      ["error endless_loop m"],
    ],
    [
      "none in a diamond",
      graphOf({ start: ["start"], a: ["ab_split"], b: ["end"], c: ["jump", { targetNodeId: "b" }] }, [
        "start > a",
        "a:a > b",
        "a:b > c",
      ]),
      [],
    ],
  ];
  for (const [name, graph, expected] of cases) {
    test(name, () =>
      assert.deepEqual(
        found(graph).map((line) => line.replace(/ a$/, " b")),
        expected,
      ),
    );
  }
});

describe("fields", () => {
  const long = (length: number) => "x".repeat(length);
  const question = (data: object): NodeSpec => ["question", { content: "?", ...data }];
  const cases: [NodeSpec, string[]][] = [
    [["message", {}], ["error empty_message"]],
    [["message", { content: long(5000) }], ["warning text_too_long"]],
    [["message", { messageType: "fancy", content: "x" }], ["warning unknown_message_type"]],
    [["message", { messageType: "image" }], ["error empty_message"]],
    [["message", { messageType: "image", mediaId: "1", caption: long(1025) }], ["error text_too_long"]],
    [["message", { messageType: "video", mediaUrl: "https://x.example/" }], []],
    [["message", { messageType: "location", latitude: 1 }], ["error empty_message"]],
    [["message", { messageType: "location", latitude: 1, longitude: 2 }], []],
    [["message", { messageType: "contacts" }], ["error empty_message"]],
    [["message", { messageType: "contacts", contacts: [{}] }], []],
    [["message", { messageType: "template" }], ["error empty_message"]],
    [["message", { messageType: "template", templateName: "t" }], []],
    [["message", { messageType: "interactive" }], ["error empty_message"]],
    [["message", { messageType: "interactive", interactive: {} }], []],
    [question({ content: "" }), ["warning empty_message"]],
    [question({ questionType: "mood" }), ["error unknown_question_type"]],
    [question({ pattern: "(a)\\1" }), ["error bad_regex"]],
    [question({ pattern: "a+" }), []],
    [question({ headerText: long(61), footerText: `{{contact}}${long(61)}` }), ["warning text_too_long"]],
    [question({ questionType: "buttons" }), ["error no_options"]],
    [question({ questionType: "buttons", dynamicButtonsSource: "contact" }), []],
    [
      question({ questionType: "buttons", buttons: ["A", "A", "C", long(21)] }),
      ["warning too_many_buttons", "warning duplicate_title", "warning text_too_long"],
    ],
    [
      question({ questionType: "buttons", buttons: [{ id: "a", title: "A" }, { id: "a", title: "B" }, 5] }),
      ["error duplicate_option_id"],
    ],
    [question({ questionType: "list" }), ["error no_options"]],
    [question({ questionType: "list", dynamicListSource: "nobody" }), ["warning unknown_variable"]],
    [
      question({
        questionType: "list",
        listSections: [{ title: long(25), rows: [{ id: "a", title: long(25), description: long(73) }] }],
      }),
      ["warning text_too_long", "warning text_too_long", "warning text_too_long"],
    ],
    [["condition", {}], ["error missing_condition"]],
    [["condition", { conditionVar: "contact", conditionOp: "like" }], ["error unknown_operator"]],
    [
      ["condition", { conditionVar: "contact", conditionOp: "matches_regex", conditionVal: "(?!a)b" }],
      ["error bad_regex"],
    ],
    [
      [
        "condition",
        {
          conditionGroup: {
            conditions: [
              { conditions: [{ variable: "contact", operator: "not_matches_regex", value: "(a)\\1" }] },
              { variable: "contact", operator: "matches_regex", value: "{{contact.name}}(?!a)" },
              { variable: "contact", operator: "eq", value: "(?!a)" },
            ],
          },
        },
      ],
      ["error bad_regex"],
    ],
    [
      [
        "condition",
        { conditionGroup: { conditions: [{ conditions: [{ variable: "nobody", operator: "eq" }] }] } },
      ],
      ["warning unknown_variable"],
    ],
    [["set_variable", {}], ["error missing_variable"]],
    [["set_variable", { assignments: [{ variable: "v" }] }], []],
    [["rest_api", {}], ["error missing_url"]],
    [["data_source", {}], ["error missing_data_source"]],
    [["data_source", { connectionId: "c9" }], ["warning unknown_connection"]],
    [["data_source", { dataSourceId: "d9" }], ["warning unknown_data_source"]],
    [["whatsapp_flow", {}], ["error missing_flow"]],
    [["whatsapp_flow", { whatsappFlowId: "f9", dataSourceId: "d1" }], ["warning unknown_flow"]],
    [["whatsapp_flow", { whatsappFlowId: "f1", dataSourceId: "d9" }], ["warning unknown_data_source"]],
    [["google_calendar", { calendarUserSource: "variable" }], ["error missing_calendar_user"]],
    [["google_calendar", { calendarUserSource: "static", calendarUserId: "u1" }], []],
    [
      ["google_calendar", { calendarUserSource: "static", calendarUserId: "u9" }],
      ["warning calendar_not_connected"],
    ],
    [
      ["google_calendar", { calendarUserSource: "static", calendarUserId: "gone@example.com" }],
      ["warning inactive_calendar"],
    ],
    [["google_calendar", {}], ["warning calendar_not_connected"]],
    [["google_calendar", { calendarUserSource: "variable", calendarUserVariable: "contact" }], []],
    [["data_source", { connectionId: "c2" }], ["warning inactive_connection"]],
    [["data_source", { connectionId: "c1", dataSourceId: "d9" }], []],
    [["data_source", { dataSourceId: "d2" }], ["warning inactive_data_source"]],
    [["data_source", { dataSourceId: "__proto__" }], ["warning unknown_data_source"]],
    [["whatsapp_flow", { whatsappFlowId: "f2" }], ["warning draft_flow"]],
    [["whatsapp_flow", { whatsappFlowId: "f3" }], ["warning inactive_flow"]],
    [
      ["message", { messageType: "template", templateName: "t", templateLanguage: "de" }],
      ["warning inactive_template"],
    ],
    [
      ["message", { messageType: "template", template: { name: "t", language: { code: "fr" } } }],
      ["warning unknown_template"],
    ],
    [["message", { messageType: "template", templateName: "{{contact.name}}" }], []],
    [["handoff", { userId: "u1" }], []],
    [["handoff", { userId: "u2" }], ["warning inactive_member"]],
    [["handoff", { userId: "u3" }], ["warning unknown_member"]],
    [["update_contact", { addGroups: ["News", "Olds", "{{contact.name}}", " "] }], ["warning unknown_group"]],
    [
      ["update_contact", { addTags: ["VIP", "0190f0e0-0000-7000-8000-000000000001"], removeTags: ["Old"] }],
      ["warning unknown_tag"],
    ],
    [["delay", {}], ["warning no_delay"]],
    [["delay", { delay: 5 }], []],
    [["jump", {}], ["error missing_target"]],
    [["subflow", {}], ["error missing_subflow"]],
    [["subflow", { chatbotId: "b9" }], ["error unknown_chatbot"]],
    [["subflow", { chatbotId: "b1", outputs: { v: "x" } }], []],
    [["ab_split", { variants: [{ id: "a" }, { id: "a" }] }], ["error duplicate_variant"]],
    [["ai_reply", {}], ["warning missing_prompt"]],
    [["ai_reply", { aiPrompt: "{{nobody}} {{contact.name}}" }], ["warning unknown_variable"]],
    [["handoff", {}], []],
    [["wait_for_callback", {}], []],
    [["update_contact", { fields: { a: ["{{nobody}}"] } }], ["warning unknown_variable"]],
    [["end", {}], []],
  ];
  const around: Surroundings = {
    flow: { f1: "active", f2: "draft", f3: "inactive" },
    data_source: { d1: "active", d2: "inactive" },
    connection: { c1: "active", c2: "inactive" },
    chatbot: { b1: "active" },
    template: { "t/en": "active", "t/de": "inactive" },
    calendar: { u1: "active", "gone@example.com": "inactive" },
    member: { u1: "active", u2: "inactive" },
    group: { News: "active" },
    tag: {},
  };
  for (const [node, expected] of cases) {
    test(`${node[0]} ${JSON.stringify(node[1]).slice(0, 60)}`, () => {
      const codes = validateGraph(chainOf({ n: node }), around).map(
        ({ severity, code }) => `${severity} ${code}`,
      );
      assert.deepEqual(codes, expected);
    });
  }

  test("of a start node's patterns", () => {
    const triggers: JsonObject[] = [
      { kind: "keyword", match: "regex", words: ["ok", "["] },
      { kind: "keyword", words: ["["] },
    ];
    assert.deepEqual(found(graphOf({ s: ["start", { triggers }] }, [])), ["error bad_regex s"]);
  });
});

test("every kind's exits can be drawn", () => {
  const exits: { [type: string]: [NodeSpec[1], string[]] } = {
    question: [
      { content: "?", questionType: "rating" },
      ["1", "10", "answered", "invalid", "timeout", "default"],
    ],
    whatsapp_flow: [{ whatsappFlowId: "1" }, ["answered", "error", "timeout"]],
    handoff: [{}, ["returned", "timeout"]],
    wait_for_callback: [{}, ["received", "timeout"]],
    ab_split: [{ variants: [{ id: "x" }] }, ["x"]],
    message: [{ content: "x" }, ["error"]],
    subflow: [{ chatbotId: "b" }, ["any outcome"]],
    ai_reply: [{ aiPrompt: "x" }, ["success", "error"]],
  };
  for (const [type, [data, handles]] of Object.entries(exits)) {
    const graph = graphOf({ start: ["start"], n: [type, data ?? {}], end: ["end"] }, [
      "start > n",
      ...handles.map((handle) => `n:${handle} > end`),
    ]);
    assert.deepEqual(found(graph), [], type);
  }
});

test("automatic names are known", () => {
  const graph = chainOf({
    q: ["question", { content: "?" }],
    api: ["rest_api", { apiUrl: "https://x.example/{{question_1.response}}" }],
    m: ["message", { content: "{{rest_api_1.data.a}} {{rest_api_2.data}}" }],
  });
  assert.deepEqual(
    validateGraph(graph).map(({ message }) => message),
    ['No node sets the variable "rest_api_2.data".'],
  );
});

describe("a graph of more than anybody reads", () => {
  test("patterns are counted, not all compiled", () => {
    const words = Array.from({ length: 5000 }, (_, index) => `(\\b\\w|${index}){300}`);
    const graph = graphOf(
      { start: ["start", { triggers: [{ kind: "keyword", match: "regex", words }] }] },
      [],
    );
    const problems = found(graph);
    assert.equal(problems.length, 201);
    assert.equal(problems.at(-1), "error too_many_patterns start");
  });

  test("one pattern many times is one", () => {
    const conditions = Array.from({ length: 1000 }, () => ({
      variable: "contact",
      operator: "matches_regex",
      value: "^a+$",
    }));
    assert.deepEqual(found(chainOf({ c: ["condition", { conditionGroup: { conditions } }] })), []);
  });

  test("conditions", () => {
    const conditions = Array.from({ length: 300_000 }, () => ({}));
    assert.doesNotThrow(() => found(chainOf({ c: ["condition", { conditionGroup: { conditions } }] })));
  });
});

test("validation sees groups, calls, calendars and rows", () => {
  const rows = Array.from({ length: 11 }, (_, index) => ({ id: `r${index}`, title: `Row ${index}` }));
  const problems = validateGraph(
    chainOf({
      c: [
        "condition",
        {
          conditionGroup: {
            logicalOperator: "AND",
            conditions: [{ variable: "customer_phone", operator: "is_empty" }],
          },
        },
      ],
      g: [
        "condition",
        {
          conditionGroup: {
            conditions: [
              { variable: "", operator: "eq" },
              { variable: "customer_phone", operator: "like" },
            ],
          },
        },
      ],
      api: ["rest_api"],
      cal: ["google_calendar", { calendarUserSource: "static" }],
      list: ["question", { questionType: "list", content: "?", listSections: [{ title: "A", rows }] }],
    }),
  );
  assert.deepEqual(
    problems.map(({ code, nodeId }) => `${nodeId} ${code}`),
    [
      "g missing_condition",
      "g unknown_operator",
      "api missing_url",
      "cal missing_calendar_user",
      "list too_many_rows",
    ],
  );
});
