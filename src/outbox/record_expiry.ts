import type pg from "pg";
import type { ChannelRef, OutboundChannels } from "./outbound_channels.ts";
import { withAccess } from "./with_access.ts";

/**
 * Asks the providers until when they accept the access of the channels of an account, and records it for the doctor. What
 * cannot be read stays as it was: a refused access stops its channel when it is used.
 */
export async function recordExpiry(
  pool: pg.Pool,
  channels: OutboundChannels,
  account: { tenant_id: string; business_account_id: string },
): Promise<void> {
  const { rows } = await pool.query<ChannelRef>(
    "select channel_id as id, kind from app_private.channel_accounts() where tenant_id = $1 and account_id = $2",
    [account.tenant_id, account.business_account_id],
  );
  for (const channel of rows) {
    const { readExpiry } = channels.adapterOf(channel.kind);
    if (readExpiry === undefined) continue;
    const read = await withAccess(channels, channel, readExpiry);
    if (read.kind !== "read") continue;
    await pool.query("select app_private.record_access_expiry($1, $2)", [channel.id, read.expiresAt]);
  }
}
