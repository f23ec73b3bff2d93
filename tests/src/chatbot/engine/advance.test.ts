import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isActive } from "../../../../src/chatbot/engine/context.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { chainOf, graphOf, NOW, Run, tap, text } from "../build.ts";

const asking = chainOf({ q: ["question", { content: "?", variable: "v" }], end: ["end"] });

describe("start", () => {
  test("sets what the shell knows, and what the contact opened with", () => {
    const run = new Run(asking).give({
      kind: "start",
      message: { ...text("Hello"), referral: { source_id: "ad" } },
      variables: { customer_phone: "905", contact: { name: "Ada" } },
    });
    assert.deepEqual(run.context.variables, {
      customer_phone: "905",
      contact: { name: "Ada" },
      opening_message: "Hello",
      referral: { source_id: "ad" },
    });
    assert.deepEqual(run.context.nodeHistory, [
      { nodeId: "start", at: NOW },
      { nodeId: "q", at: NOW },
    ]);
    assert.equal(run.context.currentNodeId, "q");
  });

  test("happens once", () => {
    const run = new Run(asking).start();
    run.give({ kind: "start", message: text("again") });
    assert.deepEqual([run.path, run.effects], [["start", "q"], []]);
  });

  test("of either spelling of a start node", () => {
    const graph: Graph = {
      nodes: [{ id: "s", type: "start", position: { x: 0, y: 0 }, data: { type: "other" } }],
      edges: [],
    };
    assert.equal(new Run(graph).start().context.completionReason, "flow_completed");
    const byData: Graph = {
      nodes: [{ id: "s", type: "", position: { x: 0, y: 0 }, data: { type: "start" } }],
      edges: [],
    };
    assert.equal(new Run(byData).start().context.completionReason, "flow_completed");
  });
});

describe("a run that is over", () => {
  test("does nothing more", () => {
    const run = new Run(asking).start().say("x");
    assert.ok(!isActive(run.context));
    const { context } = run;
    for (const kind of ["timer", "resume", "skip", "handoff_ended"] as const) {
      assert.deepEqual(run.give({ kind }).effects, []);
    }
    assert.deepEqual(run.context, context);
  });

  test("its timer is taken away", () => {
    assert.deepEqual(
      new Run(asking)
        .start()
        .say("x")
        .effects.map(({ kind }) => kind),
      ["finish", "clear_timer"],
    );
  });
});

test("stop, with its reason", () => {
  const run = new Run(asking).start().give({ kind: "stop", reason: "manually_stopped" });
  assert.deepEqual([run.context.status, run.context.completionReason], ["stopped", "manually_stopped"]);
});

test("skip moves the run on, whatever it waits for", () => {
  assert.equal(new Run(asking).start().give({ kind: "skip" }).context.status, "completed");
  assert.equal(
    new Run(chainOf({ d: ["delay", { delay: 5 }], end: ["end"] })).start().give({ kind: "skip" }).context
      .status,
    "completed",
  );
});

describe("words of command", () => {
  const settings = { stopKeywords: ["dur"], restartKeywords: ["menü"] };

  test("stop", () => {
    assert.equal(new Run(asking, settings).start().say("DUR").context.completionReason, "user_stopped");
  });

  test("restart: the run ends, then a new one is asked for", () => {
    const run = new Run(asking, settings).start().say("menu");
    assert.deepEqual(
      run.effects.map(({ kind }) => kind),
      ["finish", "restart", "clear_timer"],
    );
    assert.equal(run.context.completionReason, "restarted");
  });

  test("also while a delay runs", () => {
    assert.equal(
      new Run(chainOf({ d: ["delay", { delay: 5 }] }), settings).start().say("dur").context.status,
      "stopped",
    );
  });
});

describe("messages that come while a call is under way", () => {
  const graph = chainOf({
    api: ["rest_api", { apiUrl: "https://x.example/" }],
    q1: ["question", { content: "Name?", variable: "name" }],
    q2: ["question", { content: "Colour?", questionType: "buttons", buttons: ["Red"], variable: "colour" }],
    end: ["end"],
  });

  test("answer the following questions in order; the others are dropped", () => {
    const run = new Run(graph).start();
    for (const message of [tap("old"), text("Ada"), text("blue"), text("red")]) run.hear(message);
    assert.deepEqual(run.effects, []);
    run.respond(200);
    assert.deepEqual(
      [run.context.variables.name, run.context.variables.colour, run.context.status],
      ["Ada", "btn-0", "completed"],
    );
    assert.deepEqual(run.logs, [
      "message_ignored interactive came before the question",
      "message_ignored text came before the question",
    ]);
  });

  test("are kept up to a number", () => {
    const run = new Run(graph).start();
    for (let index = 0; index < 25; index++) run.say(String(index));
    assert.equal(run.context.inbox.length, 20);
    assert.deepEqual(run.logs, ["message_ignored text while waiting for http"]);
  });
});

test("callbacks that no node waits for are kept up to a limit", () => {
  const run = new Run(asking).start();
  for (let index = 0; index < 25; index++) run.give({ kind: "callback", payload: index });
  assert.equal(run.context.callbacks.length, 20);
});

test("events for something else change nothing", () => {
  const run = new Run(asking).start();
  const { context } = run;
  for (const event of [
    { kind: "handoff_ended" },
    { kind: "flow_response", flowToken: "x", response: {} },
    {
      kind: "http_result",
      requestId: "x",
      result: { kind: "response", status: 200, body: null, durationMs: 0 },
    },
    { kind: "timer" },
  ] as const) {
    run.give(event);
    assert.deepEqual([run.context, run.effects], [context, []]);
  }
});

test("a failed send without a known node ends the run; an error exit handles it", () => {
  assert.equal(
    new Run(asking).start().give({ kind: "send_failed", nodeId: null, reason: "131047" }).context.status,
    "failed",
  );
  const graph = graphOf(
    { start: ["start"], q: ["question", { content: "?" }], e: ["end", { outcome: "unreachable" }] },
    ["start > q", "q:error > e"],
  );
  assert.equal(
    new Run(graph).start().give({ kind: "send_failed", nodeId: "q", reason: "131026" }).context.outcome,
    "unreachable",
  );
});

test("a waiting node that is gone in a new version ends the run", () => {
  const run = new Run(asking).start();
  const moved = new Run(chainOf({ other: ["message", { content: "x" }] }));
  moved.context = run.context;
  assert.equal(moved.say("x").context.completionReason, "missing_node: q");
});

test("a graph that is none ends the run as an error of the engine", () => {
  const broken = { nodes: [{ id: "s", type: "" }], edges: [] } as unknown as Graph;
  const run = new Run(broken).start();
  assert.equal(run.context.status, "failed");
  assert.match(run.context.completionReason ?? "", /^engine_error: /);
});

test("node outputs say how each node went", () => {
  const run = new Run(asking).start().say("x");
  assert.deepEqual(run.context.nodeOutputs.q, {
    nodeType: "question",
    label: "",
    at: NOW,
    success: true,
    exit: "answered",
    answer: "x",
  });
});
