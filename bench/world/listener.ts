import { type AddressInfo, createServer, type Socket } from "node:net";

/** The JSON of an answer; with a status if it is not 200. */
type Answer = (path: string, body: Buffer) => string | { status: number; json: string };

const HEAD_END = Buffer.from("\r\n\r\n");

/**
 * A kept-alive HTTP/1.1 server that reads requests with a Content-Length and answers each with JSON: as little as will do. On 127.0.0.1, any port, which it returns.
 */
export function listen(answer: Answer): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => serve(socket, answer));
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", 1024, () => resolve((server.address() as AddressInfo).port));
  });
}

function serve(socket: Socket, answer: Answer): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    for (;;) {
      const headEnd = received.indexOf(HEAD_END);
      if (headEnd < 0) return;
      const head = received.toString("latin1", 0, headEnd);
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
      const end = headEnd + 4 + length;
      if (received.length < end) return;
      const body = received.subarray(headEnd + 4, end);
      received = received.subarray(end);
      const answered = answer(head.slice(head.indexOf(" ") + 1, head.indexOf(" HTTP/")), body);
      const { status, json } = typeof answered === "string" ? { status: 200, json: answered } : answered;
      socket.write(
        `HTTP/1.1 ${status} OK\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
      );
    }
  });
}
