import type pg from "pg";
import type { Config } from "../base/config.ts";
import type { Channel } from "../channels/whatsapp/outbound/wire.ts";
import { openChannelSecrets } from "../secrets/channel_secrets.ts";
import type { KeyRing } from "../secrets/key_ring.ts";

/**
 * Finds how to speak to the Graph API for a channel; null when it has no access token. `isFresh` looks past what is
 * remembered.
 */
export type ChannelAccess = (channelId: string, isFresh?: boolean) => Promise<Channel | null>;

const REMEMBERED_MS = 5_000;
const REMEMBERED_MOST = 10_000;

/** Remembers for some seconds: every send asks, and a rotated token must be noticed. */
export function createChannelAccess(pool: pg.Pool, keyRing: KeyRing, config: Config): ChannelAccess {
  const remembered = new Map<string, { at: number; channel: Promise<Channel | null> }>();

  async function find(channelId: string): Promise<Channel | null> {
    const { rows } = await pool.query(
      `select c.phone_number_id, c.graph_url, s.access_token, s.app_secret, s.previous_app_secret, s.verify_token
       from app_public.channels c
       join app_private.channel_secrets s on s.channel_id = c.id
       where c.id = $1`,
      [channelId],
    );
    const row = rows[0];
    const accessToken = row && openChannelSecrets(channelId, row, keyRing).accessToken;
    if (!accessToken) return null;
    return {
      graphUrl: row.graph_url?.replace(/\/+$/, "") ?? config.WHATSAPP_GRAPH_URL,
      graphVersion: config.WHATSAPP_GRAPH_VERSION,
      phoneNumberId: row.phone_number_id,
      accessToken,
    };
  }

  return (channelId, isFresh = false) => {
    const known = remembered.get(channelId);
    if (known && !isFresh && performance.now() - known.at < REMEMBERED_MS) return known.channel;
    const channel = find(channelId);
    channel.catch(() => remembered.delete(channelId));
    remembered.delete(channelId);
    remembered.set(channelId, { at: performance.now(), channel });
    if (remembered.size > REMEMBERED_MOST) remembered.delete(remembered.keys().next().value!);
    return channel;
  };
}
