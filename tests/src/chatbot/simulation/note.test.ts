import assert from "node:assert/strict";
import { test } from "node:test";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { simulate } from "../../../../src/chatbot/simulation/simulate.ts";
import { chainOf, graphOf, NOW } from "../build.ts";

const question = graphOf(
  {
    start: ["start"],
    ask: ["question", { content: "Well?", timeoutSeconds: 3600, variable: "said" }],
    yes: ["message", { content: "Yes" }],
    late: ["set_variable", { variable: "at", operation: "now" }],
  },
  ["start > ask", "ask > yes", "ask:timeout > late"],
);
const play = (graph: Parameters<typeof draftVersion>[0], ...lines: string[]) =>
  simulate(draftVersion(graph), lines, { now: NOW });

test("time passes up to a timer, and past it", () => {
  for (const lines of [
    ["@wait"],
    ["@wait 1 hour"],
    ["@wait 60m"],
    ["@wait 3600"],
    ["@wait 2 days"],
    ["@wait 30 min", "@wait 30 minutes"],
  ]) {
    const { path, variables } = play(question, ...lines);
    assert.deepEqual(path, ["start", "ask", "late"], lines.join(", "));
    assert.equal(variables.at, "2026-03-02T10:00:00.000Z");
  }
  assert.deepEqual(play(question, "@wait 59.9 m", "hello").path, ["start", "ask", "yes"]);
});

test("`@wait` at a node without a timer changes nothing", () => {
  const forever = chainOf({ hand: ["handoff"], bye: ["message", { content: "Bye" }] });
  assert.deepEqual(play(forever, "@wait", "@wait").path, ["start", "hand"]);
  assert.deepEqual(play(forever, "@wait", "@return").path, ["start", "hand", "bye"]);
});

test("what people on staff do to a run", () => {
  assert.deepEqual(play(question, "@skip").path, ["start", "ask", "yes"]);
  assert.equal(play(question, "@stop").reason, "manually_stopped");
  assert.deepEqual(play(question, "@resume").said, ["Well?", "Well?"]);
});

test("what was said last could not be sent", () => {
  const form = graphOf(
    {
      start: ["start"],
      form: ["whatsapp_flow", { whatsappFlowId: "7" }],
      sorry: ["message", { content: "{{api_error}}" }],
    },
    ["start > form", "form:error > sorry"],
  );
  assert.equal(play(form, "@fail").said.at(-1), "131026");
  assert.equal(play(form, "@fail it is down").said.at(-1), "it is down");
});

test("other words with an @ are a customer's", () => {
  for (const words of ["@waiter", "@wait long", "me@wait", "@Return", "@"])
    assert.equal(play(question, words).variables.said, words);
});
