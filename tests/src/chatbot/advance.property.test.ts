import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { advance } from "../../../src/chatbot/advance.ts";
import { type Context, isActive, newContext } from "../../../src/chatbot/context.ts";
import type { ChatbotEvent } from "../../../src/chatbot/event.ts";
import { type Graph, NODE_KINDS } from "../../../src/chatbot/graph.ts";
import { isObject, type Json, type JsonObject } from "../../../src/chatbot/json.ts";
import { isStorable } from "../../../src/chatbot/storable.ts";
import { validateGraph } from "../../../src/chatbot/validation/validate.ts";
import { draftVersion } from "../../../src/chatbot/version.ts";
import { NOW, RUN_ID, tap, text } from "./build.ts";

const IDS = ["n0", "n1", "n2", "n3", "n4", "n5", "__proto__"];
const HANDLES = [
  "",
  "default",
  "true",
  "false",
  "success",
  "error",
  "timeout",
  "invalid",
  "btn-0",
  "btn_1",
  "row-0",
  "a",
  "b",
];
const WORDS = [
  "hello",
  "1",
  "2",
  "A",
  "iptal",
  "row-0",
  "btn-0",
  "{{v}}",
  "ada@example.com",
  "2026-03-05",
  "",
  "İ",
  "𝒳",
];

const id = fc.constantFrom(...IDS);
/** What an author writes has been through the database; what a customer or an API says may be anything. */
const word = fc.constantFrom(...WORDS);
const outside = fc.constantFrom(...WORDS, "\u0000", "\ud800x");
const options = fc.array(fc.oneof(word, fc.record({ id: word, title: word }, { requiredKeys: [] })), {
  maxLength: 12,
});

/** Fields as authors write them, with some of any shape at all. */
const data = fc.oneof(
  fc.record(
    {
      content: fc.oneof(word, fc.constant("{{v}} {{question_1.response}} {{v[0].name}}")),
      variable: fc.constantFrom("v", "v.a", "x", "__proto__.y"),
      questionType: fc.constantFrom(
        "text",
        "number",
        "email",
        "date",
        "buttons",
        "list",
        "rating",
        "location",
        "media",
        "mood",
      ),
      buttons: options,
      listSections: fc.array(fc.record({ title: word, rows: options }), { maxLength: 3 }),
      dynamicListSource: fc.constantFrom("", "v", "{{rest_api_1.data}}"),
      maxAttempts: fc.integer({ min: 0, max: 4 }),
      timeoutSeconds: fc.constantFrom(0, 30, "60"),
      conditionVar: fc.constantFrom("v", "x"),
      conditionOp: fc.constantFrom("eq", "contains", "gt", "is_empty", "like"),
      conditionVal: word,
      operation: fc.constantFrom("set", "append", "increment", "now", "random_id"),
      value: fc.jsonValue({ maxDepth: 2 }),
      apiUrl: fc.constantFrom("https://x.example/{{v}}?q={{x}}", ""),
      apiMethod: fc.constantFrom("GET", "POST"),
      apiBody: fc.constantFrom('{"a":"{{v}}","b":{{x}}}', "{{v}}", ""),
      apiResponsePath: fc.constantFrom("", "a[0].b", "data"),
      whatsappFlowId: fc.constantFrom("1", ""),
      delay: fc.constantFrom(0, 5),
      chatbotId: fc.constantFrom("self", "gone"),
      targetNodeId: id,
      messageType: fc.constantFrom("text", "image", "interactive"),
      mediaUrl: word,
      connectionId: word,
    },
    { requiredKeys: [] },
  ),
  fc.dictionary(
    fc.constantFrom("content", "buttons", "listSections", "questionType", "apiHeaders", "variants", "label"),
    fc.jsonValue(),
  ),
) as fc.Arbitrary<JsonObject>;

const node = fc.record({
  id,
  type: fc.constantFrom(...NODE_KINDS, "mystery"),
  position: fc.constant({ x: 0, y: 0 }),
  data,
});
const edge = fc.record({
  id: fc.constant("e"),
  source: id,
  target: id,
  sourceHandle: fc.constantFrom(...HANDLES),
});
const graph: fc.Arbitrary<Graph> = fc
  .record({ nodes: fc.array(node, { minLength: 1, maxLength: 7 }), edges: fc.array(edge, { maxLength: 20 }) })
  .map(({ nodes, edges }) => ({
    nodes: [{ id: "s", type: "start", position: { x: 0, y: 0 }, data: {} }, ...nodes],
    edges: [{ id: "first", source: "s", target: "n0" }, ...edges],
  }));

const json = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  outside,
  fc.record({ a: outside, name: outside }),
) as fc.Arbitrary<Json>;

/** What may happen, said without knowing the run: a result goes to whatever call is under way. */
type Happening = (context: Context) => ChatbotEvent;
const constant =
  (event: ChatbotEvent): Happening =>
  () =>
    event;
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 6, arbitrary: outside.map((body) => constant({ kind: "message", message: text(body) })) },
  { weight: 3, arbitrary: outside.map((option) => constant({ kind: "message", message: tap(option) })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom("image", "location", "contacts", "interactive", "reaction", "button"), json)
      .map(([type, content]) => constant({ kind: "message", message: { id: null, type, content } })),
  },
  {
    weight: 4,
    arbitrary: fc.tuple(fc.constantFrom(200, 404, 503), json).map(
      ([status, body]): Happening =>
        ({ waiting }) =>
          waiting?.kind === "ai"
            ? {
                kind: "ai_result",
                requestId: waiting.requestId,
                result: {
                  kind: "reply",
                  text: "x",
                  model: "m",
                  inputTokens: 1,
                  outputTokens: 1,
                  durationMs: 1,
                },
              }
            : {
                kind: "http_result",
                requestId: waiting?.kind === "http" ? waiting.requestId : "",
                result: { kind: "response", status, body, durationMs: 1 },
              },
    ),
  },
  { weight: 3, arbitrary: fc.constant(constant({ kind: "timer" })) },
  json.map((payload) => constant({ kind: "callback", payload })),
  fc
    .constantFrom<ChatbotEvent>(
      { kind: "handoff_ended" },
      { kind: "resume" },
      { kind: "skip" },
      { kind: "stop", reason: "user_stopped" },
      { kind: "send_failed", nodeId: null, reason: "x" },
    )
    .map(constant),
  json.map(
    (response): Happening =>
      ({ waiting }) => ({
        kind: "flow_response",
        flowToken: waiting?.kind === "flow" ? waiting.flowToken : "",
        response: isObject(response) ? response : {},
      }),
  ),
);

const play = (chatbot: Graph, happenings: Happening[], startVariables: JsonObject) => {
  const settings = { maxStepsPerTurn: 30, maxStepsPerRun: 200, maxVisitsPerNode: 20 };
  const version = { ...draftVersion(chatbot, settings), subflows: { self: chatbot } };
  let now = Date.parse(NOW);
  let context = newContext(RUN_ID, "contact", NOW);
  const log: unknown[] = [];
  const give = (event: ChatbotEvent) => {
    const before = JSON.stringify(context);
    const result = advance(version, context, event, new Date(now).toISOString());
    assert.equal(JSON.stringify(context), before, "the context that was given is not changed");
    // Only what survives the database counts.
    context = JSON.parse(JSON.stringify(result.context)) as Context;
    log.push(result.effects, context);
    JSON.stringify(result, (key, value: unknown) => {
      assert.ok(
        isStorable(key) && (typeof value !== "string" || isStorable(value)),
        "PostgreSQL can store it",
      );
      return value;
    });
    assert.ok(!context.completionReason?.startsWith("engine_error"), context.completionReason ?? "");
    assert.equal(context.status === "waiting", context.waiting !== null);
    assert.notEqual(context.status, "running");
    assert.ok(result.effects.filter(({ kind }) => kind === "finish").length <= 1);
    assert.ok(context.nodeHistory.length <= settings.maxStepsPerRun);
  };
  give({ kind: "start", message: null, variables: startVariables });
  for (const happens of happenings) {
    now += 3_600_000;
    if (isActive(context)) give(happens(context));
  }
  return JSON.stringify(log);
};

test("any graph, any events: halts within the guards, never throws, the same twice", () => {
  fc.assert(
    fc.property(
      graph,
      fc.array(happening, { maxLength: 25 }),
      fc.dictionary(fc.constantFrom("v", "x"), json),
      (chatbot, happenings, variables) => {
        const first = play(chatbot, happenings, variables as JsonObject);
        assert.equal(play(structuredClone(chatbot), happenings, variables as JsonObject), first);
        validateGraph(chatbot);
      },
    ),
    { numRuns: 1500 },
  );
});
