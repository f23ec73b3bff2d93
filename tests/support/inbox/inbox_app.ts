import { Connection } from "./connection.ts";
import * as documents from "./documents.ts";
import type { Network } from "./network.ts";
import { drawScreen, nameOf } from "./screen.ts";
import type { Session } from "./session.ts";
import type { Bubble, Changes, Inbox, Presence, Presences, Row, Thread } from "./types.ts";
import { UnsentMessages, UPLOADING } from "./unsent.ts";

/** A query over the socket runs after the subscriptions that were sent before it: nothing is missed in between. */
const OVER_SOCKET = { isOverSocket: true };

/** An agent's inbox as a front-end developer would write it, with a normalised cache that subscriptions keep up to date. */
export class InboxApp {
  readonly network: Network;
  readonly session: Session;
  readonly #name: string;
  readonly #connection: Connection;
  /** What a browser would show in red. */
  readonly #problems: string[] = [];
  readonly #unsent: UnsentMessages;
  #openThread: string | undefined;
  /** Up to which changes are known for sure. */
  #cursor = "";
  #presences: readonly Presence[] = [];

  /** Opens the inbox of an agent who has signed in. */
  static async start(url: string, network: Network, session: Session, name: string): Promise<InboxApp> {
    const app = new InboxApp(url, network, session, name);
    await app.#listen();
    await app.#takeCursor();
    await app.#connection.query(documents.INBOX, {});
    return app;
  }

  private constructor(url: string, network: Network, session: Session, name: string) {
    this.network = network;
    this.session = session;
    this.#name = name;
    this.#connection = new Connection(url, network, session);
    this.#unsent = new UnsentMessages(this.#connection);
  }

  /** What is on the screen now. */
  get screen(): string[] {
    const thread = this.#thread;
    const bubbles = [...this.#unsent.missingIn(thread), ...thread];
    return [...this.#problems, ...drawScreen(this.#rows, this.#openRow, bubbles)];
  }

  /** What colleagues do in the open thread. */
  get colleagues(): string[] {
    return this.#presences
      .filter(({ membership }) => membership.user.id !== this.session.userId)
      .map(({ membership, state }) => `${membership.user.name} is ${state}`);
  }

  /** Opens the conversation with the customer of this name. */
  async open(name: string): Promise<void> {
    const row = this.#rows.find((row) => nameOf(row) === name);
    if (row === undefined) throw new Error(`There is no conversation with ${name}`);
    await this.#connection.query(documents.THREAD, { id: row.id });
    this.#openThread = row.id;
    await this.#watchColleagues(row.id);
    await this.#markRead();
    await this.#showPresence("viewing");
  }

  /** Begins to write. */
  async type(): Promise<void> {
    await this.#showPresence("typing");
  }

  /** Writes into the open thread, perhaps quoting the bubble with this text. It is on the screen at once. */
  async send(body: string, { quote }: { quote?: string } = {}): Promise<void> {
    const quotedMessage = quote === undefined ? null : this.#bubble(quote);
    const bubble = this.#show({ currentPreview: body, quotedMessage });
    await this.#unsent.send(bubble, { content: { body }, replyToId: quotedMessage?.id });
  }

  /** Sends a picture into the open thread. It is on the screen at once, and is then uploaded. */
  async sendPicture(bytes: Buffer, mimeType: string, caption: string): Promise<void> {
    const bubble = this.#show({ currentPreview: caption, media: { ...UPLOADING, mimeType } });
    const headers = { "content-type": mimeType };
    const body = new Uint8Array(bytes);
    const response = await this.#connection.fetch("/media", { method: "POST", headers, body });
    const { id: mediaId, message } = (await response.json()) as { id: string; message?: string };
    if (!response.ok) throw new Error(message);
    await this.#unsent.send(bubble, { type: "image", mediaId, content: { caption } });
  }

  /** Downloads the file of the bubble with this text, as the browser does that shows it. */
  async readFile(text: string): Promise<Buffer> {
    const { media } = await this.#connection.query<{ media: { url: string } }>(documents.FILE, {
      id: this.#bubble(text).media?.id,
    });
    const response = await this.#connection.fetch(media.url);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** Puts an emoji on the bubble with this text; an empty one takes it back. */
  async react(text: string, emoji: string): Promise<void> {
    const replyToId = this.#bubble(text).id;
    const input = { conversationId: this.#openThread, type: "reaction", content: { emoji }, replyToId };
    await this.#connection.mutate(documents.SEND, { input });
  }

  /** Takes the open conversation. */
  async take(): Promise<void> {
    const { userId } = this.session;
    await this.#connection.mutate(documents.ASSIGN, { conversationId: this.#openThread, userId });
  }

  /** Puts a new tag on the customer of the open thread. */
  async tag(name: string): Promise<void> {
    const { createTag } = await this.#connection.mutate<{ createTag: { tag: { id: string } } }>(
      documents.NEW_TAG,
      { name },
    );
    const contactId = this.#openRow?.contact.id;
    await this.#connection.mutate(documents.TAG, { contactId, tagId: createTag.tag.id });
  }

  /** Closes the open conversation. */
  async close(): Promise<void> {
    await this.#connection.mutate(documents.CLOSE, { conversationId: this.#openThread });
  }

  async stop(): Promise<void> {
    // The socket is closed in order, and a connection that is lost cannot be.
    this.network.restore();
    await this.#connection.close();
  }

  get #rows(): readonly Row[] {
    return this.#connection.read<Inbox>(documents.INBOX, {})?.conversations.nodes ?? [];
  }

  get #openRow(): Row | undefined {
    return this.#rows.find(({ id }) => id === this.#openThread);
  }

  /** The messages of the open thread, newest first. */
  get #thread(): readonly Bubble[] {
    if (this.#openThread === undefined) return [];
    const thread = this.#connection.read<Thread>(documents.THREAD, { id: this.#openThread });
    return thread?.conversation?.messages.nodes ?? [];
  }

  /** The newest bubble of the open thread with this text. */
  #bubble(text: string): Bubble {
    const bubble = this.#thread.find(({ currentPreview }) => currentPreview === text);
    if (bubble === undefined) throw new Error(`There is no bubble ${text}`);
    return bubble;
  }

  /** Keeps the cache up to date; resolves when connected. */
  async #listen(): Promise<void> {
    const connected = Promise.withResolvers<void>();
    this.#connection.onConnected((isAgain) => {
      connected.resolve();
      if (isAgain) this.#attempt(this.#catchUp());
    });
    this.#connection.subscribe<{ messageAdded: Bubble }>(documents.MESSAGE_ADDED, {}, (result) => {
      this.#note(result);
      const added = result.data?.messageAdded;
      // What the customer writes into the open thread is read.
      if (added?.conversationId === this.#openThread && added?.author === "contact")
        this.#attempt(this.#markRead());
    });
    for (const document of [
      documents.MESSAGE_CHANGED,
      documents.STATUS_CHANGED,
      documents.CONVERSATION_CHANGED,
      documents.CONTACT_CHANGED,
      documents.OBJECT_DELETED,
    ]) {
      this.#connection.subscribe(document, {}, (result) => this.#note(result));
    }
    await connected.promise;
  }

  async #watchColleagues(conversationId: string): Promise<void> {
    const variables = { conversationId };
    this.#connection.subscribe<{ presenceChanged: Presence[] }>(
      documents.PRESENCE_CHANGED,
      variables,
      (result) => {
        this.#note(result);
        this.#presences = result.data?.presenceChanged ?? this.#presences;
      },
    );
    const loaded = await this.#connection.query<Presences>(documents.PRESENCES, variables, OVER_SOCKET);
    this.#presences = loaded.conversation?.presences.nodes ?? [];
  }

  async #takeCursor(): Promise<void> {
    const { changeCursor } = await this.#connection.query<{ changeCursor: string }>(
      documents.FIRST_CURSOR,
      {},
      OVER_SOCKET,
    );
    this.#cursor = changeCursor;
  }

  /** Applies what changed while nobody listened, and sends what could not be sent. */
  async #catchUp(): Promise<void> {
    for (let hasMore = true; hasMore; ) {
      const { changesSince } = await this.#connection.query<{ changesSince: Changes }>(
        documents.CATCH_UP,
        { cursor: this.#cursor },
        OVER_SOCKET,
      );
      this.#cursor = changesSince.cursor;
      hasMore = changesSince.hasMore;
    }
    if (this.#openThread) await this.#markRead();
    await this.#unsent.sendAgain();
  }

  async #showPresence(state: Presence["state"]): Promise<void> {
    await this.#connection.mutate(documents.SHOW_PRESENCE, { conversationId: this.#openThread, state });
  }

  async #markRead(): Promise<void> {
    await this.#connection.mutate(documents.MARK_READ, { conversationId: this.#openThread });
  }

  #show(shown: Partial<Bubble>) {
    const user = { id: this.session.userId, name: this.#name };
    return this.#unsent.show({ conversationId: this.#openThread ?? "", user, ...shown });
  }

  /** Work that nobody waits for. */
  #attempt(work: Promise<void>): void {
    work.catch((error: Error) => this.#note({ error }));
  }

  #note({ error }: { error?: Error | undefined }): void {
    if (error) this.#problems.push(error.message);
  }
}
