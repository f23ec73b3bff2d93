import type pg from "pg";
import type { Config } from "../../../base/config.ts";
import { openChannelSecrets } from "../../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../../secrets/key_ring.ts";

/** The URL, version and access token with which to call the Graph API for a connected number. */
export type CloudApiAccess = {
  /** `https://graph.facebook.com`, or the URL of a replacement such as the sandbox, without a trailing slash. */
  graphUrl: string;
  /** For example `v25.0`. */
  graphVersion: string;
  phoneNumberId: string;
  /** The WhatsApp Business Account (WABA) of the number. */
  businessAccountId: string;
  accessToken: string;
};

/** Returns null for a channel without an access token. */
export async function readAccess(
  channelId: string,
  { pool, keyRing, config }: { pool: pg.Pool; keyRing: KeyRing; config: Config },
): Promise<CloudApiAccess | null> {
  const { rows } = await pool.query(
    `select w.phone_number_id, w.business_account_id, w.graph_url, s.access_token, s.app_secret, s.previous_app_secret, s.verify_token
     from app_public.whatsapp_channels w
     join app_private.channel_secrets s on s.channel_id = w.channel_id
     where w.channel_id = $1`,
    [channelId],
  );
  const row = rows[0];
  const accessToken = row && openChannelSecrets(channelId, row, keyRing).accessToken;
  if (!accessToken) return null;
  return {
    graphUrl: row.graph_url?.replace(/\/+$/, "") ?? config.WHATSAPP_GRAPH_URL,
    graphVersion: config.WHATSAPP_GRAPH_VERSION,
    phoneNumberId: row.phone_number_id,
    businessAccountId: row.business_account_id,
    accessToken,
  };
}
