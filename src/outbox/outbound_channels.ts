import type { ChannelKind } from "../channels/channel_kind.ts";
import type { Access, Outbound, OutboundContext } from "../channels/outbound.ts";

/** A channel, as far as finding its adapter and its access needs. */
export type ChannelRef = { kind: string; id: string };

/** How to speak to the provider of every channel. Made once for a process, and closed. */
export type OutboundChannels = {
  /** The adapter of a kind. Throws for a kind that has none: no message of its channels gets as far as the outbox. */
  adapterOf(kind: string): Outbound;
  /** Null for a channel without credentials. Remembered for some seconds; `isFresh` looks past what is remembered. */
  accessTo(channel: ChannelRef, isFresh?: boolean): Promise<Access | null>;
  close(): Promise<void>;
};

/** Every send asks, and a rotated token must be noticed. */
const REMEMBERED_MS = 5_000;
const REMEMBERED_MOST = 10_000;

export function openOutboundChannels(
  kinds: readonly ChannelKind[],
  context: OutboundContext,
): OutboundChannels {
  const adapters = new Map(kinds.map((each) => [each.kind, each.openOutbound(context)]));
  const remembered = new Map<string, { at: number; access: Promise<Access | null> }>();

  function adapterOf(kind: string): Outbound {
    const adapter = adapters.get(kind);
    if (adapter === undefined) throw new Error(`no adapter sends for channels of the kind ${kind}`);
    return adapter;
  }

  return {
    adapterOf,
    async accessTo({ kind, id }, isFresh = false) {
      const known = remembered.get(id);
      if (known && !isFresh && performance.now() - known.at < REMEMBERED_MS) return known.access;
      const access = adapterOf(kind).readAccess(id);
      access.catch(() => remembered.delete(id));
      remembered.delete(id);
      remembered.set(id, { at: performance.now(), access });
      if (remembered.size > REMEMBERED_MOST) remembered.delete(remembered.keys().next().value!);
      return access;
    },
    async close() {
      await Promise.all([...adapters.values()].map((adapter) => adapter.close()));
    },
  };
}
