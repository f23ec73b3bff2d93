import type { ReceivingChannel, RoutedFact, Skipped } from "../channels/webhooks.ts";

/** One verified body on its way into the database. */
export type Delivery = {
  /** Of the webhook_events row. */
  id: string;
  /** The first channel that it is for, else that of the address it was posted to. */
  channel: ReceivingChannel;
  body: Buffer;
  /** When it first came, in milliseconds since 1970: of a stored body that is applied again, when it was stored. */
  receivedAt: number;
  /** The fields it is about, comma-separated. */
  eventType: string | null;
  facts: RoutedFact[];
  /** What nothing will be done about. */
  skipped: Skipped[];
  /** Set when it could not be applied, in whole or in part. */
  error: string | null;
  /** Only some of the facts of a large body: the body itself is stored with the last ones. */
  isPart?: boolean;
};
