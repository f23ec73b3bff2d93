import type { IncomingMessage } from "node:http";
import express, { type Request, type Response } from "express";
import type pg from "pg";
import { type Bytes, createByteBudget } from "../base/byte_budget.ts";
import type { Log } from "../base/log.ts";
import { metrics } from "../base/metrics.ts";
import { withTimeout } from "../base/timeout.ts";
import { trace } from "../base/trace.ts";
import { uuidV7, uuidV7Millis } from "../base/uuid_v7.ts";
import type { ChannelKind } from "../channels/channel_kind.ts";
import { CHANNEL_KINDS } from "../channels/registry.ts";
import { comeAgain, WebhookRefusal } from "../channels/webhook_refusal.ts";
import type { WebhookTrust } from "../channels/webhooks.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { BatcherFull } from "./batcher.ts";
import { Intake } from "./intake.ts";
import { prepareDelivery } from "./prepare_delivery.ts";
import { readRawBody } from "./raw_body.ts";
import { traceDelivery } from "./trace_delivery.ts";
import { openWebhookKinds, type WebhookKind } from "./webhook_kinds.ts";

/** Receives webhooks over HTTP, for all kinds of channel. */
export type WebhookReceiver = {
  /** `/<path of a kind>/:address`; to be mounted before any body parser: signatures are about raw bytes. */
  router: express.Router;
  /** Finishes requests in progress; later ones are answered with 503. */
  close(): Promise<void>;
};

type WebhookReceiverOptions = {
  pool: pg.Pool;
  keyRing: KeyRing;
  log: Log;
  /** Called when there are events for chatbots, which no job announces (see `wakesItself` of the pool). */
  onAwaited?: (() => void) | undefined;
  /** How long to search for the invalid facts of one body, while the provider waits; defaults to 600 ms. */
  isolationMs?: number;
  /** The kinds of channels whose providers may post; defaults to all. */
  kinds?: readonly ChannelKind[];
};

/**
 * The time from the last byte of a body to the answer 503. A provider waits only some seconds, and an early answer is better
 * than its timeout.
 * A body of thousands of messages (a history) gets a second more for each megabyte.
 */
const TIMEOUT_MS = 1_800;
const TIMEOUT_MS_PER_BYTE = 1_000 / 2 ** 20;
/** The limits of bodies in memory, of all addresses and of one. */
const MOST_BYTES = 128 * 1024 * 1024;
const MOST_BYTES_OF_ADDRESS = MOST_BYTES / 4;

/** The addresses that providers post to. 200 means: committed. 401 not signed, 413 too large, 415 not JSON, 503 deliver again. */
// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory: its short functions share what it has opened.
export function createWebhookReceiver({
  pool,
  keyRing,
  log,
  onAwaited,
  isolationMs = 600,
  kinds = CHANNEL_KINDS,
}: WebhookReceiverOptions): WebhookReceiver {
  const budget = createByteBudget(MOST_BYTES, MOST_BYTES_OF_ADDRESS);
  const intake = new Intake({
    pool,
    log,
    isolationMs,
    onApplied({ stored, wakesChatbots }) {
      metrics.messagesReceived.inc(stored);
      if (wakesChatbots) onAwaited?.();
    },
  });

  async function verify(
    answerChallenge: NonNullable<WebhookTrust["answerChallenge"]>,
    request: Request<Params>,
    response: Response,
  ): Promise<void> {
    const { address } = request.params;
    const challenge = await inTime(TIMEOUT_MS, () => answerChallenge(address, request.query));
    // As plain text, so that a browser cannot interpret it as a page.
    response.type("text/plain").set("X-Content-Type-Options", "nosniff").send(challenge);
  }

  async function receive(kind: WebhookKind, request: Request<Params>, response: Response): Promise<void> {
    const measured = metrics.webhookSeconds.startTimer();
    const bytes = budget.open(request.params.address);
    try {
      await take(kind, request, request.params.address, bytes);
      response.status(200).end();
    } finally {
      bytes.release();
      measured();
    }
  }

  async function take(
    { read, trust }: WebhookKind,
    request: IncomingMessage,
    address: string,
    bytes: Bytes,
  ): Promise<void> {
    // The time of receipt is taken before the steps that may take long.
    const id = uuidV7();
    // Requests with invalid headers are refused before the body is read.
    trust.checkHeaders(request.headers);
    requireJson(request);
    // So are requests to an unknown address: strangers must not fill the memory.
    await inTime(TIMEOUT_MS, () => trust.checkAddress(address));
    const body = await readRawBody(request, bytes);
    await inTime(TIMEOUT_MS + body.length * TIMEOUT_MS_PER_BYTE, async (isInTime) => {
      const sender = await trust.authenticate(address, request.headers, body);
      const delivery = await prepareDelivery(body, read, sender, id);
      const readAt = Date.now();
      await intake.take(delivery, isInTime);
      if (trace.isOn) traceDelivery(delivery, { arrivedAt: uuidV7Millis(id), readAt, storedAt: Date.now() });
    });
  }

  /** Answers a request that failed. */
  function answering(work: (request: Request<Params>, response: Response) => Promise<void>) {
    return async (request: Request<Params>, response: Response) => {
      try {
        await work(request, response);
      } catch (error) {
        refuse(request, response, error);
      }
      metrics.webhooks.inc({ status: String(response.statusCode) });
    };
  }

  function refuse(request: Request<Params>, response: Response, error: unknown): void {
    const { status, code, message } = refusalOf(error);
    const isExpected = error instanceof WebhookRefusal || error instanceof BatcherFull;
    if (status >= 500)
      log.warn(
        { code, reason: message, address: request.params.address, ...(!isExpected && { err: error }) },
        "webhook not accepted",
      );
    // The rest of the body is not read.
    if (!request.complete) response.set("Connection", "close");
    response.status(status).json({ error: { code, message } });
  }

  const router = express.Router();
  for (const kind of openWebhookKinds(kinds, { pool, keyRing })) {
    const { answerChallenge } = kind.trust;
    const route = router.route(`/${kind.path}/:address`);
    if (answerChallenge) route.get(answering((...exchange) => verify(answerChallenge, ...exchange)));
    route.post(answering((...exchange) => receive(kind, ...exchange)));
    const methods = answerChallenge ? ["GET", "HEAD", "POST"] : ["POST"];
    route.all((_request, response) => {
      const message = `only ${methods.join(", ")} may be used here`;
      response
        .status(405)
        .set("Allow", methods.join(", "))
        .json({ error: { code: "PYREQ", message } });
    });
  }
  return { router, close: () => intake.close() };
}

type Params = { address: string };

/** The body must be JSON and not compressed, because inflating could exceed the limit of memory. */
function requireJson({ headers }: IncomingMessage): void {
  if (!/^application\/json(?:\s*;|\s*$)/i.test(headers["content-type"] ?? ""))
    throw new WebhookRefusal(415, "PYREQ", "the body has to be application/json");
  if (!/^(?:identity)?$/i.test(headers["content-encoding"] ?? ""))
    throw new WebhookRefusal(415, "PYREQ", "the body must not be compressed");
}

function inTime<T>(ms: number, work: (isInTime: () => boolean) => Promise<T>): Promise<T> {
  return withTimeout(ms, work, () => comeAgain("the database does not answer in time"));
}

function refusalOf(error: unknown): WebhookRefusal {
  if (error instanceof WebhookRefusal) return error;
  return comeAgain(error instanceof BatcherFull ? "too much is waiting" : "the database cannot be reached");
}
