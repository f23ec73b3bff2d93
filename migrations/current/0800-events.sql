create type app_public.webhook_event_status as enum ('unprocessed', 'processed', 'failed');
comment on type app_public.webhook_event_status is E'unprocessed: stored, to be applied. processed: applied; skipped says what had no effect. failed: could not be applied; error says why.';

create table app_public.webhook_events (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  id uuid not null default app_hidden.uuid_v7(),
  channel_id uuid not null,
  event_type text,
  status app_public.webhook_event_status not null default 'unprocessed',
  error text,
  skipped jsonb not null default '[]'
    constraint webhook_events_skipped_is_list check (jsonb_typeof(skipped) = 'array'),
  body bytea not null,
  attempts int not null default 1,
  processed_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, id),
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade,
  constraint webhook_events_failed_has_error check (status <> 'failed' or error is not null)
) partition by range (id);
create index on app_public.webhook_events (tenant_id, channel_id, id desc);
create index on app_public.webhook_events (id) where status <> 'processed';
alter table app_public.webhook_events enable row level security;
comment on table app_public.webhook_events is
  E'Every body a provider posted, byte by byte, in the transaction that applied it; replayed by id or filter (parley webhook replay). Partitioned by month, dropped after 30 days.';
comment on column app_public.webhook_events.event_type is E'The fields it was about, comma-separated: messages, account_update, …';
comment on column app_public.webhook_events.body is E'The bytes as they came, before anything was made of them.';
comment on column app_public.webhook_events.attempts is E'How often it was tried to apply it.';
comment on column app_public.webhook_events.processed_at is E'When it was last tried to apply it.';
comment on column app_public.webhook_events.error is E'Why it could not be applied; it is tried again for a while, and can be replayed.';
comment on column app_public.webhook_events.skipped is
  E'What was kept without effect, and why: [{"kind", "reason"}]. A number that is no channel of ours, a type without a table, a status of nobody''s message.';
do $$ begin perform app_private.ensure_partitions(); end; $$;

--!include events/inbound_message_id.sql
--!include events/derived_id.sql
--!include events/read_identities.sql
--!include events/contact_at.sql
--!include events/find_contacts.sql
--!include events/insert_contacts.sql
--!include events/link_identities.sql
--!include events/resolve_contacts.sql
--!include events/find_conversations.sql
--!include events/resolve_conversations.sql
--!include events/recognise_customers.sql
--!include events/leave_out_known.sql
--!include events/store_messages.sql
--!include events/apply_identity_change.sql
--!include events/apply_marketing_preference.sql
--!include events/apply_channel_update.sql
--!include events/apply_contact_syncs.sql
--!include events/apply_call.sql
--!include events/receive_webhooks.sql
--!include events/policies.sql
