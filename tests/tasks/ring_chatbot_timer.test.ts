import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import ringChatbotTimer from "../../tasks/ring_chatbot_timer.ts";
import { graphOf } from "../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../support/chatbot_shell.ts";

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

const DELAY = graphOf(
  { start: ["start"], wait: ["delay", { delay: 3600 }], bye: ["message", { content: "Here I am" }] },
  [
    ["start", "wait"],
    ["wait", "bye"],
  ],
);

/** The hour of the delay is over. */
async function passTime(thread: ChatbotThread): Promise<string> {
  const { id } = await thread.run();
  await shell.query(
    `update app_public.conversation_contexts set
       waiting = jsonb_set(waiting, '{timer,at}', to_jsonb(now() - interval '1 second')),
       expires_at = now() - interval '1 second'
     where id = $1`,
    id,
  );
  return id;
}

const ring = (contextId: string) => ringChatbotTimer({ ...shell, pool: shell.database.pool })({ contextId });

test("the run continues; a second job does nothing more", async () => {
  const thread = await shell.aThread(DELAY);
  await thread.say("hello");
  const contextId = await passTime(thread);
  await ring(contextId);
  assert.deepEqual(await thread.said(), ["Here I am"]);
  await ring(contextId);
  assert.deepEqual(await thread.said(), ["Here I am"]);
  assert.deepEqual(await shell.query("select from app_private.chatbot_events"), []);
});

test("before its time, and after its run was stopped, nothing happens", async () => {
  const thread = await shell.aThread(DELAY);
  await thread.say("hello");
  const { id } = await thread.run();
  await ring(id);
  assert.deepEqual([(await thread.run()).status, await thread.said()], ["waiting", []]);
  await shell.query("select app_public.stop_chatbot_run($1)", thread.conversationId);
  await ring(id);
  assert.deepEqual([(await thread.run()).status, await thread.said()], ["stopped", []]);
  assert.deepEqual(await shell.query("select from app_private.chatbot_events"), []);
});
