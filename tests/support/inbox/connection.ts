import {
  type AnyVariables,
  Client,
  type DocumentInput,
  fetchExchange,
  subscriptionExchange,
} from "@urql/core";
import { createClient, type Client as SocketClient } from "graphql-ws";
import type { WebSocket } from "ws";
import { inboxCache } from "./cache.ts";
import type { Network } from "./network.ts";
import type { Session } from "./session.ts";

/** A browser's connection to the API: urql with a normalised cache, and graphql-ws for the subscriptions. */
export class Connection {
  readonly #url: string;
  readonly #network: Network;
  readonly #session: Session;
  readonly #client: Client;
  readonly #socket: SocketClient;
  #renewal: NodeJS.Timeout | undefined;

  constructor(url: string, network: Network, session: Session) {
    this.#url = url;
    this.#network = network;
    this.#session = session;
    this.#socket = createClient({
      url: `${url.replace("http", "ws")}/graphql`,
      webSocketImpl: network.WebSocket,
      connectionParams: () => session.authorization(),
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => true,
      retryWait: () => network.whenUp(),
    });
    this.#socket.on("connected", (socket) => this.#renewLater(socket as WebSocket));
    this.#client = new Client({
      url: `${url}/graphql`,
      preferGetMethod: false,
      fetch: (input, init) => this.fetch(input, init),
      exchanges: [
        inboxCache(),
        subscriptionExchange({
          isSubscriptionOperation: ({ kind, context }) =>
            kind === "subscription" || context.isOverSocket === true,
          forwardSubscription: ({ query = "", variables }) => ({
            subscribe: (sink) => ({ unsubscribe: this.#socket.subscribe({ query, variables }, sink) }),
          }),
        }),
        fetchExchange,
      ],
    });
  }

  /** Runs now and after each time that the connection was lost. */
  onConnected(run: (isAgain: boolean) => void): void {
    this.#socket.on("connected", (_socket, _payload, wasRetry) => run(wasRetry));
  }

  /** Requests an address of the API, absolute or not, with a valid token. */
  async fetch(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const address = typeof input === "string" ? new URL(input, this.#url) : input;
    const headers = { ...init?.headers, ...(await this.#session.authorization()) };
    return await this.#network.fetch(address, { ...init, headers });
  }

  /** Listens until the returned function is called. */
  subscribe<T>(
    document: DocumentInput<T>,
    variables: AnyVariables,
    onResult: (result: { data?: T; error?: Error }) => void,
  ): () => void {
    return this.#client.subscription<T>(document, variables).subscribe(onResult).unsubscribe;
  }

  /** What the cache has; undefined when a part is missing. */
  read<T>(document: DocumentInput<T>, variables: AnyVariables): T | undefined {
    return this.#client.readQuery<T>(document, variables)?.data;
  }

  /** Asks the server, by HTTP or over the socket. */
  async query<T>(
    document: DocumentInput<T>,
    variables: AnyVariables,
    { isOverSocket = false } = {},
  ): Promise<T> {
    const context = { requestPolicy: "network-only" as const, isOverSocket };
    const { data, error } = await this.#client.query<T>(document, variables, context).toPromise();
    if (error) throw error;
    return data as T;
  }

  async mutate<T>(document: DocumentInput<T>, variables: AnyVariables): Promise<T> {
    const { data, error } = await this.#client.mutation<T>(document, variables).toPromise();
    if (error) throw error;
    return data as T;
  }

  /** The open socket gets the next access token before the one that it has ends. */
  #renewLater(socket: WebSocket): void {
    clearTimeout(this.#renewal);
    this.#renewal = setTimeout(async () => {
      const payload = await this.#session.authorization();
      socket.send(JSON.stringify({ type: "ping", payload }));
      this.#renewLater(socket);
    }, this.#session.untilRenewal);
  }

  async close(): Promise<void> {
    clearTimeout(this.#renewal);
    await this.#socket.dispose();
  }
}
