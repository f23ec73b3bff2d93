import type { Log } from "../base/log.ts";

/** Closes something, within so many milliseconds. */
export type Close = (withinMs: number) => unknown;

/** What is under way gets this long to finish; the rest of a signal's ten seconds is for recording and closing. */
const CLOSE_MS = 8_000;

/** What has been opened and has to be closed: the last first, one after the other, whatever one of them throws. */
export class ClosingStack {
  readonly #log: Log;
  readonly #closers: { what: string; close: Close }[] = [];
  #closed: Promise<void> | undefined;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Remembers how to close something. */
  push(what: string, close: Close): void {
    this.#closers.push({ what, close });
  }

  /** Closes everything; may be called again. All share the time. Never throws. */
  close(withinMs = CLOSE_MS): Promise<void> {
    this.#closed ??= this.#closeAll(performance.now() + withinMs);
    return this.#closed;
  }

  async #closeAll(end: number): Promise<void> {
    for (let next = this.#closers.pop(); next; next = this.#closers.pop()) {
      const begin = performance.now();
      try {
        await next.close(Math.max(0, end - begin));
      } catch (error) {
        this.#log.error({ err: error, what: next.what }, "failed to close");
      }
      this.#log.debug({ what: next.what, milliseconds: Math.round(performance.now() - begin) }, "closed");
    }
  }
}
