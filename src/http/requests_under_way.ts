import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { settlesWithin } from "../base/timeout.ts";

/** The requests that a server is answering. Event streams do not count: they are meant to have no end. */
export class RequestsUnderWay {
  // Places that are taken and given back, not a Set: the tables that a busy Set leaves behind hold on to what it has
  // deleted, so that every request lived until the next full garbage collection.
  readonly #open: (ServerResponse | null)[] = [];
  readonly #free: number[] = [];
  readonly #onAnswered = new Set<() => void>();
  #isEnding = false;

  constructor(server: Server) {
    // Before the handlers: the header has to be set before they answer.
    server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) =>
      this.#add(response),
    );
  }

  /** From now on each answer ends its connection: a busy one would be kept alive, and bring requests without end. */
  endConnections(): void {
    this.#isEnding = true;
    for (const response of this.#open) if (response) response.shouldKeepAlive = false;
  }

  /** Resolves when all are answered, or after `timeoutMs`: false then. */
  finished(timeoutMs: number): Promise<boolean> {
    if (this.#isQuiet()) return Promise.resolve(true);
    const { promise: quiet, resolve } = Promise.withResolvers<void>();
    const check = () => {
      if (this.#isQuiet()) resolve();
    };
    this.#onAnswered.add(check);
    return settlesWithin(timeoutMs, quiet).finally(() => this.#onAnswered.delete(check));
  }

  #add(response: ServerResponse): void {
    if (this.#isEnding) response.shouldKeepAlive = false;
    const place = this.#free.pop() ?? this.#open.length;
    this.#open[place] = response;
    response.once("close", () => {
      this.#open[place] = null;
      this.#free.push(place);
      for (const check of this.#onAnswered) check();
    });
  }

  #isQuiet(): boolean {
    return this.#open.every(
      (response) =>
        response === null || String(response.getHeader("content-type")).startsWith("text/event-stream"),
    );
  }
}
