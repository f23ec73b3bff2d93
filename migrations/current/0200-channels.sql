create type app_public.channel_kind as enum ('whatsapp_cloud', 'whatsapp_web', 'webchat');
comment on type app_public.channel_kind is
  E'whatsapp_cloud: a number on Meta''s Cloud API. whatsapp_web, webchat: kept for later versions; nothing can be sent over them yet (PYCHN).';
create type app_public.channel_status as enum ('active', 'paused', 'stopped');
comment on type app_public.channel_status is
  E'active: receives and sends; paused: receives, keeps outbound messages queued, by a person''s choice; stopped: the same, because the provider refused the account or its token.';
create type app_public.uncertain_policy as enum ('fail', 'resend');
comment on type app_public.uncertain_policy is
  E'What becomes of a message of which nobody knows whether it went out, once no status has settled it: fail (never twice) or resend once (never lost).';

create table app_public.channels (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  kind app_public.channel_kind not null default 'whatsapp_cloud',
  name text not null
    constraint channels_name_has_length check (length(name) between 1 and 150),
  status app_public.channel_status not null default 'active',
  status_reason text,
  is_default boolean not null default false,
  phone_number_id text
    constraint channels_phone_number_id_is_digits check (phone_number_id ~ '^[0-9]{1,32}$'),
  business_account_id text
    constraint channels_business_account_id_is_digits check (business_account_id ~ '^[0-9]{1,32}$'),
  display_phone_number text
    constraint channels_display_phone_number_has_length check (length(display_phone_number) between 1 and 40),
  verified_name text,
  quality_rating text,
  messaging_limit text,
  graph_url text
    constraint channels_graph_url_is_http check (graph_url ~ '^https?://[^\s]+$' and length(graph_url) <= 500),
  sends_read_receipts boolean not null default true,
  uncertain_policy app_public.uncertain_policy not null default 'fail',
  messages_per_second int
    constraint channels_messages_per_second_in_range check (messages_per_second between 1 and 1000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, phone_number_id),
  constraint channels_whatsapp_cloud_has_numbers check (
    kind <> 'whatsapp_cloud' or (phone_number_id is not null and business_account_id is not null)
  )
);
create unique index channels_one_default_per_tenant on app_public.channels (tenant_id) where is_default;
create index on app_public.channels (phone_number_id);
create index on app_public.channels (business_account_id);
alter table app_public.channels enable row level security;
comment on table app_public.channels is E'One connected number or account of a tenant. Its secrets live apart and are never shown.';
comment on column app_public.channels.is_default is E'The channel that a new conversation uses when none is named; one a tenant.';
comment on column app_public.channels.status_reason is E'Why it is paused or stopped: for a stop, the provider''s error code and text.';
comment on column app_public.channels.phone_number_id is E'Meta''s id of the number (not the number itself). Webhooks are routed by it.';
comment on column app_public.channels.business_account_id is E'The WhatsApp Business Account (WABA) that the number belongs to.';
comment on column app_public.channels.display_phone_number is E'The number as people write it.';
comment on column app_public.channels.verified_name is E'The name that customers see, as last reported by Meta.';
comment on column app_public.channels.graph_url is E'Where its Graph API is, when that is not WHATSAPP_GRAPH_URL: a sandbox, a proxy. Set by the operator.';
comment on column app_public.channels.sends_read_receipts is E'Whether markConversationRead also tells the customer (blue ticks).';
comment on column app_public.channels.messages_per_second is
  E'The pace of the number: Meta allows 80 messages a second, 20 when the phone app is used beside it, 1000 on the highest tier. Null: as fast as Meta takes them, and for an hour after it says "too fast" (130429, nothing was sent) at the pace that this teaches.';
comment on column app_public.channels.quality_rating is E'GREEN, YELLOW, RED or UNKNOWN, as last reported by Meta.';
comment on column app_public.channels.messaging_limit is E'How many people may be written to first in 24 hours, as last reported by Meta (TIER_250 …).';

create table app_private.channel_secrets (
  channel_id uuid primary key references app_public.channels on delete cascade,
  access_token text,
  app_secret text,
  previous_app_secret text,
  verify_token text,
  app_secret_fingerprint text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on app_private.channel_secrets (app_secret_fingerprint);
alter table app_private.channel_secrets enable row level security;
comment on table app_private.channel_secrets is
  E'Credentials of a channel, each an AES-256-GCM envelope sealed by the program for this row and column. Read by the webhook receiver and the sender; never by a person.';
comment on column app_private.channel_secrets.previous_app_secret is E'Accepted beside app_secret until the next rotation: Meta switches over a moment later than we do.';
comment on column app_private.channel_secrets.app_secret_fingerprint is
  E'A keyed hash of app_secret. Channels with the same one share a Meta app, and so may arrive in one another''s webhooks.';

create table app_private.channel_states (
  channel_id uuid primary key references app_public.channels on delete cascade,
  pace_clock timestamptz not null default '-infinity',
  paused_until timestamptz not null default '-infinity',
  learned_messages_per_second int,
  learned_until timestamptz not null default '-infinity',
  last_webhook_at timestamptz
) with (fillfactor = 50);
alter table app_private.channel_states enable row level security;
comment on table app_private.channel_states is E'What changes all the time about a channel; narrow, so that changing it is cheap.';
comment on column app_private.channel_states.pace_clock is
  E'The token bucket as one instant: what may be sent now is (now - pace_clock) times the pace, a quarter of a second''s worth at the most.';
comment on column app_private.channel_states.learned_messages_per_second is
  E'The pace that the provider''s refusals have taught: 80 after the first, half after each further one. Forgotten at learned_until.';
comment on column app_private.channel_states.paused_until is E'The provider asked us to wait (error 130429, 80007, 4, 131057).';
comment on column app_private.channel_states.last_webhook_at is E'Roughly (to 10 s) when the last webhook came: whether silence about a message means anything.';

--!include channels/tg_channels__insert_secrets.sql
--!include channels/tg_channels__choose_default.sql
--!include channels/tg_channels__wake_sender.sql
--!include channels/triggers.sql
--!include channels/set_channel_secrets.sql
--!include channels/create_channel.sql
--!include channels/policies.sql
