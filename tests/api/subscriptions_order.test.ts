import assert from "node:assert/strict";
import { before, test } from "node:test";
import type { TestDatabase } from "../support/database.ts";
import { aConversation, aPerson, aWorkspace, type Person, type Workspace } from "../support/people.ts";
import { type Api, borrowApi, tokenOf } from "./support/api.ts";
import { exchange, openSocket } from "./support/websocket.ts";

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;
before(async () => {
  ({ database, api } = await borrowApi());
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});

/** From the one that is read slowest to the quickest. */
const SUBSCRIPTIONS: Record<string, string> = {
  added: `subscription { messageAdded { id conversation {
    id contact { name contactTags { nodes { tag { name } } } } messages(first: 20) { nodes { id preview } }
  } } }`,
  conversation: "subscription { conversationChanged { id lastMessageId } }",
  status: "subscription { messageStatusChanged { messageId status } }",
};

type Received = { at: number; id: string; payload: { data: Record<string, Record<string, string>> } };

test("one client receives everything in one order: a message, then its status, then its conversation", async () => {
  const conversations = await Promise.all(
    Array.from({ length: 10 }, () => aConversation(database.pool, workspace)),
  );
  const received: Received[] = [];
  const socket = await openSocket(api);
  await exchange(socket, {
    type: "connection_init",
    payload: { authorization: `Bearer ${tokenOf(agent)}` },
  });
  socket.on("message", (data) => {
    const message = JSON.parse(String(data));
    if (message.type === "next") received.push({ at: received.length, ...message });
  });
  for (const [id, query] of Object.entries(SUBSCRIPTIONS))
    socket.send(JSON.stringify({ id, type: "subscribe", payload: { query } }));
  // Its answer shows that the subscriptions have begun.
  await exchange(socket, { id: "query", type: "subscribe", payload: { query: "{ currentUser { id } }" } });
  received.length = 0;

  // In one transaction each, and at the same time: messages whose status changes at once.
  const sent = await Promise.all(
    conversations.map(({ conversationId }, n) => sayAndSend(conversationId, 20, n % 2 === 0)),
  );
  const ids = sent.flat();
  // What is committed last is reported last.
  const { conversationId: last } = await aConversation(database.pool, workspace);
  const isComplete = () => received.some(({ payload }) => payload.data.conversationChanged?.id === last);
  const deadline = performance.now() + 10_000;
  while (!isComplete() && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
  assert.ok(isComplete(), "everything was reported");

  for (const id of ids) {
    const added = received.filter(({ payload }) => payload.data.messageAdded?.id === id);
    assert.equal(added.length, 1, "each message is reported once");
    const { at, payload } = added[0]!;
    const statusAt = received.find(({ payload }) => payload.data.messageStatusChanged?.messageId === id)!.at;
    const conversationId = (payload.data.messageAdded!.conversation as unknown as { id: string }).id;
    const conversationAt = received.findLast(
      ({ payload }) => payload.data.conversationChanged?.id === conversationId,
    )!.at;
    assert.ok(at < statusAt, "a message comes before its status");
    assert.ok(at < conversationAt, "a message comes before its conversation");
  }
  for (const [n, { conversationId }] of conversations.entries()) {
    const order = received.filter(
      ({ payload }) =>
        (payload.data.messageAdded?.conversation as unknown as { id: string })?.id === conversationId,
    );
    assert.deepEqual(
      order.map(({ payload }) => payload.data.messageAdded!.id),
      sent[n],
      "messages come in reading order",
    );
    const last = received.findLast(({ payload }) => payload.data.conversationChanged?.id === conversationId)!;
    assert.equal(last.payload.data.conversationChanged!.lastMessageId, sent[n]!.at(-1));
  }
  socket.close();
});

/** Inserts messages and marks them as sent: in one transaction, or in one for each message. Returns their ids. */
async function sayAndSend(conversationId: string, count: number, isAtOnce: boolean): Promise<string[]> {
  const client = await database.pool.connect();
  try {
    const ids: string[] = [];
    if (isAtOnce) await client.query("begin");
    for (let n = 0; n < count; n += 1) {
      const { rows } = await client.query(
        `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}')
         returning id`,
        [conversationId],
      );
      ids.push(rows[0].id);
      await client.query("update app_public.message_statuses set status = 'sent' where message_id = $1", [
        rows[0].id,
      ]);
    }
    if (isAtOnce) await client.query("commit");
    return ids;
  } finally {
    client.release();
  }
}
