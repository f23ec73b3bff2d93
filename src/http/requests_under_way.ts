import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { settlesWithin } from "../base/timeout.ts";

/** The requests a server is answering. */
export type RequestsUnderWay = {
  /** Resolves when all are answered, or after `timeoutMs`: false then. */
  finished(timeoutMs: number): Promise<boolean>;
  /** From now on each answer ends its connection: a busy one would be kept alive, and bring requests without end. */
  endConnections(): void;
};

/** Watches a server. Event streams do not count: they are meant to have no end. */
export function watchRequests(server: Server): RequestsUnderWay {
  // Places that are taken and given back, not a Set: the tables that a busy Set leaves behind hold on to what it has
  // deleted, so that every request lived until the next full garbage collection.
  const open: (ServerResponse | null)[] = [];
  const free: number[] = [];
  const waiting = new Set<() => void>();
  let isEnding = false;
  // Before the handlers: the header has to be set before they answer.
  server.prependListener("request", (_request: IncomingMessage, response: ServerResponse) => {
    if (isEnding) response.shouldKeepAlive = false;
    const place = free.pop() ?? open.length;
    open[place] = response;
    response.once("close", () => {
      open[place] = null;
      free.push(place);
      for (const look of waiting) look();
    });
  });

  function isQuiet(): boolean {
    return open.every(
      (response) =>
        response === null || String(response.getHeader("content-type")).startsWith("text/event-stream"),
    );
  }

  return {
    endConnections() {
      isEnding = true;
      for (const response of open) if (response) response.shouldKeepAlive = false;
    },
    finished(timeoutMs) {
      if (isQuiet()) return Promise.resolve(true);
      const { promise: quiet, resolve } = Promise.withResolvers<void>();
      const look = () => {
        if (isQuiet()) resolve();
      };
      waiting.add(look);
      return settlesWithin(timeoutMs, quiet).finally(() => waiting.delete(look));
    },
  };
}
