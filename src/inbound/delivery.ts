import type { WebhookItem } from "../channels/whatsapp/inbound/webhook_item.ts";
import type { WebhookChannel } from "./channel_directory.ts";

/** An item, and the channel it is for: null when nobody has its number. */
export type RoutedItem = { item: WebhookItem; channel: WebhookChannel | null };

/** Why something was kept without effect; `kind` is the item's, or `body`. */
export type Skipped = { kind: string; reason: string };

/** One verified body on its way into the database. */
export type Delivery = {
  /** Of the webhook_events row. */
  id: string;
  /** The channel of the address it was posted to. */
  channel: WebhookChannel;
  body: Buffer;
  /** When it first came, in milliseconds since 1970: of a stored body that is applied again, when it was stored. */
  receivedAt: number;
  /** A stored body that is applied again. */
  isReplay: boolean;
  /** The fields it is about, comma-separated. */
  eventType: string | null;
  items: RoutedItem[];
  /** What nothing will be done about. */
  skipped: Skipped[];
  /** Set when it could not be applied, in whole or in part. */
  error: string | null;
  /** Only some of the items of a large body: the body itself is stored with the last ones. */
  isPart?: boolean;
};
