import pg from "pg";
import { takeJobs } from "../world/job.ts";
import { type Latency, latencyOf } from "../world/latency.ts";

export type CommitsRequest = { url: string; table: string; clients: number; seconds: number };
export type CommitsResult = { perSecond: number; latency: Latency };

/** Single-row transactions, as fast as they are committed: one prepared insert each. */
takeJobs(async ({ url, table, clients, seconds }: CommitsRequest): Promise<CommitsResult> => {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const insert = {
    name: "insert",
    text: `insert into ${table} (body) values ($1)`,
    values: ["x".repeat(100)],
  };
  const durations: number[] = [];
  const begin = performance.now();
  const measureFrom = begin + 300;
  const end = measureFrom + seconds * 1000;
  await Promise.all(
    connections.map(async (client) => {
      for (let began = performance.now(); began < end; ) {
        await client.query(insert);
        const now = performance.now();
        if (now >= measureFrom && now <= end) durations.push(now - began);
        began = now;
      }
    }),
  );
  await Promise.all(connections.map((client) => client.end()));
  return { perSecond: durations.length / seconds, latency: latencyOf(durations) };
});
