import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { systemClock } from "../../sandbox/clock.ts";
import { sign } from "../../src/channels/whatsapp/inbound/signature.ts";
import { type Api, startApi, tokenOf } from "../api/support/api.ts";
import { SEND } from "../api/support/documents.ts";
import { type Listener, settle, subscribe } from "../api/support/websocket.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { aPerson, type Person } from "../support/people.ts";
import { type ConnectedWorkspace, startProgram, type TestProgram } from "../support/program.ts";
import { anActiveChatbot } from "../support/support_bot.ts";
import { until } from "../support/until.ts";

const MESSAGES =
  "subscription { messageAdded { id direction author preview conversation { id contact { phone } } } }";
const STATUSES = "subscription { messageStatusChanged { messageId status } }";
const CONVERSATIONS = "subscription { conversationChanged { id unreadCount assignee { role } } }";
const HOUR = 60 * 60_000;

let database: TestDatabase;
let program: TestProgram;
let api: Api;
let workspace: ConnectedWorkspace;
let agent: Person;
let stranger: Person;
let listeners: Listener[] = [];
/** The sandbox's clock against ours: how long ago its customers write. */
let agoMs = 0;

before(async () => {
  database = await createTestDatabase();
  program = await startProgram(database, {
    sandbox: { clock: { now: () => Date.now() - agoMs, setTimeout: systemClock.setTimeout } },
  });
  api = await startApi(database);
  workspace = await program.connectedWorkspace();
  await anActiveChatbot(database.pool, workspace.tenantId);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  const elsewhere = await program.connectedWorkspace();
  stranger = await aPerson(database.pool, elsewhere.tenantId, "agent");
});
after(async () => {
  await Promise.all(listeners.map((listener) => listener.stop()));
  await api.close();
  await program.stop();
  await database.drop();
});

test("the whole loop, as a customer, a signed-in agent and a stranger see it", async () => {
  const [messages, statuses, conversations, strangers] = await Promise.all([
    subscribe(api, tokenOf(agent), MESSAGES),
    subscribe(api, tokenOf(agent), STATUSES),
    subscribe(api, tokenOf(agent), CONVERSATIONS),
    subscribe(api, tokenOf(stranger), MESSAGES),
  ]);
  listeners = [messages, statuses, conversations, strangers];
  const said = () => messages.events.map(({ data }) => data.messageAdded.preview);
  const delivered = () =>
    new Set(
      statuses.events
        .filter(({ data }) => data.messageStatusChanged.status === "delivered")
        .map(({ data }) => data.messageStatusChanged.messageId),
    );

  const phone = program.sandbox.customer({ phone: "15557654321", name: "Ann" }, workspace.phoneNumberId);
  await phone.say("Merhaba — İyi günler 👋");
  await until("the menu", () => phone.received.length === 2);
  await phone.tap("Technical help");
  await until("the goodbye", () => phone.received.length === 4);
  await until("six messages seen live", () => messages.events.length === 6);
  assert.deepEqual(said(), [
    "Merhaba — İyi günler 👋",
    "Welcome to the support line.",
    "What can we do for you?",
    "Technical help",
    "Our technicians write back within an hour.",
    "Thank you, and goodbye.",
  ]);
  await until("four deliveries seen live", () => delivered().size === 4);

  const [{ data }] = messages.events;
  const conversationId: string = data.messageAdded.conversation.id;
  assert.equal(data.messageAdded.conversation.contact.phone, "+15557654321");
  const take = `mutation ($id: UUID!, $user: UUID!) {
    assignConversation(input: { conversationId: $id, userId: $user }) { conversation { assignee { role } } }
    markConversationRead(input: { conversationId: $id }) { conversation { unreadCount } }
  }`;
  const taken = await api.ask(agent, take, { id: conversationId, user: agent.userId });
  assert.deepEqual(taken.errors, []);
  const reply = await api.ask(agent, SEND, {
    input: { conversationId, content: { body: "This is Ada, how can I help?" } },
  });
  assert.equal(reply.data.sendMessage.message.author, "user");
  await until("the agent's reply on the phone", () => phone.received.length === 5);
  await phone.read();
  await until("blue ticks seen live", () =>
    statuses.events.some(({ data: { messageStatusChanged: changed } }) => {
      return changed.messageId === reply.data.sendMessage.message.id && changed.status === "read";
    }),
  );
  await until("the assignment seen live", () =>
    conversations.events.some(({ data: { conversationChanged: changed } }) => changed.assignee !== null),
  );

  // The chatbot is silent while the agent has the conversation.
  await phone.say("A question for Ada");
  await until("the question seen live", () => said().includes("A question for Ada"));
  await until("the chatbot to have passed it over", async () => {
    const { rows } = await database.pool.query("select count(*)::int as n from app_private.chatbot_events");
    return rows[0].n === 0;
  });
  await settle();
  assert.equal(phone.received.length, 5);

  // Nothing of this was told to another tenant's agent, who was told of what is theirs.
  assert.deepEqual(strangers.events, []);
});

test("a reply 25 hours after the customer wrote is refused, with its code", async () => {
  agoMs = 25 * HOUR;
  const phone = program.sandbox.customer({ phone: "15551112233", name: "Bob" }, workspace.phoneNumberId);
  await database.pool.query("update app_public.chatbots set status = 'draft'");
  await phone.say("Hello from yesterday");
  agoMs = 0;
  const conversationId = await until("the message", async () => {
    const { rows } = await database.pool.query(
      `select c.id from app_public.conversations c join app_public.contacts p on p.id = c.contact_id
       where p.phone = '+15551112233' and c.last_message_id is not null`,
    );
    return rows[0]?.id as string | undefined;
  });
  const late = await api.ask(agent, SEND, { input: { conversationId, content: { body: "Too late" } } });
  assert.equal(late.code, "PYWIN");
  const { data } = await api.ask(
    agent,
    `{ conversation(id: "${conversationId}") { isWindowOpen canSendSessionMessage } }`,
  );
  assert.deepEqual(data.conversation, { isWindowOpen: false, canSendSessionMessage: false });
  assert.equal(phone.received.length, 0);
});

test("one webhook, sent five times at once, leaves one row and one unread message", async () => {
  const body = JSON.stringify({
    object: "whatsapp_business_account",
    entry: [
      {
        id: workspace.businessAccountId,
        changes: [
          {
            field: "messages",
            value: {
              messaging_product: "whatsapp",
              metadata: { display_phone_number: "15550001111", phone_number_id: workspace.phoneNumberId },
              contacts: [{ profile: { name: "Cleo" }, wa_id: "15559998877" }],
              messages: [
                {
                  from: "15559998877",
                  id: "wamid.five",
                  timestamp: String(Math.floor(Date.now() / 1000)),
                  type: "text",
                  text: { body: "Once" },
                },
              ],
            },
          },
        ],
      },
    ],
  });
  const post = () =>
    fetch(`${program.url}/webhooks/whatsapp/${workspace.channelId}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-hub-signature-256": sign(body, workspace.appSecret) },
      body,
    });
  const answers = await Promise.all([post(), post(), post(), post(), post()]);
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 200, 200, 200, 200],
  );
  const { rows } = await database.pool.query(
    `select count(*)::int as messages, max(c.unread_count) as unread
     from app_public.messages m join app_public.conversations c on c.id = m.conversation_id
     where m.provider_message_id = 'wamid.five'`,
  );
  assert.deepEqual(rows, [{ messages: 1, unread: 1 }]);
});
