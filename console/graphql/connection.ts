import {
  type AnyVariables,
  Client,
  type CombinedError,
  type DocumentInput,
  fetchExchange,
  type OperationContext,
  subscriptionExchange,
} from "@urql/core";
import { authExchange } from "@urql/exchange-auth";
import { createClient, type Client as SocketClient } from "graphql-ws";
import { authorization, renewSession } from "../session/renew.ts";
import { currentSession } from "../session/session.ts";
import { createCache } from "./cache.ts";
import { SocketState } from "./socket_state.ts";

/** The socket's token is renewed this often: it is valid for 15 minutes. */
const RENEWAL_MS = 10 * 60_000;
/** The code with which the server closes a socket whose token is no longer valid. */
const FORBIDDEN = 4403;
const RETRY_MS = [500, 1_000, 2_000, 4_000, 8_000, 15_000];

/**
 * The connection to the API while somebody is signed in: queries and mutations over HTTP, with a normalised cache, and one socket
 * for all subscriptions.
 */
export class Connection {
  readonly client: Client;
  /** Whether the socket is connected. */
  readonly socketState = new SocketState();
  readonly #socket: SocketClient;
  #renewal: ReturnType<typeof setInterval> | undefined;

  constructor() {
    this.#socket = createClient({
      url: () => `${location.origin.replace(/^http/, "ws")}/graphql`,
      connectionParams: async () => ({ authorization: await authorization() }),
      retryAttempts: Number.POSITIVE_INFINITY,
      shouldRetry: () => currentSession() !== null,
      retryWait: (retries) => waitToRetry(retries),
      on: {
        connected: (socket, _payload, isAgain) => {
          this.socketState.connected(isAgain);
          clearInterval(this.#renewal);
          this.#renewal = setInterval(() => this.#renew(socket as WebSocket), RENEWAL_MS);
        },
        closed: (event) => {
          clearInterval(this.#renewal);
          this.socketState.closed();
          if (event instanceof CloseEvent && event.code === FORBIDDEN) void renewRefused();
        },
      },
    });
    this.client = new Client({
      url: "/graphql",
      preferGetMethod: false,
      exchanges: [
        createCache(),
        subscriptionExchange({
          isSubscriptionOperation: ({ kind, context }) =>
            kind === "subscription" || context.isOverSocket === true,
          forwardSubscription: ({ query = "", variables }) => ({
            subscribe: (sink) => ({ unsubscribe: this.#socket.subscribe({ query, variables }, sink) }),
          }),
        }),
        authorizeRequests(),
        fetchExchange,
      ],
    });
  }

  /** @throws CombinedError */
  async query<Data, Variables extends AnyVariables>(
    document: DocumentInput<Data, Variables>,
    variables: Variables,
    context: Partial<OperationContext> = { requestPolicy: "network-only" },
  ): Promise<Data> {
    return dataOf(await this.client.query(document, variables, context).toPromise());
  }

  /** @throws CombinedError */
  async mutate<Data, Variables extends AnyVariables>(
    document: DocumentInput<Data, Variables>,
    variables: Variables,
  ): Promise<Data> {
    return dataOf(await this.client.mutation(document, variables).toPromise());
  }

  /** Listens until the returned function is called. */
  subscribe<Data, Variables extends AnyVariables>(
    document: DocumentInput<Data, Variables>,
    variables: Variables,
    onData: (data: Data) => void,
  ): () => void {
    const { unsubscribe } = this.client
      .subscription(document, variables)
      .subscribe(({ data }) => data !== undefined && onData(data));
    return unsubscribe;
  }

  /** Requests another address of this server, such as /media, with a valid token. */
  async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set("authorization", (await authorization()) ?? "");
    return await fetch(path, { ...init, headers });
  }

  async close(): Promise<void> {
    clearInterval(this.#renewal);
    // It fails with the reason why the last attempt to connect did, which matters no more.
    await Promise.resolve(this.#socket.dispose()).catch(() => {});
  }

  async #renew(socket: WebSocket): Promise<void> {
    const payload = { authorization: await authorization() };
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: "ping", payload }));
  }
}

/** The session may have ended elsewhere: then it ends here, too, without waiting for the next request. */
async function renewRefused(): Promise<void> {
  const session = currentSession();
  if (session) await renewSession(session.accessToken).catch(() => {});
}

function dataOf<Data>({ data, error }: { data?: Data | undefined; error?: CombinedError | undefined }): Data {
  if (error) throw error;
  return data as Data;
}

/** Waits longer after each failure, but no longer than until the browser is online again. */
async function waitToRetry(retries: number): Promise<void> {
  const ms = RETRY_MS[Math.min(retries, RETRY_MS.length - 1)]!;
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms * (0.75 + Math.random() / 2));
  addEventListener("online", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
}

/** Sends the token with each request, renews one that expires soon, and repeats a request whose token was refused. */
function authorizeRequests() {
  return authExchange(async ({ appendHeaders }) => {
    let header = await authorization().catch(() => null);
    return {
      addAuthToOperation: (operation) =>
        header === null ? operation : appendHeaders(operation, { authorization: header }),
      willAuthError: () =>
        header === null || header !== `Bearer ${currentSession()?.accessToken}` || isStale(),
      didAuthError: ({ graphQLErrors }) =>
        graphQLErrors.some(({ extensions }) => extensions.code === "PYTOK"),
      refreshAuth: async () => {
        const session = currentSession();
        // A token that is still valid by this machine's clock, and was refused, is renewed all the same.
        if (session && header === `Bearer ${session.accessToken}`) await renewSession(session.accessToken);
        header = await authorization();
      },
    };
  });
}

function isStale(): boolean {
  const session = currentSession();
  return session !== null && Date.parse(session.accessTokenExpiresAt) - Date.now() < 30_000;
}
