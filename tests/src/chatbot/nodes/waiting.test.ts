import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json, JsonObject } from "../../../../src/base/json/json.ts";
import { form, graphOf, Run } from "../build.ts";

/** A node between a start and one end node for each exit. */
const withExits = (type: string, data: JsonObject, exits: string[], settings = {}) =>
  new Run(
    graphOf(
      {
        start: ["start"],
        n: [type, data],
        ...Object.fromEntries(
          exits.map((exit) => [exit || "plain", ["end", { outcome: exit || "plain" }] as const]),
        ),
      },
      ["start > n", ...exits.map((exit) => (exit === "" ? "n > plain" : `n:${exit} > ${exit}`))],
    ),
    settings,
  ).start();

describe("delay", () => {
  for (const [data, at] of [
    [{ delay: 90 }, "2026-03-02T09:01:30.000Z"],
    [{ delay: "2", delayUnit: "weeks" }, "2026-03-16T09:00:00.000Z"],
    [{ delay: 1, delayUnit: "constructor" }, "2026-03-02T09:00:01.000Z"],
    [{ delay: 99_999, delayUnit: "days" }, "2027-03-03T09:00:00.000Z"],
  ] as const) {
    test(JSON.stringify(data), () => {
      const run = withExits("delay", data, [""]);
      assert.deepEqual(run.effect("set_timer")?.timer, { kind: "delay", at });
      run.say("are you there?");
      assert.deepEqual(run.logs, ["message_ignored text while waiting for delay"]);
      assert.equal(run.ring().context.outcome, "plain");
    });
  }

  test("none at all goes on at once", () =>
    assert.equal(withExits("delay", {}, [""]).context.outcome, "plain"));

  test("a timer that is not due, or was moved, changes nothing", () => {
    const run = withExits("delay", { delay: 60 }, [""]);
    run.give({ kind: "timer" }, "2026-03-02T09:00:59.000Z");
    assert.deepEqual([run.context.status, run.effects], ["waiting", []]);
  });
});

describe("handoff", () => {
  test("without a way on, the run ends there", () => {
    const run = withExits("handoff", { team: "sales", note: "{{a}}", content: "One moment" }, []);
    assert.deepEqual(run.said, ["One moment"]);
    assert.deepEqual(run.effect("handoff"), {
      kind: "handoff",
      nodeId: "n",
      userId: null,
      team: "sales",
      note: "{{a}}",
    });
    assert.deepEqual([run.context.status, run.context.completionReason], ["completed", "handed_off"]);
  });

  test("is silent during the handoff, and continues when the conversation is returned", () => {
    const run = withExits("handoff", { userId: "u1" }, ["returned"]);
    assert.equal(run.effect("set_timer"), undefined);
    assert.deepEqual(run.say("hello?").sent, []);
    assert.equal(run.give({ kind: "handoff_ended" }).context.outcome, "returned");
  });

  test("or when the time limit has passed", () => {
    assert.equal(
      withExits("handoff", { timeoutSeconds: 60 }, ["", "timeout"]).ring().context.outcome,
      "timeout",
    );
    const run = withExits("handoff", { timeoutSeconds: 60 }, [""]).ring();
    assert.deepEqual([run.context.status, run.context.completionReason], ["expired", "timeout"]);
  });
});

describe("wait_for_callback", () => {
  test("takes what is sent", () => {
    const run = withExits("wait_for_callback", { variable: "paid" }, ["received"]);
    run.give({ kind: "callback", payload: { ok: true } });
    assert.equal(run.context.outcome, "received");
    assert.deepEqual(
      [run.context.variables.paid, run.context.variables["callback_1.payload"]],
      [{ ok: true }, { ok: true }],
    );
  });

  test("a call that came before it was waited for counts", () => {
    const graph = graphOf(
      { start: ["start"], q: ["question", { content: "?" }], w: ["wait_for_callback", { variable: "paid" }] },
      ["start > q", "q > w"],
    );
    const run = new Run(graph).start().give({ kind: "callback", payload: 7 });
    assert.equal(run.context.waiting?.kind, "answer");
    assert.equal(run.say("x").context.variables.paid, 7);
  });

  test("not endlessly", () => {
    const run = withExits("wait_for_callback", {}, ["timeout"]);
    assert.equal(run.context.waiting?.timer?.at, "2026-03-03T09:00:00.000Z");
    assert.equal(run.ring().context.outcome, "timeout");
  });
});

describe("ai_reply", () => {
  const data = { aiModel: "m", aiSystemPrompt: "You serve {{shop}}", aiTemperature: 0.2 };
  const answer = {
    kind: "reply",
    text: "Hello!",
    model: "m-1",
    inputTokens: 9,
    outputTokens: 3,
    durationMs: 80,
  } as const;
  const requestId = (run: Run) => run.effect("ai_request")?.requestId ?? "";

  test("asks, and says the answer with what it cost", () => {
    const run = withExits("ai_reply", data, ["success", "error"]);
    const request = run.effect("ai_request")?.request;
    assert.deepEqual(request, {
      baseUrl: null,
      model: "m",
      system: "You serve {{shop}}",
      prompt: null,
      historyMessages: 10,
      temperature: 0.2,
      maxTokens: 1000,
      timeoutMs: 30_000,
    });
    run.give({ kind: "ai_result", requestId: "another", result: answer });
    assert.equal(run.context.status, "waiting");
    run.context.waiting?.kind === "ai" &&
      run.give({ kind: "ai_result", requestId: run.context.waiting.requestId, result: answer });
    assert.equal(run.context.outcome, "success");
    assert.deepEqual(run.effect("send"), {
      kind: "send",
      nodeId: "n",
      message: { type: "text", content: { body: "Hello!" } },
      metadata: { ai: { model: "m-1", inputTokens: 9, outputTokens: 3, durationMs: 80 } },
    });
    assert.equal(run.context.variables["ai_1.response"], "Hello!");
  });

  test("only stores it where that is wanted", () => {
    const run = withExits("ai_reply", { ...data, aiSend: false, aiOutputVariable: "a" }, ["success"]);
    run.give({ kind: "ai_result", requestId: requestId(run), result: answer });
    assert.deepEqual([run.sent, run.context.variables.a], [[], "Hello!"]);
  });

  test("fails by its exit: no budget, no answer", () => {
    const run = withExits("ai_reply", data, ["error"]);
    run.give({
      kind: "ai_result",
      requestId: requestId(run),
      result: { kind: "failure", reason: "budget", message: "", durationMs: 0 },
    });
    assert.deepEqual([run.context.outcome, run.context.variables["ai_1.error"]], ["error", "budget"]);
    assert.equal(withExits("ai_reply", data, ["error"]).ring().context.outcome, "error");
    assert.equal(withExits("ai_reply", data, []).ring().context.completionReason, "ai_error");
  });
});

describe("whatsapp_flow", () => {
  const data = {
    whatsappFlowId: "77",
    flowCta: "🗓 Book",
    content: "Book, {{n}}",
    headerText: "H",
    footerText: "F",
  };

  test("sends the form, with the fields that stand in for others", () => {
    const run = withExits("whatsapp_flow", data, [""]);
    assert.deepEqual(run.sent[0]?.content, {
      type: "flow",
      header: { type: "text", text: "H" },
      body: { text: "Book, {{n}}" },
      footer: { text: "F" },
      action: {
        name: "flow",
        parameters: {
          flow_message_version: "3",
          flow_token: "0190aaaa-0000-7000-8000-000000000001-n",
          flow_id: "77",
          flow_cta: "Book",
          flow_action: "navigate",
        },
      },
    });
  });

  test("a known form: its first screen, and draft mode while it is one", () => {
    const graph = graphOf({ start: ["start"], n: ["whatsapp_flow", { whatsappFlowId: "77" }] }, [
      "start > n",
    ]);
    const run = new Run(graph, {}, { flows: { 77: { status: "DRAFT", firstScreen: "WELCOME" } } }).start();
    const { parameters } = run.action<{ parameters: JsonObject }>();
    assert.deepEqual(
      [parameters.mode, parameters.flow_action_payload, parameters.flow_cta],
      ["draft", { screen: "WELCOME" }, "Start"],
    );
    assert.deepEqual(run.said, ["Please fill in the form."]);
  });

  test("takes its own answer, by message or by token, and no other", () => {
    const run = withExits("whatsapp_flow", { ...data, flowOutputVariable: "f" }, [""]);
    run.hear(form({ a: 1 }, "another-run-n"));
    run.give({ kind: "flow_response", flowToken: "another", response: {} });
    run.say("hello?");
    assert.equal(run.context.status, "waiting");
    run.give({
      kind: "flow_response",
      flowToken: "0190aaaa-0000-7000-8000-000000000001-n",
      response: { a: 2 },
    });
    assert.deepEqual([run.context.outcome, run.context.variables.f], ["plain", { a: 2 }]);
    const other = withExits("whatsapp_flow", { ...data, flowOutputVariable: "f" }, [""]);
    assert.deepEqual(
      other.hear(form({ a: 3 }, "0190aaaa-0000-7000-8000-000000000001-n")).context.variables.f,
      { a: 3 },
    );
  });

  test("an answer that is not a JSON object is an empty one", () => {
    const replyOf = (answer?: Json): JsonObject => (answer === undefined ? {} : { response_json: answer });
    for (const nfm_reply of ["{", "[1]", 5, undefined].map(replyOf)) {
      const run = withExits("whatsapp_flow", { ...data, flowOutputVariable: "f" }, [""]);
      run.hear({
        id: null,
        type: "interactive",
        content: { type: "nfm_reply", nfm_reply },
      });
      assert.deepEqual(run.context.variables.f, {});
    }
  });

  test("can be skipped, sent again, and expires by its exit", () => {
    assert.equal(withExits("whatsapp_flow", data, [""]).say("iptal").context.outcome, "plain");
    assert.equal(withExits("whatsapp_flow", data, [""]).give({ kind: "resume" }).sent.length, 1);
    assert.equal(
      withExits("whatsapp_flow", { ...data, flowExpirySeconds: 5 }, ["timeout"]).ring().context.outcome,
      "timeout",
    );
  });

  describe("with a list from a data source", () => {
    const listed = {
      ...data,
      flowInitialScreen: "S",
      dataSourceId: "ds1",
      dataSourceEndpoint: "/api/barbers",
      dataSourceDataKey: "barbers",
    };

    test("fetches it first", () => {
      const run = withExits("whatsapp_flow", listed, [""]);
      const request = run.effect("http_request")?.request;
      assert.deepEqual(
        [request?.target, request?.url],
        [{ kind: "data_source", dataSourceId: "ds1" }, "/api/barbers"],
      );
      run.respond(200, { data: [{ id: 1, name: "Ali" }, { id: 2 }, "x"] });
      const { parameters } = run.action<{ parameters: JsonObject }>();
      assert.deepEqual(parameters.flow_action_payload, {
        screen: "S",
        data: {
          barbers: [
            { id: "Ali", title: "Ali" },
            { id: "2", title: "2" },
          ],
        },
      });
    });

    test("without it, the form is not sent", () => {
      assert.equal(
        withExits("whatsapp_flow", listed, ["error", ""]).respond(404, "gone").context.outcome,
        "error",
      );
      const run = withExits("whatsapp_flow", listed, [""]).respond(200, { items: [] });
      assert.deepEqual(
        [run.context.completionReason, run.context.variables.api_error],
        ["flow_error", "the response contains no list"],
      );
    });
  });
});
