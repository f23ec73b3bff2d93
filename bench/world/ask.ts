import { Connection } from "./connection.ts";
import { takeJobs } from "./job.ts";
import { type Latency, latencyOf } from "./latency.ts";

export type Question = { token: string; body: string };

/** Questions that are asked in turn, over and over. */
export type AskRequest = {
  url: string;
  questions: readonly Question[];
  connections: number;
  seconds: number;
  warmUpSeconds: number;
};

export type AskResult = {
  perSecond: number;
  latency: Latency;
  /** In all, with the warm-up. */
  asked: number;
  /** Answers that were not 200, or had errors. */
  refused: number;
  /** The last answer. */
  answer: string;
};

const ERRORS = '"errors":[';

takeJobs(async ({ url, questions, connections, seconds, warmUpSeconds }: AskRequest): Promise<AskResult> => {
  const { origin, pathname } = new URL(url);
  const requests = questions.map(({ token, body }) => ({
    bytes: Buffer.from(body),
    headers: { accept: "application/json", authorization: `Bearer ${token}` },
  }));
  const measureFrom = performance.now() + warmUpSeconds * 1000;
  const end = measureFrom + seconds * 1000;
  const durations: number[] = [];
  let [asked, refused, answer] = [0, 0, ""];
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = new Connection(origin);
      for (let began = performance.now(); began < end; ) {
        const { headers, bytes } = requests[asked % requests.length]!;
        asked += 1;
        const reply = await connection.post(pathname, headers, bytes);
        const now = performance.now();
        if (reply.status !== 200 || reply.body.includes(ERRORS)) refused += 1;
        else if (now >= measureFrom && now <= end) durations.push(now - began);
        if (now > end) answer = reply.body.toString("utf8");
        began = now;
      }
      connection.close();
    }),
  );
  return { perSecond: durations.length / seconds, latency: latencyOf(durations), asked, refused, answer };
});
