import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { callbackAddress, isCallbackToken } from "../../../src/integrations/callback_address.ts";
import { sealDataSourceToken } from "../../../src/secrets/data_source_token.ts";
import { graphOf } from "../../support/chatbot_graphs.ts";
import { type ChatbotShell, type ChatbotThread, chatbotShell } from "../../support/chatbot_shell.ts";
import { aPerson, aWorkspace } from "../../support/people.ts";
import { testKeyRing } from "../../support/program.ts";
import { type StandIn, standIn } from "../../support/stand_in.ts";
import { anActiveChatbot } from "../../support/support_bot.ts";

/** What the chatbots' shell does beside answering: starts, stops, pauses, bursts, calls. Turns are taken by hand. */

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

const query: ChatbotShell["query"] = (...args) => shell.query(...args);
const aThread: ChatbotShell["aThread"] = (...args) => shell.aThread(...args);

const ask = (variable: string) =>
  ["question", { content: "Say?", questionType: "text", variable }] as [string, object];
const ECHO = graphOf(
  { start: ["start"], ask: ask("said"), echo: ["message", { content: "You said {{said}}" }] },
  [
    ["start", "ask"],
    ["ask", "echo"],
  ],
);

/** The call that the run waits for, and the turn that follows. */
async function callOf(thread: ChatbotThread, settings: Record<string, string> = {}) {
  await shell.makeCall(thread, settings);
  await shell.turns.drain();
}

test("a chatbot is started by hand with variables, skipped on, and stopped with a reason", async () => {
  const thread = await aThread(
    graphOf({ start: ["start"], hi: ["message", { content: "Hi {{who}}" }], ask: ask("x"), bye: ask("y") }, [
      ["start", "hi"],
      ["hi", "ask"],
      ["ask", "bye"],
    ]),
  );
  await query(
    `select app_public.start_chatbot($1, $2, '{"who": "Ann"}')`,
    thread.conversationId,
    thread.chatbotId,
  );
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Hi Ann", "Say?"]);
  const { id, variables } = await thread.run();
  assert.equal(variables.callback_url, callbackAddress("https://parley.example", id, testKeyRing));
  await query("select app_public.skip_chatbot_node($1)", thread.conversationId);
  await shell.turns.drain();
  assert.equal((await thread.run()).current_node_id, "bye");
  await query("select app_public.stop_chatbot_run($1)", thread.conversationId);
  await shell.turns.drain();
  assert.equal((await thread.run()).completion_reason, "manually_stopped");
});

test("the variables a chatbot is started with do not replace the program's data of the contact", async () => {
  const thread = await aThread(
    graphOf(
      {
        start: ["start"],
        hi: [
          "message",
          { content: "{{greeting}} {{customer_phone}} {{contact.id}} {{contact.name}} {{callback_url}}" },
        ],
        opened: ["message", { content: "{{opening_message}} {{referral.source_id}} {{api_error}}" }],
      },
      [
        ["start", "hi"],
        ["hi", "opened"],
      ],
    ),
  );
  await query("update app_public.contacts set name = 'Ann' where id = $1", thread.contactId);
  await query(
    "select app_public.start_chatbot($1, $2, $3)",
    thread.conversationId,
    thread.chatbotId,
    JSON.stringify({
      greeting: "Hello",
      customer_phone: "4917699999999",
      contact: { id: "another", name: "Somebody Else" },
      "contact.name": "Somebody Else",
      "contact[name]": "Somebody Else",
      "contact.": "Somebody Else",
      callback_url: "https://thief.example/",
      opening_message: "I agreed",
      referral: { source_id: "1" },
      "referral.source_id": "1",
      api_error: "none",
    }),
  );
  await shell.turns.drain();
  const { id } = await thread.run();
  const [contact] = await query("select id, phone from app_public.contacts where id = $1", thread.contactId);
  assert.deepEqual(await thread.said(), [
    `Hello ${contact.phone?.slice(1)} ${contact.id} Ann ${callbackAddress("https://parley.example", id, testKeyRing)}`,
    "{{opening_message}} {{referral.source_id}} {{api_error}}",
  ]);
});

test("a burst of texts is one turn; what will fire when is listed", async () => {
  const thread = await aThread(ECHO, { debounceMs: 400 });
  await thread.say("hello");
  assert.deepEqual(await thread.said(), []);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Say?"]);
  const timers = await query(
    "select kind, node_id from app_public.chatbot_timers where conversation_id = $1",
    thread.conversationId,
  );
  assert.deepEqual(timers, [{ kind: "session_expiry", node_id: "ask" }]);
  await thread.say("one", "two");
  await new Promise((resolve) => setTimeout(resolve, 500));
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Say?", "You said one\ntwo"]);
});

test("after a person's pause the question is asked again, or the run ends, as the version says", async () => {
  for (const [afterPause, ends] of [
    ["resume", false],
    ["end", true],
  ] as const) {
    const thread = await aThread(ECHO, { afterPause });
    await thread.say("hello");
    await query(
      "update app_public.conversations set chatbot_paused_until = now() + interval '1 hour' where id = $1",
      thread.conversationId,
    );
    const [job] = await query(
      "select run_at > now() + interval '50 minutes' as is_later from graphile_worker.jobs where key = $1",
      `resume_chatbot:${thread.conversationId}`,
    );
    assert.deepEqual(job, { is_later: true });
    await query(
      "update app_public.conversations set chatbot_paused_until = null where id = $1",
      thread.conversationId,
    );
    await shell.turns.drain();
    assert.equal((await thread.run()).status, ends ? "stopped" : "waiting");
    assert.equal((await thread.said()).length, ends ? 1 : 2);
  }
});

test("a handoff to a team waits until a person gives the conversation back; team and note are kept", async () => {
  const thread = await aThread(
    graphOf(
      {
        start: ["start"],
        hand: ["handoff", { team: "Sales", note: "Wants a car" }],
        back: ["message", { content: "Back again" }],
      },
      [
        ["start", "hand"],
        ["hand", "back"],
      ],
    ),
  );
  await thread.say("hello");
  const agent = await aPerson(shell.database.pool, thread.tenantId, "agent");
  const [row] = await query(
    "update app_public.conversations set assignee_id = $2 where id = $1 returning metadata -> 'handoff' as handoff",
    thread.conversationId,
    agent.userId,
  );
  assert.equal(row.handoff.team, "Sales");
  assert.equal(row.handoff.note, "Wants a car");
  await query("update app_public.conversations set assignee_id = null where id = $1", thread.conversationId);
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["Back again"]);
});

test("a callback reaches the run that waits for it; its token is the run's alone", async () => {
  const thread = await aThread(
    graphOf(
      {
        start: ["start"],
        wait: ["wait_for_callback", { variable: "paid" }],
        bye: ["message", { content: "{{paid.sum}}" }],
      },
      [
        ["start", "wait"],
        ["wait", "bye"],
      ],
    ),
  );
  await thread.say("hello");
  const { id } = await thread.run();
  const token = callbackAddress("", id, testKeyRing).split("/").at(-1) as string;
  assert.ok(isCallbackToken(id, token, testKeyRing));
  assert.ok(!isCallbackToken(thread.conversationId, token, testKeyRing));
  await query("select app_private.receive_callback($1, $2)", id, { payload: { sum: 12 } });
  await shell.turns.drain();
  assert.deepEqual(await thread.said(), ["12"]);
});

test("a contact is changed: fields, tags that are made, groups that exist", async () => {
  const thread = await aThread(
    graphOf(
      {
        start: ["start"],
        change: [
          "update_contact",
          { fields: { city: "Rome", language: "it" }, addTags: ["VIP"], addGroups: ["News", "None"] },
        ],
      },
      [["start", "change"]],
    ),
  );
  await query("insert into app_public.groups (tenant_id, name) values ($1, 'news')", thread.tenantId);
  await thread.say("hello");
  const [contact] = await query(
    `select c.metadata ->> 'city' as city, c.language,
       array(select t.name from app_public.contact_tags x join app_public.tags t on t.id = x.tag_id where x.contact_id = c.id) as tags,
       array(select g.name from app_public.group_contacts x join app_public.groups g on g.id = x.group_id where x.contact_id = c.id) as groups
     from app_public.contacts c where c.id = $1`,
    thread.contactId,
  );
  assert.deepEqual(contact, { city: "Rome", language: "it", tags: ["VIP"], groups: ["news"] });
});

test("a connection of a data source: address, token, defaults, mapping, data key and transformation", async () => {
  const workspace = await aWorkspace(shell.database.pool);
  const [source] = await query(
    `insert into app_public.data_sources (tenant_id, name, base_url, auth_type)
     values ($1, 'Shop', $2, 'bearer') returning id, is_active`,
    workspace.tenantId,
    `${server.url}/api`,
  );
  assert.equal(source.is_active, false);
  await query(
    "insert into app_private.data_source_secrets (data_source_id, auth_token) values ($1, $2)",
    source.id,
    sealDataSourceToken(source.id, "t0ken", testKeyRing),
  );
  await query(
    "update app_public.data_sources set has_auth_token = true, is_active = true where id = $1",
    source.id,
  );
  const [connection] = await query(
    `insert into app_public.data_source_connections
       (tenant_id, data_source_id, name, endpoint, default_params, data_key, transform_config, param_mapping)
     values ($1, $2, 'Products', '/products', '{"page": 1}', 'data.items', '{"idField": "sku", "titleField": "name"}', '{"brand": "$.brand.id"}')
     returning id`,
    workspace.tenantId,
    source.id,
  );
  const graph = graphOf(
    {
      start: ["start"],
      set: ["set_variable", { variable: "brand", value: { id: "b7" } }],
      call: ["data_source", { connectionId: connection.id, outputVariable: "found" }],
      say: ["message", { content: "{{found[0].id}} {{found[0].title}}" }],
    },
    [
      ["start", "set"],
      ["set", "call"],
      ["call", "say"],
    ],
  );
  const bot = await anActiveChatbot(shell.database.pool, workspace.tenantId, graph);
  const thread = await shell.threadOf(workspace, bot);
  await thread.say("hi");
  server.asked = [];
  server.answer = () => ({ status: 200, body: { data: { items: [{ sku: "p1", name: "Lamp", price: 3 }] } } });
  await callOf(thread);
  const [request] = server.asked;
  assert.match(request?.url ?? "", /^\/api\/products\?/);
  assert.match(request?.url ?? "", /page=1/);
  assert.equal(request?.headers.authorization, "Bearer t0ken");
  assert.deepEqual((await thread.run()).variables.found, [{ id: "p1", title: "Lamp" }]);
});

const AI = graphOf(
  {
    start: ["start"],
    ai: ["ai_reply", { aiSystemPrompt: "Be kind.", aiMaxTokens: 50 }],
    oops: ["message", { content: "Sorry" }],
  },
  [
    ["start", "ai"],
    ["ai", "oops", "error"],
  ],
);

test("a language model answers, with tokens and model in the metadata; without budget it is not asked", async () => {
  const thread = await aThread(AI);
  await thread.say("What is up?");
  server.asked = [];
  server.answer = () => ({
    status: 200,
    body: {
      model: "tiny-1",
      choices: [{ message: { content: "All is well." } }],
      usage: { prompt_tokens: 9, completion_tokens: 4 },
    },
  });
  await callOf(thread, { AI_BASE_URL: server.url, AI_API_KEY: "k3y", AI_MODEL: "tiny" });
  assert.deepEqual(await thread.said(), ["All is well."]);
  assert.equal(server.asked[0]?.headers.authorization, "Bearer k3y");
  assert.deepEqual(JSON.parse(server.asked[0]?.body ?? "").messages, [
    { role: "system", content: "Be kind." },
    { role: "user", content: "What is up?" },
  ]);
  const [message] = await query(
    "select metadata -> 'ai' as ai from app_public.messages where conversation_id = $1 and author = 'chatbot'",
    thread.conversationId,
  );
  assert.equal(message.ai.model, "tiny-1");
  assert.equal(message.ai.inputTokens, 9);

  await thread.say("And now?");
  server.asked = [];
  await callOf(thread, { AI_BASE_URL: server.url, AI_MODEL: "tiny", AI_TOKENS_PER_CONVERSATION: "20" });
  assert.deepEqual(server.asked, []);
  assert.deepEqual(await thread.said(), ["All is well.", "Sorry"]);
});

test("nodes and outcomes are counted, before and after they are rolled up", async () => {
  const thread = await aThread(ECHO);
  await thread.say("hello");
  await thread.say("word");
  const stats = () =>
    query(
      "select node_id, entered, dropped from app_public.chatbot_node_stats($1) order by node_id",
      thread.versionId,
    );
  const expected = ["ask", "echo", "start"].map((node_id) => ({ node_id, entered: 1, dropped: 0 }));
  assert.deepEqual(await stats(), expected);
  await query("select app_private.roll_up_chatbot_activity()");
  assert.deepEqual(await stats(), expected);
  const outcomes = await query(
    "select status, outcome, runs from app_public.chatbot_outcome_stats($1)",
    thread.versionId,
  );
  assert.deepEqual(outcomes, [{ status: "completed", outcome: "completed", runs: 1 }]);
});
