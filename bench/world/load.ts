import {
  type BusinessNumber,
  messagesBody,
  phoneOf,
  type Sent,
  type Status,
  signature,
  statusesBody,
} from "./bodies.ts";
import { Connection } from "./connection.ts";
import { takeJobs } from "./job.ts";
import { type Latency, latencyOf } from "./latency.ts";

/** What is posted. */
type LoadSource =
  /** Texts of customers `first` … `first + customers - 1` in turn; `series` makes the message ids unique. */
  | { kind: "messages"; first: number; customers: number; series: string }
  /** Every message is sent, then every one delivered, then read. */
  | { kind: "statuses"; sent: Sent[] };

export type LoadRequest = {
  number: BusinessNumber;
  source: LoadSource;
  perBody: number;
  connections: number;
  /** Measured for so long after the warm-up; ends earlier when the source is exhausted. */
  seconds: number;
  warmUpSeconds: number;
  /** Bodies at most, in all. */
  limit?: number;
  /** Bodies a second, evenly; as fast as they are answered unless given. */
  pace?: number;
};

export type LoadResult = {
  /** Of the measured time. */
  seconds: number;
  requestsPerSecond: number;
  itemsPerSecond: number;
  latency: Latency;
  /** Of all the time: items in bodies that were answered 200, and answers by status (0: none). */
  accepted: number;
  answers: Record<string, number>;
};

takeJobs(load);

async function load(request: LoadRequest): Promise<LoadResult> {
  const { number, connections, seconds, warmUpSeconds, limit = Number.POSITIVE_INFINITY, pace } = request;
  const { origin, pathname } = new URL(number.url);
  const next = bodies(request);
  const begin = performance.now();
  const measureFrom = begin + warmUpSeconds * 1000;
  const end = measureFrom + seconds * 1000;
  const durations: number[] = [];
  const answers: Record<string, number> = {};
  let [posted, accepted, measuredItems, last] = [0, 0, 0, measureFrom];

  async function client(): Promise<void> {
    const connection = new Connection(origin);
    while (posted < limit) {
      const turn = posted;
      posted += 1;
      const due = pace === undefined ? 0 : begin + (turn * 1000) / pace;
      if (due >= end) break;
      const wait = due - performance.now();
      if (wait > 1) await new Promise((resolve) => setTimeout(resolve, wait));
      const body = performance.now() < end ? next() : null;
      if (body === null) break;
      const headers = signature(body.bytes, number.appSecret);
      const began = performance.now();
      const status = await connection.post(pathname, headers, body.bytes).then(
        (reply) => reply.status,
        () => 0,
      );
      const now = performance.now();
      answers[status] = (answers[status] ?? 0) + 1;
      if (status === 200) accepted += body.items;
      if (status !== 200 || now < measureFrom || now > end) continue;
      // Of a paced load the time in our own queue counts too: the sender is late because the receiver was.
      durations.push(now - (pace === undefined ? began : Math.min(began, due)));
      measuredItems += body.items;
      last = Math.max(last, now);
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: connections }, client));
  const measured = Math.max(0.001, (Math.min(last, end) - measureFrom) / 1000);
  return {
    seconds: measured,
    requestsPerSecond: durations.length / measured,
    itemsPerSecond: measuredItems / measured,
    latency: latencyOf(durations),
    accepted,
    answers,
  };
}

function bodies({ number, source, perBody }: LoadRequest): () => { bytes: Buffer; items: number } | null {
  let made = 0;
  if (source.kind === "messages") {
    return () => {
      const messages = Array.from({ length: perBody }, () => {
        made += 1;
        const from = phoneOf(source.first + (made % source.customers));
        return {
          id: `wamid.${source.series}.${made}`,
          from,
          text: `Hello, this is message ${made}. Is my order on its way?`,
        };
      });
      return { bytes: messagesBody(number, messages), items: perBody };
    };
  }
  const { sent } = source;
  const steps = ["sent", "delivered", "read"] as const;
  return () => {
    const statuses: Status[] = [];
    while (statuses.length < perBody && made < sent.length * steps.length) {
      statuses.push({ of: sent[made % sent.length]!, status: steps[Math.floor(made / sent.length)]! });
      made += 1;
    }
    return statuses.length === 0 ? null : { bytes: statusesBody(number, statuses), items: statuses.length };
  };
}
