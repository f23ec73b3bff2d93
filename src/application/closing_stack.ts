import type { Log } from "../log.ts";

/** What has been opened and has to be closed: the last first, one after the other, whatever one of them throws. */
export class ClosingStack {
  readonly #log: Log;
  readonly #closers: { what: string; close: () => unknown }[] = [];
  #closed: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Remembers how to close something. */
  push(what: string, close: () => unknown): void {
    this.#closers.push({ what, close });
  }

  /** Closes everything; may be called again. Never throws. */
  close(): Promise<void> {
    this.#closed ??= this.#closeAll();
    return this.#closed;
  }

  async #closeAll(): Promise<void> {
    for (let next = this.#closers.pop(); next; next = this.#closers.pop()) {
      const begin = performance.now();
      try {
        await next.close();
      } catch (error) {
        this.#log.error({ err: error, what: next.what }, "it did not close well");
      }
      this.#log.debug({ what: next.what, milliseconds: Math.round(performance.now() - begin) }, "closed");
    }
  }
}
