import type { Outbound, OutboundContext } from "./outbound.ts";

/**
 * The adapter of one kind of channel: all that the program knows of one provider. `registry.ts` lists them.
 */
export type ChannelKind = {
  /** Its value of the database's `channel_kind`. */
  readonly kind: string;
  openOutbound(context: OutboundContext): Outbound;
};
