import { WebSocket } from "ws";

/** One browser's way to the server, which can be cut: requests fail, sockets are gone, and nothing says goodbye. */
export class Network {
  readonly fetch: typeof fetch = async (input, init) => {
    if (!this.#isUp) throw new TypeError("the network is down");
    return await fetch(input, init);
  };
  /** What graphql-ws opens its sockets with. */
  readonly WebSocket: new (
    url: string,
    protocols?: string | string[],
  ) => WebSocket;
  readonly #sockets = new Set<WebSocket>();
  #isUp = true;
  #restored = Promise.withResolvers<void>();

  constructor() {
    const sockets = this.#sockets;
    this.WebSocket = class extends WebSocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols);
        sockets.add(this);
        this.once("close", () => sockets.delete(this));
      }
    };
    this.#restored.resolve();
  }

  cut(): void {
    this.#isUp = false;
    this.#restored = Promise.withResolvers();
    for (const socket of this.#sockets) socket.terminate();
  }

  restore(): void {
    this.#isUp = true;
    this.#restored.resolve();
  }

  /** Resolves when the network is up. */
  whenUp(): Promise<void> {
    return this.#restored.promise;
  }
}
