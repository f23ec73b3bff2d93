import type { Connection } from "../../graphql/connection.ts";
import { AROUND, type Bubble, NEWER, NEWEST, OLDER, SELECTED } from "../documents.ts";
import {
  append,
  EMPTY_LIST,
  type MessageList,
  prepend,
  put,
  putStatus,
  remove,
  type Status,
  withStatus,
} from "./message_list.ts";

const PAGE = 50;
/** Changes are collected this long, and read by one query. */
const COLLECT_MS = 100;
/** So many statuses of messages that are not loaded are kept; those of the whole tenant are reported. */
const EARLY = 200;

export type ThreadState = {
  list: MessageList;
  isLoading: boolean;
  error: unknown;
};

/** The messages of the open thread: loaded page by page, in both directions, and kept up to date. */
export class ThreadStore {
  readonly conversationId: string;
  readonly #connection: Connection;
  readonly #watchers = new Set<() => void>();
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The newest statuses of messages that are not in the list. */
  readonly #early = new Map<string, Status>();
  #loading = new Set<"older" | "newer">();
  /** Whether there is a part of the thread to which messages can be added. */
  #isLoaded = false;
  #state: ThreadState = { list: EMPTY_LIST, isLoading: true, error: null };

  constructor(connection: Connection, conversationId: string) {
    this.#connection = connection;
    this.conversationId = conversationId;
  }

  get = (): ThreadState => this.#state;

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Shows the end of the thread. */
  loadNewest = async (): Promise<void> => {
    this.#set({ isLoading: true, error: null });
    try {
      const { conversation } = await this.#connection.query(NEWEST, { id: this.conversationId, first: PAGE });
      const { nodes = [], pageInfo } = conversation?.messages ?? {};
      const older = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
      this.#isLoaded = true;
      this.#set({ list: { messages: nodes.toReversed(), older, newer: null }, isLoading: false });
    } catch (error) {
      this.#set({ isLoading: false, error });
    }
  };

  loadOlder = async (): Promise<void> => {
    const after = this.#state.list.older;
    if (after === null) return;
    await this.#load("older", async () => {
      const variables = { id: this.conversationId, first: PAGE, after };
      const { conversation } = await this.#connection.query(OLDER, variables);
      const { nodes = [], pageInfo } = conversation?.messages ?? {};
      const older = pageInfo?.hasNextPage ? (pageInfo.endCursor ?? null) : null;
      if (this.#state.list.older === after) this.#set({ list: prepend(this.#state.list, nodes, older) });
    });
  };

  loadNewer = async (): Promise<void> => {
    const before = this.#state.list.newer;
    if (before === null) return;
    await this.#load("newer", async () => {
      const variables = { id: this.conversationId, last: PAGE, before };
      const { conversation } = await this.#connection.query(NEWER, variables);
      const { nodes = [], pageInfo } = conversation?.messages ?? {};
      const newer = pageInfo?.hasPreviousPage ? (pageInfo.startCursor ?? null) : null;
      if (this.#state.list.newer === before) this.#set({ list: append(this.#state.list, nodes, newer) });
    });
  };

  /**
   * Shows the part of the thread around a message, unless it is loaded.
   * @returns whether the message is there
   */
  loadAround = async (messageId: string): Promise<boolean> => {
    const isLoaded = () => this.#state.list.messages.some(({ id }) => id === messageId);
    if (isLoaded()) return true;
    const { conversation } = await this.#connection.query(AROUND, { id: this.conversationId, messageId });
    if (!conversation) return false;
    const { newer, older } = conversation;
    if (older.nodes[0]?.id !== messageId) return false;
    this.#isLoaded = true;
    this.#set({
      list: {
        messages: [...newer.nodes, ...older.nodes].reverse(),
        older: older.pageInfo.hasNextPage ? (older.pageInfo.endCursor ?? null) : null,
        newer: newer.pageInfo.hasPreviousPage ? (newer.pageInfo.startCursor ?? null) : null,
      },
    });
    return isLoaded();
  };

  /** Loads what could not be loaded without a connection. */
  connected(): void {
    if (!this.#isLoaded && this.#state.error !== null) void this.loadNewest();
    else if (this.#changed.size > 0) this.#timer ??= setTimeout(() => void this.#readChanged(), COLLECT_MS);
  }

  /** Reads these messages again, a moment later and all at once. */
  refresh(messageId: string): void {
    this.#changed.add(messageId);
    this.#timer ??= setTimeout(() => void this.#readChanged(), COLLECT_MS);
  }

  put(messages: readonly Bubble[]): void {
    if (!this.#isLoaded) return;
    const known = messages.map((message) => withStatus(message, this.#early.get(message.id) ?? null));
    this.#set({ list: put(this.#state.list, known) });
  }

  putStatus(status: Status): void {
    const list = putStatus(this.#state.list, status);
    if (list !== this.#state.list) this.#set({ list });
    else this.#keepEarly(status);
  }

  /** It may be that of a message whose response is still on its way. */
  #keepEarly(status: Status): void {
    this.#early.delete(status.messageId);
    this.#early.set(status.messageId, status);
    if (this.#early.size > EARLY) this.#early.delete(this.#early.keys().next().value!);
  }

  remove(messageId: string): void {
    this.#set({ list: remove(this.#state.list, messageId) });
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #readChanged(): Promise<void> {
    this.#timer = undefined;
    const ids = [...this.#changed].slice(0, 100);
    for (const id of ids) this.#changed.delete(id);
    if (this.#changed.size > 0) this.#timer = setTimeout(() => void this.#readChanged(), COLLECT_MS);
    try {
      const { conversation } = await this.#connection.query(SELECTED, { id: this.conversationId, ids });
      this.put(conversation?.messages.nodes ?? []);
    } catch {
      // Without a connection: what was missed is reported again when it is back.
      for (const id of ids) this.#changed.add(id);
    }
  }

  async #load(side: "older" | "newer", run: () => Promise<void>): Promise<void> {
    if (this.#loading.has(side)) return;
    this.#loading.add(side);
    try {
      await run();
      this.#set({ error: null });
    } catch (error) {
      this.#set({ error });
    } finally {
      this.#loading.delete(side);
    }
  }

  #set(change: Partial<ThreadState>): void {
    this.#state = { ...this.#state, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}
