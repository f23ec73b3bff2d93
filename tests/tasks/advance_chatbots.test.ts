import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import advanceChatbots from "../../tasks/advance_chatbots.ts";
import { ONE_QUESTION } from "../support/chatbot_graphs.ts";
import { type ChatbotShell, chatbotShell } from "../support/chatbot_shell.ts";
import { hear } from "../support/messages.ts";

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

test("the turns of all conversations with waiting events are taken", async () => {
  const threads = [await shell.aThread(ONE_QUESTION), await shell.aThread(ONE_QUESTION)];
  for (const thread of threads)
    await hear(shell.database.pool, thread, thread, { content: { body: "hello" } });
  const waiting = () => shell.query("select from app_private.chatbot_events");
  assert.equal((await waiting()).length, 2);
  await advanceChatbots(shell)();
  for (const thread of threads) assert.equal((await thread.said()).length, 1);
  await advanceChatbots(shell)();
  for (const thread of threads) assert.equal((await thread.said()).length, 1);
  assert.equal((await waiting()).length, 0);
});
