import type pg from "pg";
import { type ChannelSecrets, openChannelSecrets } from "../secrets/channel_secrets.ts";
import type { KeyRing } from "../secrets/key_ring.ts";

/** What the receiver has to know of a channel. */
export type WebhookChannel = {
  id: string;
  tenantId: string;
  phoneNumberId: string;
  businessAccountId: string;
  /** Tells which channels belong to one Meta app, and so may arrive in one another's webhooks. */
  appFingerprint: string | null;
  secrets: ChannelSecrets;
};

/** Finds channels, remembering them for a few seconds: every webhook asks. */
export type ChannelDirectory = {
  /** By the id in the webhook's address; null when there is none. `isFresh` looks past what is remembered. */
  byId(channelId: string, isFresh?: boolean): Promise<WebhookChannel | null>;
  /** The channel that has a number, for a webhook addressed to `via`; null when `via`'s app has no such number. */
  byNumber(phoneNumberId: string, via: WebhookChannel): Promise<WebhookChannel | null>;
  /** A channel of a business account, likewise. */
  byAccount(businessAccountId: string, via: WebhookChannel): Promise<WebhookChannel | null>;
};

const REMEMBERED_MS = 5_000;
/** Guessed addresses must not fill the memory. */
const REMEMBERED_MOST = 10_000;

const SELECT = `
  select c.id, c.tenant_id, c.phone_number_id, c.business_account_id, s.app_secret_fingerprint,
    s.access_token, s.app_secret, s.previous_app_secret, s.verify_token
  from app_public.channels c
  join app_private.channel_secrets s on s.channel_id = c.id`;

export function createChannelDirectory(pool: pg.Pool, keyRing: KeyRing): ChannelDirectory {
  const remembered = new Map<string, { at: number; channel: Promise<WebhookChannel | null> }>();
  const asking = new Map<string, Promise<WebhookChannel | null>>();

  function remember(key: string, find: () => Promise<WebhookChannel | null>, isFresh = false) {
    const known = remembered.get(key);
    if (known && !isFresh && performance.now() - known.at < REMEMBERED_MS) return known.channel;
    // Many who want to know the same wait for one answer: wrong signatures must not become a load on the database.
    const under = asking.get(key);
    if (under) return under;
    const channel = find().finally(() => asking.delete(key));
    asking.set(key, channel);
    // What failed is asked again, not remembered.
    channel.catch(() => remembered.delete(key));
    remembered.delete(key);
    remembered.set(key, { at: performance.now(), channel });
    if (remembered.size > REMEMBERED_MOST) remembered.delete(remembered.keys().next().value!);
    return channel;
  }

  async function find(condition: string, values: unknown[]): Promise<WebhookChannel | null> {
    const { rows } = await pool.query({
      text: `${SELECT} where ${condition} limit 1`,
      values,
      query_timeout: 5_000,
    } as pg.QueryConfig);
    const row = rows[0];
    if (row === undefined) return null;
    return {
      id: row.id,
      tenantId: row.tenant_id,
      phoneNumberId: row.phone_number_id,
      businessAccountId: row.business_account_id,
      appFingerprint: row.app_secret_fingerprint,
      secrets: openChannelSecrets(row.id, row, keyRing),
    };
  }

  return {
    byId: (channelId, isFresh) =>
      remember(channelId, () => find("c.id = $1 and c.kind = 'whatsapp_cloud'", [channelId]), isFresh),
    async byNumber(phoneNumberId, via) {
      if (phoneNumberId === via.phoneNumberId) return via;
      // Whoever signs with an app's secret speaks for that app's numbers, and for no other's.
      return remember(`${via.id}/${phoneNumberId}`, () =>
        find(
          `c.phone_number_id = $1 and (c.tenant_id = $2 or s.app_secret_fingerprint = $3)
           order by c.tenant_id = $2 desc`,
          [phoneNumberId, via.tenantId, via.appFingerprint],
        ),
      );
    },
    async byAccount(businessAccountId, via) {
      if (businessAccountId === via.businessAccountId) return via;
      return remember(`${via.id}//${businessAccountId}`, () =>
        find(
          `c.business_account_id = $1 and (c.tenant_id = $2 or s.app_secret_fingerprint = $3)
           order by c.tenant_id = $2 desc`,
          [businessAccountId, via.tenantId, via.appFingerprint],
        ),
      );
    },
  };
}
