import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HttpRequest } from "../../../../src/chatbot/engine/request.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { preview } from "../../../../src/chatbot/simulation/customer.ts";
import { httpStub } from "../../../../src/chatbot/simulation/http_stub.ts";
import {
  continueSimulation,
  simulate,
  startSimulation,
  summarize,
  withStub,
} from "../../../../src/chatbot/simulation/simulate.ts";
import { chainOf, graphOf, NOW, type NodeSpec } from "../build.ts";
import { sample } from "../fixtures/sample.ts";

const play = (nodes: { [id: string]: NodeSpec }, replies: string[] = [], stub?: unknown) =>
  simulate(draftVersion(chainOf(nodes)), replies, { now: NOW, stub: httpStub(stub) });

test("what it gives", () => {
  const result = simulate(draftVersion(sample), ["Support"], { now: NOW, variables: { a: 1 } });
  assert.deepEqual(result, {
    path: ["start-1", "welcome-msg", "main-menu", "tech-response", "goodbye-msg"],
    said: ["Welcome!", "Choose:\n[Support]\n[Prices]\n[About]", "Support: 09:00 - 18:00", "Bye!"],
    variables: {
      customer_phone: "905551234567",
      contact: { name: "Test" },
      callback_url: "https://callback.invalid/",
      a: 1,
      menu_selection: "btn_tech",
      "question_1.response": "btn_tech",
      "question_1.title": "Support",
    },
    outcome: "completed",
    reason: "flow_completed",
  });
});

test("replies that are left when it is over do nothing", () => {
  assert.equal(play({ m: ["message", { content: "x" }] }, ["a", "b"]).outcome, "completed");
});

test("time passes at once", () => {
  const { said } = play({
    d: ["delay", { delay: 2, delayUnit: "weeks" }],
    s: ["set_variable", { variable: "t", operation: "now" }],
    m: ["message", { content: "{{t}}" }],
  });
  assert.deepEqual(said, ["2026-03-16T09:00:00.000Z"]);
});

test("a callback takes the next reply", () => {
  const wait: NodeSpec = ["wait_for_callback", { variable: "v" }];
  assert.deepEqual(play({ w: wait }, ['{"paid":true}']).variables.v, { paid: true });
  assert.equal(play({ w: wait }, ["yes"]).variables.v, "yes");
  assert.equal(play({ w: wait }).reason, "waiting_for: callback");
});

test("a reply may be a whole message", () => {
  const reply = JSON.stringify({ type: "image", image: { id: "m1" } });
  assert.deepEqual(
    play({ q: ["question", { questionType: "media", content: "?", variable: "v" }] }, [reply]).variables.v,
    { type: "image", id: "m1" },
  );
  const form: NodeSpec = ["whatsapp_flow", { whatsappFlowId: "1", flowOutputVariable: "v" }];
  assert.deepEqual(play({ form }, ['{"type":"house","house":"big"}']).variables.v, {
    type: "house",
    house: "big",
  });
  assert.equal(
    play({ q: ["question", { content: "?", variable: "v" }] }, ["{not json"]).variables.v,
    "{not json",
  );
});

test("what the stub does not mention succeeds: a calendar is empty, a form's list too", () => {
  const { variables, said } = play({
    events: ["google_calendar", { calendarAction: "get_today_events", calendarOutputVariable: "events" }],
    slots: ["google_calendar", { calendarOutputVariable: "slots" }],
    form: ["whatsapp_flow", { whatsappFlowId: "1", dataSourceId: "d", flowBodyText: "Fill in" }],
  });
  assert.deepEqual(variables.events, { events: [], nextPageToken: null });
  assert.equal((variables.slots as { busySlots: number }).busySlots, 0);
  assert.deepEqual(said, ["Fill in"]);
});

test("a model's answer comes from the stub", () => {
  const ai: NodeSpec = ["ai_reply", { aiPrompt: "x" }];
  assert.deepEqual(play({ ai }).said, ["(a reply)"]);
  assert.deepEqual(play({ ai }, [], { ai: "Hi" }).said, ["Hi"]);
  assert.deepEqual(play({ ai }, [], { ai: { body: { text: "Hey" } } }).said, ["Hey"]);
  assert.equal(play({ ai }, [], { ai: { status: 500 } }).reason, "ai_error");
  assert.equal(play({ ai }, [], { ai: { failure: "budget" } }).reason, "ai_error");
});

test("step by step, with a trace that says what changed", () => {
  const version = draftVersion(
    chainOf({
      q: ["question", { content: "?", variable: "v" }],
      c: ["set_variable", { variable: "contact", operation: "clear" }],
      m: ["message", { content: "{{v}}" }],
    }),
  );
  const { simulation, trace } = withStub(startSimulation(version, { now: NOW }), httpStub(null));
  assert.deepEqual(summarize(simulation).path, ["start", "q"]);
  assert.deepEqual(
    trace.map(({ event, at, nodes }) => [event, at, nodes.map(({ id, type }) => [id, type])]),
    [
      [
        "start",
        NOW,
        [
          [null, ""],
          ["start", "start"],
          ["q", "question"],
        ],
      ],
    ],
  );
  assert.deepEqual(Object.keys(trace[0]?.input ?? {}), ["message", "variables"]);
  assert.equal(trace[0]?.nodes[0]?.changed.customer_phone, "905551234567");
  assert.deepEqual(
    trace[0]?.nodes[2]?.effects.map(({ kind }) => kind),
    ["send", "set_timer"],
  );

  const sent = JSON.parse(JSON.stringify(simulation));
  const [step, ...others] = withStub(
    continueSimulation(version, sent, { text: "hello" }),
    httpStub(null),
  ).trace;
  assert.deepEqual([step?.event, others], ["message", []]);
  assert.deepEqual(step?.input, { message: { id: null, type: "text", content: { body: "hello" } } });
  const [asked, set, said] = step?.nodes ?? [];
  assert.deepEqual([asked?.id, asked?.changed], ["q", { v: "hello", "question_1.response": "hello" }]);
  assert.equal(asked?.output?.answer, "hello");
  assert.deepEqual([set?.id, set?.changed, set?.effects], ["c", { contact: null }, []]);
  assert.deepEqual([said?.id, said?.changed, said?.output?.success], ["m", {}, true]);
  assert.deepEqual(
    said?.effects.map(({ kind }) => kind),
    ["send", "finish", "clear_timer"],
  );
});

describe("stubs", () => {
  const request: HttpRequest = {
    target: { kind: "url" },
    method: "POST",
    url: "https://x.example/orders",
    query: [],
    headers: [],
    body: null,
    timeoutMs: 1,
  };
  const success = { kind: "response", status: 200, body: null, durationMs: 0 };
  const cases: [unknown, object][] = [
    [null, success],
    ["what", success],
    [{}, success],
    [{ node: { status: 404 } }, { ...success, status: 404 }],
    [{ other: { status: 404 } }, success],
    [{ "*": { items: [1] } }, { ...success, body: { items: [1] } }],
    [{ "/orders": { body: "b" } }, { ...success, body: "b" }],
    [{ "POST https://x.example": 5 }, { ...success, body: 5 }],
    [{ "GET https://x.example": 5 }, success],
    [
      { node: { failure: "timeout" } },
      { kind: "failure", reason: "timeout", message: "stubbed: timeout", durationMs: 0 },
    ],
    [[{ url: "/none" }, { method: "post", url: "/orders", status: 201 }], { ...success, status: 201 }],
    [[{ node: "node", body: [] }], { ...success, body: [] }],
    [[{ node: "other", status: 500 }], success],
    [[{ method: "GET", status: 500 }], success],
    // What an answer's fields are called may be what a body's are called.
    [{ node: { status: "success", data: [1] } }, { ...success, body: { status: "success", data: [1] } }],
    [
      { node: { url: "https://y.example", method: "GET" } },
      { ...success, body: { url: "https://y.example", method: "GET" } },
    ],
    [{ node: { status: 200, data: [1] } }, { ...success, body: [1] }],
    // A list of records is what a call brings; a list of answers is one after the other.
    [{ node: [{ id: 1 }, { id: 2 }] }, { ...success, body: [{ id: 1 }, { id: 2 }] }],
    [{ node: [] }, { ...success, body: [] }],
    [{ node: ["a", "b"] }, { ...success, body: "a" }],
    [{ node: [{}, { status: 500 }] }, { ...success, body: {} }],
  ];
  for (const [file, expected] of cases) {
    test(JSON.stringify(file), () => assert.deepEqual(httpStub(file)("node", request, 0), expected));
  }

  test("a list answers one call after the other, and repeats the last", () => {
    const stub = httpStub({ node: [{ status: 503 }, { status: 200 }] });
    assert.deepEqual(
      [0, 1, 2]
        .map((count) => stub("node", request, count))
        .map((result) => result.kind === "response" && result.status),
      [503, 200, 200],
    );
    const graph = graphOf(
      {
        start: ["start"],
        api: ["rest_api", { apiUrl: "https://x.example/" }],
        ok: ["end", { outcome: "ok" }],
      },
      ["start > api", "api:success > ok"],
    );
    const result = simulate(draftVersion(graph), [], {
      now: NOW,
      stub: httpStub({ api: [{ status: 503 }, {}] }),
    });
    assert.equal(result.outcome, "ok");
  });
});

test("messages as a tester reads them", () => {
  assert.equal(preview({ type: "contacts", content: [] }), "[contacts]");
  assert.equal(preview({ type: "image", content: { caption: "c" } }), "[image] c");
  assert.equal(preview({ type: "sticker", content: {} }), "[sticker]");
  assert.equal(
    preview({
      type: "interactive",
      content: { body: { text: "b" }, action: { sections: [{ rows: [{ title: "r" }, 5] }] } },
    }),
    "b\n[r]",
  );
});
