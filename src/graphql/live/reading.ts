import type { Visitor } from "../auth/visitor.ts";
import type { Change } from "./change.ts";
import type { Place } from "./update_queue.ts";

/** One subscription of one client. */
export type Subscriber = {
  /** The client's session; its token may have been renewed since it subscribed. */
  visitor(): Visitor;
  /** Reserves a place in the client's updates. */
  reserve(rowKey: string): Place;
  /** The session has ended, or its user has another role: closes the client. */
  expel(): void;
};

/** How the rows of changes are read. */
export type Reader = {
  /** How many changes are read at once. */
  batchSize: number;
  /** Runs a read when it is the tenant's turn. Changes that arrive in the meantime are read with it. */
  inTurn(read: () => Promise<void>): Promise<void>;
  /**
   * Reads rows with the rights of a session. Never throws.
   * @returns the results as JSON, null for rows that the session may not see; or null if it did not have the rights of all
   * subscribers (it has ended, or its user has another role), so that it may have seen less, or more, than they may
   */
  read(changes: readonly Change[], visitor: Visitor): Promise<(string | null)[] | null>;
};

type Waiting = { change: Change; places: Place[] };

/**
 * Reads the rows of changes for all subscribers that ask for the same and may see the same: once for all of them, with
 * the rights of the first. Changes that arrive while it reads are read together afterwards.
 */
export class Reading {
  readonly #reader: Reader;
  readonly #subscribers = new Set<Subscriber>();
  readonly #waiting = new Map<string, Waiting>();
  #isReading = false;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  get hasSubscribers(): boolean {
    return this.#subscribers.size > 0;
  }

  add(subscriber: Subscriber): void {
    this.#subscribers.add(subscriber);
  }

  remove(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  report(change: Change): void {
    // A row that waits already is read once, and sent at its last place: what has changed it comes before it.
    const places = [...this.#subscribers].map((subscriber) => subscriber.reserve(change.id));
    this.#waiting.set(change.id, { change, places });
    void this.#readWaiting();
  }

  async #readWaiting(): Promise<void> {
    if (this.#isReading) return;
    this.#isReading = true;
    // What one commit has changed is reported in one go: it is read together.
    await Promise.resolve();
    while (this.#waiting.size > 0) await this.#reader.inTurn(() => this.#readBatch(this.#takeBatch()));
    this.#isReading = false;
  }

  #takeBatch(): Waiting[] {
    const batch = [...this.#waiting.values().take(this.#reader.batchSize)];
    for (const { change } of batch) this.#waiting.delete(change.id);
    return batch;
  }

  async #readBatch(batch: readonly Waiting[]): Promise<void> {
    const changes = batch.map(({ change }) => change);
    for (const subscriber of this.#subscribers) {
      const payloads = await this.#reader.read(changes, subscriber.visitor());
      if (payloads) {
        for (const [at, { places }] of batch.entries())
          for (const place of places) place.fill(payloads[at] ?? null);
        return;
      }
      this.#subscribers.delete(subscriber);
      subscriber.expel();
    }
  }
}
