import type { Connection } from "../../graphql/connection.ts";
import { type Problem, problemOf } from "../../graphql/problem.ts";
import { currentSession } from "../../session/session.ts";
import { showProblem } from "../../ui/toasts.tsx";
import {
  ADD_NOTE,
  type AddNoteInput,
  type Bubble,
  CLOSE,
  SEND,
  SEND_CANNED,
  SEND_TEMPLATE,
  type SendCannedInput,
  type SendInput,
  type SendTemplateInput,
} from "../documents.ts";

/** What is asked of the server, without the key under which it is asked. */
export type Order =
  | { kind: "message"; input: SendInput }
  | { kind: "template"; input: SendTemplateInput }
  | { kind: "canned"; input: SendCannedInput }
  | { kind: "note"; input: AddNoteInput };

/** A message that was written here and is not stored yet, as far as is known. */
export type Unsent = {
  /** The idempotency key. */
  key: string;
  conversationId: string;
  /** When it was written, in ISO 8601. */
  at: string;
  order: Order;
  /** The text that its bubble shows, and the kind of its file. */
  text: string;
  fileType: string | null;
  quoted: string | null;
  /** Whether the conversation is closed once it is stored. */
  closes: boolean;
  state: "sending" | "waiting" | "refused";
  problem: Problem | null;
};

const KEY = "parley.unsent";
const RETRY_MS = 3_000;
/** The server was not reached or had no time, so the outcome is unknown: asked again under the same key, it happens once. */
const UNKNOWN = new Set(["PYNET", "PYUNA", "PYTIM", "PYINT"]);

/**
 * What was written and is not stored yet, in all conversations. It is kept in this tab until the server has answered, and asked
 * again under the same key when the answer was lost. The messages of a conversation are sent one after the other.
 */
export class UnsentMessages {
  readonly #connection: Connection;
  readonly #watchers = new Set<() => void>();
  readonly #onStored = new Set<(message: Bubble) => void>();
  readonly #busy = new Set<string>();
  readonly #sessionOf = sessionKey();
  #all: readonly Unsent[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#all = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
    const again = () => this.sendAll();
    connection.socketState.onConnected(again);
    addEventListener("online", again);
    queueMicrotask(again);
  }

  get = (): readonly Unsent[] => this.#all;

  watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  /** Calls the listener with each message when it is stored. */
  onStored(listener: (message: Bubble) => void): () => void {
    this.#onStored.add(listener);
    return () => this.#onStored.delete(listener);
  }

  /** Shows a message at once, and sends it. */
  add(message: Pick<Unsent, "conversationId" | "order" | "text"> & Partial<Unsent>): void {
    const unsent: Unsent = {
      key: crypto.randomUUID(),
      at: new Date().toISOString(),
      fileType: null,
      quoted: null,
      closes: false,
      state: "sending",
      problem: null,
      ...message,
    };
    this.#set([...this.#all, unsent]);
    void this.#sendNext(unsent.conversationId);
  }

  /** Sends a refused message again. */
  retry(key: string): void {
    const unsent = this.#all.find((each) => each.key === key);
    if (!unsent) return;
    this.#change(key, { state: "sending", problem: null });
    void this.#sendNext(unsent.conversationId);
  }

  discard(key: string): void {
    this.#set(this.#all.filter((each) => each.key !== key));
  }

  /** Sends what has no answer yet. */
  sendAll(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const conversationId of new Set(this.#all.map((each) => each.conversationId)))
      void this.#sendNext(conversationId);
  }

  async #sendNext(conversationId: string): Promise<void> {
    if (this.#busy.has(conversationId) || this.#sessionOf !== sessionKey()) return;
    const next = this.#all.find((each) => each.conversationId === conversationId && each.state !== "refused");
    if (!next) return;
    this.#busy.add(conversationId);
    const isAnswered = await this.#send(next);
    this.#busy.delete(conversationId);
    if (isAnswered) await this.#sendNext(conversationId);
    else this.#timer ??= setTimeout(() => this.sendAll(), RETRY_MS);
  }

  /** @returns whether there was an answer */
  async #send(unsent: Unsent): Promise<boolean> {
    try {
      const message = await this.#ask(unsent);
      if (message) for (const listener of this.#onStored) listener(message);
      this.discard(unsent.key);
      if (unsent.closes)
        await this.#connection.mutate(CLOSE, { id: unsent.conversationId }).catch(showProblem);
      return true;
    } catch (error) {
      const problem = problemOf(error);
      // A note has no key: asked again, it might be there twice. Its author decides.
      const isUnknown = UNKNOWN.has(problem.code) && unsent.order.kind !== "note";
      this.#change(unsent.key, { state: isUnknown ? "waiting" : "refused", problem });
      return !isUnknown;
    }
  }

  async #ask({ key: idempotencyKey, order }: Unsent): Promise<Bubble | null | undefined> {
    const connection = this.#connection;
    switch (order.kind) {
      case "message": {
        const input = { ...order.input, idempotencyKey };
        return (await connection.mutate(SEND, { input })).sendMessage?.message;
      }
      case "template": {
        const input = { ...order.input, idempotencyKey };
        return (await connection.mutate(SEND_TEMPLATE, { input })).sendTemplate?.message;
      }
      case "canned": {
        const input = { ...order.input, idempotencyKey };
        return (await connection.mutate(SEND_CANNED, { input })).sendCannedReply?.message;
      }
      case "note":
        return (await connection.mutate(ADD_NOTE, { input: order.input })).addNote?.message;
      default:
        return order satisfies never;
    }
  }

  #change(key: string, change: Partial<Unsent>): void {
    this.#set(this.#all.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }

  #set(all: readonly Unsent[]): void {
    this.#all = all;
    for (const watcher of this.#watchers) watcher();
    // Nothing is kept of a session that has ended.
    if (this.#sessionOf !== sessionKey()) return;
    if (all.length > 0) sessionStorage.setItem(KEY, JSON.stringify(all));
    else sessionStorage.removeItem(KEY);
  }
}

function sessionKey(): string {
  const session = currentSession();
  return `${session?.userId} ${session?.tenantId}`;
}

const ofConnection = new WeakMap<Connection, UnsentMessages>();

/** They outlive the thread that wrote them. */
export function unsentOf(connection: Connection): UnsentMessages {
  let unsent = ofConnection.get(connection);
  if (!unsent) {
    unsent = new UnsentMessages(connection);
    ofConnection.set(connection, unsent);
  }
  return unsent;
}
