import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { ClaimedTurn } from "../../../src/runner/claimed_turn.ts";
import { chooseTurns } from "../../../src/runner/suspects.ts";
import { ECHO_BOT } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { hear } from "../../support/messages.ts";

/** Events over which processes have ended. What a dead process leaves is its row in chatbot_turn_takers. */

let shell: ChatbotShell;
before(async () => {
  shell = await chatbotShell();
});
after(() => shell.close());

/** The customer writes, and nobody takes the turn. */
async function writes(thread: ChatbotThread, body: string): Promise<string> {
  await hear(shell.database.pool, thread, thread, { content: { body } });
  const [event] = await shell.query(
    "select id from app_private.chatbot_events where conversation_id = $1 order by created_at desc limit 1",
    thread.conversationId,
  );
  return event.id;
}

const diesOver = (...eventIds: string[]) =>
  shell.query("select app_private.begin_chatbot_turns(gen_random_uuid(), $1)", eventIds);

const eventsLeft = () =>
  shell.query(
    "select set_aside_reason as reason, due_at = 'infinity' as waits from app_private.chatbot_events",
  );

test("after three processes an event is set aside, its run fails, and everything else goes on", async () => {
  const guilty = await shell.aThread(ECHO_BOT);
  const innocent = await shell.aThread(ECHO_BOT);
  await guilty.say("hello");
  const events = [await writes(guilty, "poison"), await writes(innocent, "hello")];
  await writes(guilty, "afterwards");
  await diesOver(...events);
  await diesOver(events[0]!);
  await diesOver(events[0]!);
  await shell.turns.drain();
  assert.deepEqual(await innocent.said(), ["Next?"]);
  // The message behind it begins a new run.
  assert.deepEqual(await guilty.said(), ["Next?", "Next?"]);
  const runs = await shell.query(
    "select status, completion_reason from app_public.conversation_contexts where conversation_id = $1 order by created_at, id",
    guilty.conversationId,
  );
  assert.deepEqual(runs, [
    { status: "failed", completion_reason: "turn_abandoned: PYTRN" },
    { status: "waiting", completion_reason: null },
  ]);
  assert.deepEqual(await eventsLeft(), [{ reason: "turn_abandoned: PYTRN", waits: true }]);

  // Nothing but the operator has it tried again.
  await guilty.set("chatbot_paused_until = now() + interval '1 hour'");
  await guilty.set("chatbot_paused_until = null");
  await shell.turns.drain();
  assert.equal((await eventsLeft()).length, 1);
  await shell.query("delete from app_private.chatbot_turn_takers");
  await shell.query("update app_private.chatbot_events set set_aside_reason = null, due_at = now()");
  await shell.turns.drain();
  assert.ok((await guilty.said()).includes("You said poison"));
  assert.deepEqual(await eventsLeft(), []);
});

test("events that did not cause a process to end are all processed", async () => {
  const threads = [await shell.aThread(ECHO_BOT), await shell.aThread(ECHO_BOT)];
  const events: string[] = [];
  for (const thread of threads) events.push(await writes(thread, "hello"), await writes(thread, "again"));
  await diesOver(...events);
  await diesOver(...events);
  await shell.turns.drain();
  for (const thread of threads) assert.deepEqual(await thread.said(), ["Next?", "You said again", "Next?"]);
  assert.deepEqual(await eventsLeft(), []);
});

test("a turn that was saved does not count as an attempt", async () => {
  const thread = await shell.aThread(ECHO_BOT);
  await thread.say("hello");
  const [taker] = await shell.query(
    "select event_ids from app_private.chatbot_turn_takers order by began_at desc limit 1",
  );
  assert.deepEqual(taker.event_ids, []);
});

test("suspects are played alone, one event at a time, the least tried first, in turn with the others", () => {
  const turn = (conversation_id: string, ...tries: number[]) =>
    ({
      conversation_id,
      events: tries.map((count, at) => ({ id: `${conversation_id}${at}`, tries: count })),
    }) as ClaimedTurn;
  const names = (turns: ClaimedTurn[]) => turns.map((one) => [one.conversation_id, one.events.length]);
  const turns = [turn("a", 0, 0), turn("b", 2, 0), turn("c", 1, 1), turn("d", 0)];
  const first = chooseTurns(turns, false);
  assert.deepEqual(names(first.turns), [
    ["a", 2],
    ["d", 1],
  ]);
  assert.equal(first.areSuspectsLeft, true);
  const second = chooseTurns(turns, true);
  assert.deepEqual(names(second.turns), [["c", 1]]);
  assert.equal(second.areSuspectsLeft, true);
  assert.deepEqual(names(chooseTurns(turns.slice(1, 2), false).turns), [["b", 1]]);
  assert.deepEqual(chooseTurns([], true), { turns: [], areSuspectsLeft: false });
});
