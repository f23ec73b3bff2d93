import type { Connection } from "./connection.ts";
import type { Outbound, OutboundContext } from "./outbound.ts";
import type { Webhooks } from "./webhooks.ts";

/** The adapter of one kind of channel: everything that is specific to its provider. `registry.ts` lists the adapters. */
export type ChannelKind = {
  /** The value of the database's `channel_kind`. The row of `channel_kinds` contains the capabilities. */
  readonly kind: string;
  /** Absent for kinds without a provider that posts webhooks. */
  readonly webhooks?: Webhooks;
  openOutbound(context: OutboundContext): Outbound;
  readonly connection: Connection;
};
