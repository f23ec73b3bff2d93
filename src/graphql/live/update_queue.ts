import { LIMITS } from "../limits/limits.ts";

/** How many updates may wait for a client: one bulk statement may cause thousands. */
const CAPACITY = 10_000;

/** A position in a client's queue, reserved when a change is published and filled when its row has been read. */
export type Place = {
  /** @param payload the execution result as JSON; null: the client may not see the row, or it no longer exists */
  fill(payload: string | null): void;
};

type Update = { operationId: string; payload: string | null | undefined };

type Options = {
  send(frame: string): Promise<void>;
  /** The client reads too slowly: the queue has ended. Called once. */
  onOverflow(): void;
};

/**
 * The updates of one client, sent in the order in which the changes were published, across all of its subscriptions, whichever
 * row was read first. A row that changes again while its update waits is sent once, in its latest state.
 */
export class UpdateQueue {
  readonly #options: Options;
  readonly #updates = new Map<string, Update>();
  /** Of the payloads that wait. */
  #bytes = 0;
  #isSending = false;
  #hasEnded = false;

  constructor(options: Options) {
    this.#options = options;
  }

  reserve(operationId: string, rowKey: string): Place {
    const key = `${operationId} ${rowKey}`;
    const update: Update = { operationId, payload: undefined };
    this.#remove(key);
    if (!this.#hasEnded) this.#updates.set(key, update);
    if (this.#updates.size > CAPACITY) this.#overflow();
    return {
      fill: (payload) => {
        if (this.#updates.get(key) !== update) return;
        update.payload = payload;
        this.#bytes += payload?.length ?? 0;
        if (this.#bytes > LIMITS.answerBytes) this.#overflow();
        else void this.#sendFilled();
      },
    };
  }

  /** The operation is over: nothing more is sent for it. */
  drop(operationId: string): void {
    for (const [key, update] of this.#updates) if (update.operationId === operationId) this.#remove(key);
    void this.#sendFilled();
  }

  async #sendFilled(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    try {
      for (const [key, { operationId, payload }] of this.#updates) {
        if (payload === undefined) break;
        this.#remove(key);
        if (payload !== null)
          await this.#options.send(
            `{"id":${JSON.stringify(operationId)},"type":"next","payload":${payload}}`,
          );
      }
    } catch {
      // The connection is lost, and will be closed.
    } finally {
      this.#isSending = false;
    }
  }

  #remove(key: string): void {
    this.#bytes -= this.#updates.get(key)?.payload?.length ?? 0;
    this.#updates.delete(key);
  }

  #overflow(): void {
    this.#hasEnded = true;
    this.#updates.clear();
    this.#bytes = 0;
    this.#options.onOverflow();
  }
}
