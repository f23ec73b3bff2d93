import { WebSocket } from "ws";

/** One browser's way to the server, which can be cut: requests fail, sockets are gone, and nothing says goodbye. */
export class Network {
  readonly fetch: typeof fetch = async (input, init) => {
    if (!this.#isUp) throw new TypeError("the network is down");
    const response = fetch(input, init);
    if (this.#goesDownNext) this.cut();
    await response;
    if (!this.#isUp) throw new TypeError("the network went down before the response");
    return await response;
  };
  /** What graphql-ws opens its sockets with. */
  readonly WebSocket: new (
    url: string,
    protocols?: string | string[],
  ) => WebSocket;
  /** How many sockets have been opened. */
  opened = 0;
  readonly #sockets = new Set<WebSocket>();
  #isUp = true;
  #goesDownNext = false;
  #restored = Promise.withResolvers<void>();

  constructor() {
    const sockets = this.#sockets;
    const count = () => {
      this.opened += 1;
    };
    this.WebSocket = class extends WebSocket {
      constructor(url: string, protocols?: string | string[]) {
        super(url, protocols);
        sockets.add(this);
        this.once("open", count);
        this.once("close", () => sockets.delete(this));
      }
    };
    this.#restored.resolve();
  }

  /** Cuts the network when the next request has left: it arrives, and its response does not. */
  cutWithNextRequest(): void {
    this.#goesDownNext = true;
  }

  cut(): void {
    this.#isUp = false;
    this.#goesDownNext = false;
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
