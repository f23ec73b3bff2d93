import pg from "pg";
import { takeJobs } from "./job.ts";
import { type Latency, latencyOf } from "./latency.ts";

/** A program of the business's own that has something to say to its customers, evenly, by inserting rows. */
export type BusinessRequest = {
  databaseUrl: string;
  conversationIds: string[];
  perSecond: number;
  seconds: number;
};
export type BusinessResult = { inserted: number; latency: Latency; late: number };

const TICK_MS = 100;

takeJobs(
  async ({ databaseUrl, conversationIds, perSecond, seconds }: BusinessRequest): Promise<BusinessResult> => {
    const client = new pg.Client({ connectionString: databaseUrl, application_name: "business" });
    await client.connect();
    const durations: number[] = [];
    const begin = performance.now();
    let inserted = 0;
    let late = 0;
    for (let tick = 0; tick * TICK_MS < seconds * 1000; tick += 1) {
      const wait = begin + tick * TICK_MS - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
      late = Math.max(late, -wait);
      const due = Math.floor(((tick + 1) * TICK_MS * perSecond) / 1000) - inserted;
      const ids = Array.from(
        { length: due },
        (_, n) => conversationIds[(inserted + n) % conversationIds.length]!,
      );
      const began = performance.now();
      await client.query({
        name: "say",
        text: `insert into app_public.messages (conversation_id, type, content)
             select id, 'text', '{"body": "Your order has left the house."}' from unnest($1::uuid[]) id`,
        values: [ids],
      });
      durations.push(performance.now() - began);
      inserted += due;
    }
    await client.end();
    return { inserted, latency: latencyOf(durations), late };
  },
);
