import { randomUUID } from "node:crypto";
import {
  type AnyVariables,
  Client,
  type DocumentInput,
  fetchExchange,
  subscriptionExchange,
} from "@urql/core";
import { createClient, type Client as SocketClient } from "graphql-ws";
import { inboxCache } from "./cache.ts";
import * as documents from "./documents.ts";
import { Network } from "./network.ts";
import { drawScreen, nameOf } from "./screen.ts";
import { Session } from "./session.ts";
import type { Bubble, Inbox, Thread, User } from "./types.ts";

/** A bubble that is shown before the server knows it. */
const UNSENT: Bubble = {
  id: "",
  conversationId: "",
  author: "user",
  user: null,
  type: "text",
  currentPreview: "",
  editedAt: null,
  revokedAt: null,
  quotedMessage: null,
  reactions: [],
  messageStatus: { status: "queued" },
  media: null,
  idempotencyKey: null,
};

/** An inbox as a front-end developer would write it: urql with a normalised cache, kept up to date by subscriptions. */
export class InboxApp {
  readonly network: Network;
  readonly session: Session;
  readonly #client: Client;
  readonly #socket: SocketClient;
  readonly #me: User;
  /** What a browser would show in red. */
  readonly #problems: string[] = [];
  /** What is on its way to the server, oldest first. */
  #unsent: Bubble[] = [];
  #openThread: string | undefined;
  #isStopped = false;

  static async start(
    url: string,
    person: { email: string; password: string; name: string },
  ): Promise<InboxApp> {
    const network = new Network();
    const session = await Session.signIn(`${url}/graphql`, network, person.email, person.password);
    const app = new InboxApp(url, network, session, person.name);
    await app.#listen();
    await app.#catchUp();
    return app;
  }

  private constructor(url: string, network: Network, session: Session, name: string) {
    this.network = network;
    this.session = session;
    this.#me = { id: session.userId, name };
    this.#socket = createClient({
      url: `${url.replace("http", "ws")}/graphql`,
      webSocketImpl: network.WebSocket,
      connectionParams: () => session.authorization(),
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: () => network.whenUp(),
      on: {
        connected: (_socket, _payload, wasRetry) => {
          if (wasRetry) void this.#catchUp().catch((error: Error) => this.#note({ error }));
        },
      },
    });
    this.#client = new Client({
      url: `${url}/graphql`,
      preferGetMethod: false,
      fetch: async (input, init) =>
        network.fetch(input, { ...init, headers: { ...init?.headers, ...(await session.authorization()) } }),
      exchanges: [
        inboxCache(),
        fetchExchange,
        subscriptionExchange({
          forwardSubscription: ({ query = "", variables }) => ({
            subscribe: (sink) => ({ unsubscribe: this.#socket.subscribe({ query, variables }, sink) }),
          }),
        }),
      ],
    });
  }

  /** What is on the screen now. */
  get screen(): string[] {
    const inbox = this.#client.readQuery<Inbox>(documents.INBOX, {})?.data;
    const rows = inbox?.conversations.nodes ?? [];
    const open = rows.find(({ id }) => id === this.#openThread);
    const thread = this.#thread;
    // A bubble that was shown before it was sent gives way to its message, which has the same key.
    const stored = new Set(thread.map(({ idempotencyKey }) => idempotencyKey));
    this.#unsent = this.#unsent.filter(({ idempotencyKey }) => !stored.has(idempotencyKey));
    return [...this.#problems, ...drawScreen(rows, open, [...this.#unsent.toReversed(), ...thread])];
  }

  /** The messages of the open thread, newest first. */
  get #thread(): Bubble[] {
    if (this.#openThread === undefined) return [];
    const thread = this.#client.readQuery<Thread>(documents.THREAD, { id: this.#openThread })?.data;
    return thread?.conversation?.messages.nodes ?? [];
  }

  /** Opens the conversation with the customer of this name. */
  async open(name: string): Promise<void> {
    const { conversations } = await this.#query<Inbox>(documents.INBOX, {});
    const row = conversations.nodes.find((row) => nameOf(row) === name);
    if (row === undefined) throw new Error(`There is no conversation with ${name}`);
    await this.#query(documents.THREAD, { id: row.id });
    this.#openThread = row.id;
    await this.#mutate(documents.MARK_READ, { conversationId: row.id });
  }

  /** Writes into the open thread, perhaps quoting the bubble with this text. It is on the screen at once. */
  async send(body: string, { quote }: { quote?: string } = {}): Promise<void> {
    const quotedMessage = quote === undefined ? null : this.#bubble(quote);
    await this.#send(
      { content: { body }, replyToId: quotedMessage?.id },
      { currentPreview: body, quotedMessage },
    );
  }

  /** Puts an emoji on the bubble with this text; an empty one takes it back. */
  async react(text: string, emoji: string): Promise<void> {
    const input = { type: "reaction", content: { emoji }, replyToId: this.#bubble(text).id };
    await this.#mutate(documents.SEND, { input: { conversationId: this.#openThread, ...input } });
  }

  async assign(userId: string | null): Promise<void> {
    await this.#mutate(documents.ASSIGN, { conversationId: this.#openThread, userId });
  }

  /** Puts a new tag on the customer of the open thread. */
  async tag(name: string): Promise<void> {
    const { createTag } = await this.#mutate<{ createTag: { tag: { id: string } } }>(documents.NEW_TAG, {
      name,
    });
    const inbox = this.#client.readQuery<Inbox>(documents.INBOX, {})?.data;
    const row = inbox?.conversations.nodes.find(({ id }) => id === this.#openThread);
    await this.#mutate(documents.TAG, { contactId: row?.contact.id, tagId: createTag.tag.id });
  }

  async close(): Promise<void> {
    await this.#mutate(documents.CLOSE, { conversationId: this.#openThread });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.network.restore();
    await this.#socket.dispose();
  }

  /** Keeps the cache up to date; resolves when the server listens. */
  async #listen(): Promise<void> {
    const connected = new Promise((resolve) => this.#socket.on("connected", resolve));
    this.#client.subscription<{ messageAdded: Bubble }>(documents.MESSAGE_ADDED, {}).subscribe((result) => {
      this.#note(result);
      if (result.data) this.#lookAt(result.data.messageAdded);
    });
    for (const document of [
      documents.MESSAGE_CHANGED,
      documents.STATUS_CHANGED,
      documents.CONVERSATION_CHANGED,
    ]) {
      this.#client.subscription(document, {}).subscribe((result) => this.#note(result));
    }
    await connected;
  }

  #note({ error }: { error?: Error }): void {
    if (error && !this.#isStopped) this.#problems.push(error.message);
  }

  /** What the customer writes into the open thread is read. */
  #lookAt({ conversationId, author }: Bubble): void {
    if (conversationId !== this.#openThread || author !== "contact") return;
    void this.#mutate(documents.MARK_READ, { conversationId }).catch((error: Error) => this.#note({ error }));
  }

  /** Reads again what changed while nobody listened. */
  async #catchUp(): Promise<void> {
    await this.#query(documents.INBOX, {});
    if (this.#openThread === undefined) return;
    await this.#query(documents.THREAD, { id: this.#openThread });
    await this.#mutate(documents.MARK_READ, { conversationId: this.#openThread });
  }

  async #send(message: object, shown: Pick<Bubble, "currentPreview" | "quotedMessage">): Promise<void> {
    const idempotencyKey = randomUUID();
    this.#unsent.push({ ...UNSENT, ...shown, user: this.#me, idempotencyKey });
    await this.#mutate(documents.SEND, {
      input: { conversationId: this.#openThread, idempotencyKey, ...message },
    });
  }

  /** The newest bubble of the open thread with this text. */
  #bubble(text: string): Bubble {
    const bubble = this.#thread.find(({ currentPreview }) => currentPreview === text);
    if (bubble === undefined) throw new Error(`There is no bubble ${text}`);
    return bubble;
  }

  async #query<T>(document: DocumentInput<T>, variables: AnyVariables): Promise<T> {
    const { data, error } = await this.#client.query<T>(document, variables, {
      requestPolicy: "network-only",
    });
    if (error) throw error;
    return data as T;
  }

  async #mutate<T>(document: DocumentInput<T>, variables: AnyVariables): Promise<T> {
    const { data, error } = await this.#client.mutation<T>(document, variables).toPromise();
    if (error) throw error;
    return data as T;
  }
}
