import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fetching } from "../support/chatbot_graphs.ts";
import { type ChatbotShell, chatbotShell } from "../support/chatbot_shell.ts";
import { type StandIn, standIn } from "../support/stand_in.ts";

let shell: ChatbotShell;
let server: StandIn;
before(async () => {
  shell = await chatbotShell();
  server = await standIn();
});
after(async () => {
  await server.close();
  await shell.close();
});

const events = () => shell.query("select kind from app_private.chatbot_events");

test("the call that the run waits for is made, and its result becomes an event", async () => {
  const thread = await shell.aThread(fetching(`${server.url}/x`));
  await thread.say("hello");
  await shell.makeCall(thread);
  assert.equal(server.asked.length, 1);
  assert.deepEqual(await events(), [{ kind: "http_result" }]);
  await shell.turns.drain();
  assert.notEqual((await thread.run()).waiting?.kind, "http");
});

test("for a stopped run no request is made, and a late result is dropped", async () => {
  const thread = await shell.aThread(fetching(`${server.url}/x`));
  await thread.say("hello");
  server.asked = [];
  server.answer = async () => {
    await shell.query("select app_public.stop_chatbot_run($1)", thread.conversationId);
    await shell.turns.drain();
    return { status: 200, body: {} };
  };
  await shell.makeCall(thread);
  assert.equal(server.asked.length, 1);
  assert.deepEqual(await events(), []);
  await shell.makeCall(thread);
  assert.equal(server.asked.length, 1);
});
