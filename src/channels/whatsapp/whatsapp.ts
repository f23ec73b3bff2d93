import type { ChannelKind } from "../channel_kind.ts";
import { connection } from "./connection.ts";
import { openTrust } from "./inbound/open_trust.ts";
import { readWebhook } from "./inbound/read_webhook.ts";
import { openOutbound } from "./outbound/open_outbound.ts";

/** The kind of channel for phone numbers on Meta's WhatsApp Cloud API. */
export const whatsapp: ChannelKind = {
  kind: "whatsapp_cloud",
  webhooks: { path: "whatsapp", read: readWebhook, openTrust },
  openOutbound,
  connection,
};
