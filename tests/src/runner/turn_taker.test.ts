import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startWorker, type Worker } from "../../../src/process/worker.ts";
import { ECHO_BOT, ONE_QUESTION, UNKNOWN_NODE } from "../../support/chatbot_graphs.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { aPerson } from "../../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../../support/program.ts";
import { anActiveChatbot, SUPPORT_BOT } from "../../support/support_bot.ts";
import { until } from "../../support/until.ts";

/** The chatbots' shell on a real database, with two workers beside each other. */

let database: TestDatabase;
let program: TestProgram;
let second: Worker;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
  const { config, ring: keyRing, log } = program;
  second = await startWorker({ ownerUrl: database.ownerUrl, keyRing, config, log });
});
after(async () => {
  await Promise.all([second.stop(), program.stop()]);
  await database.drop();
});

let people = 0;
function aPhone({ phoneNumberId }: ConnectedWorkspace) {
  people += 1;
  return program.sandbox.customer(
    { phone: `1555765${String(people).padStart(4, "0")}`, name: "Ann" },
    phoneNumberId,
  );
}
type Phone = ReturnType<typeof aPhone>;

const heard = (phone: Phone) =>
  phone.received.map(({ content }) => (content as { body?: string | { text: string } }).body);

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

async function conversationOf(phone: Phone): Promise<string> {
  const [row] = await query(
    `select c.id from app_public.conversations c join app_public.contacts p on p.id = c.contact_id
     join app_public.whatsapp_channels h on h.channel_id = c.channel_id
     where p.phone = $1 and h.phone_number_id = $2`,
    `+${phone.chat.customer.waId}`,
    phone.chat.number.phoneNumberId,
  );
  return row.id;
}

async function runsOf(conversationId: string) {
  return query(
    `select status, outcome, completion_reason from app_public.conversation_contexts
     where conversation_id = $1 order by created_at`,
    conversationId,
  );
}

/** Nothing waits for a chatbot any more, and nothing is on its way out. */
async function untilQuiet(): Promise<void> {
  await until("quiet", async () => {
    const [row] = await query(
      "select (select count(*) from app_private.chatbot_events) + (select count(*) from app_private.outbox) = 0 as is_quiet",
    );
    return program.sandbox.webhooks.pending === 0 && row.is_quiet;
  });
}

test("messages that come one upon the other are all answered, in order, once", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const phones = [aPhone(workspace), aPhone(workspace), aPhone(workspace)];
  for (const phone of phones) phone.say("hello");
  await until("the first questions", () => phones.every((phone) => heard(phone).length === 1));
  for (let round = 0; round < 12; round += 1) {
    for (const phone of phones) phone.say(String(round));
    // The provider delivers one after the other to the same customer's thread; the turns overlap all the same.
    await until("the message to be stored", async () => {
      const [row] = await query(
        `select count(*)::int as n from app_public.messages where tenant_id = $1 and content ->> 'body' = $2`,
        workspace.tenantId,
        String(round),
      );
      return row.n === phones.length;
    });
  }
  await until("all answers", () => phones.every((phone) => heard(phone).length >= 25), 20_000);
  await untilQuiet();
  const expected = [
    "Next?",
    ...Array.from({ length: 12 }, (_, round) => [`You said ${round}`, "Next?"]).flat(),
  ];
  for (const phone of phones) assert.deepEqual(heard(phone), expected);
});

/*
 * The lock is the conversations row that app_private.claim_chatbot_turns() takes ("for no key update"). Without it two
 * workers play the same events, or events out of their order, and this fails.
 */
test("many events at once and two workers: each is taken once, in order", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the first question", () => heard(phone).length === 1);
  await untilQuiet();
  const conversationId = await conversationOf(phone);
  for (let round = 0; round < 18; round += 1)
    await query(
      `with said as (
         insert into app_public.messages (tenant_id, conversation_id, direction, author, type, content, provider_message_id)
         values ($1, $2, 'inbound', 'contact', 'text', jsonb_build_object('body', $3::text), 'wamid.' || gen_random_uuid())
         returning id
       )
       select graphile_worker.add_job('advance_chatbots') from generate_series(1, 4)`,
      workspace.tenantId,
      conversationId,
      String(round),
    );
  await until("all answers", () => heard(phone).length > 36, 20_000);
  await untilQuiet();
  assert.deepEqual(heard(phone), [
    "Next?",
    ...Array.from({ length: 18 }, (_, round) => [`You said ${round}`, "Next?"]).flat(),
  ]);
  assert.equal((await runsOf(conversationId)).length, 1);
});

test("a locked conversation is claimed later and does not delay others", async (t) => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const [locked, other] = [aPhone(workspace), aPhone(workspace)];
  locked.say("hello");
  await until("the first question", () => heard(locked).length === 1);
  await untilQuiet();
  const conversationId = await conversationOf(locked);
  const locker = await database.pool.connect();
  t.after(() => locker.release(true));
  await locker.query("begin");
  // An event that waits, under a lock that does not keep its message out.
  await query(
    `insert into app_private.chatbot_events (tenant_id, conversation_id, kind) values ($1, $2, 'timer')`,
    workspace.tenantId,
    conversationId,
  );
  await locker.query("select from app_public.conversations where id = $1 for no key update", [
    conversationId,
  ]);
  for (let at = 0; at < 200; at += 1)
    await query(
      `insert into app_private.chatbot_events (tenant_id, conversation_id, kind) values ($1, $2, 'timer')`,
      workspace.tenantId,
      conversationId,
    );
  other.say("hello");
  await until("the other's question", () => heard(other).length === 1);
  await locker.query("rollback");
  await untilQuiet();
});

test("the chatbot is silent while an agent has the conversation, and continues when it is returned", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT);
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the first question", () => heard(phone).length === 1);
  const conversationId = await conversationOf(phone);
  await query(
    "update app_public.conversations set assignee_id = $2 where id = $1",
    conversationId,
    agent.userId,
  );
  phone.say("to the agent");
  await until("the message to be passed over", async () => {
    const [row] = await query(
      `select count(*)::int as n from app_public.messages m where conversation_id = $1 and direction = 'inbound'
       and not exists (select from app_private.chatbot_events e where e.message_id = m.id)`,
      conversationId,
    );
    return row.n === 2;
  });
  await untilQuiet();
  assert.deepEqual(heard(phone), ["Next?"]);
  await query("update app_public.conversations set assignee_id = null where id = $1", conversationId);
  phone.say("to the bot");
  await until("an answer", () => heard(phone).length === 3);
  assert.deepEqual(heard(phone), ["Next?", "You said to the bot", "Next?"]);
});

test("a person's reply makes the bot pause", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ECHO_BOT, { pauseSeconds: 600 });
  const agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the first question", () => heard(phone).length === 1);
  const conversationId = await conversationOf(phone);
  await query(
    `insert into app_public.messages (conversation_id, author, user_id, type, content)
     values ($1, 'user', $2, 'text', '{"body": "I am a person"}')`,
    conversationId,
    agent.userId,
  );
  await until("the person's words", () => heard(phone).length === 2);
  phone.say("thank you");
  await until("the message to be stored", async () => {
    const [row] = await query(
      "select count(*)::int as n from app_public.messages where conversation_id = $1 and direction = 'inbound'",
      conversationId,
    );
    return row.n === 2;
  });
  await untilQuiet();
  assert.deepEqual(heard(phone), ["Next?", "I am a person"]);
  const [row] = await query(
    "select extract(epoch from chatbot_paused_until - now()) as pause from app_public.conversations where id = $1",
    conversationId,
  );
  assert.ok(row.pause > 590 && row.pause <= 600, String(row.pause));
  await query(
    "update app_public.conversations set chatbot_paused_until = null where id = $1",
    conversationId,
  );
  phone.say("again");
  // The question once more, the answer to what was said, and the next question.
  await until("the answers", () => heard(phone).length === 5);
  assert.deepEqual(heard(phone).slice(2), ["Next?", "You said again", "Next?"]);
});

test("a node of an unknown kind ends the run with a reason; the next message starts a new run", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, UNKNOWN_NODE);
  const phone = aPhone(workspace);
  for (const round of [1, 2]) {
    phone.say("hello");
    await until("the hello", () => heard(phone).length === round);
    await untilQuiet();
  }
  const runs = await runsOf(await conversationOf(phone));
  assert.deepEqual(
    runs.map(({ status, completion_reason }) => [status, completion_reason]),
    [
      ["failed", "unknown_node_type: teleport at odd"],
      ["failed", "unknown_node_type: teleport at odd"],
    ],
  );
});

test("a message that the provider refuses ends the run with its code", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId, ONE_QUESTION);
  const phone = aPhone(workspace);
  program.sandbox.faults.add(
    { kind: "error", code: 131026 },
    { recipient: phone.chat.customer.key, times: 1 },
  );
  phone.say("hello");
  const runs = await until("the run to end", async () => {
    const found = await runsOf(
      await conversationOf(phone).catch(() => "00000000-0000-0000-0000-000000000000"),
    );
    return found[0]?.status === "failed" && found;
  });
  assert.deepEqual(runs, [{ status: "failed", outcome: "failed", completion_reason: "send_failed: 131026" }]);
});

test("without an active chatbot nothing is queued; the chatbots of two tenants are separate", async () => {
  const [none, support, echo] = [
    await program.connectedWorkspace(),
    await program.connectedWorkspace(),
    await program.connectedWorkspace(),
  ];
  await anActiveChatbot(database.pool, support.tenantId, SUPPORT_BOT);
  await anActiveChatbot(database.pool, echo.tenantId, ECHO_BOT);
  const same = { phone: "15557659999", name: "Ann" };
  const phones = [none, support, echo].map(({ phoneNumberId }) =>
    program.sandbox.customer(same, phoneNumberId),
  );
  await until("no jobs", async () => {
    const jobs = await query("select from graphile_worker.jobs where task_identifier = 'advance_chatbots'");
    return jobs.length === 0;
  });
  phones[0]!.say("hello");
  await until("the message to be stored", async () => {
    const [row] = await query(
      "select count(*)::int as n from app_public.messages where tenant_id = $1",
      none.tenantId,
    );
    return row.n === 1;
  });
  const [queued] = await query(
    `select (select count(*)::int from app_private.chatbot_events) as events,
       (select count(*)::int from graphile_worker.jobs where task_identifier = 'advance_chatbots') as jobs`,
  );
  assert.deepEqual(queued, { events: 0, jobs: 0 });
  phones[1]!.say("hello");
  phones[2]!.say("hello");
  await until("both answers", () => phones[1]!.received.length === 2 && phones[2]!.received.length === 1);
  assert.deepEqual(heard(phones[0]!), []);
  assert.deepEqual(heard(phones[2]!), ["Next?"]);
});
