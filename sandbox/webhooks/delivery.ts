import type { Update } from "./update.ts";

/** What one attempt came to: an HTTP status, or the reason there was none. */
export interface DeliveryAttempt {
  at: number;
  status?: number;
  error?: string;
}

/** One webhook body on its way to one address. */
export interface Delivery {
  readonly url: string;
  readonly updates: readonly Update[];
  /** The exact bytes, the same in every attempt. */
  readonly bytes: Buffer;
  readonly signature: string;
  readonly attempts: DeliveryAttempt[];
  /** `failed` once the last redelivery did not get a 200 either. */
  state: "pending" | "delivered" | "failed";
}
