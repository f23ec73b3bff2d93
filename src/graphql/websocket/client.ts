import type { WebSocket } from "ws";
import type { Visitor } from "../auth/visitor.ts";
import { CLOSE, type CloseReason } from "./close_reason.ts";

/** One connected WebSocket. */
export type Client = {
  /** Set once its token was accepted. */
  visitor: Visitor | null;
  close(reason: CloseReason): void;
};

const PING_MS = 12_000;
/** How long to wait for the client's closing frame. */
const CLOSE_TIMEOUT_MS = 5_000;
/** setTimeout cannot wait longer; a token does not last so long. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export function createClient(socket: WebSocket): Client {
  const close = (reason: CloseReason) => {
    const [code, text] = CLOSE[reason];
    socket.close(code, text);
    // A client that does not read does not answer the closing frame, either.
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    socket.once("close", () => clearTimeout(timer));
  };
  pingRegularly(socket);
  return { visitor: null, close };
}

/** Records the client's accepted token; the connection is closed when it expires. */
export function admit(client: Client, visitor: Visitor, socket: WebSocket): void {
  client.visitor = visitor;
  const left = Math.min(Math.max(visitor.expiresAt.getTime() - Date.now(), 0), MAX_TIMEOUT_MS);
  const expiry = setTimeout(() => client.close("signedOut"), left);
  socket.once("close", () => clearTimeout(expiry));
}

/** Pings the client and disconnects it when it does not answer: a phone without network sends no closing frame. */
function pingRegularly(socket: WebSocket): void {
  let answered = true;
  const interval = setInterval(() => {
    if (!answered) return socket.terminate();
    answered = false;
    socket.ping();
  }, PING_MS);
  socket.on("pong", () => {
    answered = true;
  });
  socket.once("close", () => clearInterval(interval));
}
