import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { graphOf, ONE_QUESTION } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { send } from "../../support/messages.ts";
import { aPerson, become } from "../../support/people.ts";

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

async function figures({ tenantId }: ChatbotThread, by = "{}") {
  return shell.query(
    `select f.* from app_public.tenants t cross join lateral app_public.tenants_chatbot_figures(t, by => $2) f where t.id = $1`,
    tenantId,
    by,
  );
}

test("a run is contained unless a user had the conversation, or wrote in it, before the run ended", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  const agent = await aPerson(shell.database.pool, thread.tenantId, "agent");
  assert.deepEqual(await figures(thread), []);
  await thread.say("hello", "that is all");
  const [alone] = await figures(thread, "{day,chatbot}");
  assert.deepEqual(
    [alone.runs, alone.completed, alone.with_user, alone.containment, alone.chatbot_id],
    [1, 1, 0, 1, thread.chatbotId],
  );
  // What happens afterwards does not count.
  await thread.set("assignee_id = $2", agent.userId);
  await thread.set("assignee_id = null");
  assert.equal((await figures(thread))[0].containment, 1);

  const assigned = await shell.threadOf(thread, thread);
  await assigned.say("hello");
  await assigned.set("assignee_id = $2", agent.userId);
  await assigned.set("assignee_id = null");
  await assigned.say("that is all");

  const interrupted = await shell.threadOf(thread, thread);
  await interrupted.say("hello");
  const db = await shell.database.pool.connect();
  await db.query("begin");
  await become(db, agent);
  await send(db, interrupted.conversationId);
  await db.query("commit");
  db.release();
  assert.equal((await interrupted.run()).has_user, true);
  await interrupted.set("chatbot_paused_until = null");
  await interrupted.say("that is all");
  const [all] = await figures(thread);
  assert.deepEqual([all.runs, all.with_user, all.containment], [3, 2, 1 / 3]);
});

test("a run that ends by handing its conversation over is not contained", async () => {
  const { tenantId } = await shell.aThread(ONE_QUESTION);
  const { userId } = await aPerson(shell.database.pool, tenantId, "agent");
  const thread = await shell.aThread(
    graphOf({ start: ["start"], hand: ["handoff", { userId }] }, [["start", "hand"]]),
  );
  await shell.query(
    "insert into app_public.memberships (tenant_id, user_id, role) values ($1, $2, 'agent')",
    thread.tenantId,
    userId,
  );
  await thread.say("hello");
  const run = await thread.run();
  assert.deepEqual([run.status, run.completion_reason, run.has_user], ["completed", "handed_off", true]);
  const [only] = await figures(thread);
  assert.deepEqual([only.runs, only.with_user, only.containment], [1, 1, 0]);
});
