import { type Problem, problemOf } from "../../graphql/problem.ts";
import type { AddNoteInput, Bubble, SendCannedInput, SendInput, SendTemplateInput } from "../documents.ts";

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
const UNKNOWN: ReadonlySet<string> = new Set(["PYNET", "PYUNA", "PYTIM"]);

/** What the messages need of the world around them. */
export type Surroundings = {
  /** Asks the server. @throws an error that `problemOf` knows */
  send: (unsent: Unsent) => Promise<Bubble | null>;
  /** Closes the conversation of a message that is stored; reports by itself if that fails. */
  close: (conversationId: string) => Promise<void>;
  /** Where they are kept while this tab exists. */
  storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Whether the session in which they were written has ended: then nothing more is sent or kept. */
  hasEnded: () => boolean;
};

/**
 * What was written and is not stored yet, in all conversations. It is kept in this tab until the server has answered, and asked
 * again under the same key when the answer was lost. The messages of a conversation are sent one after the other.
 */
export class UnsentMessages {
  readonly #around: Surroundings;
  readonly #watchers = new Set<() => void>();
  readonly #onStored = new Set<(message: Bubble) => void>();
  readonly #busy = new Set<string>();
  #all: readonly Unsent[];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#all = JSON.parse(around.storage.getItem(KEY) ?? "[]");
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
    if (this.#busy.has(conversationId) || this.#around.hasEnded()) return;
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
      const message = await this.#around.send(unsent);
      if (message) for (const listener of this.#onStored) listener(message);
      this.discard(unsent.key);
      if (unsent.closes) await this.#around.close(unsent.conversationId);
      return true;
    } catch (error) {
      const problem = problemOf(error);
      // A note has no key: asked again, it might be there twice. Its author decides.
      const isUnknown = UNKNOWN.has(problem.code) && unsent.order.kind !== "note";
      this.#change(unsent.key, { state: isUnknown ? "waiting" : "refused", problem });
      return !isUnknown;
    }
  }

  #change(key: string, change: Partial<Unsent>): void {
    this.#set(this.#all.map((each) => (each.key === key ? { ...each, ...change } : each)));
  }

  #set(all: readonly Unsent[]): void {
    this.#all = all;
    for (const watcher of this.#watchers) watcher();
    const { storage, hasEnded } = this.#around;
    if (hasEnded()) return;
    if (all.length > 0) storage.setItem(KEY, JSON.stringify(all));
    else storage.removeItem(KEY);
  }
}
