import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { overlapping } from "../../support/race.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";
import type { Graph } from "../../support/support_bot.ts";

/** What becomes of runs under way when another version is made the active one. All on committed rows. */

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

/** A graph that waits in `wait`, in some way, and then says which version it is of. */
const waiting = (type: string, data: object, words: string, nodeId = "wait"): Graph =>
  graphOf(
    {
      start: ["start"],
      hello: ["message", { content: `Hello ${words.split(" ")[0]}` }],
      [nodeId]: [type, data],
      bye: ["message", { content: words }],
    },
    [
      ["start", "hello"],
      ["hello", nodeId],
      [nodeId, "bye"],
    ],
  );
const asking = (words: string, nodeId?: string) =>
  waiting("question", { questionType: "text", content: "Next?", variable: "said" }, words, nodeId);

/** Publishes a graph as the chatbot's next version. */
async function publish({ chatbotId }: ChatbotThread, graph: Graph): Promise<string> {
  await shell.query(
    "update app_public.chatbots set nodes = $2, edges = $3 where id = $1",
    chatbotId,
    JSON.stringify(graph.nodes),
    JSON.stringify(graph.edges),
  );
  const [version] = await shell.query("select id from app_private.publish_chatbot($1)", chatbotId);
  return version.id;
}

async function activate(thread: ChatbotThread, graph: Graph, running: string): Promise<string> {
  const versionId = await publish(thread, graph);
  await shell.query("select app_public.activate_version($1, $2)", versionId, running);
  await shell.turns.drain();
  return versionId;
}

const runsOf = ({ conversationId }: ChatbotThread) =>
  shell.query(
    `select version_id, status, completion_reason from app_public.conversation_contexts
     where conversation_id = $1 order by created_at, id`,
    conversationId,
  );

/** The run's timer is due, and rings. */
async function ring(thread: ChatbotThread): Promise<void> {
  await shell.query(
    `with due as (
       update app_public.conversation_contexts set
         waiting = jsonb_set(waiting, '{timer,at}', to_jsonb(now() - interval '1 second'))
       where conversation_id = $1 and is_active
       returning tenant_id, conversation_id, id
     )
     insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id)
     select tenant_id, conversation_id, 'timer', id from due`,
    thread.conversationId,
  );
  await shell.turns.drain();
}

test("FINISH: a run under way ends on its version, the next one begins on the new", async () => {
  const thread = await shell.aThread(asking("one"));
  await thread.say("hello");
  const versionId = await activate(thread, asking("two"), "finish");
  await thread.say("word", "hello");
  assert.deepEqual(await thread.said(), ["Hello one", "Next?", "one", "Hello two", "Next?"]);
  assert.deepEqual(
    (await runsOf(thread)).map(({ version_id }) => version_id),
    [thread.versionId, versionId],
  );
});

test("MOVE: a run goes on where it is in the new version, with its variables, its answer and its timer", async () => {
  const thread = await shell.aThread(asking("one {{said}}"));
  await thread.say("hello");
  const before = await thread.run();
  const job = () =>
    shell.query("select run_at from graphile_worker.jobs where key = $1", `ring_chatbot_timer:${before.id}`);
  const [timer] = await job();
  const versionId = await activate(thread, asking("two {{said}}"), "move");
  const after = await thread.run();
  assert.deepEqual(after, { ...before, version_id: versionId, updated_at: after.updated_at });
  assert.deepEqual(await job(), [timer]);
  await thread.say("word");
  assert.deepEqual(await thread.said(), ["Hello one", "Next?", "two word"]);
});

for (const [what, graph] of [
  ["has no such node", asking("two", "elsewhere")],
  ["has another kind of node there", waiting("delay", { delay: 60 }, "two")],
] as const)
  test(`MOVE: where the new version ${what} a run ends on its own`, async () => {
    const thread = await shell.aThread(asking("one"));
    await thread.say("hello");
    await activate(thread, graph, "move");
    await thread.say("word");
    assert.deepEqual(await thread.said(), ["Hello one", "Next?", "one"]);
    const [run, ...others] = await runsOf(thread);
    assert.deepEqual(run, {
      version_id: thread.versionId,
      status: "completed",
      completion_reason: "flow_completed",
    });
    assert.deepEqual(others, []);
  });

test("MOVE: a running delay ends in the new version", async () => {
  const thread = await shell.aThread(waiting("delay", { delay: 60 }, "one"));
  await thread.say("hello");
  const { expires_at } = await thread.run();
  await activate(thread, waiting("delay", { delay: 9999 }, "two"), "move");
  assert.equal((await thread.run()).expires_at - expires_at, (9999 - 60) * 1000);
  await ring(thread);
  assert.deepEqual(await thread.said(), ["Hello one", "two"]);
});

test("MOVE: the result of a call that is under way is taken in the new version", async () => {
  const call = (words: string) => waiting("rest_api", { apiUrl: server.url, apiRetries: 0 }, words);
  const thread = await shell.aThread(call("one"));
  await thread.say("hello");
  await activate(thread, call("two"), "move");
  await shell.makeCall(thread);
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Hello one", "two"]);
});

test("MOVE: inside a subflow a run stays with the graphs it began with", async () => {
  const inner = await shell.aThread(asking("inner"));
  const sub = (words: string) => waiting("subflow", { chatbotId: inner.chatbotId }, words);
  await shell.query(
    "update app_public.chatbots set nodes = $2, edges = $3 where id = $1",
    inner.chatbotId,
    ...[sub("x").nodes, sub("x").edges].map((part) => JSON.stringify(part)),
  );
  const other = await shell.query(
    "insert into app_public.chatbots (tenant_id, name) values ($1, 'Outer') returning id",
    inner.tenantId,
  );
  const outer = { ...inner, chatbotId: other[0].id };
  const versionId = await activate(outer, sub("one"), "finish");
  await inner.say("hello");
  assert.deepEqual(await inner.said(), ["Hello one", "Hello inner", "Next?"]);
  await activate(outer, sub("two"), "move");
  await inner.say("word");
  assert.deepEqual(await inner.said(), ["Hello one", "Hello inner", "Next?", "inner", "one"]);
  assert.equal((await inner.run()).version_id, versionId);
});

test("RESTART: a run ends with that reason and starts again in the new version; its timer is removed", async () => {
  const thread = await shell.aThread(asking("one"));
  await thread.say("hello");
  const before = await thread.run();
  const versionId = await activate(thread, asking("two"), "restart");
  assert.deepEqual(await thread.said(), ["Hello one", "Next?", "Hello two", "Next?"]);
  assert.deepEqual(await runsOf(thread), [
    { version_id: thread.versionId, status: "stopped", completion_reason: "restarted" },
    { version_id: versionId, status: "waiting", completion_reason: null },
  ]);
  const jobs = await shell.query(
    "select from graphile_worker.jobs where key = $1",
    `ring_chatbot_timer:${before.id}`,
  );
  assert.deepEqual(jobs, []);
});

test("RESTART: the chatbot waits until the agent has finished", async () => {
  const thread = await shell.aThread(asking("one"));
  await thread.say("hello");
  await thread.set("chatbot_paused_until = now() + interval '1 hour'");
  await activate(thread, asking("two"), "restart");
  assert.deepEqual(await thread.said(), ["Hello one", "Next?"]);
  await thread.set("chatbot_paused_until = null");
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Hello one", "Next?", "Hello two", "Next?"]);
});

test("a run that ended before the activation reached it is neither moved nor restarted", async () => {
  for (const running of ["move", "restart"]) {
    const thread = await shell.aThread(asking("one"));
    await thread.say("hello");
    const versionId = await publish(thread, asking("two"));
    await shell.query("select app_public.stop_chatbot_run($1)", thread.conversationId);
    await shell.query("select app_public.activate_version($1, $2)", versionId, running);
    await shell.turns.drain();
    assert.deepEqual(await runsOf(thread), [
      { version_id: thread.versionId, status: "stopped", completion_reason: "manually_stopped" },
    ]);
    assert.deepEqual(await thread.said(), ["Hello one", "Next?"]);
  }
});

test("the runs of other chatbots and other tenants are not affected", async () => {
  const thread = await shell.aThread(asking("one"));
  const stranger = await shell.aThread(asking("theirs"));
  await thread.say("hello");
  await stranger.say("hello");
  await activate(thread, asking("two"), "restart");
  assert.deepEqual(await stranger.said(), ["Hello theirs", "Next?"]);
});

// The lock is the conversation's row in claim_chatbot_turns(). The activation does not wait for it, and the turn is not
// disturbed: what it decided is stored, and the run moves in a turn of its own.
for (const [running, last] of [
  ["move", ["Hello one", "Next?", "two word"]],
  ["restart", ["Hello one", "Next?", "Hello two", "Next?"]],
] as const)
  test(`a run in the middle of a turn: ${running} comes after it`, async () => {
    const thread = await shell.aThread(asking("one {{said}}"));
    await thread.say("hello");
    const versionId = await publish(thread, asking("two {{said}}"));
    await shell.query(
      "insert into app_private.chatbot_events (tenant_id, conversation_id, kind) values ($1, $2, 'timer')",
      thread.tenantId,
      thread.conversationId,
    );
    const { first, waited } = await overlapping(
      shell.database.pool,
      async (db) => {
        const { rows } = await db.query("select events from app_private.claim_chatbot_turns(10)");
        await db.query("select app_private.save_chatbot_turns($1, '[]', '[]', '[]', '[]', '[]', '[]')", [
          rows[0].events.map(({ id }: { id: string }) => id),
        ]);
        return rows.length;
      },
      (db) => db.query("select app_public.activate_version($1, $2)", [versionId, running]),
    );
    assert.deepEqual([first, waited], [1, false]);
    await shell.turns.drain();
    if (running === "move") await thread.say("word");
    assert.deepEqual(await thread.said(), last);
  });

test("a run that is moved waits for as long as its new version says, from when it began to wait", async () => {
  const ask = (data: object) =>
    waiting("question", { questionType: "text", content: "Next?", ...data }, "Words");
  const timeOf = async (thread: ChatbotThread) => {
    const [row] = await shell.query(
      `select x.timer_kind as kind, round(extract(epoch from x.expires_at - x.started_at))::int as seconds,
         (select round(extract(epoch from j.run_at - x.started_at))::int from graphile_worker.jobs j
          where j.key = app_private.job_key('ring_chatbot_timer', x.id)) as job
       from app_public.conversation_contexts x where x.conversation_id = $1 and x.is_active`,
      thread.conversationId,
    );
    return [row.kind, row.seconds, row.job];
  };
  const thread = await shell.aThread(ask({ timeoutSeconds: 600 }));
  await thread.say("hello");
  assert.deepEqual(await timeOf(thread), ["answer_timeout", 600, 600]);
  await activate(thread, ask({}), "move");
  assert.deepEqual(await timeOf(thread), ["session_expiry", 86_400, 86_400]);
  await activate(thread, ask({ timeoutSeconds: 900 }), "move");
  assert.deepEqual(await timeOf(thread), ["answer_timeout", 900, 900]);

  const delayed = await shell.aThread(waiting("delay", { delay: 600 }, "Words"));
  await delayed.say("hello");
  await activate(delayed, waiting("delay", { delay: 2, delayUnit: "hours" }, "Words"), "move");
  assert.deepEqual(await timeOf(delayed), ["delay", 7200, 7200]);

  const handed = await shell.aThread(waiting("handoff", { timeoutSeconds: 600 }, "Words"));
  await handed.say("hello");
  await activate(handed, waiting("handoff", {}, "Words"), "move");
  assert.deepEqual(await timeOf(handed), [null, null, null]);
});

test("a run that is moved in a pause waits by its new version too", async () => {
  const ask = (data: object) =>
    waiting("question", { questionType: "text", content: "Next?", ...data }, "Words");
  const thread = await shell.aThread(ask({ timeoutSeconds: 600 }));
  await thread.say("hello");
  await thread.set("chatbot_paused_until = now() + interval '1 hour'");
  await activate(thread, ask({}), "move");
  const { status, expires_at, started_at } = await thread.run();
  assert.equal(status, "waiting");
  assert.equal(Math.round((expires_at - started_at) / 1000), 86_400);
});
