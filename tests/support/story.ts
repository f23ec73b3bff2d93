import { after, before, test } from "node:test";
import type pg from "pg";
import { borrowTestDatabase, type TestDatabase } from "./database.ts";
import { rolledBack } from "./transaction.ts";

type Story = (name: string, tell: (db: pg.PoolClient) => Promise<unknown>) => void;

/** A database for the tests of one file; each test is a story in a transaction of its own, which is rolled back. */
export function stories(): Story {
  let database: TestDatabase;
  before(async () => {
    database = await borrowTestDatabase();
  });
  after(() => database.drop());
  return (name, tell) => {
    test(name, async () => {
      await rolledBack(database.pool, tell);
    });
  };
}
