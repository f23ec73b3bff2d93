import { createServer, type Server } from "node:http";
import express, { type Express, type RequestHandler, type Router } from "express";
import { localUrl } from "../base/address.ts";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { answerError, answerNotFound } from "./answer_error.ts";
import { crossOrigin } from "./cross_origin.ts";
import { listen } from "./listen.ts";
import { requireOwnHost } from "./own_host.ts";
import { readInTime } from "./read_in_time.ts";
import { receiveInTime } from "./receive_in_time.ts";
import { requestLog } from "./request_log.ts";
import { RequestsUnderWay } from "./requests_under_way.ts";
import { securityHeaders } from "./security_headers.ts";

/** The parts of the server. No body parser comes before them, because webhook signatures cover the raw bytes. */
type ServerParts = {
  home: RequestHandler;
  health: Router;
  /** Absent: they are on a port of their own. */
  metrics?: RequestHandler | undefined;
  webhooks: Router;
  callbacks: Router;
  media: Router;
  imports: Router;
  exports: Router;
  /** The pages that links in e-mails lead to. */
  account: Router;
  /** The pages for people who work with Parley; absent: it is switched off. */
  console?: Router | undefined;
  /** The sandbox's phone page and Graph API, where a sandbox runs. */
  sandbox?: { phoneRouter: Router; graphRouter: Router } | undefined;
  /** Mounts the GraphQL API on the app, and its WebSockets on the server. */
  graphql: { mount(app: Express, server: Server): void | Promise<void> };
};

export type RunningServer = {
  /** The server's address on this machine. */
  url: string;
  port: number;
  /** Stops accepting connections; returns immediately. */
  stopAccepting(): void;
  /** Waits at most `timeoutMs` for requests in progress, then closes all connections. */
  drain(timeoutMs: number): Promise<void>;
};

/** The path of the sandbox's Graph API. */
export const SANDBOX_GRAPH_PATH = "/sandbox/graph";

/**
 * Listens on HOST and PORT (0 takes any free port).
 * @throws ParleyError PYUNA when the port is in use
 */
export async function startServer(parts: ServerParts, config: Config, log: Log): Promise<RunningServer> {
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  const server = createServer(LIMITS, app);
  server.maxConnections = 10_000;
  server.maxHeadersCount = 100;
  server.on("connection", (socket) => {
    metrics.httpConnections.inc();
    socket.once("close", () => metrics.httpConnections.dec());
  });
  const requests = new RequestsUnderWay(server);

  app.use(requestLog(log), readInTime(), securityHeaders(config));
  if (config.CORS_ORIGINS.length > 0)
    app.use(["/graphql", "/media", "/imports", "/exports"], crossOrigin(config.CORS_ORIGINS));
  // A tunnel may expose these routes: each checks a signature or a secret in its address, or reveals nothing.
  app.use("/media", parts.media);
  app.use("/imports", parts.imports);
  app.use("/exports", parts.exports);
  app.use(receiveInTime());
  app.use("/health", parts.health);
  app.use("/webhooks", parts.webhooks);
  app.use("/callbacks", parts.callbacks);
  app.use(requireOwnHost(config));
  if (parts.metrics) app.get("/metrics", parts.metrics);
  app.use(parts.account);
  if (parts.sandbox) {
    app.use(SANDBOX_GRAPH_PATH, parts.sandbox.graphRouter);
    app.use("/sandbox", parts.sandbox.phoneRouter);
  }
  if (parts.console) app.use("/console", parts.console);
  app.get("/", parts.home);
  await parts.graphql.mount(app, server);
  app.use(answerNotFound, answerError);

  const port = await listen(server, config.HOST, config.PORT, "PORT");
  return { url: localUrl(config.HOST, port), port, ...shutdownMethods(server, requests) };
}

/** A slow client has ten seconds to send its headers, and then {@link receiveInTime} to send a body that is not a file. */
const LIMITS = {
  headersTimeout: 10_000,
  // Longer than a file may take, which has limits of its own.
  requestTimeout: 60 * 60_000,
  // By default Node checks these timeouts only every 30 s.
  connectionsCheckingInterval: 2_000,
  // Longer than load balancers keep a connection open (usually 60 s).
  keepAliveTimeout: 65_000,
};

function shutdownMethods(
  server: Server,
  requests: RequestsUnderWay,
): Pick<RunningServer, "stopAccepting" | "drain"> {
  return {
    stopAccepting() {
      server.close();
      requests.endConnections();
      server.closeIdleConnections();
    },
    async drain(timeoutMs) {
      await requests.finished(timeoutMs);
      server.closeAllConnections();
    },
  };
}
