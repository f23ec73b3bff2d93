import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export type Asked = { method: string; url: string; headers: Record<string, unknown>; body: string };
export type StandInAnswer = { status: number; body: unknown };

export type StandIn = {
  /** `http://127.0.0.1:<port>` */
  url: string;
  /** What was asked, in order. */
  asked: Asked[];
  /** What is answered from now on. */
  answer: (request: Asked) => StandInAnswer | Promise<StandInAnswer>;
  close(): Promise<void>;
};

/** A server that stands in for a third party's: it records requests, and answers with the given JSON. */
export async function standIn(): Promise<StandIn> {
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const asked = { method: request.method ?? "", url: request.url ?? "", headers: request.headers, body };
    it.asked.push(asked);
    const answer = await it.answer(asked);
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const it: StandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    answer: () => ({ status: 200, body: {} }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return it;
}
