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
/** From our closing frame to the client's. */
const CLOSE_TIMEOUT_MS = 5_000;
/** setTimeout cannot wait longer; a token does not last so long. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

export function createClient(socket: WebSocket): Client {
  const close = (reason: CloseReason) => {
    const [code, text] = CLOSE[reason];
    socket.close(code, text);
    // One that does not read does not answer either.
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    socket.once("close", () => clearTimeout(timer));
  };
  pingRegularly(socket);
  return { visitor: null, close };
}

/** Accepts the client's token: when that runs out, the connection ends. */
export function admit(client: Client, visitor: Visitor, socket: WebSocket): void {
  client.visitor = visitor;
  const left = Math.min(Math.max(visitor.expiresAt.getTime() - Date.now(), 0), MAX_TIMEOUT_MS);
  const expiry = setTimeout(() => client.close("signedOut"), left);
  socket.once("close", () => clearTimeout(expiry));
}

/** A phone that has lost its network says nothing: whoever does not answer a ping is gone. */
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
