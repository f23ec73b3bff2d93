import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { handleProtocols } from "graphql-ws";
import { type WebSocket, WebSocketServer } from "ws";
import { isErrorCode, ParleyError } from "../../base/errors.ts";
import { FairShare } from "../../base/fair_share.ts";
import type { Log } from "../../base/log.ts";
import { settlesWithin } from "../../base/timeout.ts";
import type { SourceOf } from "../../http/client_source.ts";
import type { Visitor } from "../auth/visitor.ts";
import { LIMITS } from "../limits/limits.ts";
import { admit, createClient } from "./client.ts";
import { CLOSE, type CloseReason } from "./close_reason.ts";
import type { createProtocol } from "./protocol.ts";
import type { SignedInClients } from "./signed_in_clients.ts";
import { WaitingRoom } from "./waiting_room.ts";

/** Of one process: with a token, and of these a tenant and a session; without one, and of these a source. */
const SIGNED_IN = { places: 2_000, perKey: [1_000, 50] };
const WAITING = { most: 1_000, mostOfSource: 200 };
/** How long clients are given to say goodbye. */
const GOODBYE_MS = 500;

type WebSocketEndpoint = {
  /** Answers upgrade requests for `path`; others are left to whoever else listens, or refused (404). */
  attach(server: Server, path: string): void;
  /** Closes every connection, and waits for that; half a second at the most. */
  close(): Promise<void>;
};

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory: its short functions share what it has opened.
export function createWebSocketEndpoint(
  protocol: ReturnType<typeof createProtocol>,
  signedIn: SignedInClients,
  sourceOf: SourceOf,
  log: Log,
  isOwnHost: (request: IncomingMessage) => boolean,
): WebSocketEndpoint {
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LIMITS.bytes,
    handleProtocols: (protocols) => handleProtocols(protocols),
  });
  const waiting = new WaitingRoom(WAITING);
  const places = new FairShare({ ...SIGNED_IN, refusal: "Too many connections" });
  const detachments: (() => void)[] = [];
  let isClosing = false;

  const serve = (socket: WebSocket, request: IncomingMessage) => {
    const client = createClient(socket);
    const source = sourceOf(request);
    const origin = { source, userAgent: request.headers["user-agent"] ?? null };
    waiting.enter(source, socket);
    socket.once("close", () => waiting.leave(source, socket));
    const letIn = (visitor: Visitor) => {
      const leave = places.tryEnter([visitor.tenantId, visitor.sessionId]);
      if (!leave) throw new ParleyError("PYUNA", "Too many connections of this tenant or session");
      socket.once("close", leave);
      waiting.leave(source, socket);
      admit(client, visitor, socket);
      socket.once("close", signedIn.add(client, visitor));
    };
    // A frame that is too large, a connection that broke: ws itself closes it.
    socket.on("error", (error) => log.debug({ err: error.message }, "WebSocket connection failed"));
    const closed = protocol.opened(
      {
        protocol: socket.protocol,
        // Waiting until it is written is what makes a slow client's queue fill up here, where it has a bound.
        send: (data) =>
          new Promise((resolve, reject) => {
            if (socket.readyState !== socket.OPEN) return resolve();
            // One that reads nothing is cut off by its missing pong; until then this is what it may hold.
            if (socket.bufferedAmount + data.length > LIMITS.answerBytes) {
              client.close("tooSlow");
              return resolve();
            }
            socket.send(data, (error) => (error ? reject(error) : resolve()));
          }),
        close: (code, reason) => socket.close(code, reason),
        onMessage: (receive) =>
          socket.on("message", (data) => {
            receive(String(data)).catch((error: unknown) => {
              if (socket.readyState === socket.OPEN) client.close(reasonOf(error, log));
            });
          }),
      },
      { client, origin, admit: letIn },
    );
    socket.once("close", (code, reason) => void closed(code, String(reason)));
  };

  return {
    attach(server, path) {
      const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => {
        if (request.url?.split("?", 1)[0] !== path) {
          // Somebody else's, unless nobody else is there.
          if (server.listenerCount("upgrade") === 1) refuse(socket, "404 Not Found");
          return;
        }
        if (!isOwnHost(request)) return refuse(socket, "421 Misdirected Request");
        if (isClosing) return refuse(socket, "503 Service Unavailable");
        sockets.handleUpgrade(request, socket, head, serve);
      };
      server.on("upgrade", upgrade);
      detachments.push(() => server.off("upgrade", upgrade));
    },
    async close() {
      isClosing = true;
      for (const detach of detachments) detach();
      const all = [...sockets.clients];
      const gone = Promise.all(
        all.map((socket) => new Promise<void>((resolve) => socket.once("close", () => resolve()))),
      );
      for (const socket of all) socket.close(...CLOSE.leaving);
      await settlesWithin(GOODBYE_MS, gone);
      for (const socket of all) socket.terminate();
      sockets.close();
    },
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
