import {
  type BusinessNumber,
  messagesBody,
  phoneOf,
  type Sent,
  type Status,
  signature,
  statusesBody,
  templateBody,
} from "./bodies.ts";
import { Connection } from "./connection.ts";
import { takeJobs } from "./job.ts";
import { type Latency, latencyOf } from "./latency.ts";
import { listen } from "./listener.ts";
import { SPRING } from "./spring_template.ts";

export type MetaRequest =
  /** Begins to listen, and returns the port. */
  | { kind: "listen" }
  | ({ kind: "round_trips" } & RoundTrips)
  /** From now on posts the statuses sent, delivered and read of whatever it takes, gathered for `gatherMs`. */
  | { kind: "report"; number: BusinessNumber; gatherMs: number; perBody: number; connections: number }
  /** Refuses all messages for so long, because there are too many. */
  | { kind: "storm"; ms: number }
  /** Decides about the template of campaigns, and reports it. */
  | { kind: "template"; number: BusinessNumber; status: TemplateStatus }
  /** Waits until all statuses are posted. */
  | { kind: "drain" }
  | { kind: "counts" };

type TemplateStatus = "APPROVED" | "PAUSED";

type RoundTrips = {
  number: BusinessNumber;
  /** At once; each has customers of its own, who take turns, so that no rule about one person interferes. */
  contacts: number;
  customersEach: number;
  firstCustomer: number;
  series: string;
  seconds: number;
  warmUpSeconds: number;
};

export type RoundTripsResult = {
  perSecond: number;
  /** From before the webhook was posted until the answer was here. */
  latency: Latency;
  /** In all, with the warm-up. */
  begun: number;
  answered: number;
  unanswered: number;
  refused: number;
};

export type MetaCounts = {
  taken: number;
  /** Messages that came more than once under one id of theirs, and templates to a customer who has one. */
  duplicates: number;
  statusesPosted: number;
  statusesRefused: number;
  /** From when a status was due until it was answered. */
  statusLatency: Latency;
};

/** Longest wait for an answer before a customer gives up. */
const TIMEOUT_MS = 10_000;

const waiting = new Map<string, () => void>();
const seen = new Set<string>();
let [taken, duplicates] = [0, 0];
let stormUntil = 0;
let templateStatus: TemplateStatus = "APPROVED";
let report: ((sent: Sent) => void) | null = null;
let [statusesPosted, statusesRefused] = [0, 0];
const statusDurations: number[] = [];
const unposted: { status: Status; at: number }[] = [];
let posting = 0;

takeJobs(async (request: MetaRequest): Promise<unknown> => {
  switch (request.kind) {
    case "listen":
      return listen(take);
    case "round_trips":
      return roundTrips(request);
    case "report":
      return startReporting(request);
    case "storm":
      stormUntil = performance.now() + request.ms;
      return null;
    case "template":
      return decide(request);
    case "drain":
      return drain();
    case "counts":
      return counts();
    default:
      return request satisfies never;
  }
});

/** `POST /{version}/{phone number id}/messages`. Requests without a body read the account's templates. */
function take(_path: string, body: Buffer): string | { status: number; json: string } {
  if (body.length === 0) return JSON.stringify({ data: [{ ...SPRING, status: templateStatus }] });
  const {
    to,
    type,
    biz_opaque_callback_data: ours = null,
  } = JSON.parse(body.toString("utf8")) as {
    to?: string;
    type?: string;
    biz_opaque_callback_data?: string;
  };
  const isTemplate = type === "template";
  if (performance.now() < stormUntil) return refusal(429, 130429, "Rate limit hit");
  if (isTemplate && templateStatus === "PAUSED") return refusal(400, 132015, "Template is paused");
  const phone = to?.replace("+", "") ?? "";
  taken += 1;
  for (const once of [ours, isTemplate ? `template to ${phone}` : null]) {
    if (once === null) continue;
    if (seen.has(once)) duplicates += 1;
    else seen.add(once);
  }
  const wamid = `wamid.meta.${process.pid}.${taken}`;
  report?.({ wamid, ours, to: phone });
  waiting.get(phone)?.();
  return `{"messaging_product":"whatsapp","contacts":[{"input":"${to}","wa_id":"${phone}"}],"messages":[{"id":"${wamid}"}]}`;
}

function refusal(status: number, code: number, message: string): { status: number; json: string } {
  return {
    status,
    json: JSON.stringify({ error: { message: `(#${code}) ${message}`, type: "OAuthException", code } }),
  };
}

async function decide({ number, status }: MetaRequest & { kind: "template" }): Promise<void> {
  templateStatus = status;
  const { origin, pathname } = new URL(number.url);
  const connection = new Connection(origin);
  const body = templateBody(number, SPRING, status);
  const reply = await connection.post(pathname, signature(body, number.appSecret), body);
  connection.close();
  if (reply.status !== 200) throw new Error(`the report of the template was answered with ${reply.status}`);
}

async function roundTrips(request: RoundTrips): Promise<RoundTripsResult> {
  const { number, contacts, customersEach, firstCustomer, series, seconds, warmUpSeconds } = request;
  const { origin, pathname } = new URL(number.url);
  const measureFrom = performance.now() + warmUpSeconds * 1000;
  const end = measureFrom + seconds * 1000;
  const durations: number[] = [];
  let [begun, answered, unanswered, refused] = [0, 0, 0, 0];

  async function contact(slot: number): Promise<void> {
    const connection = new Connection(origin);
    for (let turn = 0; performance.now() < end; turn += 1) {
      const from = phoneOf(firstCustomer + slot * customersEach + (turn % customersEach));
      begun += 1;
      const body = messagesBody(number, [{ id: `wamid.${series}.${slot}.${turn}`, from, text: "Hello?" }]);
      const answer = answerTo(from);
      const began = performance.now();
      const reply = await connection
        .post(pathname, signature(body, number.appSecret), body)
        .catch(() => null);
      if (reply?.status !== 200) refused += 1;
      const isAnswered = await answer;
      const now = performance.now();
      if (isAnswered) answered += 1;
      else unanswered += 1;
      if (!isAnswered && unanswered > 100) break;
      if (isAnswered && now >= measureFrom && now <= end) durations.push(now - began);
      if (reply === null) break;
    }
    connection.close();
  }

  await Promise.all(Array.from({ length: contacts }, (_, slot) => contact(slot)));
  return {
    perSecond: durations.length / seconds,
    latency: latencyOf(durations),
    begun,
    answered,
    unanswered,
    refused,
  };
}

/** Whether a message to this phone comes in time. */
function answerTo(phone: string): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => end(false), TIMEOUT_MS);
    const end = (isAnswered: boolean) => {
      clearTimeout(timer);
      waiting.delete(phone);
      resolve(isAnswered);
    };
    waiting.set(phone, () => end(true));
  });
}

async function startReporting({
  number,
  gatherMs,
  perBody,
  connections,
}: MetaRequest & { kind: "report" }): Promise<void> {
  const { origin, pathname } = new URL(number.url);
  const free = Array.from({ length: connections }, () => new Connection(origin));
  // As phones do: delivered a moment after sent, read a little later.
  report = (of) => {
    const at = performance.now();
    unposted.push({ status: { of, status: "sent" }, at });
    setTimeout(
      () => unposted.push({ status: { of, status: "delivered" }, at: performance.now() }),
      200,
    ).unref();
    setTimeout(() => unposted.push({ status: { of, status: "read" }, at: performance.now() }), 700).unref();
  };
  setInterval(() => {
    while (unposted.length > 0 && free.length > 0) void post(free.pop()!, unposted.splice(0, perBody));
  }, gatherMs).unref();

  async function post(connection: Connection, part: typeof unposted): Promise<void> {
    posting += 1;
    const body = statusesBody(
      number,
      part.map(({ status }) => status),
    );
    const reply = await connection.post(pathname, signature(body, number.appSecret), body).catch(() => null);
    const now = performance.now();
    posting -= 1;
    free.push(connection);
    if (reply?.status === 200) {
      statusesPosted += part.length;
      for (const { at } of part) statusDurations.push(now - at);
    } else {
      // As Meta does: it comes again.
      statusesRefused += part.length;
      unposted.push(...part);
    }
  }
}

async function drain(): Promise<void> {
  const deadline = performance.now() + 30_000;
  // The last "read" comes 700 ms after its message.
  await new Promise((resolve) => setTimeout(resolve, 800));
  while ((unposted.length > 0 || posting > 0) && performance.now() < deadline)
    await new Promise((resolve) => setTimeout(resolve, 20));
}

async function counts(): Promise<MetaCounts> {
  return {
    taken,
    duplicates,
    statusesPosted,
    statusesRefused,
    statusLatency: latencyOf([...statusDurations]),
  };
}
