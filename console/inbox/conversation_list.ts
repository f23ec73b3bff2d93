import type { Connection } from "../graphql/connection.ts";
import type { VariablesOf } from "../graphql/graphql.ts";
import type { Live } from "../graphql/live.ts";
import { type Problem, problemOf } from "../graphql/problem.ts";
import { ROWS, type Row } from "./documents.ts";
import { addPage, change, countNew, emptyList, isLoaded, type OrderedList, settle } from "./ordered_list.ts";
import { comparison, type Order } from "./views.ts";

/** What a list shows: the arguments of the API. */
export type Listed = {
  matching: VariablesOf<typeof ROWS>["matching"];
  view: string | null;
  filter: VariablesOf<typeof ROWS>["filter"];
  order: Order;
};

type Status = NonNullable<NonNullable<Row["lastMessage"]>["messageStatus"]>;

export type ListState = {
  rows: readonly Row[];
  /** Whether the first page has arrived. */
  isLoaded: boolean;
  hasMore: boolean;
  /** How many rows would be inserted or move up if the list were settled. */
  newCount: number;
  problem: Problem | null;
};

const PAGE = 50;
/** What changes within this time is asked for at once. */
const COLLECT_MS = 200;
/** Ids in one question about changed rows. */
const BATCH = 100;

/** The conversations of a view, page by page, kept up to date by what the tenant's subscriptions report. */
export class ConversationList {
  readonly #connection: Connection;
  readonly #listed: Listed;
  readonly #compare: ReturnType<typeof comparison>;
  readonly #ends: (() => void)[] = [];
  readonly #watchers = new Set<() => void>();
  #list: OrderedList<Row> = emptyList();
  #state: ListState = { rows: [], isLoaded: false, hasMore: true, newCount: 0, problem: null };
  #cursor: string | null = null;
  #isLoading = false;
  #isHeld = false;
  #isClosed = false;
  /** Raised when everything is loaded again: answers to earlier questions are then of no use. */
  #generation = 0;
  readonly #changed = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isRefreshing = false;

  constructor(connection: Connection, live: Live, listed: Listed) {
    this.#connection = connection;
    this.#listed = listed;
    this.#compare = comparison(listed.order);
    this.#ends.push(
      live.on("conversation", (row) => {
        if (this.#mayBelong(row)) this.refresh([row.id]);
      }),
      live.on("status", (status) => this.#setStatus(status)),
      live.on("contact", ({ id }) => this.#refreshWhere(({ contactId }) => contactId === id)),
      live.on("messageChange", ({ id }) => this.#refreshWhere(({ lastMessageId }) => lastMessageId === id)),
      live.on("deleted", ({ typeName, id }) => {
        if (typeName === "Conversation") this.#change(new Map([[id, null]]));
      }),
      live.onMissed(() => this.reload()),
    );
    void this.loadMore();
  }

  get state(): ListState {
    return this.#state;
  }

  /** Runs on each change of the state; for useSyncExternalStore. Returns how to stop that. */
  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    for (const end of this.#ends) end();
  }

  /** Loads the next page, unless it is on its way. */
  async loadMore(): Promise<void> {
    if (this.#isLoading || !this.#state.hasMore) return;
    this.#isLoading = true;
    const generation = this.#generation;
    try {
      const { nodes, pageInfo } = await this.#ask({ first: PAGE, after: this.#cursor });
      if (generation !== this.#generation) return;
      this.#cursor = pageInfo.endCursor ?? null;
      this.#list = addPage(this.#list, nodes, pageInfo.hasNextPage);
      this.#report({ isLoaded: true, hasMore: pageInfo.hasNextPage, problem: null });
    } catch (error) {
      if (generation === this.#generation) this.#report({ problem: problemOf(error) });
    } finally {
      if (generation === this.#generation) this.#isLoading = false;
    }
  }

  /** Begins from the first page. What is shown stays until it arrives. */
  reload(): void {
    this.#generation += 1;
    this.#isLoading = false;
    this.#cursor = null;
    this.#list = emptyList();
    this.#state = { ...this.#state, hasMore: true };
    void this.loadMore();
  }

  /** While the list is held, rows keep their places. */
  hold(isHeld: boolean): void {
    if (this.#isHeld === isHeld) return;
    this.#isHeld = isHeld;
    if (!isHeld) this.settle();
  }

  /** Gives the rows that have changed their places, even if the list is held. */
  settle(): void {
    const settled = settle(this.#list, this.#compare);
    if (settled === this.#list) return;
    this.#list = settled;
    this.#report({});
  }

  /** Asks soon whether these conversations belong into the list now, and what they show. */
  refresh(ids: readonly string[]): void {
    for (const id of ids) this.#changed.add(id);
    if (this.#changed.size > 0 && !this.#isRefreshing)
      this.#timer ??= setTimeout(() => void this.#refreshNow(), COLLECT_MS);
  }

  /** The same at once, and the rows get their places: after an action of the user. */
  async refreshNow(ids: readonly string[]): Promise<void> {
    for (const id of ids) this.#changed.add(id);
    await this.#refreshNow();
    this.settle();
  }

  async #refreshNow(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const ids = [...this.#changed].slice(0, BATCH);
    if (ids.length === 0 || this.#isClosed) return;
    for (const id of ids) this.#changed.delete(id);
    this.#isRefreshing = true;
    const generation = this.#generation;
    try {
      const { nodes } = await this.#ask({ first: ids.length, ids });
      if (generation !== this.#generation) return;
      const found = new Map(nodes.map((row) => [row.id, row]));
      this.#change(new Map(ids.map((id) => [id, found.get(id) ?? null])));
    } catch {
      // Without a connection there is nothing to ask; the next one reports again what has changed.
    } finally {
      this.#isRefreshing = false;
      this.refresh([]);
    }
  }

  async #ask({ ids, first, after }: { ids?: string[]; first: number; after?: string | null }) {
    const { matching, view, filter, order } = this.#listed;
    const conditions = [filter, ids && { id: { in: ids } }].filter((each) => each != null);
    const { conversations } = await this.#connection.query(ROWS, {
      matching,
      view,
      filter: conditions.length === 0 ? null : { and: conditions },
      orderBy: [order],
      first,
      after: after ?? null,
    });
    return conversations ?? { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };
  }

  /** Whether a changed conversation concerns the loaded part: most of those of a large tenant do not. */
  #mayBelong(row: Parameters<ReturnType<typeof comparison>>[0]): boolean {
    return this.#list.rows.some(({ id }) => id === row.id) || isLoaded(this.#list, row as Row, this.#compare);
  }

  #refreshWhere(concerns: (row: Row) => boolean): void {
    this.refresh(this.#list.rows.filter(concerns).map(({ id }) => id));
  }

  #setStatus({ messageId, status, errorCode }: Status): void {
    const row = this.#list.rows.find(({ lastMessageId }) => lastMessageId === messageId);
    if (!row?.lastMessage || row.lastMessage.id !== messageId) return;
    const lastMessage = { ...row.lastMessage, messageStatus: { messageId, status, errorCode } };
    this.#list = change(this.#list, new Map([[row.id, { ...row, lastMessage }]]));
    this.#report({});
  }

  #change(changed: ReadonlyMap<string, Row | null>): void {
    this.#list = change(this.#list, changed);
    if (!this.#isHeld) this.#list = settle(this.#list, this.#compare);
    this.#report({});
  }

  #report(changes: Partial<ListState>): void {
    if (this.#isClosed) return;
    const { rows } = this.#list;
    this.#state = { ...this.#state, ...changes, rows, newCount: countNew(this.#list, this.#compare) };
    for (const watcher of this.#watchers) watcher();
  }
}
