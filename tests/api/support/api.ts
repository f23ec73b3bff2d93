import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { readConfig } from "../../../src/base/config.ts";
import { createLog } from "../../../src/base/log.ts";
import { signAccessToken } from "../../../src/graphql/auth/access_token.ts";
import { createGraphql } from "../../../src/graphql/create_graphql.ts";
import { MediaAddresses } from "../../../src/media/signed_address.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import type { Person } from "../../support/people.ts";
import { atProcessEnd } from "../../support/process_end.ts";

export const JWT_SECRET = "a token secret for tests, long enough";
export const RING = keyRing(["a secret key for tests, long enough"]);

type Answer = {
  status: number;
  // biome-ignore lint/suspicious/noExplicitAny: what a query answers with depends on the query
  data: any;
  errors: {
    message: string;
    path?: (string | number)[];
    extensions: Record<string, string> & { inputPath?: string[] };
  }[];
  /** Of the first error. */
  code: string | undefined;
  text: string;
};

/** The API on a real server, and a client of it. */
export type Api = {
  url: string;
  wsUrl: string;
  server: Server;
  /** What was logged, line by line. */
  log: string[];
  /** Asks as that person, with a token as signIn would give; null: without one. */
  ask(as: Person | string | null, query: string, variables?: object): Promise<Answer>;
  /** Posts anything. */
  post(body: string | Buffer, headers?: Record<string, string>): Promise<Answer>;
  close(): Promise<void>;
};

export function tokenOf(person: Person): string {
  return signAccessToken({ ...person, sessionExpiresAt: new Date(Date.now() + 86_400_000) }, JWT_SECRET)
    .token;
}

let shared: Promise<{ database: TestDatabase; api: Api }> | undefined;

/**
 * The API and the database that the tests of a process share: building its schema takes two seconds. For tests with
 * workspaces of their own, which leave the API as it is. Closing them is left to the end of the process.
 */
export function borrowApi(): Promise<{ database: TestDatabase; api: Api }> {
  shared ??= (async () => {
    const database = await createTestDatabase();
    const api = await startApi(database);
    atProcessEnd(async () => {
      await api.close();
      await database.drop();
    });
    const keep = async () => {};
    return { database: { ...database, drop: keep }, api: { ...api, close: keep } };
  })();
  return shared;
}

export async function startApi(database: TestDatabase, settings: Record<string, string> = {}): Promise<Api> {
  const lines: string[] = [];
  const log = createLog("debug", { write: (line: string) => void lines.push(line) });
  const graphql = await createGraphql({
    ownerUrl: database.ownerUrl,
    ownerPool: database.pool,
    authenticatorUrl: database.authenticatorUrl,
    config: readConfig({ NODE_ENV: "test", ...settings }),
    keyRing: RING,
    jwtSecret: JWT_SECRET,
    mediaAddresses: new MediaAddresses(JWT_SECRET, settings.PUBLIC_URL ?? ""),
    log,
  });
  const app = express();
  const server = createServer(app);
  // A connection that is closed for being idle, just as the next request leaves, would be a test's failure.
  server.keepAliveTimeout = 60_000;
  await graphql.mount(app, server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}/graphql`;

  const post: Api["post"] = async (body, headers = {}) => {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", ...headers },
      body: typeof body === "string" ? body : new Uint8Array(body),
    });
    const text = await response.text();
    const { data, errors = [] } = text.startsWith("{") ? JSON.parse(text) : {};
    return { status: response.status, data, errors, code: errors[0]?.extensions?.code, text };
  };

  return {
    url,
    wsUrl: url.replace("http", "ws"),
    server,
    log: lines,
    post,
    ask(as, query, variables) {
      const token = typeof as === "object" && as !== null ? tokenOf(as) : as;
      return post(
        JSON.stringify({ query, variables }),
        token === null ? {} : { authorization: `Bearer ${token}` },
      );
    },
    async close() {
      server.closeAllConnections();
      const closed = new Promise((resolve) => server.close(resolve));
      await graphql.close();
      await closed;
    },
  };
}
