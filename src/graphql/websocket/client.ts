import type { WebSocket } from "ws";
import type { MemberRole, Visitor } from "../auth/visitor.ts";
import { LIMITS } from "../limits/limits.ts";
import { UpdateQueue } from "../live/update_queue.ts";
import { CLOSE, type CloseReason } from "./close_reason.ts";
import { TokenExpiry } from "./token_expiry.ts";

/** One connected WebSocket. */
export type Client = {
  /** Where it connects from. */
  source: string;
  /** Set once its token was accepted, and again by each new token of the same session. */
  visitor: Visitor | null;
  /** Closes it. */
  expiry: TokenExpiry;
  isRenewing: boolean;
  /** The role with which it subscribes. A client whose user gets another role is closed. */
  role: MemberRole | null;
  /** What its subscriptions send. */
  updates: UpdateQueue;
  /** Operations that were received and are being checked. */
  preparing: Set<Promise<unknown>>;
  send(frame: string): Promise<void>;
  close(reason: CloseReason): void;
};

const PING_MS = 12_000;
/** How long to wait for the client's closing frame. */
const CLOSE_TIMEOUT_MS = 5_000;
/** The bytes that a client may leave unread. One that reads nothing is cut off by its missing pong. */
const MAX_UNREAD = LIMITS.answerBytes;

export function createClient(socket: WebSocket, source: string): Client {
  const close = (reason: CloseReason) => {
    const [code, text] = CLOSE[reason];
    socket.close(code, text);
    // A client that does not read does not answer the closing frame, either.
    const timer = setTimeout(() => socket.terminate(), CLOSE_TIMEOUT_MS);
    socket.once("close", () => clearTimeout(timer));
  };
  pingRegularly(socket);
  const tooSlow = () => close("tooSlow");
  const send = (frame: string) => sendFrame(socket, frame, tooSlow);
  const expiry = new TokenExpiry(() => close("signedOut"));
  socket.once("close", () => expiry.end());
  const updates = new UpdateQueue({ send, onOverflow: tooSlow });
  return {
    source,
    visitor: null,
    expiry,
    isRenewing: false,
    role: null,
    updates,
    preparing: new Set(),
    send,
    close,
  };
}

/** Resolves when it is written: waiting for that makes what a slow client does not read wait here, where it has a bound. */
function sendFrame(socket: WebSocket, frame: string, onTooSlow: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    if (socket.readyState !== socket.OPEN) return resolve();
    if (socket.bufferedAmount + frame.length > MAX_UNREAD) {
      onTooSlow();
      return resolve();
    }
    socket.send(frame, (error) => (error ? reject(error) : resolve()));
  });
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
