import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import { chainOf, graphOf, NOW, Run } from "../build.ts";

describe("condition", () => {
  const branch = (data: JsonObject, variables: JsonObject): unknown => {
    const graph = graphOf({ start: ["start"], c: ["condition", data], yes: ["end"], no: ["end"] }, [
      "start > c",
      "c:true > yes",
      "c:false > no",
    ]);
    return new Run(graph).start(variables).path.at(-1) === "yes";
  };

  const rows: [left: Json | undefined, operator: string, right: string, met: boolean][] = [
    ["a", "==", "a", true],
    ["a", "eq", "A", false],
    ["a", "equals", "a", true],
    [5, "eq", "5", true],
    [undefined, "eq", "undefined", false],
    [undefined, "eq", "", true],
    ["a", "!=", "b", true],
    ["a", "neq", "a", false],
    ["a", "ne", "b", true],
    ["a", "not_equals", "b", true],
    ["İstanbul", "contains", "istan", true],
    [["red", "blue"], "contains", "BLUE", true],
    ["a", "not_contains", "b", true],
    ["İstanbul", "starts_with", "ISTAN", true],
    ["İstanbul", "ends_with", "Bul", true],
    ["order 7", "matches_regex", "^ORDER \\d$", true],
    ["order 7", "not_matches_regex", "^\\d", true],
    ["order 7", "not_matches_regex", "(a)\\1", false],
    ["10", ">", "9", true],
    [10, "gt", "9", true],
    ["x", "greater", "9", false],
    ["", "<", "1", true],
    [undefined, "lt", "1", true],
    ["2", "less", "1", false],
    ["2", ">=", "2", true],
    ["2", "gte", "3", false],
    ["2", "greater_or_equal", "1", true],
    ["2", "<=", "2", true],
    ["2", "lte", "1", false],
    ["2", "less_or_equal", "3", true],
    ["2026-03-02", "gt", "2026-03-01", true],
    ["2026-03-02T10:00:00Z", "<", "2026-03-02T09:00:00Z", false],
    [undefined, "is_empty", "", true],
    [null, "is_empty", "", true],
    ["", "is_empty", "", true],
    [[], "is_empty", "", true],
    [0, "is_empty", "", false],
    ["a", "is_not_empty", "", true],
    [{ a: 1 }, "eq", '{"a":1}', true],
    ["a", "toString", "a", false],
    ["a", "", "a", false],
  ];
  for (const [left, operator, right, met] of rows) {
    test(`${JSON.stringify(left)} ${operator} ${right}: ${met}`, () => {
      assert.equal(
        branch(
          { conditionVar: "v", conditionOp: operator, conditionVal: right },
          left === undefined ? {} : { v: left },
        ),
        met,
      );
    });
  }

  test("paths on both sides, in braces or bare", () => {
    assert.equal(
      branch(
        { conditionVar: "{{a.b[0]}}", conditionOp: "eq", conditionVal: "{{c}}" },
        { a: { b: ["x"] }, c: "x" },
      ),
      true,
    );
  });

  const is = (variable: string, value: Json) => ({ variable, operator: "eq", value });
  const groups: [string, JsonObject, boolean][] = [
    ["all of AND", { logicalOperator: "AND", conditions: [is("a", "1"), is("b", "2")] }, true],
    ["not all of AND", { conditions: [is("a", "1"), is("b", "3")] }, false],
    ["one of OR", { logicalOperator: "or", conditions: [is("a", "9"), is("b", 2)] }, true],
    ["none of OR", { logicalOperator: "OR", conditions: [is("a", "9")] }, false],
    [
      "a group in a group",
      {
        logicalOperator: "AND",
        conditions: [is("a", "1"), { logicalOperator: "OR", conditions: [is("a", "9"), is("b", "2")] }],
      },
      true,
    ],
    ["an empty group in a group", { conditions: [{ conditions: [] }] }, false],
  ];
  for (const [name, conditionGroup, met] of groups) {
    test(name, () => assert.equal(branch({ conditionGroup }, { a: "1", b: "2" }), met));
  }

  test("a group wins over the single form; an empty one does not; nothing is not met", () => {
    const single = { conditionVar: "a", conditionOp: "eq", conditionVal: "1" };
    assert.equal(branch({ ...single, conditionGroup: { conditions: [is("a", "2")] } }, { a: "1" }), false);
    assert.equal(branch({ ...single, conditionGroup: { conditions: [] } }, { a: "1" }), true);
    assert.equal(branch({}, {}), false);
  });
});

describe("set_variable", () => {
  const set = (data: JsonObject, variables: JsonObject = {}) =>
    new Run(chainOf({ s: ["set_variable", data] })).start(variables);
  const rows: [JsonObject, JsonObject, Json][] = [
    [{ value: "Hi {{n}}" }, { n: 1 }, "Hi 1"],
    [{ value: "{{n}}" }, { n: 1 }, 1],
    [{ value: { a: ["{{n}}"] } }, { n: [1] }, { a: [[1]] }],
    [{ operation: "append", value: "b" }, { v: ["a"] }, ["a", "b"]],
    [{ operation: "append", value: "b" }, { v: "a" }, ["a", "b"]],
    [{ operation: "append", value: "b" }, {}, ["b"]],
    [{ operation: "increment" }, {}, 1],
    [{ operation: "increment", value: "{{n}}" }, { v: "2", n: -5 }, -3],
    [{ operation: "increment", value: "x" }, { v: "y" }, 1],
    [{ operation: "now" }, {}, NOW],
    [{ operation: "today" }, {}, "2026-03-02"],
    [{ operation: "today", value: 3 }, {}, "2026-03-05"],
    [{ operation: "today", value: "-2" }, {}, "2026-02-28"],
    [{ operation: "clear" }, { v: 1 }, null],
  ];
  for (const [data, variables, value] of rows) {
    test(JSON.stringify(data), () =>
      assert.deepEqual(set({ variable: "v", ...data }, variables).context.variables.v, value),
    );
  }

  test("a random id is the same for the same run, and another the next time", () => {
    const data = {
      assignments: [
        { variable: "a", operation: "random_id" },
        { variable: "b", operation: "random_id" },
      ],
    };
    const { a, b } = set(data).context.variables;
    assert.match(String(a), /^[0-9A-Z]{12}$/);
    assert.notEqual(a, b);
    assert.equal(set(data).context.variables.a, a);
  });

  test("a contact's field outlives the run", () => {
    const run = set({ variable: "city", scope: "contact", value: "Ankara" }, { contact: { name: "Ada" } });
    assert.deepEqual(run.context.variables.contact, { name: "Ada", city: "Ankara" });
    assert.deepEqual(run.effect("update_contact")?.change.fields, { city: "Ankara" });
  });

  test("into an object where there is one, else a flat name", () => {
    const run = set(
      {
        assignments: [
          { variable: "o.a.b", value: 2 },
          { variable: "x.y", value: 1 },
          { variable: "l[0].n", value: 3 },
        ],
      },
      { o: { a: { b: 1, c: 1 } }, l: [{ n: 1 }] },
    );
    const { o, l, "x.y": flat } = run.context.variables;
    assert.deepEqual([o, l, flat], [{ a: { b: 2, c: 1 } }, [{ n: 3 }], 1]);
  });

  test("names that reach a prototype are ignored", () => {
    const run = set({
      assignments: [
        { variable: "__proto__.polluted", value: 1 },
        { variable: "constructor", value: 1 },
      ],
    });
    assert.equal(({} as JsonObject).polluted, undefined);
    assert.ok(!Object.hasOwn(run.context.variables, "constructor"));
  });
});

test("update_contact", () => {
  const run = new Run(
    chainOf({
      u: [
        "update_contact",
        { fields: { city: "{{c}}" }, addTags: ["vip {{c}}", " "], removeGroups: ["g", 5] },
      ],
      m: ["message", { content: "{{contact.city}}" }],
    }),
  );
  run.start({ c: "Ankara" });
  assert.deepEqual(run.effect("update_contact")?.change, {
    fields: { city: "Ankara" },
    addTags: ["vip Ankara"],
    removeTags: [],
    addGroups: [],
    removeGroups: ["g"],
  });
  assert.deepEqual(run.said, ["Ankara"]);
});

describe("ab_split", () => {
  const graph = graphOf(
    {
      start: ["start"],
      s: [
        "ab_split",
        {
          variants: [
            { id: "x", weight: 3 },
            { id: "y", weight: 1 },
          ],
          variable: "v",
        },
      ],
      x: ["end"],
      y: ["end"],
    },
    ["start > s", "s:x > x", "s:y > y"],
  );
  const exitFor = (contactId: string, split = graph) => {
    const run = new Run(split);
    run.context.contactId = contactId;
    return run.start().path.at(-1);
  };

  test("sticks to the contact, and divides by weight", () => {
    const exits = Array.from({ length: 400 }, (_, index) => exitFor(`contact-${index}`));
    const share = exits.filter((exit) => exit === "x").length / exits.length;
    assert.ok(share > 0.68 && share < 0.82, `${share}`);
    assert.deepEqual(
      exits,
      Array.from({ length: 400 }, (_, index) => exitFor(`contact-${index}`)),
    );
  });

  test("halves by default; without any weight the default exit", () => {
    const halves = graphOf({ start: ["start"], s: ["ab_split"], a: ["end"], b: ["end"] }, [
      "start > s",
      "s:a > a",
      "s:b > b",
    ]);
    assert.ok(["a", "b"].includes(String(exitFor("contact-1", halves))));
    const none = graphOf(
      {
        start: ["start"],
        s: [
          "ab_split",
          {
            variants: [
              { id: "a", weight: 0 },
              { id: "b", weight: -1 },
            ],
          },
        ],
        b: ["end"],
      },
      ["start > s", "s > b"],
    );
    assert.equal(exitFor("contact-1", none), "b");
  });
});

describe("subflow", () => {
  const child = graphOf(
    {
      s: ["start"],
      ask: ["question", { content: "Day, {{who}}?", variable: "day" }],
      done: ["end", { outcome: "booked" }],
    },
    ["s > ask", "ask > done"],
  );
  const parent = graphOf(
    {
      start: ["start"],
      call: [
        "subflow",
        { chatbotId: "booking", inputs: { who: "{{name}}" }, outputs: { when: "day", none: "nothing" } },
      ],
      yes: ["message", { content: "{{when}} {{who}}" }],
      end: ["end"],
    },
    ["start > call", "call:booked > yes", "call > end"],
  );

  test("runs, returns by its outcome, and gives back what is mapped", () => {
    const run = new Run(parent, {}, { subflows: { booking: child } }).start({ name: "Ada" });
    assert.deepEqual(run.said, ["Day, Ada?"]);
    run.say("Monday");
    assert.deepEqual(run.said, ["Monday {{who}}"]);
    assert.deepEqual(run.context.frames, []);
    assert.deepEqual(
      run.context.nodeHistory.map(({ nodeId, subflow }) => (subflow ? `${subflow}/${nodeId}` : nodeId)),
      ["start", "call", "booking/s", "booking/ask", "booking/done", "yes"],
    );
    assert.ok(run.context.nodeOutputs["booking/ask"]);
  });

  test("of a graph that just ends, the default exit", () => {
    const run = new Run(parent, {}, { subflows: { booking: graphOf({ s: ["start"] }, []) } }).start();
    assert.equal(run.path.at(-1), "end");
  });

  test("that calls itself ends the run", () => {
    const self = chainOf({ call: ["subflow", { chatbotId: "self" }] });
    assert.equal(
      new Run(self, {}, { subflows: { self } }).start().context.completionReason,
      "subflow_too_deep: self",
    );
  });

  test("without a start, or whose caller is gone, ends the run", () => {
    const run = new Run(parent, {}, { subflows: { booking: graphOf({}, []) } }).start();
    assert.equal(run.context.completionReason, "no_start_node: booking");
    const orphan = new Run(parent, {}, { subflows: { booking: child } }).start();
    orphan.context.frames = [{ chatbotId: "booking", callerNodeId: "gone", callerVariables: {} }];
    assert.equal(orphan.say("x").context.completionReason, "missing_node: gone");
    const vanished = new Run(parent, {}, { subflows: { booking: child } }).start();
    vanished.context.frames = [{ chatbotId: "deleted", callerNodeId: "call", callerVariables: {} }];
    assert.equal(vanished.say("x").context.completionReason, "missing_node: ask");
  });
});

test("jump and end", () => {
  const graph = graphOf(
    {
      start: ["start"],
      j: ["jump", { targetNodeId: "e" }],
      e: ["end", { outcome: "won {{n}}", content: "Bye" }],
      plain: ["jump"],
    },
    ["start > plain", "plain > j"],
  );
  const run = new Run(graph).start({ n: 1 });
  assert.deepEqual(run.effects.at(-1), {
    kind: "finish",
    status: "completed",
    outcome: "won 1",
    reason: "flow_completed",
  });
  assert.deepEqual(run.said, ["Bye"]);
});
