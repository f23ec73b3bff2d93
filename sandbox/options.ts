import type { Logger } from "pino";
import type { Clock } from "./clock.ts";
import type { StatusStep } from "./message_status.ts";

/** One business phone number the sandbox plays Meta for. */
export interface NumberOptions {
  /** Digits, as in `/{phone-number-id}/messages`. */
  phoneNumberId: string;
  /** The WhatsApp Business Account (WABA) the number belongs to. */
  businessAccountId: string;
  /** Digits without `+`, as in `metadata.display_phone_number`. */
  displayPhoneNumber: string;
  /** What customers see above the chat. */
  verifiedName?: string;
  /** The bearer token that may send from this number. */
  accessToken: string;
  /** When the token ends, in Unix seconds; defaults to 0, which is never. */
  tokenExpiresAt?: number;
  /** Signs the webhooks (X-Hub-Signature-256). */
  appSecret: string;
  /** Expected by the receiver in the verification GET. */
  verifyToken?: string;
  /** Where the updates are POSTed: http or https. */
  webhookUrl: string;
  /**
   * Where this sandbox's Graph API is reached. Webhooks then have a download address for each file (`url`), as since
   * November 2025.
   */
  graphUrl?: string;
  /** Messages a second, in and out together; defaults to 80, as for a new number. */
  messagesPerSecond?: number;
}

/** How webhooks are delivered. */
export interface DeliveryOptions {
  /** The most updates in one POST; defaults to 1, Meta's own limit is 1000. */
  batchSize: number;
  /** Concurrent POSTs, per webhook address. */
  concurrency: number;
  /** How long to wait for an answer, in milliseconds. */
  timeoutMs: number;
  /** The wait before each redelivery; past its end the update is given up. */
  retryDelaysMs: readonly number[];
}

/** How much is remembered. Past a limit the oldest is forgotten, except where it says refused. */
export interface SandboxLimits {
  /** Business numbers; more are refused. */
  numbers: number;
  customers: number;
  chats: number;
  messages: number;
  messagesPerChat: number;
  /** Requests kept in the ledger. */
  requests: number;
  /** Webhook deliveries kept in the ledger. */
  deliveries: number;
  /** Updates waiting for delivery, per webhook address; more are dropped and counted. */
  pendingUpdates: number;
  /** Files that were sent, in either direction. */
  media: number;
  /** Bytes of all files together, in the temporary folder. */
  mediaBytes: number;
  /** Conversions kept of each account. */
  conversions: number;
  /** Pages listening for changes at the same time; more are refused. */
  streams: number;
}

export interface SandboxOptions {
  numbers?: readonly NumberOptions[];
  clock?: Clock;
  /** The same seed gives the same ids and the same chances; defaults to random. */
  seed?: number;
  log?: Pick<Logger, "debug" | "warn">;
  /** The statuses of a sent message; defaults to `DEFAULT_STATUSES`. */
  statuses?: readonly StatusStep[];
  /** Whether to refuse sends outside the customer service window (131047); defaults to true. */
  enforcesWindow?: boolean;
  /** Whether every customer gets a business-scoped user id, as since 2026; defaults to true. */
  assignsUserIds?: boolean;
  /** After how many milliseconds Meta approves a template; null: only when asked to. Defaults to 1000. */
  approvesTemplatesAfterMs?: number | null;
  delivery?: Partial<DeliveryOptions>;
  limits?: Partial<SandboxLimits>;
}

export const DEFAULT_DELIVERY: DeliveryOptions = {
  batchSize: 1,
  concurrency: 32,
  timeoutMs: 10_000,
  retryDelaysMs: [500, 1000, 2000, 4000, 8000, 15_000, 30_000, 60_000, 120_000, 300_000],
};

export const DEFAULT_LIMITS: SandboxLimits = {
  numbers: 10_000,
  customers: 100_000,
  chats: 100_000,
  messages: 100_000,
  messagesPerChat: 300,
  requests: 20_000,
  deliveries: 1_000,
  pendingUpdates: 200_000,
  media: 10_000,
  mediaBytes: 1024 * 1024 * 1024,
  conversions: 10_000,
  streams: 100,
};
