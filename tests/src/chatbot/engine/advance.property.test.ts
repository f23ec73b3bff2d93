import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isObject, type JsonObject } from "../../../../src/base/json/json.ts";
import { isStorable } from "../../../../src/base/json/sanitize.ts";
import { advance } from "../../../../src/chatbot/engine/advance.ts";
import { type Context, isActive, newContext } from "../../../../src/chatbot/engine/context.ts";
import type { ChatbotEvent } from "../../../../src/chatbot/engine/event.ts";
import type { Graph } from "../../../../src/chatbot/graph/graph.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { validateGraph } from "../../../../src/chatbot/validation/validate.ts";
import { NOW, RUN_ID, tap, text } from "../build.ts";
import { graph, json, outside } from "../random_graphs.ts";

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
