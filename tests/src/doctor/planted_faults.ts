import type pg from "pg";
import { sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";
import { aConversation, aPerson, aWorkspace } from "../../support/people.ts";

/** A fault in the database, and what the doctor says about it. Statements of different faults do not disturb each other. */
type PlantedFault = { check: string; says: RegExp; plant: string | string[] };

/** Three tenants with a number and a message that is to be sent. `$…` in the statements are their ids. */
type Ids = Readonly<Record<string, string>>;

export async function plantFaults(pool: pg.Pool): Promise<void> {
  const ids = {
    ...(await aTenant(pool, "")),
    ...(await aTenant(pool, "active_")),
    ...(await aTenant(pool, "slow_")),
  };
  // Sealed with a key that is lost.
  const lost = keyRing(["a key that was lost, long enough"]);
  await pool.query("select app_private.set_channel_secrets($1, $2)", [
    ids.channel,
    JSON.stringify(sealChannelSecrets(ids.channel!, { accessToken: "token" }, lost)),
  ]);
  for (const { plant } of PLANTED_FAULTS)
    for (const statement of [plant].flat()) await run(pool, statement, ids);
}

async function aTenant(pool: pg.Pool, prefix: string): Promise<Ids> {
  const workspace = await aWorkspace(pool);
  const { conversationId } = await aConversation(pool, workspace);
  const { userId } = await aPerson(pool, workspace.tenantId, "agent");
  await pool.query(
    `insert into app_public.messages (conversation_id, type, content) values ($1, 'text', '{"body": "Hello"}')`,
    [conversationId],
  );
  const { tenantId, channelId } = workspace;
  return {
    [`${prefix}tenant`]: tenantId,
    [`${prefix}channel`]: channelId,
    [`${prefix}conversation`]: conversationId,
    [`${prefix}user`]: userId,
  };
}

/** An index that cannot be built "concurrently" stays behind, invalid. */
async function run(pool: pg.Pool, statement: string, ids: Ids): Promise<void> {
  const running = pool.query(statement.replace(/\$(\w+)/g, (_all, name: string) => `'${ids[name]}'`));
  await running.catch((error: unknown) => {
    if (!statement.startsWith("create unique index concurrently")) throw error;
  });
}

export const PLANTED_FAULTS: readonly PlantedFault[] = [
  { check: "migrations", says: /^the schema is behind$/, plant: "delete from graphile_migrate.migrations" },
  { check: "workers", says: /^none is running$/, plant: "select 'no worker runs here'" },
  {
    check: "failing_tasks",
    says: /^reconcile_outbox$/,
    plant: [
      "insert into graphile_worker._private_tasks (identifier) values ('reconcile_outbox'), ('mark_read') on conflict do nothing",
      `insert into graphile_worker._private_jobs (task_id, payload, attempts, max_attempts, last_error)
            select t.id, '{}', 1, 1, 'no' from graphile_worker._private_tasks t, generate_series(1, 3)
            where t.identifier = 'reconcile_outbox'`,
    ],
  },
  {
    check: "jobs_given_up",
    says: /^mark_read: 1, the last one at /,
    plant: `insert into graphile_worker._private_jobs (task_id, payload, attempts, max_attempts, last_error)
            select t.id, '{}', 25, 25, 'no' from graphile_worker._private_tasks t where t.identifier = 'mark_read'`,
  },
  {
    check: "maintenance",
    says: /^last run: \d/,
    plant: `insert into graphile_worker._private_known_crontabs (identifier, known_since, last_execution)
            values ('maintain', now() - interval '9 days', now() - interval '3 days')`,
  },
  {
    check: "retention",
    says: /^webhook_events_2020_01 is detached$/,
    plant: "create table app_private.webhook_events_2020_01 (like app_public.webhook_events)",
  },
  {
    check: "backup",
    says: /^the last one is of .*, to \/srv\/nightly$/,
    plant: `insert into app_private.backups (taken_at, target, scope) values
              (now() - interval '4 days', '/srv/nightly', 'whole'), (now(), '/srv/bakery', 'tenant')`,
  },
  {
    check: "secrets",
    says: /channel_secrets\/.*\/access_token: there is no secret key/,
    plant: "select 'above'",
  },
  {
    check: "search",
    says: /: the words are broken$/,
    plant: `insert into app_private.search_progress (tenant_id, error) values ($tenant, 'the words are broken')
            on conflict (tenant_id) do update set error = excluded.error`,
  },
  {
    check: "stopped_channels",
    says: /^A number of .*: the token has expired$/,
    plant:
      "update app_public.channels set status = 'stopped', status_reason = 'the token has expired' where id = $channel",
  },
  {
    check: "stuck_channels",
    says: /^1 channels$/,
    plant:
      "update app_private.outbox_lanes set due_at = now() - interval '3 minutes' where channel_id = $active_channel",
  },
  {
    check: "silent_webhooks",
    says: /^A number of .*: no webhook since \d/,
    plant:
      "update app_private.channel_states set last_webhook_at = now() - interval '3 days' where channel_id = $active_channel",
  },
  {
    check: "templates",
    says: /: permission is missing$/,
    plant: `update app_public.whatsapp_channels set templates_problem = 'permission is missing'
            where channel_id = $active_channel`,
  },
  {
    check: "throttled_channels",
    says: /: until \d/,
    plant:
      "update app_private.channel_states set paused_until = now() + interval '1 hour' where channel_id = $slow_channel",
  },
  {
    check: "uncertain_messages",
    says: /^1 messages, the oldest since \d/,
    plant: `update app_private.outbox set state = 'uncertain', uncertain_at = now() - interval '1 hour'
            where tenant_id = $slow_tenant`,
  },
  {
    check: "waiting_messages",
    says: /: 1 messages, for 20 minutes: stopped$/,
    plant:
      "update app_private.outbox set created_at = now() - interval '20 minutes' where tenant_id = $tenant",
  },
  {
    check: "failed_webhooks",
    says: /^a field is missing: 1$/,
    plant: `insert into app_public.webhook_events (tenant_id, channel_id, status, error, body)
            values ($tenant, $channel, 'failed', 'a field is missing', '')`,
  },
  {
    check: "set_aside_events",
    says: /: 1 events$/,
    plant: `insert into app_private.chatbot_events (tenant_id, conversation_id, kind, due_at, set_aside_reason)
            values ($tenant, $conversation, 'timer', 'infinity', 'three processes ended')`,
  },
  {
    check: "waiting_files",
    says: /^1 files, for up to 180 minutes$/,
    plant: `insert into app_public.media (tenant_id, type, channel_id, created_at)
            values ($tenant, 'image', $channel, now() - interval '3 hours')`,
  },
  {
    check: "quality",
    says: /: RED, limit /,
    plant: "update app_public.whatsapp_channels set quality_rating = 'RED' where channel_id = $channel",
  },
  {
    check: "expiring_tokens",
    says: /: 20\d\d-/,
    plant:
      "update app_public.whatsapp_channels set access_expires_at = now() + interval '3 days' where channel_id = $channel",
  },
  {
    check: "google_accounts",
    says: /^a@example.com of .*: access was withdrawn$/,
    plant: `insert into app_public.google_accounts (tenant_id, user_id, email, status, status_reason, has_refresh_token)
            values ($tenant, $user, 'a@example.com', 'revoked', 'access was withdrawn', true)`,
  },
  {
    check: "expiring_api_keys",
    says: /^till of /,
    plant: `insert into app_public.api_keys (tenant_id, name, scopes, ending, expires_at, last_used_at)
            values ($tenant, 'till', '{read}', 'abcd', now() + interval '2 days', now())`,
  },
  {
    check: "partitions",
    says: /^missing: webhook_events_\d{4}_\d{2}$/,
    plant: `do $$ begin
              execute 'drop table app_private.webhook_events'
                || to_char(date_trunc('month', now(), 'UTC') + interval '1 month', '_YYYY_MM');
            end $$`,
  },
  {
    check: "autovacuum",
    says: /^it is off for app_public.tags$/,
    plant: "alter table app_public.tags set (autovacuum_enabled = off)",
  },
  {
    check: "row_security",
    says: /app_public.tags$/,
    plant: "alter table app_public.tags disable row level security",
  },
  {
    check: "duplicate_indexes",
    says: /^app_private.first and app_private.second of app_private.bare$/,
    plant: [
      "create table app_private.bare (id int, user_id uuid references app_public.users)",
      "alter table app_private.bare enable row level security",
      "insert into app_private.bare select i / 2 from generate_series(1, 2000) i",
      "create index first on app_private.bare (id)",
      "create index second on app_private.bare (id)",
    ],
  },
  {
    check: "foreign_keys_without_index",
    says: /^bare_user_id_fkey of app_private.bare$/,
    plant: "select 'the table above'",
  },
  {
    check: "invalid_indexes",
    says: /^app_private.third of app_private.bare$/,
    plant: "create unique index concurrently third on app_private.bare (id)",
  },
  {
    check: "dead_rows",
    says: /^app_private.bare has 2000 dead rows beside 2000 live ones$/,
    // A session that is idle reports its statistics after ten seconds.
    plant: "update app_private.bare set id = id; select pg_stat_force_next_flush()",
  },
  {
    check: "never_analysed",
    says: /^app_private.unread has 2000 rows$/,
    plant:
      "create table app_private.unread as select generate_series(1, 2000); select pg_stat_force_next_flush()",
  },
  {
    check: "bloat",
    says: /^app_private.bare: \d+ kB of \d+ kB are free$/,
    plant: "analyze app_private.bare",
  },
];
