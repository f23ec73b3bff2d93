import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Client, type ClientOptions, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { type Api, startApi, tokenOf } from "../api/support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { hear, send } from "../support/messages.ts";
import {
  aConversation,
  aPerson,
  aWorkspace,
  type Person,
  type Thread,
  type Workspace,
} from "../support/people.ts";
import { until } from "../support/until.ts";
import { blocksOf, document, sectionOf } from "./document.ts";

// Runs the client of docs/graphql.md, "Reconnect".

const blocks = blocksOf(sectionOf(document("docs/graphql.md"), "### Reconnect"));
const CATCH_UP = blocks.find(({ text }) => text.startsWith("query CatchUp"))!.text;
const SAMPLE = blocks.find(({ language }) => language === "js")!.text.replace(/^import .*$/m, "");

let database: TestDatabase;
let api: Api;
let workspace: Workspace;
let agent: Person;

before(async () => {
  database = await createTestDatabase();
  api = await startApi(database);
  workspace = await aWorkspace(database.pool);
  agent = await aPerson(database.pool, workspace.tenantId, "agent");
});
after(async () => {
  await api.close();
  await database.drop();
});

type Row = { id: string; conversationId?: string };
type Changes = { deleted: Row[]; conversations: Row[]; messages: Row[] };
type Sample = { client: Client; renewToken(socket: WebSocket): Promise<void> };

const CONVERSATION = "id status unreadCount assigneeId lastMessagePreview lastActivityAt";
const MESSAGE = "id conversationId currentPreview status";

/** What a client shows: the rows by id. It is loaded once; after that, only events and changes move it. */
class Screen {
  readonly messages = new Map<string, Row>();
  readonly conversations = new Map<string, Row>();
  loads = 0;
  readonly problems: string[] = [];

  async load(): Promise<void> {
    this.loads += 1;
    await readAll(this);
  }

  apply({ deleted, conversations, messages }: Changes): void {
    for (const { id } of deleted) {
      this.messages.delete(id);
      // With a conversation its messages are gone, too.
      if (this.conversations.delete(id))
        for (const message of this.messages.values())
          if (message.conversationId === id) this.messages.delete(message.id);
    }
    for (const row of conversations) this.conversations.set(row.id, row);
    for (const row of messages) this.messages.set(row.id, row);
  }
}

/** Everything that the agent may see, page by page. */
async function readAll({
  messages,
  conversations,
}: Pick<Screen, "messages" | "conversations">): Promise<void> {
  for (const [field, fields, rows] of [
    ["conversations", CONVERSATION, conversations],
    ["messages", MESSAGE, messages],
  ] as const)
    for (let after: string | null = null, isLast = false; !isLast; ) {
      const { data, errors } = await api.ask(
        agent,
        `query ($after: Cursor) { ${field}(first: 100, after: $after) { nodes { ${fields} } pageInfo { hasNextPage endCursor } } }`,
        { after },
      );
      assert.deepEqual(errors, []);
      for (const row of data[field].nodes) rows.set(row.id, row);
      after = data[field].pageInfo.endCursor;
      isLast = !data[field].pageInfo.hasNextPage;
    }
}

/** A network that can be cut. */
class Network {
  readonly sockets = new Set<WebSocket>();
  #up = Promise.withResolvers<void>();
  readonly webSocketImpl: unknown;

  constructor() {
    const { sockets } = this;
    this.webSocketImpl = class extends WebSocket {
      constructor(url: string, protocol: string) {
        super(url, protocol);
        sockets.add(this);
        this.once("close", () => sockets.delete(this));
      }
    };
    this.#up.resolve();
  }

  whenUp = () => this.#up.promise;

  cut(): void {
    this.#up = Promise.withResolvers();
    for (const socket of this.sockets) socket.terminate();
  }

  restore(): void {
    this.#up.resolve();
  }
}

/** The client of the page, with a screen; subscribed to what the screen shows. */
function startClient(network: Network, screen: Screen): Sample {
  const start = new Function(
    ...["createClient", "freshAccessToken", "CATCH_UP", "load", "apply", "report"],
    `${SAMPLE}\nreturn { client, renewToken };`,
  );
  const create = (options: ClientOptions) =>
    createClient({
      ...options,
      url: api.wsUrl,
      webSocketImpl: network.webSocketImpl,
      retryWait: network.whenUp,
    });
  const sample = start(
    create,
    async () => tokenOf(agent),
    CATCH_UP,
    () => screen.load(),
    (changes: Changes) => screen.apply(changes),
    (error: Error) => screen.problems.push(error.message),
  ) as Sample;
  const none = { deleted: [], conversations: [], messages: [] };
  const subscriptions: Record<string, (row: never) => Partial<Changes>> = {
    [`messageAdded { ${MESSAGE} }`]: (row) => ({ messages: [row] }),
    [`messageChanged { ${MESSAGE} }`]: (row) => ({ messages: [row] }),
    [`messageStatusChanged { message { ${MESSAGE} } }`]: ({ message }: { message: Row }) => ({
      messages: [message],
    }),
    [`conversationChanged { ${CONVERSATION} }`]: (row) => ({ conversations: [row] }),
    "objectDeleted { id }": (row) => ({ deleted: [row] }),
  };
  for (const [field, changesOf] of Object.entries(subscriptions))
    sample.client.subscribe<Record<string, never>>(
      { query: `subscription { ${field} }` },
      {
        next: ({ data }) => screen.apply({ ...none, ...changesOf(Object.values(data!)[0]!) }),
        error: () => {},
        complete: () => {},
      },
    );
  return sample;
}

/** Waits until the screen shows what a client sees that loads now, in the order of ids, which is the reading order. */
async function showsAll(screen: Screen): Promise<void> {
  const sorted = (rows: ReadonlyMap<string, Row>) =>
    [...rows.values()].sort((a, b) => (a.id < b.id ? -1 : 1)).map((row) => JSON.stringify(row));
  const now = { messages: new Map<string, Row>(), conversations: new Map<string, Row>() };
  await readAll(now);
  const same = () =>
    (["messages", "conversations"] as const).every(
      (rows) => JSON.stringify(sorted(screen[rows])) === JSON.stringify(sorted(now[rows])),
    );
  await until("the screen to be right", same).catch(() => {});
  for (const rows of ["conversations", "messages"] as const) {
    const [shown, right] = [sorted(screen[rows]), sorted(now[rows])];
    assert.deepEqual(
      {
        missing: right.filter((row) => !shown.includes(row)),
        wrong: shown.filter((row) => !right.includes(row)),
      },
      { missing: [], wrong: [] },
      rows,
    );
  }
}

async function setStatus(status: string, ids: string[]): Promise<void> {
  await database.pool.query("update app_public.message_statuses set status = $2 where message_id = any($1)", [
    ids,
    status,
  ]);
}

/** A transaction that has stored a customer's message and is still open. */
async function anOpenTransaction(thread: Thread, body: string) {
  const client = await database.pool.connect();
  await client.query("begin");
  await hear(client, workspace, thread, { content: { body } });
  return async () => {
    await client.query("commit");
    client.release();
  };
}

test("a client that was cut off shows everything after it is back, in order", async (t) => {
  const threads: Thread[] = [];
  for (let i = 0; i < 6; i += 1) threads.push(await aConversation(database.pool, workspace));
  const [ours, other, busy, late, later, gone] = threads as [Thread, Thread, Thread, Thread, Thread, Thread];
  const sent: string[] = [];
  for (const body of ["One", "Two", "Three"]) sent.push(await send(database.pool, ours.conversationId, body));
  await hear(database.pool, workspace, gone, { content: { body: "Soon gone" } });

  const network = new Network();
  const screen = new Screen();
  const { client, renewToken } = startClient(network, screen);
  t.after(() => client.dispose());
  await until("the first load", () => screen.loads === 1 && screen.messages.size === 4);
  await hear(database.pool, workspace, other, { content: { body: "Live" } });
  await showsAll(screen);
  const commitDuring = await anOpenTransaction(late, "Began before the cut");

  network.cut();
  await setStatus("sent", sent);
  await hear(database.pool, workspace, other, { content: { body: "Cut off" } });
  await commitDuring();
  const commitAfter = await anOpenTransaction(later, "Began during the cut");
  await setStatus("delivered", sent.slice(0, 2));
  await hear(database.pool, workspace, ours, {
    content: { body: "Said long ago" },
    at: new Date(Date.now() - 3_600_000),
  });
  for (let batch = 0; batch < 3; batch += 1)
    await hear(
      database.pool,
      workspace,
      busy,
      ...Array.from({ length: 70 }, (_, i) => ({ content: { body: `Busy ${batch} ${i}` } })),
    );
  await database.pool.query("delete from app_public.contacts where id = $1", [gone.contactId]);
  await database.pool.query("delete from app_public.messages where id = $1", [sent[2]]);
  await api.ask(
    agent,
    "mutation ($id: UUID!, $me: UUID) { assignConversation(input: { conversationId: $id, userId: $me }) { conversation { id } } }",
    { id: other.conversationId, me: agent.userId },
  );
  network.restore();
  await showsAll(screen);

  await commitAfter();
  await setStatus("read", sent.slice(0, 1));
  await showsAll(screen);
  assert.equal(screen.loads, 1, "nothing was loaded again");
  assert.deepEqual(screen.problems, []);

  const [socket] = network.sockets;
  await renewToken(socket!);
  const pong = await new Promise<string>((resolve) =>
    socket!.once("message", (data) => resolve(String(data))),
  );
  assert.match(pong, /"pong".*"expiresAt"/);
});

test("short cuts, at any moment, lose nothing", async (t) => {
  const threads: Thread[] = [];
  for (let i = 0; i < 4; i += 1) threads.push(await aConversation(database.pool, workspace));
  const network = new Network();
  const screen = new Screen();
  const { client } = startClient(network, screen);
  t.after(() => client.dispose());
  await until("the first load", () => screen.loads === 1);
  let isWriting = true;
  const writers = threads.map(async (thread, at) => {
    for (let i = 0; isWriting; i += 1) {
      await hear(database.pool, workspace, thread, { content: { body: `${at} ${i}` } });
      await setStatus("sent", [await send(database.pool, thread.conversationId)]);
    }
  });
  for (let cut = 0; cut < 15; cut += 1) {
    await new Promise((resolve) => setTimeout(resolve, 20 + ((cut * 37) % 110)));
    network.cut();
    await new Promise((resolve) => setTimeout(resolve, (cut * 13) % 40));
    network.restore();
  }
  isWriting = false;
  await Promise.all(writers);
  await showsAll(screen);
  assert.equal(screen.loads, 1);
  assert.deepEqual(screen.problems, []);
});
