import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { handleProtocols, type WebSocket as ProtocolSocket } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { isErrorCode, ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import type { Log } from "../../base/log.ts";
import { settlesWithin } from "../../base/timeout.ts";
import type { SourceOf } from "../../http/client_source.ts";
import type { Visitor } from "../auth/visitor.ts";
import { LIMITS } from "../limits/limits.ts";
import { type Client, createClient } from "./client.ts";
import { CLOSE, type CloseReason } from "./close_reason.ts";
import type { createProtocol } from "./protocol.ts";
import type { SignedInClients } from "./signed_in_clients.ts";
import { UnauthenticatedClients } from "./unauthenticated_clients.ts";

/** Of one process: with a token, and of these a tenant and a session; without one, and of these a source. */
const SIGNED_IN = { places: 2_000, perKey: [1_000, 50] };
const WAITING = { most: 1_000, mostOfSource: 200 };
/** How long to wait for the clients' closing frames. */
const CLOSE_TIMEOUT_MS = 500;

type WebSocketEndpointOptions = {
  protocol: ReturnType<typeof createProtocol>;
  signedIn: SignedInClients;
  sourceOf: SourceOf;
  log: Log;
  isOwnHost: (request: IncomingMessage) => boolean;
};

/** GraphQL over WebSockets: accepts connections, with a limit for each tenant, session and source. */
export class WebSocketEndpoint {
  readonly #options: WebSocketEndpointOptions;
  readonly #sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.bytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  readonly #unauthenticated = new UnauthenticatedClients(WAITING);
  readonly #places = new FairShare({ ...SIGNED_IN, refusal: "Too many connections" });
  readonly #detachments: (() => void)[] = [];
  #isClosing = false;

  constructor(options: WebSocketEndpointOptions) {
    this.#options = options;
  }

  /** Answers upgrade requests for `path`; others are left to other listeners, or refused (404). */
  attach(server: Server, path: string): void {
    const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      if (request.url?.split("?", 1)[0] !== path) {
        // It is for another listener, unless there is none.
        if (server.listenerCount("upgrade") === 1) refuse(socket, "404 Not Found");
        return;
      }
      if (!this.#options.isOwnHost(request)) return refuse(socket, "421 Misdirected Request");
      if (this.#isClosing) return refuse(socket, "503 Service Unavailable");
      this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#serve(opened, request));
    };
    server.on("upgrade", upgrade);
    this.#detachments.push(() => server.off("upgrade", upgrade));
  }

  /** Closes every connection and waits for that, for at most half a second. */
  async close(): Promise<void> {
    this.#isClosing = true;
    for (const detach of this.#detachments) detach();
    const all = [...this.#sockets.clients];
    const gone = Promise.all(
      all.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()))),
    );
    for (const socket of all) socket.close(...CLOSE.leaving);
    await settlesWithin(CLOSE_TIMEOUT_MS, gone);
    for (const socket of all) socket.terminate();
    this.#sockets.close();
  }

  #serve(socket: WebSocket, request: IncomingMessage): void {
    const { protocol, sourceOf, log } = this.#options;
    const source = sourceOf(request);
    const client = createClient(socket, source);
    const origin = { source, userAgent: request.headers["user-agent"] ?? null };
    this.#unauthenticated.add(source, socket);
    socket.once("close", () => this.#unauthenticated.remove(source, socket));
    // A frame that is too large, a connection that broke: ws itself closes it.
    socket.on("error", (error) => log.debug({ err: error.message }, "WebSocket connection failed"));
    const closed = protocol.opened(connectionOf(socket, client, log), {
      client,
      origin,
      admit: (visitor) => this.#admit(visitor, client, socket, source),
    });
    socket.once("close", (code, reason) => void closed(code, String(reason)));
  }

  #admit(visitor: Visitor, client: Client, socket: WebSocket, source: string): void {
    const release = this.#places.tryEnter([visitor.tenantId, visitor.credentialId]);
    if (!release) throw new ParleyError("PYUNA", "Too many connections of this tenant or session");
    socket.once("close", release);
    this.#unauthenticated.remove(source, socket);
    client.visitor = visitor;
    client.expiry.set(visitor.expiresAt);
    socket.once("close", this.#options.signedIn.add(client, visitor.credentialId));
  }
}

/** A socket, as the protocol needs it. */
function connectionOf(socket: WebSocket, client: Client, log: Log): ProtocolSocket {
  return {
    protocol: socket.protocol,
    send: client.send,
    close: (code, reason) => socket.close(code, reason),
    onMessage: (receive) =>
      socket.on("message", (data) => {
        receive(String(data)).catch((error: unknown) => {
          if (socket.readyState === socket.OPEN) client.close(reasonOf(error, log));
        });
      }),
  };
}

function refuse(socket: Duplex, status: string): void {
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function reasonOf(error: unknown, log: Log): CloseReason {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "PYTOK") return "signedOut";
  if (isErrorCode(code)) return "unavailable";
  log.error({ err: error }, "WebSocket message failed unexpectedly");
  return "failed";
}
