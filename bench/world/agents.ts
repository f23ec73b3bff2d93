import { WebSocket } from "ws";
import { takeJobs } from "./job.ts";

/** Agents' browsers: connect with these tokens and subscribe to these documents, or wait for the events they receive. */
export type AgentsRequest =
  | { kind: "connect"; url: string; tokens: string[]; documents: string[] }
  | { kind: "wait"; expected: number; timeoutMs: number }
  | { kind: "disconnect" };

export type AgentsResult = {
  /** When the last event arrived: milliseconds since the epoch. */
  lastAt: number;
  /** Events of the agent that got the fewest, and the most. */
  fewest: number;
  most: number;
  errors: number;
  bytes: number;
};

type Agent = { socket: WebSocket; events: number; errors: number; bytes: number; lastAt: number };

let agents: Agent[] = [];

takeJobs(async (request: AgentsRequest): Promise<AgentsResult> => {
  if (request.kind === "connect")
    agents = await Promise.all(request.tokens.map((token) => connect(token, request)));
  else if (request.kind === "wait") await allHave(request.expected, request.timeoutMs);
  else for (const { socket } of agents) socket.close();
  const result = resultOf(agents);
  for (const agent of agents) Object.assign(agent, { events: 0, errors: 0, bytes: 0, lastAt: 0 });
  return result;
});

async function connect(
  token: string,
  { url, documents }: Extract<AgentsRequest, { kind: "connect" }>,
): Promise<Agent> {
  const socket = new WebSocket(url, "graphql-transport-ws");
  const agent: Agent = { socket, events: 0, errors: 0, bytes: 0, lastAt: 0 };
  const acknowledged = Promise.withResolvers<void>();
  socket.on("error", acknowledged.reject);
  socket.on("open", () =>
    socket.send(JSON.stringify({ type: "connection_init", payload: { authorization: `Bearer ${token}` } })),
  );
  socket.on("message", (data: Buffer) => {
    const { type, payload } = JSON.parse(data.toString());
    if (type === "connection_ack") acknowledged.resolve();
    if (type === "error" || payload?.errors) agent.errors += 1;
    if (type !== "next") return;
    agent.events += 1;
    agent.bytes += data.length;
    agent.lastAt = Date.now();
  });
  await acknowledged.promise;
  for (const [id, query] of documents.entries())
    socket.send(JSON.stringify({ id: String(id), type: "subscribe", payload: { query } }));
  return agent;
}

/** Until every agent has the expected number of events, or it is late. */
async function allHave(expected: number, timeoutMs: number): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (Date.now() < deadline && agents.some(({ events }) => events < expected))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

function resultOf(all: readonly Agent[]): AgentsResult {
  const sum = (key: "errors" | "bytes") => all.reduce((total, agent) => total + agent[key], 0);
  return {
    lastAt: Math.max(0, ...all.map(({ lastAt }) => lastAt)),
    fewest: Math.min(...all.map(({ events }) => events)),
    most: Math.max(...all.map(({ events }) => events)),
    errors: sum("errors"),
    bytes: sum("bytes"),
  };
}
