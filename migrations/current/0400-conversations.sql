create type app_public.conversation_status as enum ('open', 'closed', 'archived');
comment on type app_public.conversation_status is E'open: somebody may have to do something. closed: done, until the customer writes again. archived: the same, out of sight.';

create table app_public.conversations (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  channel_id uuid not null,
  contact_id uuid not null,
  status app_public.conversation_status not null default 'open',
  assignee_id uuid,
  last_message_id uuid,
  last_message_at timestamptz,
  last_activity_at timestamptz not null generated always as (coalesce(last_message_at, created_at)) stored,
  last_message_preview text,
  last_customer_message_at timestamptz,
  window_expires_at timestamptz,
  unread_count int not null default 0
    constraint conversations_unread_count_not_negative check (unread_count >= 0),
  read_at timestamptz,
  chatbot_paused_until timestamptz,
  closed_at timestamptz,
  metadata jsonb not null default '{}'
    constraint conversations_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, channel_id, contact_id),
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade,
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, assignee_id) references app_public.memberships (tenant_id, user_id)
    on delete set null (assignee_id),
  constraint conversations_closed_has_closed_at check ((status = 'open') = (closed_at is null))
) with (fillfactor = 70);
create index on app_public.conversations (tenant_id, last_activity_at desc, id desc);
create index on app_public.conversations (tenant_id, status, last_activity_at desc, id desc);
create index on app_public.conversations (tenant_id, contact_id);
create index on app_public.conversations (tenant_id, assignee_id) where assignee_id is not null;
alter table app_public.conversations enable row level security;
comment on table app_public.conversations is
  E'The thread between one contact and one channel: there is one for each pair, for ever. What it says of messages is kept by triggers.';
comment on column app_public.conversations.status is
  E'open, closed or archived. A message from the customer opens it again.';
comment on column app_public.conversations.assignee_id is
  E'The person who has the conversation. While somebody has it, the chatbot is silent.';
comment on column app_public.conversations.last_activity_at is
  E'last_message_at; of a conversation without a message, when it was begun. What lists are ordered by: never null, so that pages by cursor miss nothing.';
comment on column app_public.conversations.last_customer_message_at is E'Provider time of the customer''s newest message, never later than our own clock.';
comment on column app_public.conversations.window_expires_at is
  E'Until when free-form messages may be sent: 24 hours after the customer''s last message, 72 after one that came from an advertisement. Later only templates (PYWIN).';
comment on column app_public.conversations.unread_count is E'Messages of the customer since read_at.';
comment on column app_public.conversations.read_at is E'Up to when somebody has read the conversation. Set it (markConversationRead) to reset unread_count.';
comment on column app_public.conversations.chatbot_paused_until is E'The chatbot is silent until then: a person wrote.';
comment on column app_public.conversations.last_message_id is E'The newest message, in either direction. No foreign key, so that old partitions can be dropped.';
comment on column app_public.conversations.last_message_at is E'When that was said; null before the first one.';
comment on column app_public.conversations.last_message_preview is E'Its preview, for lists.';
comment on column app_public.conversations.metadata is E'Yours: any object.';

create table app_public.conversation_participants (
  tenant_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, conversation_id, user_id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade
);
create index on app_public.conversation_participants (tenant_id, user_id);
alter table app_public.conversation_participants enable row level security;
comment on table app_public.conversation_participants is
  E'People on staff who take part in a conversation: whoever was assigned it or wrote in it.';

--!include conversations/tg_conversations__fill_in.sql
--!include conversations/tg_conversations__notify.sql
--!include conversations/tg_conversations__keep_state.sql
--!include conversations/tg_conversations__add_assignee.sql
--!include conversations/triggers.sql
--!include conversations/conversations_is_window_open.sql
--!include conversations/conversations_can_send_session_message.sql
--!include conversations/require_conversation.sql
--!include conversations/assign_conversation.sql
--!include conversations/close_conversation.sql
--!include conversations/reopen_conversation.sql
--!include conversations/mark_read.sql
--!include conversations/mark_conversation_read.sql
--!include conversations/remind_of_typing.sql
--!include conversations/show_typing.sql
--!include conversations/policies.sql
