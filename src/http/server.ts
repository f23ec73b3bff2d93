import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express, { type Express, type RequestHandler, type Router } from "express";
import { localUrl } from "../base/address.ts";
import type { Config } from "../base/config.ts";
import { ParleyError } from "../base/errors.ts";
import type { Log } from "../base/log.ts";
import { answerError, answerNotFound } from "./answer_error.ts";
import { requireOwnHost } from "./own_host.ts";
import { readInTime } from "./read_in_time.ts";
import { requestLog } from "./request_log.ts";
import { type RequestsUnderWay, watchRequests } from "./requests_under_way.ts";
import { securityHeaders } from "./security_headers.ts";

/** What the server answers with. None of it is preceded by a body parser: signatures are about raw bytes. */
type ServerParts = {
  home: RequestHandler;
  health: Router;
  metrics: RequestHandler;
  webhooks: Router;
  callbacks: Router;
  /** A customer's phone, and the Graph API it is behind; where there is a sandbox. */
  sandbox?: { phoneRouter: Router; graphRouter: Router } | undefined;
  /** Puts the GraphQL API into the app, and its WebSockets onto the server. */
  graphql: { mount(app: Express, server: Server): void | Promise<void> };
};

export type RunningServer = {
  /** Where this machine reaches it. */
  url: string;
  port: number;
  /** Lets nobody in any more; returns at once. */
  stopAccepting(): void;
  /** Lets requests under way finish, for `patienceMs` at most, then cuts what is left. */
  drain(patienceMs: number): Promise<void>;
};

/** Where the sandbox's Graph API is, below the server's address. */
export const SANDBOX_GRAPH_PATH = "/sandbox/graph";

/**
 * Starts to listen at HOST and PORT (0 takes any free one).
 * @throws ParleyError PYUNA when the port is in use
 */
export async function startServer(parts: ServerParts, config: Config, log: Log): Promise<RunningServer> {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  const server = createServer(LIMITS, app);
  server.maxConnections = 10_000;
  server.maxHeadersCount = 100;
  const requests = watchRequests(server);

  app.use(requestLog(log), readInTime(), securityHeaders(config));
  // What a tunnel brings: each proves itself by a signature or a secret address, or tells nothing.
  app.use("/health", parts.health);
  app.use("/webhooks", parts.webhooks);
  app.use("/callbacks", parts.callbacks);
  app.use(requireOwnHost(config));
  app.get("/metrics", parts.metrics);
  if (parts.sandbox) {
    app.use(SANDBOX_GRAPH_PATH, parts.sandbox.graphRouter);
    app.use("/sandbox", parts.sandbox.phoneRouter);
  }
  app.get("/", parts.home);
  await parts.graphql.mount(app, server);
  app.use(answerNotFound, answerError);

  const port = await listen(server, config);
  return { url: localUrl(config.HOST, port), port, ...ways(server, requests) };
}

/** A slow client gets ten seconds to say what it wants. */
const LIMITS = {
  headersTimeout: 10_000,
  requestTimeout: 10_000,
  // Node looks after these only every 30 s unless told.
  connectionsCheckingInterval: 2_000,
  // Longer than a load balancer keeps its side open (60 s, mostly).
  keepAliveTimeout: 65_000,
};

function listen(server: Server, { HOST, PORT }: Config): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.once("error", (cause: NodeJS.ErrnoException) => reject(explain(cause, HOST, PORT)));
  server.listen(PORT, HOST, () => {
    server.removeAllListeners("error");
    resolve((server.address() as AddressInfo).port);
  });
  return promise;
}

function explain(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  switch (cause.code) {
    case "EADDRINUSE":
      return new ParleyError(
        "PYUNA",
        `Port ${port} of ${host} is in use: stop what runs there, or set PORT`,
        { cause },
      );
    case "EACCES":
      return new ParleyError("PYUNA", `Port ${port} is not ours to take: set PORT to one above 1023`, {
        cause,
      });
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return new ParleyError("PYUNA", `This machine has no address ${host}: set HOST`, { cause });
    default:
      return cause;
  }
}

function ways(server: Server, requests: RequestsUnderWay): Pick<RunningServer, "stopAccepting" | "drain"> {
  return {
    stopAccepting() {
      server.close();
      requests.endConnections();
      server.closeIdleConnections();
    },
    async drain(patienceMs) {
      await requests.finished(patienceMs);
      server.closeAllConnections();
    },
  };
}
