import type { ReceivingChannel, RoutedFact, Skipped } from "../channels/webhooks.ts";

/** A verified body that is to be stored and applied. */
export type Delivery = {
  /** The id of its webhook_events row. */
  id: string;
  /** The first channel that it is for; otherwise the channel of the address that it was posted to. */
  channel: ReceivingChannel;
  body: Buffer;
  /** When it first arrived, in milliseconds since 1970; for a stored body that is applied again, when it was stored. */
  receivedAt: number;
  /** The provider's names of its subjects, comma-separated. */
  eventType: string | null;
  facts: RoutedFact[];
  /** The facts that are not applied. */
  skipped: Skipped[];
  /** Why it could not be applied completely; null otherwise. */
  error: string | null;
  /** Whether these are only some of the facts of a large body, which is stored with the last ones. */
  isPart?: boolean;
};
