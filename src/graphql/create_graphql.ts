import type { Server } from "node:http";
import type { Express } from "express";
import type pg from "pg";
import type { Config } from "../base/config.ts";
import type { Log } from "../base/log.ts";
import { settlesWithin } from "../base/timeout.ts";
import { readConstraintColumns } from "../database/constraint_columns.ts";
import type { AccountActions } from "../http/account/account_routes.ts";
import type { Authorize } from "../http/caller.ts";
import { createSourceOf } from "../http/client_source.ts";
import { createChatbotFetches } from "../http/guarded/chatbot_fetches.ts";
import { ownHosts } from "../http/own_host.ts";
import type { MediaAddresses } from "../media/signed_address.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { openAccounts } from "./auth/accounts.ts";
import { createAuthenticator } from "./auth/authenticate.ts";
import { createAuthorizer } from "./auth/authorizer.ts";
import { openConnections, sharedChecks, sharedConnections } from "./connections.ts";
import { ChangeFeed } from "./live/change_feed.ts";
import { ChangeHub } from "./live/change_hub.ts";
import { LiveOperations } from "./live/live_operations.ts";
import { httpEndpoint } from "./request/http_endpoint.ts";
import { createOperations } from "./request/operations.ts";
import { createDocumentReader } from "./request/read_document.ts";
import { createFieldFinder } from "./request/refused_field.ts";
import { buildSchema } from "./schema/build_schema.ts";
import { createSimulationCalls } from "./simulation_calls.ts";
import { createProtocol } from "./websocket/protocol.ts";
import { SignedInClients } from "./websocket/signed_in_clients.ts";
import { WebSocketEndpoint } from "./websocket/websocket_endpoint.ts";

/** The path of the API: POST, and WebSockets (graphql-transport-ws). */
const GRAPHQL_PATH = "/graphql";
/** The path of GraphiQL, in development. */
const GRAPHIQL_PATH = "/graphiql";

type Graphql = {
  /** For the other routes: who sends a request. */
  authorize: Authorize;
  /** The same for exports, which use connections of their own, because they may take minutes. */
  authorizeExport: Authorize;
  /** For the pages that links in e-mails lead to. */
  accountPages: AccountActions;
  /** Mounts the API on the app, without a prefix, and its WebSockets on the server. */
  mount(app: Express, server: Server): Promise<void>;
  /** Ends subscriptions, WebSockets and database connections within 2 s. Stop the HTTP server first. */
  close(): Promise<void>;
};

type GraphqlOptions = {
  /** The owner's login: to listen for changes. */
  ownerUrl: string;
  /** Connections as the owner: for what the credentials of played chatbots' real calls are sealed in. */
  ownerPool: pg.Pool;
  /** The API's login. */
  authenticatorUrl: string;
  config: Config;
  /** Seals channels' secrets. */
  keyRing: KeyRing;
  /** Signs access tokens. */
  jwtSecret: string;
  /** Signs addresses of files. */
  mediaAddresses: MediaAddresses;
  log: Log;
};

const CLOSE_MS = 1_000;

/** Builds the API on a migrated database. Fails where the schema cannot be built. */
export async function createGraphql(options: GraphqlOptions): Promise<Graphql> {
  const { ownerUrl, ownerPool, authenticatorUrl, config, keyRing, jwtSecret, mediaAddresses, log } = options;
  const isDevelopment = config.NODE_ENV === "development";
  const statementTimeoutMs = config.DATABASE_STATEMENT_TIMEOUT_MS;
  const connections = await openConnections({ authenticatorUrl, ownerPool, config, log });
  const { pool, exportPool, replica } = connections;
  const fetches = createChatbotFetches(config);
  try {
    const authenticator = createAuthenticator(pool, jwtSecret, sharedChecks(config));
    const accounts = openAccounts({ pool, keyRing, jwtSecret, sessionDays: config.SESSION_DAYS });
    const calls = createSimulationCalls({
      tools: { pool: ownerPool, keyRing, config, ...fetches },
      // The remaining time of the request is for the database.
      limitMs: statementTimeoutMs,
    });
    const built = await buildSchema({ pool, accounts, keyRing, mediaAddresses, calls, statementTimeoutMs });
    const sourceOf = createSourceOf(config.TRUSTED_PROXIES);
    const { schema, resolvedPreset } = built;
    const hub = new ChangeHub();
    // A request may be several statements; none of them takes longer than its own timeout.
    const timeoutMs = 2 * statementTimeoutMs;
    const shared = { schema, resolvedPreset, connections: sharedConnections(config), timeoutMs };
    const readDocument = createDocumentReader(schema, { isDevelopment });
    const fieldOf = createFieldFinder(schema, await readConstraintColumns(pool));
    const operations = createOperations({ ...shared, readDocument, fieldOf, replica });
    const live = new LiveOperations({ ...shared, authenticator, hub, log });
    const clients = new SignedInClients();
    const feed = new ChangeFeed(ownerUrl, { hub, sessions: clients }, log);
    const sockets = new WebSocketEndpoint({
      protocol: createProtocol(operations, live, authenticator, log),
      signedIn: clients,
      sourceOf,
      log,
      isOwnHost: ownHosts(config),
    });

    return {
      authorize: createAuthorizer(pool, authenticator, sourceOf, statementTimeoutMs),
      authorizeExport: createAuthorizer(exportPool, authenticator, sourceOf, statementTimeoutMs),
      accountPages: accounts.pages,
      async mount(app, server) {
        app.use(GRAPHQL_PATH, httpEndpoint(operations, authenticator, sourceOf, log));
        if (isDevelopment) {
          const { graphiqlPage } = await import("./graphiql.ts");
          const { page, files } = graphiqlPage(GRAPHQL_PATH);
          app.get(GRAPHIQL_PATH, page);
          app.use(files);
        }
        await feed.ready;
        sockets.attach(server, GRAPHQL_PATH);
      },
      async close() {
        // Sockets first: a subscription that is ended by its server would count as complete, and not be taken up again.
        await Promise.all([sockets.close(), feed.close()]);
        await built.release();
        // A statement that is still running is cut off by its own timeout, after us; so is a call.
        await settlesWithin(CLOSE_MS, Promise.all([connections.close(), fetches.close()]));
      },
    };
  } catch (error) {
    await Promise.all([connections.close(), fetches.close()]);
    throw error;
  }
}
