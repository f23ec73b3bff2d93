import { readOperationsStatus } from "../database/operations_status.ts";
import { bySql, type Check } from "./check.ts";

/** How a channel is named in findings; `c` is channels, `t` tenants, `a` channel_accounts(). */
const CHANNEL = "format('%s of %s (%s)', c.name, t.slug, coalesce(a.address, c.id::text))";
const CHANNELS = `
  app_public.channels c
  join app_public.tenants t on t.id = c.tenant_id
  join app_private.channel_accounts() a on a.channel_id = c.id
  left join app_private.channel_states s on s.channel_id = c.id`;

/** Channels and what waits in them. */
export const CHANNEL_CHECKS: readonly Check[] = [
  {
    name: "stopped_channels",
    severity: "problem",
    meaning: "The provider refused the account or its token. The channel receives, but its messages wait.",
    remedy:
      "Correct the reason at the provider, set a new token (`parley channel rotate-secrets`), and set the channel to active.",
    find: bySql(
      `select format('%s: %s', ${CHANNEL}, coalesce(c.status_reason, 'no reason')) as what
       from ${CHANNELS} where c.status = 'stopped' order by t.slug, c.name`,
    ),
  },
  {
    name: "stuck_channels",
    severity: "problem",
    meaning: "A channel could send and has not sent for two minutes.",
    remedy: "Look at the log of the workers, and at the check `workers`.",
    async find({ db }) {
      const { stuckChannels } = await readOperationsStatus(db);
      return stuckChannels === 0 ? [] : [{ what: `${stuckChannels} channels` }];
    },
  },
  {
    name: "throttled_channels",
    severity: "advice",
    meaning: "The provider asked us to send more slowly. Messages are delayed and not lost.",
    remedy: "Set `messages_per_second` of the channel to what the provider allows.",
    find: bySql(
      `select format('%s: until %s', ${CHANNEL}, date_trunc('second', s.paused_until)) as what
       from ${CHANNELS} where c.status = 'active' and s.paused_until > now() + interval '5 seconds' order by t.slug, c.name`,
    ),
  },
  {
    name: "waiting_messages",
    severity: "warning",
    meaning:
      "Messages have been queued for long. `stopped`: see `stopped_channels`; `paused`: a user paused the channel; `tenant_…`: the tenant is not active; `throttled` and `sending`: slower than messages are written; `waiting`: for a retry, a file or a worker.",
    remedy: "Remove the reason, or cancel the messages.",
    find: bySql(
      `select format('%s: %s messages, for %s minutes: %s', ${CHANNEL}, q.messages, round(q.oldest_seconds / 60), q.reason) as what
       from app_private.waiting_channels(20) q
       join (${CHANNELS}) on c.id = q.channel_id
       where q.oldest_seconds > $1
       order by q.oldest_seconds desc`,
      ({ limits }) => [limits.messageWaitSeconds],
    ),
  },
  {
    name: "uncertain_messages",
    severity: "warning",
    meaning:
      "It is not known whether the provider has accepted these messages: its answer was lost, and no status has arrived.",
    remedy:
      "If no webhooks arrive either, see `silent_webhooks`; the policy of the channel decides after ten minutes in which some do.",
    find: bySql(
      `select format('%s messages, the oldest since %s', count(*), date_trunc('second', min(o.uncertain_at))) as what
       from app_private.outbox o
       where o.state = 'uncertain' and o.uncertain_at < now() - make_interval(secs => $1)
       having count(*) > 0`,
      ({ limits }) => [limits.uncertainSeconds],
    ),
  },
  {
    name: "silent_webhooks",
    severity: "warning",
    meaning:
      "The channel sends messages, and no webhook has arrived for a day: statuses and answers are lost or wait at the provider.",
    remedy:
      "Check the address of webhooks at the provider (`parley channel list` prints it), its certificate, and that the app is subscribed.",
    find: bySql(
      `select
         format(
           '%s: %s', ${CHANNEL},
           coalesce('no webhook since ' || date_trunc('second', s.last_webhook_at)::text, 'no webhook yet')
         ) as what
       from ${CHANNELS}
       where c.status = 'active' and t.status = 'active'
       and coalesce(s.last_webhook_at, c.created_at) < now() - make_interval(secs => $1)
       and exists (
         select from app_hidden.daily_messages m
         where m.tenant_id = c.tenant_id and m.channel_id = c.id and m.direction = 'outbound'
         and m.day >= (coalesce(s.last_webhook_at, c.created_at) at time zone t.time_zone)::date
         and m.day >= current_date - 7
       )
       order by t.slug, c.name`,
      ({ limits }) => [limits.webhookSilenceSeconds],
    ),
  },
  {
    name: "failed_webhooks",
    severity: "warning",
    meaning: "Received bodies could not be applied. They are kept, and retried for a while.",
    remedy: "Read the reason; after correcting it, `parley webhook replay`.",
    find: bySql(
      `select format('%s: %s', coalesce(left(e.error, 200), 'not applied yet'), count(*)) as what
       from app_public.webhook_events e
       where e.status = 'failed'
       or e.status = 'unprocessed' and e.created_at < now() - make_interval(secs => $1)
       group by left(e.error, 200)
       order by count(*) desc
       limit 20`,
      ({ limits }) => [limits.webhookUnappliedSeconds],
    ),
  },
  {
    name: "set_aside_events",
    severity: "warning",
    meaning: "Three processes ended while a chatbot handled an event, which is not tried again.",
    remedy:
      "Read `set_aside_reason` in `app_private.chatbot_events`; after correcting the chatbot, set it to null and `due_at` to `now()`.",
    find: bySql(
      `select format('%s: %s events', t.slug, count(*)) as what
       from app_private.chatbot_events e
       join app_public.tenants t on t.id = e.tenant_id
       where e.set_aside_reason is not null
       group by t.slug
       order by t.slug`,
    ),
  },
  {
    name: "waiting_files",
    severity: "warning",
    meaning: "Files of received messages could not be fetched. The provider keeps them for some days.",
    remedy: "`media.error` has the reason; see the chapter on files of customers in `docs/operations.md`.",
    async find({ db, limits }) {
      const { mediaPending, mediaOldestPendingSeconds } = await readOperationsStatus(db);
      if (mediaOldestPendingSeconds <= limits.mediaWaitSeconds) return [];
      return [
        { what: `${mediaPending} files, for up to ${Math.round(mediaOldestPendingSeconds / 60)} minutes` },
      ];
    },
  },
  {
    name: "quality",
    severity: "warning",
    meaning: "Customers block or report the number. The provider may limit or stop it.",
    remedy: "Send fewer campaigns, to contacts who expect them.",
    find: bySql(
      `select format('%s: %s, limit %s', ${CHANNEL}, a.quality, coalesce(a.sending_limit, 'unknown')) as what
       from ${CHANNELS} where a.quality in ('RED', 'YELLOW') order by t.slug, c.name`,
    ),
  },
  {
    name: "expiring_tokens",
    severity: "warning",
    meaning:
      "The provider accepts the access token of a channel for two weeks at most. Then the channel stops, and its messages wait.",
    remedy:
      "Make a token without an end at the provider (of a system user), and set it: `parley channel rotate-secrets`.",
    find: bySql(
      `select format('%s: %s', ${CHANNEL}, date_trunc('minute', a.access_expires_at)) as what
       from ${CHANNELS}
       where a.access_expires_at < now() + make_interval(days => $1)
       order by a.access_expires_at`,
      ({ limits }) => [limits.tokenExpiryDays],
    ),
  },
  {
    name: "templates",
    severity: "warning",
    meaning: "The templates of a number could not be read from the provider, so their states may be old.",
    remedy: "Correct the reason, then `parley template sync`.",
    find: bySql(
      `select format('%s: %s', ${CHANNEL}, a.templates_problem) as what
       from ${CHANNELS} where c.status = 'active' and a.templates_problem is not null order by t.slug, c.name`,
    ),
  },
  {
    name: "google_accounts",
    severity: "warning",
    meaning:
      "Google no longer accepts the tokens of a member's account, so chatbots cannot read that calendar.",
    remedy: "The member connects the account again.",
    find: bySql(
      `select format('%s of %s: %s', coalesce(g.email, g.user_id::text), t.slug, coalesce(g.status_reason, 'expired')) as what
       from app_public.google_accounts g
       join app_public.tenants t on t.id = g.tenant_id
       where g.status = 'revoked' or not g.has_refresh_token and g.access_token_expires_at < now()
       order by t.slug`,
    ),
  },
  {
    name: "expiring_api_keys",
    severity: "warning",
    meaning: "An API key that is in use expires within a week. The program that has it is then refused.",
    remedy: "Create another key (`parley key create`), and give it to the program.",
    find: bySql(
      `select format('%s of %s: %s', k.name, t.slug, date_trunc('minute', k.expires_at)) as what
       from app_public.api_keys k
       join app_public.tenants t on t.id = k.tenant_id
       where k.revoked_at is null and k.last_used_at > now() - interval '7 days'
       and k.expires_at between now() and now() + make_interval(days => $1)
       order by k.expires_at`,
      ({ limits }) => [limits.keyExpiryDays],
    ),
  },
];
