import assert from "node:assert/strict";
import { before, test } from "node:test";
import { blocksOf, document } from "../docs/document.ts";
import type { TestDatabase } from "../support/database.ts";
import { aWamid, edit, hear, reaction, revoke } from "../support/messages.ts";
import { claim, record } from "../support/outbox.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";
import { SEND } from "./support/documents.ts";
import { subscribe } from "./support/websocket.ts";

/** The example of the documentation. */
const THREAD = documented("query Thread(");
const REACT = `mutation React${documented("mutation React(").split(/mutation React|\nquery /)[1]}`;

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});

function documented(start: string): string {
  return blocksOf(document("docs/graphql.md")).find(({ text }) => text.startsWith(start))!.text;
}

async function bubblesOf(conversationId: string, as = agent) {
  const { errors, data } = await api.ask(as, THREAD, { conversationId });
  assert.deepEqual(errors, []);
  return data.conversation?.messages.nodes;
}

test("a thread shows what its participants see, and no reactions, edits and deletions as bubbles", async () => {
  const thread = await aConversation(database.pool, workspace);
  const { conversationId } = thread;
  const [question, picture, secret] = [aWamid(), aWamid(), aWamid()];
  await hear(
    database.pool,
    workspace,
    thread,
    { wamid: question, content: { body: "At five?" } },
    { wamid: picture, type: "image", content: { id: "1" } },
    { wamid: secret, content: { body: "a secret" } },
    edit(question, "At six?"),
    reaction(picture, "👍"),
    revoke(secret),
  );
  const [, pictureBubble] = await bubblesOf(conversationId);
  const sent = await api.ask(agent, SEND, {
    input: {
      conversationId,
      content: { body: "Yes" },
      replyToId: pictureBubble.id,
      idempotencyKey: "bubble 1",
    },
  });
  const sentId = sent.data.sendMessage.message.id;
  const wamid = aWamid();
  await claim(database.pool);
  await record(database.pool, { message_id: sentId, kind: "sent", provider_message_id: wamid });
  await api.ask(agent, REACT, { conversationId, messageId: pictureBubble.id });
  await hear(database.pool, workspace, thread, {
    content: { body: "Great" },
    metadata: { context: { id: wamid } },
  });

  const bubbles = await bubblesOf(conversationId);
  const [great, yes, deleted, image, edited] = bubbles;
  assert.equal(bubbles.length, 5);
  assert.deepEqual(great.quotedMessage, { id: sentId, author: "user", type: "text", currentPreview: "Yes" });
  assert.deepEqual(
    [yes.quotedMessage.id, yes.idempotencyKey, yes.user.id, yes.messageStatus.status],
    [image.id, "bubble 1", agent.userId, "sent"],
  );
  assert.deepEqual(
    [deleted.currentContent, deleted.currentPreview, typeof deleted.revokedAt],
    [null, "[deleted]", "string"],
  );
  assert.deepEqual(
    image.reactions.map(({ emoji, author, user }: never) => ({ emoji, author, user })),
    [
      { emoji: "👍", author: "contact", user: null },
      { emoji: "👍", author: "user", user: { id: agent.userId, name: agent.email } },
    ],
  );
  assert.deepEqual([edited.currentContent, edited.currentPreview], [{ body: "At six?" }, "At six?"]);
  assert.deepEqual([edited.edits.length, edited.edits[0].content], [1, { body: "At six?" }]);
  for (const { user, messageStatus, idempotencyKey } of [great, deleted, image, edited])
    assert.deepEqual([user, messageStatus, idempotencyKey], [null, null, null]);
});

test("messageByProviderId finds messages in both directions, in the caller's tenant only", async () => {
  const thread = await aConversation(database.pool, workspace);
  const [heard, sent] = [aWamid(), aWamid()];
  await hear(database.pool, workspace, thread, { wamid: heard });
  const { data } = await api.ask(agent, SEND, {
    input: { conversationId: thread.conversationId, content: { body: "Hello" } },
  });
  await claim(database.pool);
  const { id } = data.sendMessage.message;
  await record(database.pool, { message_id: id, kind: "sent", provider_message_id: sent });
  const find = async (as: Person, channelId: string, wamid: string) => {
    const answer = await api.ask(
      as,
      `query ($channelId: UUID!, $wamid: String!) {
        messageByProviderId(channelId: $channelId, providerMessageId: $wamid) { id direction }
      }`,
      { channelId, wamid },
    );
    assert.deepEqual(answer.errors, []);
    return answer.data.messageByProviderId;
  };
  assert.equal((await find(agent, workspace.channelId, heard)).direction, "inbound");
  assert.deepEqual(await find(agent, workspace.channelId, sent), { id, direction: "outbound" });
  assert.equal(await find(agent, workspace.channelId, aWamid()), null);
  const other = await aWorkspace(database.pool);
  const stranger = await aPerson(database.pool, other.tenantId, "owner");
  assert.equal(await find(stranger, workspace.channelId, heard), null);
  assert.equal(await find(stranger, other.channelId, heard), null);
  assert.equal(await bubblesOf(thread.conversationId, stranger), undefined);
});

test("quotes of another conversation's or channel's messages show nothing", async () => {
  const [ours, theirs] = [
    await aConversation(database.pool, workspace),
    await aConversation(database.pool, workspace),
  ];
  const other = await aWorkspace(database.pool);
  const far = await aConversation(database.pool, other);
  const [near, foreign] = [aWamid(), aWamid()];
  await hear(database.pool, workspace, theirs, { wamid: near });
  await hear(database.pool, other, far, { wamid: foreign });
  await hear(
    database.pool,
    workspace,
    ours,
    ...[near, foreign, aWamid(), "", "\u{1f}"].map((id) => ({ metadata: { context: { id } } })),
    { metadata: { context: { id: { a: 1 } } } },
    { metadata: { context: "wamid" } },
  );
  for (const { quotedMessage } of await bubblesOf(ours.conversationId)) assert.equal(quotedMessage, null);
});

test("the author of a message who has left the tenant, or was removed, is null", async () => {
  const thread = await aConversation(database.pool, workspace);
  const { conversationId } = thread;
  const leaver = await aPerson(database.pool, workspace.tenantId, "agent");
  await api.ask(leaver, SEND, { input: { conversationId, content: { body: "Bye" } } });
  assert.equal((await bubblesOf(conversationId))[0].user.id, leaver.userId);
  await database.pool.query("delete from app_public.memberships where user_id = $1", [leaver.userId]);
  assert.equal((await bubblesOf(conversationId))[0].user, null);
  await database.pool.query("delete from app_public.users where id = $1", [leaver.userId]);
  const [bubble] = await bubblesOf(conversationId);
  assert.deepEqual([bubble.user, bubble.author], [null, "user"]);
});

test("subscribers are notified which message a reaction, an edit or a deletion has changed", async () => {
  const thread = await aConversation(database.pool, workspace);
  const listener = await subscribe(
    api,
    tokenOf(agent),
    `subscription ($id: UUID) {
      messageChanged(conversationId: $id) { currentPreview reactions { emoji } conversation { lastMessagePreview } }
    }`,
    { id: thread.conversationId },
  );
  const wamid = aWamid();
  const changed = () =>
    listener.events.map(({ data: { messageChanged: message } }) => [
      message.currentPreview,
      message.reactions.length,
      message.conversation.lastMessagePreview,
    ]);
  // The edit arrives before its message.
  await hear(database.pool, workspace, thread, edit(wamid, "six"));
  await hear(database.pool, workspace, thread, { wamid, content: { body: "five" } });
  await listener.received(1);
  await hear(database.pool, workspace, thread, reaction(wamid, "👍"));
  await listener.received(2);
  await hear(database.pool, workspace, thread, revoke(wamid), reaction(wamid, ""));
  await listener.received(3);
  await listener.stop();
  assert.deepEqual(changed(), [
    ["six", 0, "six"],
    ["six", 1, "👍"],
    ["[deleted]", 0, "[deleted]"],
  ]);
});

test("a reaction that could not be sent leaves the screens", async () => {
  const thread = await aConversation(database.pool, workspace);
  const { conversationId } = thread;
  await hear(database.pool, workspace, thread, {});
  const [bubble] = await bubblesOf(conversationId);
  const listener = await subscribe(
    api,
    tokenOf(agent),
    "subscription ($id: UUID) { messageChanged(conversationId: $id) { id reactions { emoji } } }",
    { id: conversationId },
  );
  const { data } = await api.ask(agent, REACT, { conversationId, messageId: bubble.id });
  await listener.received(1);
  await claim(database.pool);
  await record(database.pool, {
    message_id: data.sendMessage.message.id,
    kind: "failed",
    error_code: "131009",
  });
  await listener.received(2);
  await listener.stop();
  assert.deepEqual(
    listener.events.map(({ data }) => data.messageChanged),
    [
      { id: bubble.id, reactions: [{ emoji: "👍" }] },
      { id: bubble.id, reactions: [] },
    ],
  );
});

test("what a message shows can be read wherever there is a message", async () => {
  const thread = await aConversation(database.pool, workspace);
  const { conversationId } = thread;
  const fields = `id currentPreview editedAt reactions { emoji } edits { id } user { id } quotedMessage { currentPreview }
    messageStatus { status } idempotencyKey media { id }`;
  const inbox = `query ($id: UUID!) {
    conversations(filter: { id: { equalTo: $id } }) { nodes { lastMessage { ${fields} } } }
  }`;
  const empty = await api.ask(agent, inbox, { id: conversationId });
  assert.deepEqual([empty.errors, empty.data.conversations.nodes], [[], [{ lastMessage: null }]]);

  const wamid = aWamid();
  await hear(database.pool, workspace, thread, { wamid, content: { body: "five" } }, edit(wamid, "six"));
  const [{ id }] = await bubblesOf(conversationId);
  const { data, errors } = await api.ask(
    agent,
    `mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { nodeId ${fields} } } }`,
    { input: { conversationId, content: { body: "Fine" }, replyToId: id, idempotencyKey: "bubble 2" } },
  );
  assert.deepEqual(errors, []);
  const { nodeId, ...sent } = data.sendMessage.message;
  assert.deepEqual(sent, {
    id: sent.id,
    currentPreview: "Fine",
    editedAt: null,
    reactions: [],
    edits: [],
    user: { id: agent.userId },
    quotedMessage: { currentPreview: "six" },
    messageStatus: { status: "queued" },
    idempotencyKey: "bubble 2",
    media: null,
  });
  const listed = await api.ask(agent, inbox, { id: conversationId });
  assert.deepEqual(listed.data.conversations.nodes, [{ lastMessage: sent }]);
  const byNode = await api.ask(
    agent,
    `query ($id: ID!) { node(nodeId: $id) { ... on Message { ${fields} } } }`,
    {
      id: nodeId,
    },
  );
  assert.deepEqual([byNode.errors, byNode.data.node], [[], sent]);
});

test("a chain of quotes can be followed", async () => {
  const thread = await aConversation(database.pool, workspace);
  const wamids = Array.from({ length: 5 }, aWamid);
  for (const [n, wamid] of wamids.entries())
    await hear(database.pool, workspace, thread, {
      wamid,
      content: { body: `${n}` },
      metadata: n > 0 ? { context: { id: wamids[n - 1] } } : {},
    });
  const { data, errors } = await api.ask(
    agent,
    `query ($channelId: UUID!, $wamid: String!) {
      messageByProviderId(channelId: $channelId, providerMessageId: $wamid) {
        quotedMessage { preview quotedMessage { preview quotedMessage { preview quotedMessage { preview quotedMessage { id } } } } }
      }
    }`,
    { channelId: workspace.channelId, wamid: wamids[4] },
  );
  assert.deepEqual(errors, []);
  const quoted: string[] = [];
  for (let { quotedMessage: each } = data.messageByProviderId; each; each = each.quotedMessage)
    quoted.push(each.preview);
  assert.deepEqual(quoted, ["3", "2", "1", "0"]);
});
