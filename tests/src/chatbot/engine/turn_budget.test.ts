import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import { advance } from "../../../../src/chatbot/engine/advance.ts";
import { TurnTooLong } from "../../../../src/chatbot/engine/budget.ts";
import { newContext } from "../../../../src/chatbot/engine/context.ts";
import { matchTrigger, type TriggerRule } from "../../../../src/chatbot/engine/trigger.ts";
import { triggerRules } from "../../../../src/chatbot/engine/trigger_rules.ts";
import { chatbotSettings, DEFAULT_SETTINGS } from "../../../../src/chatbot/graph/settings.ts";
import { interruptingVersion, startedVersion } from "../../../../src/runner/started_version.ts";
import { turnBudget } from "../../../../src/runner/turn_budget.ts";
import { chainOf, graphOf, NOW, type NodeSpec, RUN_ID, Run, text } from "../build.ts";

/** The most that an author may set: nothing but time ends these graphs. */
const UNGUARDED = {
  maxStepsPerTurn: 10_000,
  maxVisitsPerNode: 10_000,
  maxStepsPerRun: 10_000,
  maxVariablesSize: 5_000_000,
  maxRepliesPerHour: 1000,
};

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const looped = (node: NodeSpec) =>
  graphOf({ start: ["start"], node }, [
    "start > node",
    "node > node",
    "node:true > node",
    "node:false > node",
  ]);
const conditions = (operator: string, value: string): NodeSpec => [
  "condition",
  {
    conditionGroup: {
      logicalOperator: "AND",
      conditions: times(600, () => ({ variable: "t", operator, value })),
    },
  },
];
const setting = (assignments: JsonObject[]): NodeSpec => ["set_variable", { assignments }];
const letters = "ab".repeat(500);

const hostile: [name: string, node: NodeSpec, variables: JsonObject][] = [
  ["many patterns", conditions("not_matches_regex", "(a|b)*a(a|b){190}c"), { t: letters }],
  ["many comparisons of a long text", conditions("contains", "{{t}}"), { t: "x".repeat(1_000_000) }],
  ["many comparisons of a long list", conditions("eq", "{{t}}"), { t: times(100_000, (i) => ({ i })) }],
  ["a path of 40,000 characters", ["message", { content: `{{${"a.".repeat(20_000)}a}}` }], { a: {} }],
  [
    "many long paths whose every prefix is a name",
    setting([{ variable: "x", value: `{{${"a.".repeat(249)}a}}`.repeat(2000) }]),
    Object.fromEntries(times(249, (i) => [`${"a.".repeat(i)}a`, {}])),
  ],
  [
    "many changes of a large object",
    setting(times(1000, (i) => ({ variable: `o.k${i}`, value: "x" }))),
    { o: Object.fromEntries(times(50_000, (i) => [`f${i}`, i])) },
  ],
  ["many variables", setting(times(100_000, (i) => ({ variable: `v${i}`, value: "x" }))), {}],
  ["a list that grows", setting([{ variable: "t", operation: "append", value: "x" }]), { t: [] }],
  ["a text that doubles", setting([{ variable: "t", value: "{{t}}{{t}}" }]), { t: "ab" }],
  [
    "a message of a long list",
    ["message", { content: "{{t}}" }],
    { t: times(200_000, (i) => ({ name: `n${i}` })) },
  ],
  ["many variants", ["ab_split", { variants: times(100_000, (i) => ({ id: `v${i}` })) }], {}],
  [
    "a request whose body opens a text and never closes it",
    ["rest_api", { apiUrl: "https://shop.example/", apiBody: `{"${'\\"'.repeat(500_000)}` }],
    {},
  ],
  [
    "many headers",
    [
      "rest_api",
      {
        apiUrl: `https://shop.example/?${"a=b&".repeat(100_000)}`,
        apiHeaders: Object.fromEntries(times(50_000, (i) => [`h${i}`, "{{t}}"])),
      },
    ],
    { t: "x" },
  ],
  ["many tags", ["update_contact", { addTags: times(100_000, (i) => `t${i}`) }], {}],
];

function cpuMs(work: () => void): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

describe("whatever a graph repeats, its turn ends in time", () => {
  for (const [name, node, variables] of hostile) {
    test(name, () => {
      const { version } = new Run(looped(node), UNGUARDED);
      const context = newContext(RUN_ID, "contact-1", NOW);
      const start = { kind: "start", message: null, variables } as const;
      const ms = cpuMs(() => {
        const { context: after } = advance(version, context, start, NOW, { budget: turnBudget(50) });
        assert.notEqual(after.status, "running");
      });
      assert.ok(ms < 1500, `${ms} ms of processor time`);
    });
  }

  const menus: [name: string, data: JsonObject][] = [
    ["8,000 buttons of one title", { questionType: "buttons", buttons: times(8000, () => "same") }],
    [
      "8,000 rows",
      { questionType: "list", listSections: [{ rows: times(8000, (i) => ({ title: `ä${i}`.repeat(50) })) }] },
    ],
    ["400 buttons of long titles", { questionType: "buttons", buttons: times(400, () => "{{t}}") }],
    ["100,000 items", { questionType: "list", dynamicListSource: "items" }],
  ];
  for (const [name, data] of menus) {
    test(`a menu of ${name}`, () => {
      const { version } = new Run(chainOf({ ask: ["question", { content: "?", ...data }] }), UNGUARDED);
      const variables = { t: "ab ".repeat(20_000), items: times(100_000, () => ({ name: "n" })) };
      const ms = cpuMs(() => {
        let context = newContext(RUN_ID, "contact-1", NOW);
        const say = { kind: "message", message: { id: null, type: "text", content: { body: "?" } } } as const;
        for (const event of [{ kind: "start", message: null, variables } as const, say, say])
          ({ context } = advance(version, context, event, NOW, { budget: turnBudget(50) }));
      });
      assert.ok(ms < 1500, `${ms} ms of processor time`);
    });
  }

  test("an answer of 60,000 busy times", () => {
    const run = new Run(
      chainOf({
        ask: [
          "google_calendar",
          {
            calendarAction: "check_availability",
            calendarUserSource: "owner",
            calendarDateSource: "static",
            calendarStaticDate: "2031-01-02",
            calendarWorkingHoursStart: "00:00",
            calendarWorkingHoursEnd: "23:59",
            calendarSlotDuration: 5,
          },
        ],
      }),
    ).give({ kind: "start", message: null });
    const { waiting } = run.context;
    assert.equal(waiting?.kind, "http");
    const busy: Json[] = times(60_000, () => ({
      start: "2031-01-02T00:00:00Z",
      end: "2031-01-01T00:00:00Z",
    }));
    const body = { calendars: { primary: { busy } } };
    const result = { kind: "response", status: 200, body, durationMs: 1 } as const;
    const requestId = waiting?.kind === "http" ? waiting.requestId : "";
    const ms = cpuMs(() => run.give({ kind: "http_result", requestId, result }));
    assert.ok(ms < 1500, `${ms} ms of processor time`);
  });

  test("rules with many words", () => {
    const triggers = [
      { kind: "keyword", match: "regex", words: times(100_000, (i) => `(a|b)*a(a|b){190}c${i}`) },
    ];
    const rules = triggerRules("bot", graphOf({ start: ["start", { triggers }] }, []), DEFAULT_SETTINGS);
    const message = { id: null, type: "text", content: { body: letters } };
    const arrival = { kind: "message", message, isFirstMessage: true } as const;
    const ms = cpuMs(() =>
      assert.throws(() => matchTrigger(rules, arrival, NOW, turnBudget(50)), TurnTooLong),
    );
    assert.ok(ms < 1500, `${ms} ms of processor time`);
  });
});

describe("whatever words a message is compared with, its turn ends in time", () => {
  const start = (triggers: JsonObject[]) =>
    triggerRules("bot", graphOf({ start: ["start", { triggers }] }, []), DEFAULT_SETTINGS);
  const words = times(200_000, (i) => `\u00e9${i}`);
  const rules: [name: string, make: () => TriggerRule[]][] = [
    ["many keywords", () => start([{ kind: "keyword", words }])],
    ["many codes", () => start([{ kind: "deep_link", codes: words }])],
    ["many rules", () => start(words.slice(0, 50_000).map((code) => ({ kind: "deep_link", codes: [code] })))],
    ["a long word", () => start([{ kind: "keyword", words: ["\u00e9".repeat(5_000_000)] }])],
  ];
  for (const [name, make] of rules) {
    test(name, () => {
      const version = { id: "bot", settings: DEFAULT_SETTINGS, tenantId: "tenant" };
      const message = text("\u00e9".repeat(4096));
      const ms = cpuMs(() => {
        const runnable = { ...new Run(graphOf({}, [])).version, ...version, rules: make() };
        const attempt = (ask: () => unknown) => {
          try {
            ask();
          } catch (error) {
            assert.ok(error instanceof TurnTooLong);
          }
        };
        attempt(() => startedVersion([runnable], message, NOW, false, turnBudget(50)));
        attempt(() => interruptingVersion([runnable], runnable, message, NOW, turnBudget(50)));
      });
      assert.ok(ms < 1000, `${ms} ms of processor time`);
    });
  }

  test("words of the settings", () => {
    const skipWords = times(1000, () => "\u00e9".repeat(5000));
    const settings = chatbotSettings({ skipWords, stopKeywords: skipWords, restartKeywords: skipWords });
    const run = new Run(chainOf({ ask: ["question", { content: "?" }] }), settings).start();
    assert.ok(cpuMs(() => run.say("no")) < 500);
  });
});

test("a run whose turn takes too long fails with the reason, and sends no message of that turn", () => {
  const { version } = new Run(
    chainOf({ hi: ["message", { content: "Hi" }], ask: ["question", { content: "?" }] }),
  );
  const context = newContext(RUN_ID, "contact-1", NOW);
  let asked = 0;
  const { context: after, effects } = advance(version, context, { kind: "start", message: null }, NOW, {
    budget: () => ++asked > 3,
  });
  assert.deepEqual(
    [after.status, after.outcome, after.completionReason],
    ["failed", "failed", "turn_too_long: PYTRN"],
  );
  assert.deepEqual(
    effects.map(({ kind }) => kind),
    ["finish"],
  );
  assert.equal(after.currentNodeId, null);
});

test("a sufficient budget changes nothing", () => {
  const { version } = new Run(
    chainOf({ hi: ["message", { content: "Hi {{x}}" }], ask: ["question", { content: "?" }] }),
  );
  const context = newContext(RUN_ID, "contact-1", NOW);
  const start = { kind: "start", message: null } as const;
  assert.deepEqual(
    advance(version, context, start, NOW, { budget: () => false }),
    advance(version, context, start, NOW),
  );
});
