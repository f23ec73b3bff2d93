import type { ChannelKind } from "./channel_kind.ts";
import { whatsapp } from "./whatsapp/whatsapp.ts";

/** The kinds of channel that there are: everything that has to know every kind derives it from here. */
export const CHANNEL_KINDS: readonly ChannelKind[] = [whatsapp];

/** The part of a kind's webhook addresses that names its provider; null where nothing is posted to us. */
export function webhookPathOf(kind: string): string | null {
  return CHANNEL_KINDS.find((each) => each.kind === kind)?.webhooks?.path ?? null;
}
