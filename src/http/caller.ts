import type { IncomingMessage } from "node:http";
import type pg from "pg";

/** Who sends a request that is not GraphQL. */
export type Caller = {
  tenantId: string;
  /** Null for an API key. */
  userId: string | null;
  /** The session's or the API key's. */
  credentialId: string;
  /** Runs work in a transaction with the rights of the caller. */
  inTransaction<T>(work: (client: pg.PoolClient) => Promise<T>): Promise<T>;
};

/** Determines who sends a request. @throws ParleyError PYTOK */
export type Authorize = (request: IncomingMessage) => Promise<Caller>;
