import { remember } from "../base/remember.ts";
import type { ChannelKind } from "../channels/channel_kind.ts";
import type { Access, Outbound, OutboundContext } from "../channels/outbound.ts";

/** A channel, as far as finding its adapter and its access needs. */
type ChannelRef = { kind: string; id: string };

/** How to speak to the provider of every channel. Made once for a process, and closed. */
export type OutboundChannels = {
  /** The adapter of a kind. Throws for a kind that has none: no message of its channels gets as far as the outbox. */
  adapterOf(kind: string): Outbound;
  /** Null for a channel without credentials. Remembered for some seconds; `isFresh` looks past what is remembered. */
  accessTo(channel: ChannelRef, isFresh?: boolean): Promise<Access | null>;
  close(): Promise<void>;
};

export function openOutboundChannels(
  kinds: readonly ChannelKind[],
  context: OutboundContext,
): OutboundChannels {
  const adapters = new Map(kinds.map((each) => [each.kind, each.openOutbound(context)]));
  // Every send asks, and a rotated token must be noticed.
  const remembered = remember<Access | null>();

  function adapterOf(kind: string): Outbound {
    const adapter = adapters.get(kind);
    if (adapter === undefined) throw new Error(`no adapter sends for channels of the kind ${kind}`);
    return adapter;
  }

  return {
    adapterOf,
    accessTo: ({ kind, id }, isFresh) => remembered(id, () => adapterOf(kind).readAccess(id), isFresh),
    async close() {
      await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
    },
  };
}
