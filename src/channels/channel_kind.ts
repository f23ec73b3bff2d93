import type { Connection } from "./connection.ts";
import type { Outbound, OutboundContext } from "./outbound.ts";
import type { Webhooks } from "./webhooks.ts";

/** The adapter of one kind of channel: all that the program knows of one provider. `registry.ts` lists them. */
export type ChannelKind = {
  /** Its value of the database's `channel_kind`. What it can do stands in its row of `channel_kinds`. */
  readonly kind: string;
  /** Absent where customers write into the database by themselves. */
  readonly webhooks?: Webhooks;
  openOutbound(context: OutboundContext): Outbound;
  readonly connection: Connection;
};
