import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { type Api, borrowApi } from "./support/api.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
let thread: Thread;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
  thread = await aConversation(database.pool, workspace);
});

const SEND = `mutation ($input: SendMessageInput!) {
  sendMessage(input: $input) {
    message { id nodeId preview status ackStatus role author content messageStatus { status attempts } conversation { id } }
  }
}`;

test("an agent sees the inbox and sends a message", async () => {
  const sent = await api.ask(agent, SEND, {
    input: { conversationId: thread.conversationId, content: { body: "Hello" } },
  });
  assert.deepEqual(sent.errors, []);
  const { message } = sent.data.sendMessage;
  assert.equal(message.preview, "Hello");
  assert.equal(message.status, "queued");
  assert.equal(message.ackStatus, 0);
  assert.deepEqual(message.content, { body: "Hello" });
  assert.equal(message.conversation.id, thread.conversationId);

  const inbox = await api.ask(
    agent,
    `{ conversations(first: 20, orderBy: LAST_ACTIVITY_AT_DESC, filter: { status: { equalTo: open } }) {
         totalCount
         nodes {
           id nodeId isWindowOpen canSendSessionMessage unreadCount lastMessagePreview
           contact { id phone conversations { nodes { id } } } channel { name } assignee { user { name } }
           lastMessage { id } messages(first: 5, orderBy: ID_DESC) { nodes { id } } participants { nodes { membership { role } } }
         }
       }
       currentUser { id email } currentMembership { role tenant { slug } } }`,
  );
  assert.deepEqual(inbox.errors, []);
  assert.equal(inbox.data.conversations.totalCount, 1);
  const [conversation] = inbox.data.conversations.nodes;
  assert.equal(conversation.lastMessage.id, message.id);
  assert.equal(conversation.messages.nodes[0].id, message.id);
  assert.equal(conversation.contact.phone, thread.phone);
  assert.equal(inbox.data.currentUser.id, agent.userId);
  assert.equal(inbox.data.currentMembership.tenant.slug, workspace.slug);
});
