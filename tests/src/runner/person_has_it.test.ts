import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import resumeChatbot from "../../../tasks/resume_chatbot.ts";
import ringChatbotTimer from "../../../tasks/ring_chatbot_timer.ts";
import { fetching, graphOf, ONE_QUESTION } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { aPerson } from "../../support/people.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";
import { until } from "../../support/until.ts";

/** While a person has the conversation the chatbot says nothing; what would make it speak waits until they are done. */

let shell: ChatbotShell;
let server: StandIn;
before(async () => {
  shell = await chatbotShell();
  server = await standIn();
  server.answer = () => ({ status: 200, body: { answer: "yes" } });
});
after(async () => {
  await server.close();
  await shell.close();
});

const DELAY = graphOf(
  {
    start: ["start"],
    wait: ["delay", { delay: 3600 }],
    bye: ["message", { content: "Here I am" }],
  },
  [
    ["start", "wait"],
    ["wait", "bye"],
  ],
);
const CALLBACK = graphOf(
  {
    start: ["start"],
    wait: ["wait_for_callback", { variable: "paid" }],
    bye: ["message", { content: "Paid {{paid.sum}}" }],
  },
  [
    ["start", "wait"],
    ["wait", "bye"],
  ],
);

const context = () => ({ pool: shell.database.pool, turns: shell.turns });

/** The run's timer is due, and its job runs. */
async function ring(thread: ChatbotThread): Promise<void> {
  const { id } = await thread.run();
  await shell.query(
    `update app_public.conversation_contexts set
       waiting = jsonb_set(waiting, '{timer,at}', to_jsonb(now() - interval '1 second')),
       expires_at = now() - interval '1 second'
     where id = $1`,
    id,
  );
  await ringChatbotTimer(context())({ contextId: id });
}

const pause = (thread: ChatbotThread, interval = "1 hour") =>
  thread.set("chatbot_paused_until = now() + $2::interval", interval);

/** Somebody ends the pause before its time. */
async function endPause(thread: ChatbotThread): Promise<void> {
  await thread.set("chatbot_paused_until = null");
  await shell.turns.drain();
}

async function assign(thread: ChatbotThread): Promise<void> {
  const { userId } = await aPerson(shell.database.pool, thread.tenantId, "agent");
  await thread.set("assignee_id = $2", userId);
}

async function giveBack(thread: ChatbotThread): Promise<void> {
  await thread.set("assignee_id = null");
  await shell.turns.drain();
}

const timersOf = ({ conversationId }: ChatbotThread) =>
  shell.query(
    `select t.kind, t.is_held, t.rings_at = c.chatbot_paused_until as is_pause_end
     from app_public.chatbot_timers t join app_public.conversations c on c.id = t.conversation_id
     where t.conversation_id = $1`,
    conversationId,
  );

const eventsOf = async ({ conversationId }: ChatbotThread) =>
  (
    await shell.query(
      "select kind, due_at = 'infinity' as waits from app_private.chatbot_events where conversation_id = $1",
      conversationId,
    )
  ).map(({ kind, waits }) => `${kind}${waits ? " waits" : ""}`);

test("a delay that ends in a pause waits for the end of the pause, by a job", async () => {
  const thread = await shell.aThread(DELAY);
  await thread.say("hello");
  assert.deepEqual(await timersOf(thread), [{ kind: "delay", is_held: false, is_pause_end: null }]);
  await pause(thread);
  await ring(thread);
  assert.deepEqual(await thread.said(), []);
  assert.equal((await thread.run()).status, "waiting");
  assert.deepEqual(await timersOf(thread), [{ kind: "delay", is_held: false, is_pause_end: true }]);
  const [job] = await shell.query(
    `select j.run_at = c.chatbot_paused_until as is_pause_end from graphile_worker.jobs j
     join app_public.conversations c on j.key = app_private.job_key('resume_chatbot', c.id) where c.id = $1`,
    thread.conversationId,
  );
  assert.deepEqual(job, { is_pause_end: true });
  await pause(thread, "50 milliseconds");
  // The job, as often as anybody likes: what it does depends on the time.
  await until("the pause to be over", async () => {
    await resumeChatbot(context())({ conversationId: thread.conversationId });
    return (await thread.said()).length > 0;
  });
  assert.deepEqual(await thread.said(), ["Here I am"]);
  assert.deepEqual(await eventsOf(thread), []);
});

test("a pause that is prolonged goes on holding what it held", async () => {
  const thread = await shell.aThread(DELAY);
  await thread.say("hello");
  await pause(thread);
  await ring(thread);
  await pause(thread, "2 hours");
  await resumeChatbot(context())({ conversationId: thread.conversationId });
  assert.deepEqual(await thread.said(), []);
  await endPause(thread);
  assert.deepEqual(await thread.said(), ["Here I am"]);
});

test("starting a chatbot ends the pause: it receives the answer, and the previous run does not repeat its question", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await thread.say("hello");
  await pause(thread);
  await shell.query("select app_public.start_chatbot($1, $2)", thread.conversationId, thread.chatbotId);
  await shell.turns.drain();
  await thread.say("word");
  assert.deepEqual(await thread.said(), ["Next?", "Next?", "Goodbye"]);
});

test("a run that is started while an agent is assigned begins, and continues when the agent returns the conversation", async () => {
  const thread = await shell.aThread(fetching(`${server.url}/answer`));
  await assign(thread);
  await shell.query("select app_public.start_chatbot($1, $2)", thread.conversationId, thread.chatbotId);
  await shell.turns.drain();
  await shell.makeCall(thread);
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), []);
  await giveBack(thread);
  assert.deepEqual(await thread.said(), ["It said yes"]);
});

test("a version that ends after a pause ends, whatever its run waits for", async () => {
  for (const graph of [DELAY, CALLBACK, ONE_QUESTION]) {
    const thread = await shell.aThread(graph, { afterPause: "end" });
    await thread.say("hello");
    const said = await thread.said();
    await pause(thread);
    assert.deepEqual(await timersOf(thread), [{ kind: "end", is_held: false, is_pause_end: true }]);
    await endPause(thread);
    const { status, completion_reason } = await thread.run();
    assert.deepEqual([status, completion_reason], ["stopped", "taken_over"]);
    assert.deepEqual(await thread.said(), said);
    assert.deepEqual(await timersOf(thread), []);
  }
});

test("a question whose time is up in a pause is asked again after it, with a time of its own", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await thread.say("hello");
  await pause(thread);
  assert.deepEqual(await timersOf(thread), [{ kind: "resume", is_held: false, is_pause_end: true }]);
  await ring(thread);
  assert.deepEqual(await thread.said(), ["Next?"]);
  await endPause(thread);
  assert.deepEqual(await thread.said(), ["Next?", "Next?"]);
  const { status, expires_at } = await thread.run();
  assert.equal(status, "waiting");
  assert.ok(expires_at > new Date());
});

test("a timer waits for as long as the conversation is assigned", async () => {
  const thread = await shell.aThread(DELAY);
  await thread.say("hello");
  await assign(thread);
  assert.deepEqual(await timersOf(thread), [{ kind: "delay", is_held: true, is_pause_end: null }]);
  await ring(thread);
  await thread.say("to the agent");
  assert.deepEqual(await thread.said(), []);
  await giveBack(thread);
  assert.deepEqual(await thread.said(), ["Here I am"]);
});

test("if the conversation is returned before a timer is due, the timer fires when it is due", async () => {
  const thread = await shell.aThread(DELAY);
  await thread.say("hello");
  await assign(thread);
  await giveBack(thread);
  assert.deepEqual(await thread.said(), []);
  await ring(thread);
  assert.deepEqual(await thread.said(), ["Here I am"]);
});

test("assigned beyond the end of a pause: the question is asked again when it is given back", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await thread.say("hello");
  await assign(thread);
  await pause(thread, "50 milliseconds");
  await until("the pause to be over", async () => {
    await resumeChatbot(context())({ conversationId: thread.conversationId });
    const [row] = await shell.query(
      "select chatbot_paused_until < now() as is_over from app_public.conversations where id = $1",
      thread.conversationId,
    );
    return row.is_over;
  });
  assert.deepEqual(await thread.said(), ["Next?"]);
  await giveBack(thread);
  assert.deepEqual(await thread.said(), ["Next?", "Next?"]);
});

test("the time of a handoff runs while a person has it", async () => {
  const thread = await shell.aThread(
    graphOf(
      {
        start: ["start"],
        hand: ["handoff", { timeoutSeconds: 600 }],
        late: ["message", { content: "Nobody came" }],
      },
      [
        ["start", "hand"],
        ["hand", "late", "timeout"],
      ],
    ),
  );
  await thread.say("hello");
  await assign(thread);
  assert.deepEqual(await timersOf(thread), [{ kind: "handoff_timeout", is_held: false, is_pause_end: null }]);
  await ring(thread);
  assert.deepEqual(await thread.said(), ["Nobody came"]);
});

test("the result of a call that arrives during the pause is kept through messages and turns, and used afterwards", async () => {
  const thread = await shell.aThread(fetching(`${server.url}/answer`));
  await thread.say("hello");
  await pause(thread);
  await shell.makeCall(thread);
  await shell.turns.drain();
  assert.deepEqual(await eventsOf(thread), ["http_result waits"]);
  await thread.say("are you there?", "hello?");
  assert.deepEqual(await eventsOf(thread), ["http_result waits"]);
  assert.deepEqual(await thread.said(), []);
  await endPause(thread);
  assert.deepEqual(await thread.said(), ["It said yes"]);
  assert.deepEqual(await eventsOf(thread), []);
});

test("a callback that arrives during the pause is kept", async () => {
  const thread = await shell.aThread(CALLBACK);
  await thread.say("hello");
  const { id } = await thread.run();
  await assign(thread);
  await shell.query("select app_private.receive_callback($1, $2)", id, { payload: { sum: 12 } });
  await shell.turns.drain();
  assert.deepEqual(await eventsOf(thread), ["callback waits"]);
  await giveBack(thread);
  assert.deepEqual(await thread.said(), ["Paid 12"]);
});

test("events kept for a run that is stopped during the pause are dropped when the pause ends", async () => {
  const thread = await shell.aThread(CALLBACK);
  await thread.say("hello");
  const { id } = await thread.run();
  await assign(thread);
  await shell.query("select app_private.receive_callback($1, $2)", id, { payload: {} });
  await shell.turns.drain();
  await shell.query("select app_public.stop_chatbot_run($1)", thread.conversationId);
  await shell.turns.drain();
  assert.equal((await thread.run()).completion_reason, "manually_stopped");
  await giveBack(thread);
  assert.deepEqual(await eventsOf(thread), []);
  assert.deepEqual(await thread.said(), []);
});

test("a handoff that no one takes in time leaves the chatbot in charge again", async () => {
  const thread = await shell.aThread(
    graphOf(
      {
        start: ["start"],
        hand: ["handoff", { timeoutSeconds: 600 }],
        ask: ["question", { questionType: "text", content: "Try later?", variable: "later" }],
        bye: ["message", { content: "Noted {{later}}" }],
      },
      [
        ["start", "hand"],
        ["hand", "ask", "timeout"],
        ["ask", "bye"],
      ],
    ),
  );
  const isHandedOver = async () =>
    (
      await shell.query(
        "select handed_over_at is not null as is from app_public.conversations where id = $1",
        thread.conversationId,
      )
    )[0].is;
  await thread.say("hello");
  assert.equal(await isHandedOver(), true);
  await ring(thread);
  assert.equal(await isHandedOver(), false);
  await thread.say("yes");
  assert.deepEqual(await thread.said(), ["Try later?", "Noted yes"]);
});

test("after a handoff that ends the run, the chatbot is silent until the conversation is given back", async () => {
  const thread = await shell.aThread(
    graphOf({ start: ["start"], hand: ["handoff", { content: "One moment" }] }, [["start", "hand"]]),
  );
  await thread.say("hello", "are you there?");
  await thread.say("hello?");
  assert.deepEqual(await thread.said(), ["One moment"]);
  await shell.query("select app_public.return_to_chatbot($1)", thread.conversationId);
  await shell.turns.drain();
  await thread.say("hello again");
  assert.deepEqual(await thread.said(), ["One moment", "One moment"]);
});

const HANDOFF = graphOf(
  {
    start: ["start"],
    hand: ["handoff"],
    ask: ["question", { questionType: "text", content: "Anything else?", variable: "more" }],
    bye: ["message", { content: "Noted {{more}}" }],
  },
  [
    ["start", "hand"],
    ["hand", "ask", "returned"],
    ["ask", "bye"],
  ],
);

/** A person writes, which begins the pause. */
async function personWrites(thread: ChatbotThread): Promise<void> {
  await shell.query(
    "insert into app_public.messages (conversation_id, author, type, content) values ($1, 'user', 'text', $2)",
    thread.conversationId,
    JSON.stringify({ body: "I am Ann" }),
  );
  const [{ is_paused }] = await shell.query(
    "select chatbot_paused_until > now() as is_paused from app_public.conversations where id = $1",
    thread.conversationId,
  );
  assert.equal(is_paused, true);
}

const GIVING_BACK: { [name: string]: (thread: ChatbotThread) => Promise<unknown> } = {
  "giving back": async (thread) => {
    await assign(thread);
    return shell.query("select app_public.assign_conversation($1, null)", thread.conversationId);
  },
  "giving back what nobody was assigned": (thread) =>
    shell.query("select app_public.assign_conversation($1, null)", thread.conversationId),
  "giving back in SQL": async (thread) => {
    await assign(thread);
    return thread.set("assignee_id = null");
  },
  closing: (thread) => shell.query("select app_public.close_conversation($1)", thread.conversationId),
  "closing and opening again": async (thread) => {
    await shell.query("select app_public.close_conversation($1)", thread.conversationId);
    return shell.query("select app_public.reopen_conversation($1)", thread.conversationId);
  },
};
for (const [name, giveItBack] of Object.entries(GIVING_BACK)) {
  test(`${name} ends the pause: the question of a handoff receives its answer`, async () => {
    const thread = await shell.aThread(HANDOFF);
    await thread.say("hello");
    await personWrites(thread);
    if (name === "giving back what nobody was assigned")
      await assign(thread).then(() => thread.set("assignee_id = null"));
    else await giveItBack(thread);
    await shell.turns.drain();
    await thread.say("bread");
    assert.deepEqual(await thread.said(), ["Anything else?", "Noted bread"]);
  });

  test(`${name} ends the pause: the next message begins a chatbot`, async () => {
    const thread = await shell.aThread(ONE_QUESTION);
    await thread.say("hello");
    await thread.say("word");
    await personWrites(thread);
    await giveItBack(thread);
    await thread.say("hello");
    assert.deepEqual(await thread.said(), ["Next?", "Goodbye", "Next?"]);
  });
}

test("closing sends the customer no question, and their answer is received", async () => {
  const thread = await shell.aThread(ONE_QUESTION);
  await thread.say("hello");
  await personWrites(thread);
  await shell.query("select app_public.close_conversation($1)", thread.conversationId);
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Next?"]);
  await thread.say("word");
  assert.deepEqual(await thread.said(), ["Next?", "Goodbye"]);
});
