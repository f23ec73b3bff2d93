create type app_public.chatbot_status as enum ('draft', 'active', 'archived');
create type app_public.run_status as enum ('running', 'waiting', 'completed', 'expired', 'stopped', 'failed');
comment on type app_public.chatbot_status is E'draft: rests. active: answers new conversations. archived: rests, out of sight.';
comment on type app_public.run_status is
  E'running: a turn is under way. waiting: for an answer, a timer or a call. completed: reached its end. expired: the customer never answered. stopped: ended from outside. failed: completion_reason says why.';

create table app_public.chatbots (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint chatbots_name_has_length check (length(name) between 1 and 255),
  description text,
  status app_public.chatbot_status not null default 'draft',
  nodes jsonb not null default '[]'
    constraint chatbots_nodes_is_list check (jsonb_typeof(nodes) = 'array'),
  edges jsonb not null default '[]'
    constraint chatbots_edges_is_list check (jsonb_typeof(edges) = 'array'),
  settings jsonb not null default '{}'
    constraint chatbots_settings_is_object check (jsonb_typeof(settings) = 'object'),
  metadata jsonb not null default '{}'
    constraint chatbots_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  active_version_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, name),
  constraint chatbots_active_has_version check (status <> 'active' or active_version_id is not null)
);
create index on app_public.chatbots (tenant_id, created_at) where status = 'active';
alter table app_public.chatbots enable row level security;
comment on table app_public.chatbots is
  E'A named graph of nodes and edges: what its author is working on. What runs is a published version of it. Usually one is active in a tenant; of several, trigger rules and their priority decide which answers.';
comment on column app_public.chatbots.nodes is E'The draft''s nodes: [{"id", "type", "position", "data": {…}}].';
comment on column app_public.chatbots.edges is E'The draft''s edges: [{"source", "target", "sourceHandle"?}].';
comment on column app_public.chatbots.settings is E'Language, time zone, keywords, guards, timeouts; see docs/chatbots.md.';
comment on column app_public.chatbots.metadata is E'Yours: any object. An import keeps here what the exporting system added.';
comment on column app_public.chatbots.active_version_id is E'The version that new conversations get while the chatbot is active.';

create table app_public.chatbot_versions (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  chatbot_id uuid not null,
  number int not null
    constraint chatbot_versions_number_is_positive check (number > 0),
  nodes jsonb not null,
  edges jsonb not null,
  settings jsonb not null,
  subflows jsonb not null default '{}',
  flows jsonb not null default '{}',
  published_by uuid,
  created_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, chatbot_id, number),
  foreign key (tenant_id, chatbot_id) references app_public.chatbots (tenant_id, id) on delete cascade
);
alter table app_public.chatbot_versions enable row level security;
comment on table app_public.chatbot_versions is
  E'A chatbot as it was when it was published. Never changes: a conversation ends on the version it began with.';
comment on column app_public.chatbot_versions.number is E'1, 2, 3, … of its chatbot.';
comment on column app_public.chatbot_versions.nodes is E'As chatbots.nodes.';
comment on column app_public.chatbot_versions.edges is E'As chatbots.edges.';
comment on column app_public.chatbot_versions.settings is E'As chatbots.settings.';
comment on column app_public.chatbot_versions.subflows is E'The graphs that subflow nodes call, as they were when this was published: {"<chatbot id>": {"nodes", "edges"}}.';
comment on column app_public.chatbot_versions.flows is E'What was known of the forms it sends: {"<Meta''s flow id>": {"status", "firstScreen"}}.';
comment on column app_public.chatbot_versions.published_by is E'The signed-in person who published it; null when the program did. No foreign key: versions outlive people.';
alter table app_public.chatbots add
  foreign key (tenant_id, active_version_id) references app_public.chatbot_versions (tenant_id, id)
  on delete set null (active_version_id) deferrable initially deferred;
create index on app_public.chatbots (tenant_id, active_version_id);

create table app_public.conversation_contexts (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  conversation_id uuid not null,
  chatbot_id uuid not null,
  version_id uuid not null,
  status app_public.run_status not null default 'running',
  is_active boolean not null generated always as (status in ('running', 'waiting')) stored,
  current_node_id text,
  variables jsonb not null default '{}',
  node_history jsonb not null default '[]',
  node_outputs jsonb not null default '{}',
  waiting jsonb,
  waiting_for text generated always as (waiting ->> 'kind') stored,
  timer_kind text generated always as (waiting #>> '{timer,kind}') stored,
  state jsonb not null default '{}',
  outcome text,
  completion_reason text,
  expires_at timestamptz,
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  foreign key (tenant_id, chatbot_id) references app_public.chatbots (tenant_id, id) on delete cascade,
  foreign key (tenant_id, version_id) references app_public.chatbot_versions (tenant_id, id) on delete cascade,
  constraint conversation_contexts_ended_has_reason check (
    (status in ('running', 'waiting')) = (completed_at is null)
    and (completed_at is null) = (completion_reason is null)
  )
) with (fillfactor = 70);
create unique index conversation_contexts_one_active on app_public.conversation_contexts (tenant_id, conversation_id)
  where is_active;
create index on app_public.conversation_contexts (tenant_id, conversation_id, created_at desc);
create index on app_public.conversation_contexts (tenant_id, chatbot_id, status);
create index on app_public.conversation_contexts (tenant_id, version_id);
alter table app_public.conversation_contexts enable row level security;
comment on table app_public.conversation_contexts is
  E'One run of one chatbot version in one conversation; at most one is active in a conversation. Written by the chatbot task alone.';
comment on column app_public.conversation_contexts.current_node_id is E'Where it is, or where it was left.';
comment on column app_public.conversation_contexts.variables is E'Answers and results by name; nested JSON, and the flat names that old exports use ("question_1.response").';
comment on column app_public.conversation_contexts.node_history is E'The nodes visited, in order: [{"nodeId", "at"}].';
comment on column app_public.conversation_contexts.node_outputs is E'The last execution of each node: {"<node id>": {"nodeType", "success", "answer"?, "error"?, …}}.';
comment on column app_public.conversation_contexts.waiting is E'What it waits for: {"kind": "answer" | "flow" | "http" | "delay" | …, "nodeId", "timer"?}.';
comment on column app_public.conversation_contexts.waiting_for is E'answer, flow, http, ai, delay, handoff or callback; null when it waits for nothing.';
comment on column app_public.conversation_contexts.timer_kind is E'What its timer is about: answer_timeout, session_expiry, flow_expiry, delay, request_timeout, request_retry, handoff_timeout, callback_timeout.';
comment on column app_public.conversation_contexts.state is E'What else the engine needs to go on: random draws, open subflows, messages that came during a call.';
comment on column app_public.conversation_contexts.outcome is E'What the end node that was reached calls its result.';
comment on column app_public.conversation_contexts.completion_reason is E'Why it ended: flow_completed, timeout, send_failed: …, unknown_node: ….';
comment on column app_public.conversation_contexts.expires_at is E'When its timer rings, if it waits for one.';

create table app_private.chatbot_events (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  conversation_id uuid not null,
  kind text not null default 'message'
    constraint chatbot_events_kind_is_known check (kind in (
      'message', 'timer', 'send_failed', 'http_result', 'ai_result', 'callback', 'flow_response', 'handoff_ended',
      'resume', 'skip', 'stop', 'start', 'move', 'restart'
    )),
  message_id uuid,
  context_id uuid,
  payload jsonb not null default '{}',
  due_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  constraint chatbot_events_message_is_named check ((kind = 'message') = (message_id is not null))
) with (autovacuum_vacuum_scale_factor = 0.02);
create index on app_private.chatbot_events (tenant_id, conversation_id, created_at);
create index on app_private.chatbot_events (due_at);
alter table app_private.chatbot_events enable row level security;
comment on table app_private.chatbot_events is
  E'What chatbots still have to react to: customers'' messages, timers, results of calls. A row leaves in the transaction of the turn that took it. Of a conversation all are taken at once, oldest first, by whoever locks the conversation.';
comment on column app_private.chatbot_events.due_at is E'Later than created_at while a burst of messages is being gathered (debounceMs).';
comment on column app_private.chatbot_events.context_id is E'The run it is for; an event of a run that is over changes nothing. Null: whatever runs, or a new run.';

create table app_private.chatbot_activity (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  version_id uuid not null,
  steps jsonb not null,
  created_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.02);
alter table app_private.chatbot_activity enable row level security;
comment on table app_private.chatbot_activity is
  E'What turns did, to be counted: one row a turn, only ever inserted, so that no turn waits for another one''s counter. Rolled up into chatbot_stats every minute; those who read add both. No foreign key: rows live for a minute.';
comment on column app_private.chatbot_activity.steps is
  E'[{"kind": "passed" | "entered" | "left" | "dropped" | "ended", "node", "exit", "bucket"}]. passed: entered and left in one turn.';

create table app_private.chatbot_stats (
  tenant_id uuid not null,
  version_id uuid not null,
  kind text not null,
  node_id text not null,
  exit text not null,
  bucket int not null,
  count int not null,
  primary key (tenant_id, version_id, kind, node_id, exit, bucket),
  foreign key (tenant_id, version_id) references app_public.chatbot_versions (tenant_id, id) on delete cascade
) with (fillfactor = 70);
alter table app_private.chatbot_stats enable row level security;
comment on table app_private.chatbot_stats is E'chatbot_activity, counted. Written by roll_up_chatbot_activity() alone.';
comment on column app_private.chatbot_stats.bucket is
  E'How long it took: 0 is less than a millisecond, n is at least 2^(n-1) and less than 2^n milliseconds. A histogram, from which medians are read.';

create table app_private.ai_budgets (
  tenant_id uuid primary key references app_public.tenants on delete cascade,
  tokens_per_day int not null
    constraint ai_budgets_tokens_per_day_not_negative check (tokens_per_day >= 0),
  tokens_per_conversation int not null
    constraint ai_budgets_tokens_per_conversation_not_negative check (tokens_per_conversation >= 0)
);
alter table app_private.ai_budgets enable row level security;
comment on table app_private.ai_budgets is E'What a tenant''s chatbots may spend on language models, where it is not what the configuration says. Set by the operator.';
comment on column app_private.ai_budgets.tokens_per_day is E'Of all conversations together, in the last 24 hours.';
comment on column app_private.ai_budgets.tokens_per_conversation is E'Of one conversation, in the last 24 hours.';

create table app_private.ai_calls (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  conversation_id uuid not null,
  context_id uuid,
  model text not null,
  tokens int not null,
  created_at timestamptz not null default now(),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade
);
create index on app_private.ai_calls (tenant_id, created_at);
create index on app_private.ai_calls (tenant_id, conversation_id, created_at);
alter table app_private.ai_calls enable row level security;
comment on table app_private.ai_calls is E'Questions to language models of the last days, for the budgets. Reserved before the call, settled after it.';
comment on column app_private.ai_calls.tokens is E'In and out; the most it can be while the call is under way.';

--!include chatbots/chatbot_pause.sql
--!include chatbots/tg_messages__enqueue_chatbot.sql
--!include chatbots/tg_message_statuses__enqueue_chatbot.sql
--!include chatbots/publish_chatbot.sql
--!include chatbots/activate_chatbot.sql
--!include chatbots/claim_chatbot_turns.sql
--!include chatbots/save_chatbot_turns.sql
--!include chatbots/tell_chatbot.sql
--!include chatbots/start_chatbot.sql
--!include chatbots/stop_chatbot_run.sql
--!include chatbots/skip_chatbot_node.sql
--!include chatbots/resume_chatbot.sql
--!include chatbots/call_back.sql
--!include chatbots/tg_conversations__tell_chatbot.sql
--!include chatbots/activate_version.sql
--!include chatbots/save_draft.sql
--!include chatbots/publish_draft.sql
--!include chatbots/roll_up_chatbot_activity.sql
--!include chatbots/read_chatbot_stats.sql
--!include chatbots/chatbot_node_stats.sql
--!include chatbots/chatbot_outcome_stats.sql
--!include chatbots/reserve_ai_call.sql
--!include chatbots/settle_ai_call.sql
--!include chatbots/chatbot_timers.sql
--!include chatbots/triggers.sql
--!include chatbots/policies.sql
