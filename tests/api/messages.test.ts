import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { hear } from "../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";
import { SEND } from "./support/documents.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});

const send = (conversationId: string, more: object = {}) =>
  api.ask(agent, SEND, { input: { conversationId, content: { body: "Hello" }, ...more } });

async function countMessages(conversationId: string): Promise<number> {
  const { rows } = await database.pool.query(
    "select count(*)::int as n from app_public.messages where conversation_id = $1",
    [conversationId],
  );
  return rows[0].n;
}

test("the same key at once, ten times, sends one message and answers ten times with it", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const answers = await Promise.all(
    Array.from({ length: 10 }, () => send(conversationId, { idempotencyKey: "order 17" })),
  );
  for (const answer of answers) assert.deepEqual(answer.errors, []);
  assert.equal(new Set(answers.map(({ data }) => data.sendMessage.message.id)).size, 1);
  assert.equal(await countMessages(conversationId), 1);
});

test("a key that stands for another message is refused", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  await send(conversationId, { idempotencyKey: "order 18" });
  const answer = await send(conversationId, { idempotencyKey: "order 18", content: { body: "Other" } });
  assert.equal(answer.code, "PYIDM");
  assert.equal(await countMessages(conversationId), 1);
});

test("outside the window nothing is sent, and the answer says why and what to do", async () => {
  const { conversationId } = await aConversation(database.pool, workspace, { isWindowOpen: false });
  const answer = await send(conversationId);
  assert.equal(answer.status, 200);
  assert.equal(answer.code, "PYWIN");
  assert.equal(answer.errors[0]!.extensions.kind, "conflict");
  assert.match(answer.errors[0]!.extensions.hint!, /template/);
  assert.deepEqual(answer.errors[0]!.path, ["sendMessage"]);
  assert.equal(await countMessages(conversationId), 0);
});

test("content that breaks a limit says which", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  for (const content of [{}, { body: "" }, { body: "x".repeat(5000) }, [], "text", 7, null])
    assert.ok(
      ["PYCNT", "PYCON", "PYREQ"].includes((await send(conversationId, { content })).code!),
      JSON.stringify(content),
    );
  assert.equal((await send(conversationId, { type: "image" })).code, "PYCNT");
  assert.equal(await countMessages(conversationId), 0);
});

test("hostile texts are stored as they are, or refused; nothing breaks", async () => {
  const { conversationId } = await aConversation(database.pool, workspace);
  const kept = [
    "'); drop table app_public.messages; --",
    "\u202e\u0007",
    "😀".repeat(500),
    "\\u0000",
    "{{x}}",
  ];
  for (const body of kept) {
    const answer = await send(conversationId, { content: { body } });
    assert.deepEqual(answer.errors, [], body);
    assert.equal(answer.data.sendMessage.message.preview, body.replace("\u202e", ""));
  }
  for (const body of ["\0", "a\0b", "\ud800"]) {
    const answer = await send(conversationId, { content: { body } });
    assert.equal(answer.code, "PYCON", JSON.stringify(body));
  }
  const nested = JSON.parse(`${"[".repeat(100)}${"]".repeat(100)}`);
  assert.equal((await send(conversationId, { content: { body: "x", nested } })).code, "PYLIM");
  for (const key of ["", "\0", "x".repeat(201)])
    assert.equal(
      (await send(conversationId, { idempotencyKey: key })).code,
      "PYCON",
      JSON.stringify(key.slice(0, 3)),
    );
  assert.equal(await countMessages(conversationId), kept.length);
});

test("the error for a malformed or unknown id says so", async () => {
  assert.equal((await send("01900000-0000-7000-8000-000000000000")).code, "PYNFD");
  for (const id of ["", "x", "' or true"]) assert.equal((await send(id)).code, "PYREQ");
});

test("changing and deleting a row that is not there is an error", async () => {
  const nowhere = "01900000-0000-7000-8000-000000000000";
  const update = await api.ask(
    agent,
    `mutation { updateContact(input: { id: "${nowhere}", patch: { name: "X" } }) { contact { id } } }`,
  );
  assert.equal(update.code, "PYNFD");
  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  const { contactId } = await aConversation(database.pool, workspace);
  const remove = `mutation { deleteContact(input: { contactId: "${contactId}" }) { contact { id } } }`;
  assert.equal((await api.ask(agent, remove)).code, "PYDEN", "an agent may not delete");
  assert.equal((await api.ask(admin, remove)).data.deleteContact.contact.id, contactId);
  assert.equal((await api.ask(admin, remove)).code, "PYNFD");
});

test("a conversation is opened with a contact, read, assigned and closed", async () => {
  const contact = await api.ask(
    agent,
    `mutation { createContact(input: { contact: { name: "Ann", phone: "+44 20 7946 0958" } }) { contact { id phone } } }`,
  );
  assert.equal(contact.data.createContact.contact.phone, "+442079460958");
  const { id: contactId } = contact.data.createContact.contact;
  const begun = await api.ask(
    agent,
    `mutation { createConversation(input: { conversation: { contactId: "${contactId}" } }) { conversation { id channel { id } contact { name } } } }`,
  );
  const { conversation } = begun.data.createConversation;
  assert.equal(conversation.channel.id, workspace.channelId);
  assert.equal(conversation.contact.name, "Ann");
  const given = await api.ask(
    agent,
    `mutation { assignConversation(input: { conversationId: "${conversation.id}", userId: "${agent.userId}" }) { conversation { assignee { user { id } } participants { nodes { userId } } } } }`,
  );
  assert.equal(given.data.assignConversation.conversation.assignee.user.id, agent.userId);
  assert.equal(given.data.assignConversation.conversation.participants.nodes[0].userId, agent.userId);
  const closed = await api.ask(
    agent,
    `mutation { closeConversation(input: { conversationId: "${conversation.id}" }) { conversation { status closedAt } } }`,
  );
  assert.equal(closed.data.closeConversation.conversation.status, "closed");
  const again = await api.ask(
    agent,
    `mutation { createContact(input: { contact: { phone: "+442079460958" } }) { contact { id } } }`,
  );
  assert.equal(again.code, "PYDUP");
});

test("a template is sent by its name, and messages are scheduled, changed and cancelled", async () => {
  const { conversationId, contactId } = await aConversation(database.pool, workspace, {
    isWindowOpen: false,
  });
  await database.pool.query(
    `insert into app_public.templates (tenant_id, business_account_id, name, language, status, components)
     values ($1, $2, 'shipped', 'en', 'approved', '[{"type": "BODY", "text": "Hi {{1}}, order {{2}} has shipped."}]')`,
    [workspace.tenantId, workspace.businessAccountId],
  );
  const SEND_TEMPLATE = `mutation ($input: SendTemplateInput!) {
    sendTemplate(input: $input) { message { preview conversationId } }
  }`;
  const parameters = { body: ["{{contact.name|there}}", "A-1"] };
  const given = { name: "shipped", contactId, parameters, variables: {} };
  const sent = await api.ask(agent, SEND_TEMPLATE, { input: given });
  assert.deepEqual(sent.data.sendTemplate.message, {
    preview: "Hi there, order A-1 has shipped.",
    conversationId,
  });
  const refused = await api.ask(agent, SEND_TEMPLATE, { input: { ...given, parameters: { body: ["Ann"] } } });
  assert.equal(refused.code, "PYCNT");
  assert.match(refused.errors[0]!.message, /parameters\.body\.2 must be given/);

  const inDays = (days: number) => new Date(Date.now() + days * 86_400_000).toISOString();
  for (const wrong of ["tomorrow", "2040-01-01", "2040-01-01T09:00:00", "infinity", "-infinity", inDays(400)])
    assert.equal((await send(conversationId, { sendAt: wrong })).code, "PYREQ", wrong);
  const literal = await api.ask(
    agent,
    `mutation { sendMessage(input: { conversationId: "${conversationId}", content: {}, sendAt: "now" }) { message { id } } }`,
  );
  assert.equal(literal.code, "PYREQ");
  assert.match(literal.errors[0]!.message, /must be a time in ISO 8601 with an offset/);
  const sendAt = inDays(30);
  const later = await send(conversationId, { sendAt, idempotencyKey: "later", fallbackTemplate: given });
  assert.deepEqual(later.errors, []);
  assert.equal(later.data.sendMessage.message, null);
  const list = `query ($id: UUID!) {
    conversation(id: $id) { scheduledMessages(orderBy: [SEND_AT_ASC]) { nodes { id idempotencyKey status user { id } } } }
  }`;
  const read = async () =>
    (await api.ask(agent, list, { id: conversationId })).data.conversation.scheduledMessages.nodes;
  const [{ id, ...scheduled }] = await read();
  assert.deepEqual(scheduled, { idempotencyKey: "later", status: "scheduled", user: { id: agent.userId } });
  const changed = await api.ask(
    agent,
    `mutation ($id: UUID!) {
      updateScheduledMessage(input: { id: $id, patch: { sendAt: "${inDays(31)}" } }) {
        scheduledMessage { sendAt }
      }
      cancelScheduledMessage(input: { scheduledMessageId: $id }) { scheduledMessage { status message { id } } }
    }`,
    { id },
  );
  assert.equal(changed.data.cancelScheduledMessage.scheduledMessage.status, "cancelled");
  assert.equal((await read())[0].status, "cancelled");
});

test("an opt-out that an agent records stops messages until a newer opt-in, and shows in the contact", async () => {
  const { conversationId, contactId } = await aConversation(database.pool, workspace);
  const record = (isOptIn: boolean, method = "form") =>
    api.ask(
      agent,
      `mutation ($consent: ConsentInput!) {
         createConsent(input: { consent: $consent }) {
           consent { userId contact { optedOutAt consents(orderBy: GIVEN_AT_DESC) { nodes { isOptIn evidence } } } }
         }
       }`,
      { consent: { contactId, category: "all", isOptIn, method, evidence: "By telephone" } },
    );
  const { consent } = (await record(false)).data.createConsent;
  assert.equal(consent.userId, agent.userId);
  assert.ok(consent.contact.optedOutAt);
  assert.deepEqual(consent.contact.consents.nodes, [{ isOptIn: false, evidence: "By telephone" }]);
  assert.equal((await send(conversationId)).code, "PYOPT");
  assert.equal(
    (await record(true, "keyword")).code,
    "PYDEN",
    "what a contact wrote is recorded by the program",
  );
  assert.equal((await record(true)).data.createConsent.consent.contact.optedOutAt, null);
  assert.deepEqual((await send(conversationId)).errors, []);
});

test("a conversion needs a name and a currency, and an external reference counts once", async () => {
  const { contactId } = await aConversation(database.pool, workspace);
  const convert = (conversion: object) =>
    api.ask(
      agent,
      `mutation ($conversion: ConversionInput!) {
         createConversion(input: { conversion: $conversion }) { conversion { status value } }
       }`,
      { conversion: { contactId, eventName: "Purchase", ...conversion } },
    );
  const order = { value: "24.90", currency: "EUR", externalRef: "order-1" };
  assert.deepEqual((await convert(order)).data.createConversion.conversion, {
    status: "pending",
    value: "24.90",
  });
  for (const wrong of [order, { value: "1" }, { value: "NaN", currency: "EUR" }, { eventName: "" }])
    assert.equal((await convert(wrong)).code, "PYCON", JSON.stringify(wrong));
});

test("archived messages are shown to members; an admin erases the contact with them, an agent may not", async () => {
  const thread = await aConversation(database.pool, workspace);
  const { conversationId, contactId } = thread;
  await hear(database.pool, workspace, thread, { content: { body: "Hello" } });
  await database.pool.query(
    "select app_private.archive_messages(array(select id from app_public.messages where conversation_id = $1))",
    [conversationId],
  );
  const archived = async (as: Person) => {
    const document = `query ($conversationId: UUID!) {
      archivedMessages(filter: { conversationId: { equalTo: $conversationId } }) { nodes { direction content } }
    }`;
    return (await api.ask(as, document, { conversationId })).data.archivedMessages.nodes;
  };
  assert.deepEqual(await archived(agent), [{ direction: "inbound", content: { body: "Hello" } }]);
  const stranger = await aPerson(database.pool, (await aWorkspace(database.pool)).tenantId, "owner");
  assert.deepEqual(await archived(stranger), []);

  const erase = (as: Person) =>
    api.ask(
      as,
      `mutation ($contactId: UUID!) {
         eraseContact(input: { contactId: $contactId }) { erasure { messageCount conversationCount requestedById } }
       }`,
      { contactId },
    );
  assert.equal((await erase(agent)).code, "PYDEN");
  assert.equal((await erase(stranger)).code, "PYNFD");
  const admin = await aPerson(database.pool, workspace.tenantId, "admin");
  assert.deepEqual((await erase(admin)).data.eraseContact.erasure, {
    messageCount: 1,
    conversationCount: 1,
    requestedById: admin.userId,
  });
  assert.deepEqual(await archived(agent), []);
  assert.equal((await erase(admin)).code, "PYNFD");
});
