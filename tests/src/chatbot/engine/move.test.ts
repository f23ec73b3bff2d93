import assert from "node:assert/strict";
import { test } from "node:test";
import { canMove } from "../../../../src/chatbot/engine/move.ts";
import { draftVersion } from "../../../../src/chatbot/graph/version.ts";
import { chainOf, Run } from "../build.ts";

const asking = chainOf({ q: ["question", { content: "?" }] });

test("a run moves to a version that has its node, of the same type", () => {
  const run = new Run(asking);
  const to = (graph: typeof asking) => canMove(run.context, run.version, draftVersion(graph));
  assert.equal(to(chainOf({})), true, "before its start");
  run.start();
  assert.equal(to(chainOf({ new: ["message"], q: ["question", { content: "New?" }] })), true);
  assert.equal(to(chainOf({ q: ["message"] })), false);
  assert.equal(to(chainOf({ other: ["question"] })), false);
  run.context.frames = [{ chatbotId: "x", callerNodeId: "q", callerVariables: {} }];
  assert.equal(to(asking), false);
});
