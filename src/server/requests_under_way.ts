import type { IncomingMessage, Server, ServerResponse } from "node:http";

/** The requests a server is answering. */
export type RequestsUnderWay = {
  /** Resolves when all are answered, or after `patienceMs`: false then. */
  finished(patienceMs: number): Promise<boolean>;
};

/** Watches a server. Event streams do not count: they are meant to have no end. */
export function watchRequests(server: Server): RequestsUnderWay {
  const open = new Set<ServerResponse>();
  const waiting = new Set<() => void>();
  server.on("request", (_request: IncomingMessage, response: ServerResponse) => {
    open.add(response);
    response.once("close", () => {
      open.delete(response);
      for (const look of waiting) look();
    });
  });

  function isQuiet(): boolean {
    return [...open].every((response) =>
      String(response.getHeader("content-type")).startsWith("text/event-stream"),
    );
  }

  return {
    finished(patienceMs) {
      if (isQuiet()) return Promise.resolve(true);
      const { promise, resolve } = Promise.withResolvers<boolean>();
      const timer = setTimeout(() => resolve(false), patienceMs);
      const look = () => {
        if (isQuiet()) resolve(true);
      };
      waiting.add(look);
      return promise.finally(() => {
        clearTimeout(timer);
        waiting.delete(look);
      });
    },
  };
}
