import type pg from "pg";
import { remember } from "../../../base/remember.ts";
import {
  type ChannelSecrets,
  openChannelSecrets,
  type SealedColumns,
} from "../../../secrets/channel_secrets.ts";
import type { KeyRing } from "../../../secrets/key_ring.ts";
import type { ReceivingChannel } from "../../webhooks.ts";

/** What receiving has to know of a connected number. Its `providerAccountId` is its WhatsApp Business Account. */
export type ConnectedNumber = ReceivingChannel & {
  phoneNumberId: string;
  providerAccountId: string;
  /** Shared by the channels of one Meta app: the app's own address ends with it. */
  webhookKey: string | null;
  secrets: ChannelSecrets;
  /** Of `secrets.appSecrets`, in their order. */
  apps: string[];
};

/** Finds channels, remembering them for a few seconds: every webhook asks. `isFresh` looks past what is remembered. */
export type ChannelDirectory = {
  byId(channelId: string): Promise<ConnectedNumber | null>;
  /**
   * The channels whose secrets may belong to what comes to an address: the channel of that id first, then one for each
   * app secret in use by the Meta app of the address: of each tenant the secret that most of its channels have, then the
   * second of each, so that a tenant with many secrets crowds out nobody.
   */
  atAddress(address: string, isFresh?: boolean): Promise<ConnectedNumber[]>;
  /** The verify tokens of all channels that an address may be of. */
  verifyTokens(address: string, isFresh?: boolean): Promise<string[]>;
  /** The channel of an app that has a number. Whoever signs with an app's secret speaks for its numbers, and no others. */
  byNumber(phoneNumberId: string, app: string): Promise<ConnectedNumber | null>;
  /** The same for many numbers, in one query; not remembered. */
  byNumbers(phoneNumberIds: string[], app: string): Promise<Map<string, ConnectedNumber>>;
  /** The channels of an app that are of a business account, one a tenant. */
  byAccount(businessAccountId: string, app: string): Promise<ConnectedNumber[]>;
  /** Whether a number is of a tenant's channel that was of the same app, and still has another app secret. */
  isLeftBehind(phoneNumberId: string, via: ConnectedNumber): Promise<boolean>;
};

/** Secrets that are tried on one body; each costs a hash of it. */
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

// biome-ignore lint/complexity/noExcessiveLinesPerFunction: a factory: its short functions share what it has opened.
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
    isLeftBehind: (phoneNumberId, { tenantId, webhookKey }) =>
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
