import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { chainOf, graphOf, NOW, type NodeSpec, Run } from "../build.ts";

const ask = (variable: string): [string, JsonObject] => ["question", { content: "?", variable }];

test("calendar and form leave by their handles", () => {
  const graph = graphOf(
    {
      start: ["start"],
      cal: ["google_calendar", {}],
      ok: ["message", { content: "ok" }],
      bad: ["message", { content: "bad" }],
      f: ["whatsapp_flow", { whatsappFlowId: "1" }],
      lost: ["message", { content: "{{api_error}}" }],
    },
    ["start > cal", "cal:error > bad", "cal:success > f", "f:error > lost", "f > ok"],
  );
  const run = new Run(graph).start().respond(200, { calendars: { primary: { busy: [] } } });
  run.give({ kind: "send_failed", nodeId: "f", reason: "131026" });
  assert.deepEqual(run.path, ["start", "cal", "f", "lost"]);
  assert.deepEqual(run.said, ["131026"]);
  assert.deepEqual(new Run(graph).start().respond(403).path, ["start", "cal", "bad"]);
});

describe("no event leaves a run stuck", () => {
  const ends: { [name: string]: [Graph, string] } = {
    "an unknown node": [chainOf({ x: ["google_sheet"] }), "unknown_node_type: google_sheet at x"],
    "a node without a type": [chainOf({ x: [""] }), "unknown_node_type: (none) at x"],
    "an unknown question": [
      chainOf({ x: ["question", { questionType: "mood" }] }),
      "unknown_question_type: mood",
    ],
    "a call without a URL": [chainOf({ x: ["rest_api"] }), "missing_url: rest_api x"],
    "a form without an id": [chainOf({ x: ["whatsapp_flow"] }), "missing_flow: whatsapp_flow x"],
    "an edge to nowhere": [graphOf({ start: ["start"] }, ["start > gone"]), "missing_node: gone"],
    "no start node": [graphOf({ m: ["message"] }, []), "no_start_node"],
    "a data source without an id": [chainOf({ x: ["data_source"] }), "missing_data_source: data_source x"],
    "a subflow that is gone": [
      chainOf({ x: ["subflow", { chatbotId: "constructor" }] }),
      "missing_subflow: constructor",
    ],
    "a jump to nowhere": [chainOf({ x: ["jump", { targetNodeId: "gone" }] }), "missing_node: gone"],
  };
  for (const [name, [graph, reason]] of Object.entries(ends)) {
    test(name, () => {
      const run = new Run(graph).start();
      assert.deepEqual([run.context.status, run.context.completionReason], ["failed", reason]);
      assert.deepEqual(run.effect("finish"), { kind: "finish", status: "failed", outcome: "failed", reason });
    });
  }

  test("a failed send", () => {
    const run = new Run(chainOf({ q: ask("v") }))
      .start()
      .give({ kind: "send_failed", nodeId: "q", reason: "131047" });
    assert.deepEqual([run.context.status, run.context.completionReason], ["failed", "send_failed: 131047"]);
    assert.ok(run.effect("clear_timer"));
  });

  test("a failed send of what the run has passed is only noted", () => {
    const run = new Run(chainOf({ m: ["message", { content: "hi" }], q: ask("v") })).start();
    run.give({ kind: "send_failed", nodeId: "m", reason: "131052" });
    assert.equal(run.context.status, "waiting");
    assert.deepEqual(run.logs, ["send_failed 131052"]);
  });

  test("a call whose result never comes", () => {
    const run = new Run(
      graphOf(
        {
          start: ["start"],
          api: ["rest_api", { apiUrl: "https://x.example/", apiMethod: "POST" }],
          bad: ["message", { content: "{{rest_api_1.error}}" }],
        },
        ["start > api", "api:error > bad"],
      ),
    ).start();
    assert.deepEqual(run.ring().said, ["The request timed out."]);
  });
});

describe("guards", () => {
  const talk = chainOf({ a: ["message", { content: "a" }] });
  const loop: Graph = { ...talk, edges: [...talk.edges, { id: "back", source: "a", target: "a" }] };
  const asking = graphOf({ start: ["start"], q: ask("v") }, ["start > q", "q > q"]);

  test("steps in a turn", () => {
    const run = new Run(loop, { maxStepsPerTurn: 5 }).start();
    assert.equal(run.context.completionReason, "loop_detected: maxStepsPerTurn");
    assert.equal(run.path.length, 5);
  });

  test("visits of a node", () => {
    const run = new Run(asking, { maxVisitsPerNode: 2 }).start().say("1").say("2");
    assert.equal(run.context.completionReason, "loop_detected: maxVisitsPerNode");
  });

  test("steps in a run", () => {
    const run = new Run(asking, { maxStepsPerRun: 3 }).start().say("1").say("2");
    assert.equal(run.context.completionReason, "run_too_long: maxStepsPerRun");
  });

  test("replies in an hour, also those of the run before", () => {
    const run = new Run(asking, { maxRepliesPerHour: 3 });
    run.give({ kind: "start", message: null, replies: { since: NOW, count: 2 } });
    assert.equal(run.said.length, 1);
    run.say("1");
    assert.deepEqual(
      [run.said.length, run.context.completionReason],
      [0, "too_many_replies: maxRepliesPerHour"],
    );
    const later = new Run(asking, { maxRepliesPerHour: 3 });
    later.give({ kind: "start", message: null, replies: { since: "2026-03-02T08:00:00.000Z", count: 3 } });
    assert.equal(later.context.replies.count, 1);
  });

  test("size of the variables", () => {
    const run = new Run(asking, { maxVariablesSize: 1000 }).start().say("x".repeat(2000));
    assert.equal(run.context.completionReason, "variables_too_large: maxVariablesSize");
  });

  test("a variable that doubles at every step of a turn", () => {
    const doubling = (value: Json): NodeSpec => ["set_variable", { variable: "v", value }];
    for (const value of ["{{v}}{{v}}", { left: "{{v}}", right: "{{v}}" }, "{{v}}".repeat(5000)]) {
      const nodes = Array.from({ length: 40 }, (_, index) => [`n${index}`, doubling(value)] as const);
      const run = new Run(
        chainOf({ first: doubling("x".repeat(100)), ...Object.fromEntries(nodes) }),
      ).start();
      assert.equal(run.context.completionReason, "variables_too_large: maxVariablesSize");
      assert.ok(JSON.stringify(run.context.variables).length < 20_000_000);
    }
  });

  test("one text in which a large variable stands many times", () => {
    const said = new Run(
      chainOf({
        set: ["set_variable", { variable: "v", value: "x".repeat(500_000) }],
        m: ["message", { content: "{{v}}".repeat(2000) }],
      }),
    ).start();
    assert.equal(said.context.completionReason, "variables_too_large: maxVariablesSize");
  });

  test("a chain of thousands of nodes does not use recursion", () => {
    const nodes = Object.fromEntries(
      Array.from({ length: 5000 }, (_, index) => [`n${index}`, ["set_variable", { variable: "v" }] as const]),
    );
    const run = new Run(chainOf(nodes), { maxStepsPerTurn: 10_000, maxStepsPerRun: 10_000 }).start();
    assert.equal(run.context.completionReason, "flow_completed");
  });
});

test("the simulator says what the engine says", () => {
  const graph = chainOf({
    q: ask("name"),
    m: ["message", { content: "Hi {{name}} {{question_1.response}}" }],
  });
  const run = new Run(graph).start().say("Ada");
  assert.equal(simulate(draftVersion(graph), ["Ada"], { now: NOW }).said.at(-1), run.said[0]);
});
