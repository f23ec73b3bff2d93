import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { isThere, messageState, say, untilMessageState } from "../support/outbound.ts";
import { aConversation, aPerson } from "../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { until } from "../support/until.ts";
import { postWebhook, textMessage, webhookBody } from "../support/webhooks.ts";

/** What a message leads to on its way in, and what becomes of one that is sent. */

let database: TestDatabase;
let program: TestProgram;
before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database);
});
after(async () => {
  await program.stop();
  await database.drop();
});

const query = async (sql: string, ...values: unknown[]) => (await database.pool.query(sql, values)).rows;

let customers = 0;
function aPhone({ phoneNumberId }: ConnectedWorkspace) {
  customers += 1;
  return program.sandbox.customer(
    { phone: `1555777${String(customers).padStart(4, "0")}`, name: "Ann" },
    phoneNumberId,
  );
}

/** A tap on the menu's first button, as a webhook tells it. */
function aTap(phone: ReturnType<typeof aPhone>): object {
  const interactive = { type: "button_reply", button_reply: { id: "btn_tech", title: "Technical help" } };
  return {
    ...textMessage(phone.chat.customer.waId ?? "", ""),
    type: "interactive",
    text: undefined,
    interactive,
  };
}

async function threadOf(workspace: ConnectedWorkspace): Promise<{ conversationId: string }> {
  const [row] = await until("the conversation", async () => {
    const rows = await query(
      "select id from app_public.conversations where tenant_id = $1",
      workspace.tenantId,
    );
    return rows.length > 0 && rows;
  });
  return { conversationId: row.id };
}

test("a message that is delivered twice advances the chatbot once, and a status finds its message", async () => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId);
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the menu", () => phone.received.length === 2);
  const body = webhookBody(workspace, { messages: [aTap(phone)] });
  for (let copy = 0; copy < 3; copy += 1)
    assert.equal((await postWebhook(program.url, workspace, body)).status, 200);
  await until("the answer and the goodbye, delivered", async () => {
    const rows = await query(
      `select s.status from app_public.messages m
       join app_public.message_statuses s on s.tenant_id = m.tenant_id and s.message_id = m.id
       where m.tenant_id = $1 and m.direction = 'outbound'`,
      workspace.tenantId,
    );
    return rows.length >= 4 && rows.every(({ status }) => status === "delivered");
  });
  assert.equal(phone.received.length, 4, "the answer and the goodbye, once");
  const inbound = "select from app_public.messages where tenant_id = $1 and direction = 'inbound'";
  assert.equal((await query(inbound, workspace.tenantId)).length, 2);
});

test("a message is sent to the customer, regardless of other participants", async () => {
  const workspace = await program.connectedWorkspace();
  const [phone, other] = [aPhone(workspace), aPhone(workspace)];
  phone.say("hello");
  const thread = await threadOf(workspace);
  // The business's own people come first in every list: by age, and by name.
  for (const role of ["owner", "agent"] as const) {
    const { userId } = await aPerson(database.pool, workspace.tenantId, role);
    await query(
      "insert into app_public.conversation_participants (tenant_id, conversation_id, user_id) values ($1, $2, $3)",
      workspace.tenantId,
      thread.conversationId,
      userId,
    );
  }
  await query("update app_public.channels set name = 'Business' where id = $1", workspace.channelId);
  await say(database.pool, thread, "For the customer");
  await until("the message", () => phone.received.length === 1);
  assert.equal(other.received.length, 0);
});

test("a message that fails has the status failed, with its reason beside it, and its content as it was", async () => {
  const workspace = await program.connectedWorkspace();
  const phone = aPhone(workspace);
  phone.say("hello");
  const thread = await threadOf(workspace);
  program.sandbox.faults.add({ kind: "error", code: 131026 }, { recipient: phone.chat.customer.waId });
  const [id = ""] = await say(database.pool, thread, "It will not arrive");
  const row = await untilMessageState(database.pool, id, ({ status }) => status === "failed");
  assert.equal(row.error_code, "131026");
  const [message] = await query("select content from app_public.messages where id = $1", id);
  assert.deepEqual(message.content, { body: "It will not arrive" });
});

test("an agent sends other types than text, Meta's id is stored, a failure is reported, and the window is enforced", async () => {
  const workspace = await program.connectedWorkspace();
  const phone = aPhone(workspace);
  phone.say("hello");
  const thread = await threadOf(workspace);
  const place = { latitude: 41, longitude: 29, name: "Here" };
  const [located = "", unlucky = ""] = await say(
    database.pool,
    thread,
    { type: "location", content: place },
    "hi",
  );
  const row = await untilMessageState(database.pool, located, isThere);
  assert.match(row.provider_message_id ?? "", /^wamid\./);
  await untilMessageState(database.pool, unlucky, isThere);

  program.sandbox.faults.add({ kind: "error", code: 131026 }, { recipient: phone.chat.customer.waId });
  const [failing = ""] = await say(database.pool, thread, "again");
  assert.notEqual((await messageState(database.pool, failing)).status, "sent", "not before Meta has it");
  await untilMessageState(database.pool, failing, ({ status }) => status === "failed");

  const closed = await aConversation(database.pool, workspace, { isWindowOpen: false });
  await assert.rejects(say(database.pool, closed, "too late"), { code: "PYWIN" });
});

test("a webhook is acknowledged when it is stored; the chatbot's turn comes after, behind its conversation's lock", async (t) => {
  const workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId);
  const phone = aPhone(workspace);
  phone.say("hello");
  await until("the menu", () => phone.received.length === 2);
  const { conversationId } = await threadOf(workspace);

  // Whoever takes a turn holds this lock: the next message is acknowledged all the same, as soon as it can be stored.
  const holder = await database.pool.connect();
  t.after(() => holder.release(true));
  await holder.query("begin; lock table app_public.conversation_contexts in share mode");
  const answered = await postWebhook(
    program.url,
    workspace,
    webhookBody(workspace, { messages: [aTap(phone)] }),
  );
  assert.equal(answered.status, 200);
  assert.equal(phone.received.length, 2, "answered before the turn");
  const waiting = await query(
    "select from app_private.chatbot_events where conversation_id = $1",
    conversationId,
  );
  assert.equal(waiting.length, 1);
  await holder.query("commit");
  await until("the answer", () => phone.received.length === 4);
});
