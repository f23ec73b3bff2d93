import type { AddressInfo } from "node:net";
import { createServer, connect as dial, type Socket } from "node:net";

/** A way to a database that can be cut, refused and frozen. */
export type DatabaseProxy = {
  /** The database's address, by way of the proxy. */
  url: string;
  /** Cuts all connections and refuses new ones. */
  cut(): void;
  /** Keeps connections open, takes new ones, and passes nothing on: a server that vanished without a word. */
  freeze(): void;
  /** As if nothing had been. What was frozen goes on. */
  restore(): void;
  /** New connections get through; what was frozen stays so, as after a fail-over. */
  thaw(): void;
  close(): Promise<void>;
};

export async function startDatabaseProxy(databaseUrl: string): Promise<DatabaseProxy> {
  const target = new URL(databaseUrl);
  const pairs = new Set<[Socket, Socket]>();
  let state: "open" | "cut" | "frozen" = "open";

  const server = createServer((client) => {
    client.on("error", () => {});
    if (state === "cut") return void client.destroy();
    const upstream = dial(Number(target.port), target.hostname);
    upstream.on("error", () => {});
    const pair: [Socket, Socket] = [client, upstream];
    pairs.add(pair);
    for (const [from, to] of [pair, [upstream, client]] as const) {
      from.on("data", (data) => {
        if (!to.destroyed) to.write(data);
      });
      from.on("close", () => {
        pairs.delete(pair);
        to.destroy();
      });
    }
    if (state === "frozen") pause(pair);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((server.address() as AddressInfo).port);

  function pause(pair: [Socket, Socket]): void {
    for (const socket of pair) socket.pause();
  }

  return {
    url: url.href,
    cut() {
      state = "cut";
      for (const [client] of pairs) client.destroy();
    },
    freeze() {
      state = "frozen";
      for (const pair of pairs) pause(pair);
    },
    thaw() {
      state = "open";
    },
    restore() {
      state = "open";
      for (const pair of pairs) for (const socket of pair) socket.resume();
    },
    async close() {
      for (const [client] of pairs) client.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
