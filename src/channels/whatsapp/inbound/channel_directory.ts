import type pg from "pg";
import { remember } from "../../../base/remember.ts";
import {
  type ChannelSecrets,
  openChannelSecrets,
  type SealedColumns,
} from "../../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../../secrets/key_ring.ts";
import type { ReceivingChannel } from "../../webhooks.ts";

/** The data of a connected number that receiving needs. `providerAccountId` is its WhatsApp Business Account. */
export type ConnectedNumber = ReceivingChannel & {
  phoneNumberId: string;
  providerAccountId: string;
  /** The channels of one Meta app share this key; the webhook address of the app ends with it. */
  webhookKey: string | null;
  secrets: ChannelSecrets;
  /** The fingerprints of `secrets.appSecrets`, in the same order. */
  apps: string[];
};

/** Finds channels. Caches them for a few seconds, because each webhook needs one. `isFresh` bypasses the cache. */
export type ChannelDirectory = {
  byId(channelId: string): Promise<ConnectedNumber | null>;
  /**
   * The channels whose secrets may have signed a body posted to an address. The channel with that id is the first. Then
   * follows one channel for each app secret in use at the address: first the most used secret of each tenant, then the
   * second of each. This order keeps a tenant with many secrets from using up the limit of secrets.
   */
  atAddress(address: string, isFresh?: boolean): Promise<ConnectedNumber[]>;
  /** The verify tokens of all channels that share an address. */
  verifyTokens(address: string, isFresh?: boolean): Promise<string[]>;
  /** The channel of an app that has a number. An app secret authorizes events for the numbers of that app only. */
  byNumber(phoneNumberId: string, app: string): Promise<ConnectedNumber | null>;
  /** Finds the channels of many numbers in one query. The result is not cached. */
  byNumbers(phoneNumberIds: string[], app: string): Promise<Map<string, ConnectedNumber>>;
  /** The channels of an app that belong to a business account, one for each tenant. */
  byAccount(businessAccountId: string, app: string): Promise<ConnectedNumber[]>;
  /** Whether an unknown number is of a channel with the same tenant and webhook key: its secret is not rotated yet. */
  isNotRotated(phoneNumberId: string, via: ConnectedNumber): Promise<boolean>;
};

/** Limits the secrets tried for one body, because each of them costs a hash of the body. */
const MOST_SECRETS = 10;
const MOST_VERIFY_TOKENS = 1_000;

type ChannelRow = SealedColumns & {
  id: string;
  tenant_id: string;
  phone_number_id: string;
  business_account_id: string;
  webhook_key: string | null;
};

const COLUMNS = `
  c.id, c.tenant_id, w.phone_number_id, w.business_account_id, c.webhook_key, c.created_at,
  s.access_token, s.app_secret, s.previous_app_secret, s.verify_token, s.app_secret_fingerprint
  from app_public.channels c
  join app_public.whatsapp_channels w on w.channel_id = c.id
  join app_private.channel_secrets s on s.channel_id = c.id`;
const OF_ADDRESS = `
  (c.id = $1 or c.webhook_key = any (array(
    select $1::uuid
    union all select o.webhook_key from app_public.channels o where o.id = $1
    union all select a.webhook_key from app_private.webhook_addresses a where a.address = $1
  )))`;
const OF_APP = `$2 in (s.app_secret_fingerprint, s.previous_app_secret_fingerprint)`;

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory whose short functions share its caches.
export function createChannelDirectory(pool: pg.Pool, keyRing: KeyRing): ChannelDirectory {
  async function rows<T extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<T[]> {
    const result = await pool.query<T>({ text, values, query_timeout: 5_000 } as pg.QueryConfig);
    return result.rows;
  }

  async function find(text: string, values: unknown[]): Promise<ConnectedNumber[]> {
    return (await rows<ChannelRow>(text, values)).map((row) => {
      const secrets = openChannelSecrets(row.id, row, keyRing);
      return {
        id: row.id,
        tenantId: row.tenant_id,
        phoneNumberId: row.phone_number_id,
        providerAccountId: row.business_account_id,
        webhookKey: row.webhook_key,
        secrets,
        apps: secrets.apps,
      };
    });
  }

  const channels = remember<ConnectedNumber[]>();
  const tokens = remember<string[]>();
  const answers = remember<boolean>();

  return {
    async byId(channelId) {
      const [channel] = await channels(`id ${channelId}`, () =>
        find(`select ${COLUMNS} where c.id = $1`, [channelId]),
      );
      return channel ?? null;
    },
    atAddress: (address, isFresh) =>
      channels(
        address,
        () =>
          find(
            `select * from (
               select distinct on (is_own, app_secret_fingerprint) *,
                 min(place) over (partition by app_secret_fingerprint) as first_place
               from (
                 select *, dense_rank() over (partition by tenant_id order by uses desc, app_secret_fingerprint) as place
                 from (
                   select
                     c.id = $1 as is_own,
                     count(*) over (partition by c.tenant_id, s.app_secret_fingerprint) as uses,
                     ${COLUMNS}
                   where ${OF_ADDRESS}
                 ) counted
               ) placed
               order by is_own, app_secret_fingerprint, created_at, id
             ) candidates
             order by is_own desc, first_place, created_at, id
             limit ${MOST_SECRETS}`,
            [address],
          ),
        isFresh,
      ),
    verifyTokens: (address, isFresh) =>
      tokens(
        address,
        async () => {
          const found = await find(
            `select ${COLUMNS} where ${OF_ADDRESS} order by c.id = $1 desc, c.created_at, c.id
             limit ${MOST_VERIFY_TOKENS}`,
            [address],
          );
          return [...new Set(found.flatMap(({ secrets }) => secrets.verifyToken ?? []))];
        },
        isFresh,
      ),
    async byNumber(phoneNumberId, app) {
      const [channel] = await channels(`number ${phoneNumberId} ${app}`, () =>
        find(
          `select ${COLUMNS} where w.phone_number_id = $1 and ${OF_APP}
           order by s.app_secret_fingerprint = $2 desc, c.created_at, c.id limit 1`,
          [phoneNumberId, app],
        ),
      );
      return channel ?? null;
    },
    async byNumbers(phoneNumberIds, app) {
      const found = await find(
        `select distinct on (w.phone_number_id) ${COLUMNS}
         where w.phone_number_id = any ($1) and ${OF_APP}
         order by w.phone_number_id, s.app_secret_fingerprint = $2 desc, c.created_at, c.id`,
        [phoneNumberIds, app],
      );
      return new Map(found.map((channel) => [channel.phoneNumberId, channel]));
    },
    byAccount: (businessAccountId, app) =>
      channels(`account ${businessAccountId} ${app}`, () =>
        find(
          `select distinct on (c.tenant_id) ${COLUMNS} where w.business_account_id = $1 and ${OF_APP}
           order by c.tenant_id, s.app_secret_fingerprint = $2 desc, c.created_at, c.id`,
          [businessAccountId, app],
        ),
      ),
    isNotRotated: (phoneNumberId, { tenantId, webhookKey }) =>
      answers(`${phoneNumberId} ${tenantId} ${webhookKey}`, async () => {
        const found = await rows(
          `select from app_public.channels c
           join app_public.whatsapp_channels w on w.channel_id = c.id
           where w.phone_number_id = $1 and c.tenant_id = $2 and c.webhook_key = $3`,
          [phoneNumberId, tenantId, webhookKey],
        );
        return found.length > 0;
      }),
  };
}
