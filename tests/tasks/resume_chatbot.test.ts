import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import resumeChatbot from "../../tasks/resume_chatbot.ts";
import { ONE_QUESTION } from "../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../support/chatbot_shell.ts";
import { until } from "../support/until.ts";

/** What a pause holds back, and for how long, is tested in tests/src/runner/person_has_it.test.ts. */

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

const resume = ({ conversationId }: ChatbotThread) =>
  resumeChatbot({ ...shell, pool: shell.database.pool })({ conversationId });

test("nothing happens while the pause lasts; after it the chatbot asks again", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await thread.say("hello");
  const [question] = await thread.said();
  await thread.set("chatbot_paused_until = now() + interval '1 hour'");
  await resume(thread);
  assert.deepEqual(await thread.said(), [question]);
  await thread.set("chatbot_paused_until = now() + interval '50 milliseconds'");
  await until("the pause to be over", async () => {
    await resume(thread);
    return (await thread.said()).length > 1;
  });
  await resume(thread);
  assert.deepEqual(await thread.said(), [question, question]);
});

test("in a conversation without a run, or one that is gone, nothing happens", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await resume(thread);
  await shell.query("delete from app_public.conversations where id = $1", thread.conversationId);
  await resume(thread);
  assert.deepEqual(await thread.said(), []);
});
