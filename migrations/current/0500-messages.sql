create type app_public.message_direction as enum ('inbound', 'outbound');
comment on type app_public.message_direction is E'inbound: from the customer. outbound: to the customer, whoever wrote it.';
create type app_public.message_author as enum ('contact', 'chatbot', 'user', 'system');
comment on type app_public.message_author is
  E'Who said it: the customer, a chatbot, a person on staff, or a program (SQL, a campaign, an automation).';
create type app_public.message_origin as enum ('live', 'echo', 'history', 'standby', 'group');
comment on type app_public.message_origin is
  E'live: said now, on this channel. echo: a person wrote it in the phone app. history: imported. standby: while another app owned the thread. group: in a group. Only live messages open the window, count as unread, wake a chatbot or are sent.';
create type app_public.message_type as enum (
  'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'interactive', 'template',
  'button', 'order', 'reaction', 'system', 'request_welcome', 'edit', 'revoke', 'media_placeholder', 'unsupported',
  'unknown'
);
comment on type app_public.message_type is
  E'The Graph API''s types. Outbound: text, image, video, audio, document, sticker, location, contacts, interactive, template, reaction. unknown: a type this version has not heard of; its content is the whole message object.';
-- Declared in the order in which a message may move: a later status wins over an
-- earlier one whatever order they arrive in, so that "forward only" is greatest().
-- failed stands after sent and before delivered: a late failure beats "sent", and
-- what a customer has received cannot have failed.
create type app_public.message_status as enum (
  'queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read', 'played'
);
comment on type app_public.message_status is
  E'queued: waits for the sender. sending: handed to the provider, no answer yet. uncertain: nobody knows whether it went out (a crash or a lost answer); a status settles it. sent: the provider has it. failed: it will not arrive. delivered, read, played: the customer''s phone has it, the customer has seen it, has listened to it.';

--!include messages/message_preview.sql
--!include messages/content/length_problem.sql
--!include messages/content/text_problem.sql
--!include messages/content/media_problem.sql
--!include messages/content/location_problem.sql
--!include messages/content/contacts_problem.sql
--!include messages/content/template_problem.sql
--!include messages/content/buttons_problem.sql
--!include messages/content/list_problem.sql
--!include messages/content/interactive_problem.sql
--!include messages/check_message_content.sql

create table app_public.messages (
  tenant_id uuid not null,
  id uuid not null default app_hidden.uuid_v7(),
  conversation_id uuid not null,
  direction app_public.message_direction not null default 'outbound',
  author app_public.message_author not null,
  origin app_public.message_origin not null default 'live',
  type app_public.message_type not null,
  content jsonb not null
    constraint messages_content_is_object check (jsonb_typeof(content) = 'object'),
  preview text not null,
  user_id uuid,
  provider_message_id text,
  reply_to_id uuid,
  metadata jsonb not null default '{}'
    constraint messages_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  occurred_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  constraint messages_inbound_is_contacts check ((direction = 'inbound') = (author = 'contact')),
  constraint messages_outbound_has_sendable_content check (
    direction = 'inbound' or origin <> 'live' or app_hidden.check_message_content(type, content)
  )
) partition by range (id);
create index on app_public.messages (tenant_id, conversation_id, id desc);
create index on app_public.messages (tenant_id, provider_message_id) where provider_message_id is not null;
alter table app_public.messages enable row level security;
comment on table app_public.messages is
  E'What was said. Insert a row, send a message: an outbound row needs conversation_id, type and content, and is sent; the rest is filled in, and what the rules forbid is refused. Rows never change: an edit or a revocation is a row of its own, and what became of an outbound message is its message_status.';
comment on column app_public.messages.id is
  E'UUID version 7. Of an inbound message it is made from the provider''s time and id, so that the same message delivered twice is refused by the primary key.';
comment on column app_public.messages.content is
  E'The Graph API''s own object of the message''s type, in and out: {"body": "…"} for text, {"link": "https://…", "caption": "…"} for an image, {"type": "button", "body": {"text": "…"}, "action": {…}} for interactive; contacts are {"contacts": […]}. PYCNT says which limit an outbound one breaks.';
comment on column app_public.messages.preview is E'Its text in brief (at most 1,000 characters), for lists and search.';
comment on column app_public.messages.user_id is E'The person who wrote it. No foreign key: what was said outlives who said it.';
comment on column app_public.messages.provider_message_id is E'Meta''s id (wamid) of an inbound or echoed message. Of a sent one it is in message_statuses.';
comment on column app_public.messages.reply_to_id is E'Outbound: the message that this one quotes. No foreign key, so that old partitions can be dropped.';
comment on column app_public.messages.metadata is
  E'Inbound: what came beside the content (context of a reply, referral of an advertisement, errors, group_id). Outbound: yours; a chatbot puts its run and node here.';
comment on column app_public.messages.occurred_at is E'When it was said: the provider''s clock for inbound (whole seconds, never later than ours), ours for outbound.';
comment on column app_public.messages.created_at is E'When the row was stored. Messages of one conversation arrive in this order.';

create table app_public.message_statuses (
  tenant_id uuid not null,
  message_id uuid not null,
  status app_public.message_status not null default 'queued',
  provider_message_id text,
  duplicate_provider_message_ids text[],
  attempts int not null default 0,
  sending_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  played_at timestamptz,
  failed_at timestamptz,
  error_code text,
  error jsonb,
  pricing jsonb,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, message_id),
  foreign key (tenant_id, message_id) references app_public.messages (tenant_id, id) on delete cascade,
  constraint message_statuses_failed_has_reason check (status <> 'failed' or error_code is not null)
) partition by range (message_id);
create index on app_public.message_statuses (provider_message_id) where provider_message_id is not null;
alter table app_public.message_statuses enable row level security;
comment on table app_public.message_statuses is
  E'What became of each outbound message. Kept apart from messages because it changes five times and they never do.';
comment on column app_public.message_statuses.provider_message_id is E'Meta''s id (wamid), once it has answered.';
comment on column app_public.message_statuses.attempts is E'How often it was handed to the provider.';
comment on column app_public.message_statuses.sending_at is E'When it was last handed to the provider, by our clock.';
comment on column app_public.message_statuses.sent_at is E'When the provider had it: its clock, or ours if its answer came before its status.';
comment on column app_public.message_statuses.delivered_at is E'When the customer''s phone had it, by the provider''s clock.';
comment on column app_public.message_statuses.read_at is E'When the customer saw it, by the provider''s clock; null for ever where read receipts are off.';
comment on column app_public.message_statuses.played_at is E'When the customer listened to it, by the provider''s clock.';
comment on column app_public.message_statuses.failed_at is E'When it was given up. Kept when a later status shows that it arrived after all.';
comment on column app_public.message_statuses.duplicate_provider_message_ids is
  E'Further ids that Meta gave to this message: it went out more than once. Null is what it should be.';
comment on column app_public.message_statuses.error_code is
  E'Why it failed: Meta''s number ("131047"), or a code of ours (PY…). Also the last error of one that is still being tried.';
comment on column app_public.message_statuses.error is E'The error as received: {"code", "title", "details", …}.';
comment on column app_public.message_statuses.pricing is E'As received: {"pricing_model", "type", "category", …}. Data, never a rule.';

create table app_private.parked_statuses (
  channel_id uuid not null references app_public.channels on delete cascade,
  provider_message_id text not null,
  status app_public.message_status not null,
  occurred_at timestamptz not null,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (channel_id, provider_message_id, status)
);
create index on app_private.parked_statuses (provider_message_id);
create index on app_private.parked_statuses (created_at);
alter table app_private.parked_statuses enable row level security;
comment on table app_private.parked_statuses is
  E'Statuses that overtook the answer to our POST: applied when the sender learns the provider''s id, dropped after eight days.';

create type app_private.outbox_state as enum ('queued', 'sending', 'uncertain');

create table app_private.outbox (
  tenant_id uuid not null,
  conversation_id uuid not null,
  message_id uuid not null,
  state app_private.outbox_state not null default 'queued',
  attempts int not null default 0,
  lease_until timestamptz,
  sender_id uuid,
  uncertain_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (tenant_id, conversation_id, message_id),
  foreign key (tenant_id, message_id) references app_public.messages (tenant_id, id) on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index on app_private.outbox (message_id, tenant_id);
create index on app_private.outbox (lease_until) where state = 'sending';
create index on app_private.outbox (uncertain_at) where state = 'uncertain';
alter table app_private.outbox enable row level security;
comment on table app_private.outbox is
  E'Messages that must go out. A row leaves when its message is sent or has failed. Of a conversation only the oldest is ever taken: that is what keeps them in order.';
comment on column app_private.outbox.sender_id is E'The run of a sender that took it: so that it can give back what it was never told of.';
comment on column app_private.outbox.lease_until is E'The sender that took it answers for it until then; afterwards the message is uncertain.';

create table app_private.outbox_lanes (
  tenant_id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  due_at timestamptz not null,
  paced_until timestamptz not null default '-infinity',
  -- By conversation first: outcomes come by message, and find their lanes by conversation.
  primary key (conversation_id, tenant_id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index on app_private.outbox_lanes (channel_id, due_at);
alter table app_private.outbox_lanes enable row level security;
comment on table app_private.outbox_lanes is
  E'One row for each conversation that sends: when its next message is due. Infinity: nothing waits, or the one in front is under way.';
comment on column app_private.outbox_lanes.paced_until is
  E'Until then one message in 6 seconds: Meta''s limit for a pair, kept for ten minutes after it has refused one for it (131056).';

create table app_private.idempotency_keys (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  key text not null
    constraint idempotency_keys_key_has_length check (length(key) between 1 and 200),
  message_id uuid not null,
  request_hash bytea not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
create index on app_private.idempotency_keys (created_at);
alter table app_private.idempotency_keys enable row level security;
comment on table app_private.idempotency_keys is
  E'What a client called its request, and the message that came of it: asking twice sends once. Kept for eight days.';

--!include operations/ensure_partitions.sql
do $$ begin perform app_private.ensure_partitions(); end; $$;

--!include messages/tg_messages__fill_in.sql
--!include messages/tg_messages__refuse_change.sql
--!include messages/refusal_message.sql
--!include messages/tg_messages__refuse.sql
--!include messages/tg_messages__track_conversation.sql
--!include messages/tg_messages__notify.sql
--!include messages/tg_messages__enqueue_send.sql
--!include messages/tg_message_statuses__note_opt_out.sql
--!include messages/tg_message_statuses__notify.sql
--!include messages/triggers.sql
--!include messages/move_messages.sql
--!include messages/messages_status.sql
--!include messages/messages_ack_status.sql
--!include messages/messages_role.sql
--!include messages/message.sql
--!include messages/conversations_last_message.sql
--!include messages/idempotency_key.sql
--!include messages/send_message.sql
--!include messages/leave_outbox.sql
--!include messages/park_statuses.sql
--!include messages/apply_statuses.sql
--!include messages/unpark_statuses.sql
--!include messages/channel_pace.sql
--!include messages/claim_outbox.sql
--!include messages/read_outcomes.sql
--!include messages/record_outcomes.sql
--!include messages/return_claims.sql
--!include messages/pause_channel.sql
--!include messages/next_send_in.sql
--!include messages/reconcile_outbox.sql
--!include messages/policies.sql
