import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import express from "express";
import type pg from "pg";
import { ParleyError } from "../errors.ts";
import type { Log } from "../log.ts";
import { metrics } from "../metrics.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import { type Batcher, BatcherFull, createBatcher } from "./batch.ts";
import { type ChannelDirectory, createChannelDirectory, type WebhookChannel } from "./channel_directory.ts";
import type { Delivery } from "./delivery.ts";
import { applyIsolated } from "./isolate.ts";
import { prepareDelivery } from "./prepare_delivery.ts";
import { readRawBody } from "./raw_body.ts";
import { hasSignatureShape, verifySignature } from "./signature.ts";

export type WebhookReceiver = {
  /** `GET` and `POST /whatsapp/:channelId`; to be mounted before any body parser: the signature is about raw bytes. */
  router: express.Router;
  /** Finishes what is under way; what comes later is answered 503. */
  close(): Promise<void>;
};

export type WebhookReceiverOptions = { pool: pg.Pool; keyRing: KeyRing; log: Log };

/** Meta's answer for "deliver again": when the database does not answer in time. */
const PATIENCE_MS = 1_800;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The address Meta posts to. 200 means: committed. 401 wrong signature, 413 too large, 503 come again. */
export function createWebhookReceiver({ pool, keyRing, log }: WebhookReceiverOptions): WebhookReceiver {
  const directory = createChannelDirectory(pool, keyRing);
  const batcher: Batcher<Delivery> = createBatcher({
    async run(deliveries) {
      metrics.messagesReceived.inc(await applyIsolated(pool, deliveries, log));
    },
    weigh: (delivery) => 1 + delivery.items.length,
    batchWeight: 400,
    waitingWeight: 20_000,
    concurrency: 2,
  });

  const router = express.Router();
  router.get("/whatsapp/:channelId", async (request, response) => {
    const channel = await inTime(channelOf(directory, request.params.channelId));
    const { "hub.mode": mode, "hub.verify_token": token, "hub.challenge": challenge } = request.query;
    const expected = channel?.secrets.verifyToken;
    const isVerified =
      mode === "subscribe" &&
      typeof token === "string" &&
      typeof expected === "string" &&
      isSame(token, expected);
    if (!isVerified || typeof challenge !== "string" || challenge.length > 1000) {
      response.status(403).json({ error: { code: "PYSIG", message: "the verify token is wrong" } });
      return;
    }
    // Text, so that nothing in it can be a page.
    response.type("text/plain").set("X-Content-Type-Options", "nosniff").send(challenge);
  });

  router.post("/whatsapp/:channelId", async (request, response) => {
    const measured = metrics.webhookSeconds.startTimer();
    const { status, code, message } = await answer(() => receive(request, request.params.channelId));
    metrics.webhooks.inc({ status: String(status) });
    measured();
    if (status === 200) {
      response.status(200).end();
      return;
    }
    // What is left of a body that was not read is not worth reading.
    if (!request.complete) response.set("Connection", "close");
    if (status >= 500) log.warn({ code, channelId: request.params.channelId }, "a webhook was not taken");
    response.status(status).json({ error: { code, message } });
  });

  async function receive(request: IncomingMessage, channelId: string): Promise<void> {
    const signature = request.headers["x-hub-signature-256"];
    if (typeof signature !== "string" || !hasSignatureShape(signature))
      throw new ParleyError("PYSIG", "the signature is missing or malformed");
    const body = await readRawBody(request);
    const channel = await inTime(signedChannel(directory, channelId, body, signature));
    if (!/^application\/json\b/i.test(request.headers["content-type"] ?? ""))
      throw new ParleyError("PYREQ", "the body has to be application/json");
    await inTime(prepareDelivery(body, channel, directory).then((delivery) => batcher.add(delivery)));
  }

  return { router, close: () => batcher.close() };
}

/** The channel of the address, if the body is signed with its app's secret. An unknown address tells no more than that. */
async function signedChannel(
  directory: ChannelDirectory,
  channelId: string,
  body: Buffer,
  signature: string,
): Promise<WebhookChannel> {
  const known = await channelOf(directory, channelId);
  if (known && verifySignature(body, signature, known.secrets.appSecrets)) return known;
  // The secret may have been rotated since it was last read.
  const fresh = known && (await channelOf(directory, channelId, true));
  if (fresh && verifySignature(body, signature, fresh.secrets.appSecrets)) return fresh;
  throw new ParleyError("PYSIG", "the signature is wrong");
}

async function channelOf(
  directory: ChannelDirectory,
  channelId: string,
  isFresh = false,
): Promise<WebhookChannel | null> {
  return UUID.test(channelId) ? directory.byId(channelId, isFresh) : null;
}

function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** Meta waits some seconds, and comes again: better to say so early than to let it guess. */
function inTime<T>(work: Promise<T>): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new ParleyError("PYUNA", "the database does not answer in time")),
    PATIENCE_MS,
  );
  return Promise.race([work, promise]).finally(() => clearTimeout(timer));
}

const STATUS = { PYSIG: 401, PYBIG: 413, PYREQ: 415, PYUNA: 503 } as const;

async function answer(
  work: () => Promise<void>,
): Promise<{ status: number; code?: string; message?: string }> {
  try {
    await work();
    return { status: 200 };
  } catch (error) {
    if (error instanceof ParleyError && error.code in STATUS)
      return { status: STATUS[error.code as keyof typeof STATUS], code: error.code, message: error.message };
    const isFull = error instanceof BatcherFull;
    return {
      status: 503,
      code: "PYUNA",
      message: isFull ? "too much is waiting" : "the database cannot be reached",
    };
  }
}
