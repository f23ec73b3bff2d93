import { Agent } from "undici";
import { takeJobs } from "../world/job.ts";
import { type Latency, latencyOf } from "../world/latency.ts";

export type PostsRequest = { graphUrl: string; concurrency: number; seconds: number };
export type PostsResult = { perSecond: number; latency: Latency };

const BODY = JSON.stringify({
  messaging_product: "whatsapp",
  recipient_type: "individual",
  to: "+15550000000",
  type: "text",
  text: { body: "Thank you, we have got your message." },
});

/** Sends messages to the stand-in with undici, and nothing else. */
takeJobs(async ({ graphUrl, concurrency, seconds }: PostsRequest): Promise<PostsResult> => {
  const agent = new Agent({ connections: concurrency });
  const durations: number[] = [];
  const measureFrom = performance.now() + 300;
  const end = measureFrom + seconds * 1000;
  await Promise.all(
    Array.from({ length: concurrency }, async () => {
      for (let began = performance.now(); began < end; ) {
        const response = await agent.request({
          origin: graphUrl,
          path: "/v25.0/1/messages",
          method: "POST",
          headers: { authorization: "Bearer x", "content-type": "application/json" },
          body: BODY,
        });
        await response.body.json();
        const now = performance.now();
        if (now >= measureFrom && now <= end) durations.push(now - began);
        began = now;
      }
    }),
  );
  await agent.close();
  return { perSecond: durations.length / seconds, latency: latencyOf(durations) };
});
