import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { TestContext } from "node:test";
import type { CloudApiAccess } from "../../../../../src/channels/whatsapp/outbound/access.ts";
import {
  createGraphClient,
  type GraphClient,
} from "../../../../../src/channels/whatsapp/outbound/graph_client.ts";

type Seen = { method: string; path: string; headers: IncomingHttpHeaders; body: Buffer };
export type Answer = (seen: Seen, response: ServerResponse, request: IncomingMessage) => void;

type GraphServer = {
  channel: CloudApiAccess;
  graph: GraphClient;
  /** What arrived, in order. */
  seen: Seen[];
  /** How many connections were made. */
  connections: () => number;
};

/** A Graph API on loopback that answers as told, for the length of one test; with a client that waits 500 ms. */
export async function graphServer(t: TestContext, answer: Answer): Promise<GraphServer> {
  const seen: Seen[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method = "", url: path = "", headers } = request;
      const arrived = { method, path, headers, body: Buffer.concat(chunks) };
      seen.push(arrived);
      answer(arrived, response, request);
    });
  });
  server.on("connection", () => {
    connections += 1;
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const graph = createGraphClient({ timeoutMs: 500 });
  t.after(async () => {
    server.closeAllConnections();
    server.close();
    await graph.close();
  });
  const { port } = server.address() as AddressInfo;
  const channel = {
    graphUrl: `http://127.0.0.1:${port}`,
    graphVersion: "v25.0",
    phoneNumberId: "604211900871234",
    businessAccountId: "102290129340398",
    accessToken: "EAAsecret",
  };
  return { channel, graph, seen, connections: () => connections };
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}): Answer {
  return (_seen, response) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };
}
