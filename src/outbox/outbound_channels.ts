import { remember } from "../base/remember.ts";
import type { ChannelKind } from "../channels/channel_kind.ts";
import type { Access, Outbound, OutboundContext } from "../channels/outbound.ts";

/** The part of a channel that is needed to find its adapter and its access. */
export type ChannelRef = { kind: string; id: string };

/** Gives access to the providers of all channels. Created once for a process. */
export type OutboundChannels = {
  /** The adapter of a kind. Throws for a kind without an adapter: its messages are refused before they reach the outbox. */
  adapterOf(kind: string): Outbound;
  /** A channel's access; null for a channel without credentials. Cached for some seconds; `isFresh` bypasses the cache. */
  accessTo(channel: ChannelRef, isFresh?: boolean): Promise<Access | null>;
  close(): Promise<void>;
};

export function openOutboundChannels(
  kinds: readonly ChannelKind[],
  context: OutboundContext,
): OutboundChannels {
  const adapters = new Map(kinds.map((each) => [each.kind, each.openOutbound(context)]));
  // Every message needs the access, and a rotated token must take effect soon.
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
