import type { ChannelKind } from "./channel_kind.ts";
import { whatsapp } from "./whatsapp/whatsapp.ts";

/** The kinds of channel that there are: everything that has to know every kind derives it from here. */
export const CHANNEL_KINDS: readonly ChannelKind[] = [whatsapp];
