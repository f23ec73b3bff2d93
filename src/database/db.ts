import type pg from "pg";

/** Runs statements: a pool, a connection, a transaction. */
export type Db = Pick<pg.ClientBase, "query">;

/** The part of {@link Db} that the transaction of a GraphQL request has too. */
export type StatementDb = {
  query<Row>(statement: {
    text: string;
    values: unknown[];
    name?: string;
  }): Promise<{ rows: readonly Row[] }>;
};
