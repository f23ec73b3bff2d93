import pg from "pg";
import { openThrowaway } from "../../../embedded/throwaway.ts";
import { createLog } from "../../base/log.ts";
import { migrate } from "../migrate.ts";

/** Starts a throw-away server with a database that has every migration, `current/` too, and takes it away afterwards. */
export async function withFreshDatabase<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const log = createLog(process.env.LOG_LEVEL ?? "warn");
  const server = await openThrowaway({ log, durable: false });
  try {
    const client = new pg.Client({ connectionString: server.superuserUrl });
    await client.connect();
    await client.query("create database parley").finally(() => client.end());
    const ownerUrl = new URL(server.superuserUrl);
    ownerUrl.pathname = "/parley";
    await migrate(ownerUrl.href, log, { withCurrent: true });
    return await work(ownerUrl.href);
  } finally {
    await server.release();
  }
}
