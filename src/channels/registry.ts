import type { ChannelKind } from "./channel_kind.ts";
import { whatsapp } from "./whatsapp/whatsapp.ts";

/** All kinds of channels. Every list of kinds is derived from this one. */
export const CHANNEL_KINDS: readonly ChannelKind[] = [whatsapp];

/** The part of a kind's webhook addresses that names its provider; null for a kind without webhooks. */
export function webhookPathOf(kind: string): string | null {
  return CHANNEL_KINDS.find((each) => each.kind === kind)?.webhooks?.path ?? null;
}
