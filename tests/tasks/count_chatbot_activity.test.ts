import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import countChatbotActivity from "../../tasks/count_chatbot_activity.ts";
import { ONE_QUESTION } from "../support/chatbot_graphs.ts";
import { type ChatbotShell, chatbotShell } from "../support/chatbot_shell.ts";

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

test("all recorded activity is counted, in as many rounds as needed", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await thread.say("hello");
  await shell.query(
    `insert into app_private.chatbot_activity (tenant_id, version_id, steps)
     select tenant_id, version_id, steps from app_private.chatbot_activity, generate_series(1, 25000)`,
  );
  const left = () => shell.query("select count(*)::int as n from app_private.chatbot_activity");
  assert.deepEqual(await left(), [{ n: 25_001 }]);
  await countChatbotActivity({ pool: shell.database.pool })();
  assert.deepEqual(await left(), [{ n: 0 }]);
  const [start] = await shell.query(
    "select entered from app_public.chatbot_node_stats($1) where node_id = 'start'",
    thread.versionId,
  );
  assert.equal(start.entered, 25_001);
});
