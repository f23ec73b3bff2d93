import type { ChannelKind } from "../channel_kind.ts";
import { openOutbound } from "./outbound/open_outbound.ts";

/** Numbers on Meta's WhatsApp Cloud API. */
export const whatsapp: ChannelKind = { kind: "whatsapp_cloud", openOutbound };
