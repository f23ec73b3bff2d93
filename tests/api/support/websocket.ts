import { once } from "node:events";
import { type Client, createClient } from "graphql-ws";
import { WebSocket } from "ws";
import type { Api } from "./api.ts";

/** A subscriber, and the events it has received. */
export type Listener = {
  // biome-ignore lint/suspicious/noExplicitAny: what a subscription tells depends on the subscription
  events: any[];
  /** What its connection was closed with, once it was. */
  closed: Promise<{ code: number; reason: string }>;
  /** Waits until it has received `count` events. */
  received(count: number, withinMs?: number): Promise<void>;
  stop(): Promise<void>;
};

/** Subscribes with graphql-ws' own client, which never comes back by itself; resolves when the server has heard. */
export async function subscribe(
  api: Pick<Api, "wsUrl">,
  token: string,
  query: string,
  variables = {},
): Promise<Listener> {
  const events: Listener["events"] = [];
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  const client: Client = createClient({
    url: api.wsUrl,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${token}` },
    retryAttempts: 0,
    lazy: false,
    onNonLazyError: () => {},
    on: { closed: (event) => closed.resolve(event as { code: number; reason: string }) },
  });
  const connected = new Promise((resolve) => client.on("connected", resolve));
  client.subscribe(
    { query, variables },
    { next: (event) => void events.push(event), error: () => {}, complete: () => {} },
  );
  await Promise.race([connected, closed.promise]);
  await settle();
  return {
    events,
    closed: closed.promise,
    async received(count, withinMs = 5_000) {
      const begin = performance.now();
      while (events.length < count) {
        if (performance.now() - begin > withinMs)
          throw new Error(`received ${events.length} of ${count} events`);
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    },
    async stop() {
      await client.dispose();
    },
  };
}

/** Time for what should not happen to happen. */
export function settle(ms = 150): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** A bare WebSocket, for saying what no client would. */
export async function openSocket(
  api: Api,
  path = "",
): Promise<WebSocket & { closing: Promise<{ code: number; reason: string }> }> {
  const socket = new WebSocket(`${api.wsUrl}${path}`, "graphql-transport-ws");
  socket.on("error", () => {});
  const closing = once(socket, "close").then(([code, reason]) => ({
    code: code as number,
    reason: String(reason),
  }));
  await once(socket, "open");
  return Object.assign(socket, { closing });
}

/** Sends a message of the protocol and waits for what is said to it; that an operation is complete does not count. */
export function exchange(socket: WebSocket, message: object): Promise<{ type: string; payload?: unknown }> {
  return new Promise((resolve) => {
    const listen = (data: unknown) => {
      const answer = JSON.parse(String(data));
      if (answer.type === "complete") return;
      socket.off("message", listen);
      resolve(answer);
    };
    socket.on("message", listen);
    socket.send(JSON.stringify(message));
  });
}
