import { connect, type Socket } from "node:net";

export type Reply = { status: number; body: Buffer };

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * One kept-alive HTTP/1.1 connection that asks one thing at a time: as little of a client as will do, because it
 * shares the machine with what it measures. Understands Content-Length and chunked answers.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #host: string;
  #received: Buffer = Buffer.alloc(0);
  #waiting: { resolve: (reply: Reply) => void; reject: (error: Error) => void } | null = null;

  private constructor(socket: Socket, host: string) {
    this.#socket = socket;
    this.#host = host;
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#take(chunk));
    socket.on("error", (error) => this.#fail(error));
    socket.on("close", () => this.#fail(new Error("the connection was closed")));
  }

  static open(origin: URL): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect(Number(origin.port), origin.hostname);
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(new Connection(socket, origin.host));
      });
    });
  }

  /** @param headers complete lines, each ending in CRLF */
  post(path: string, headers: string, body: Buffer): Promise<Reply> {
    if (this.#socket.destroyed) return Promise.reject(new Error("the connection is closed"));
    const head = `POST ${path} HTTP/1.1\r\nHost: ${this.#host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n`;
    this.#socket.cork();
    this.#socket.write(head, "latin1");
    this.#socket.write(body);
    this.#socket.uncork();
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const headEnd = this.#received.indexOf(HEAD_END);
    if (headEnd < 0) return;
    const head = this.#received.toString("latin1", 0, headEnd).toLowerCase();
    const bodyStart = headEnd + 4;
    const length = /\r\ncontent-length: *(\d+)/.exec(head)?.[1];
    let body: Buffer;
    if (length !== undefined) {
      if (this.#received.length < bodyStart + Number(length)) return;
      body = this.#received.subarray(bodyStart, bodyStart + Number(length));
    } else if (head.includes("\r\ntransfer-encoding: chunked")) {
      const whole = unchunk(this.#received.subarray(bodyStart));
      if (whole === null) return;
      body = whole;
    } else {
      this.#fail(new Error("an answer without a length"));
      return;
    }
    const reply = { status: Number(head.slice(9, 12)), body };
    this.#received = Buffer.alloc(0);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.resolve(reply);
  }

  #fail(error: Error): void {
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(error);
  }
}

/** Null while the last chunk is not there. */
function unchunk(bytes: Buffer): Buffer | null {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const size = Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    if (size === 0) return bytes.length >= lineEnd + 4 ? Buffer.concat(parts) : null;
    if (bytes.length < lineEnd + 2 + size + 2) return null;
    parts.push(bytes.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return null;
}
