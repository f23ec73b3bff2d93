import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { graphOf, ONE_QUESTION } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, chatbotShell } from "../../support/chatbot_shell.ts";
import { hear } from "../../support/messages.ts";

/** Turns that take too long: their own runs end, and everything else goes on. */

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

const conditions = Array.from({ length: 600 }, () => ({
  variable: "opening_message",
  operator: "not_matches_regex",
  value: "(a|b)*a(a|b){190}c",
}));
const SLOW = graphOf(
  { start: ["start"], loop: ["condition", { conditionGroup: { logicalOperator: "AND", conditions } }] },
  [
    ["start", "loop"],
    ["loop", "loop", "true"],
  ],
);
const UNGUARDED = { maxStepsPerTurn: 10_000, maxVisitsPerNode: 10_000, maxStepsPerRun: 10_000 };

test("each message has a turn of its own, its run fails with the reason, and others are answered", async () => {
  const slow = await shell.aThread(SLOW, UNGUARDED);
  const quick = await shell.aThread(ONE_QUESTION);
  const body = "ab".repeat(500);
  for (const thread of [slow, slow, slow, quick])
    await hear(shell.database.pool, thread, thread, { content: { body } });
  await shell.turns.drain();
  assert.deepEqual(await quick.said(), ["Next?"]);
  const runs = await shell.query(
    "select status, outcome, completion_reason from app_public.conversation_contexts where conversation_id = $1",
    slow.conversationId,
  );
  const failed = { status: "failed", outcome: "failed", completion_reason: "turn_too_long: PYTRN" };
  assert.deepEqual(runs, [failed, failed, failed]);
  assert.deepEqual(await shell.query("select from app_private.chatbot_events"), []);
});
