--! Previous: -
--! Hash: sha1:stale-run-regen
--! Message: initial schema

--! split: 0010-schemas.sql
set local lock_timeout to '500ms';

-- app_public  is the API: PostGraphile exposes it.
-- app_hidden  can be called by visitors but is not exposed: policies and mutations use it.
-- app_private is for the owner: the webhook receiver, the sender, the chatbot task.
create schema app_public;
create schema app_hidden;
create schema app_private;

-- First revoke all defaults. The second line must be global, because the form with a schema cannot revoke the default
-- of PostgreSQL.
revoke all on schema public from public;
alter default privileges revoke execute on functions from public;

grant usage on schema app_public, app_hidden to parley_visitor;
grant usage on schema app_hidden to parley_authenticator;
-- No grant on app_private: visitors must not use it.

-- bcrypt for passwords, sha256 for refresh tokens. In app_private, where visitors cannot call it.
create extension if not exists pgcrypto with schema app_private;

--! split: 0020-shared.sql
--!include shared/uuid_v7.sql
--!include shared/bounded_metadata.sql
--!include shared/uuid_v7_floor.sql
--!include shared/clean_pasted.sql
--!include shared/clean_prose.sql
--!include shared/normalize_email.sql
--!include shared/tg__clean_name.sql
--!include shared/fold.sql
--!include shared/search_words.sql
--!include shared/search_terms.sql
--!include shared/search_key.sql
--!include shared/tg__timestamps.sql
-- One row with the secret name that change_channel() returns.
create table app_private.change_channels (
  is_only boolean primary key default true
    constraint change_channels_is_only check (is_only),
  name text not null default 'parley_' || replace(gen_random_uuid()::text, '-', '')
);
alter table app_private.change_channels enable row level security;
comment on table app_private.change_channels is
  E'The name of the notification channel, chosen at random when the database was created. One row.';
insert into app_private.change_channels default values;
--!include operations/change_channel.sql
-- What notify_change() reports, for clients that were away. No foreign key to the tenant, which would be checked for
-- every message; a row is deleted after three days.
create table app_private.changes (
  tenant_id uuid not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  id uuid not null default gen_random_uuid(),
  kind text not null,
  ids uuid[] not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (tenant_id, transaction_id, id)
);
alter table app_private.changes enable row level security;
comment on table app_private.changes is
  E'Ids of rows that are new, have changed or were deleted, one row for each statement, tenant and kind. Insert-only. '
   'The transaction, not the time, says which of them a reader has seen.';
--!include operations/notify_change.sql
--!include operations/tg__notify.sql
--!include operations/tg__notify_deleted.sql
--!include operations/job_key.sql
--!include operations/job.sql
--!include operations/wake_later.sql
--!include operations/wake.sql

--! split: 0100-accounts.sql
create type app_public.tenant_status as enum ('active', 'inactive');
comment on type app_public.tenant_status is
  E'Whether a tenant is in use. active: it is. inactive: its members cannot sign in and nothing is sent; incoming '
   'messages are still stored.';
-- Ordered by rights, because policies compare roles with >=.
create type app_public.member_role as enum ('viewer', 'agent', 'admin', 'owner');
comment on type app_public.member_role is
  E'The rights of a member; each role includes those before it. viewer: reads. agent: works in conversations. admin: '
   'manages members and channels. owner: also manages owners.';

create table app_public.tenants (
  id uuid primary key default app_hidden.uuid_v7(),
  slug text not null unique
    constraint tenants_slug_is_url_safe check (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null
    constraint tenants_name_has_length check (length(name) between 1 and 150),
  status app_public.tenant_status not null default 'active',
  media_retention interval
    constraint tenants_media_retention_is_at_least_one_day check (media_retention >= '1 day'),
  time_zone text not null default 'UTC',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on app_public.tenants (status);
alter table app_public.tenants enable row level security;
comment on table app_public.tenants is E'A workspace. Everything else belongs to one tenant; tenants share nothing.';
comment on column app_public.tenants.name is E'The name of the workspace: 1 to 150 characters.';
comment on column app_public.tenants.slug is E'The short name used in URLs, at sign-in and on the command line.';
comment on column app_public.tenants.status is
  E'While a tenant is inactive, its members cannot sign in and nothing is sent for it.';
comment on column app_public.tenants.media_retention is
  E'How long files are kept after they were stored, at least one day. Older files are removed once a day; their '
   'messages stay. Null: they are kept as long as their messages.';
comment on column app_public.tenants.time_zone is
  E'The time zone whose days figures are counted by: a name of the IANA database, such as "Europe/Berlin". When it is '
   'changed, all figures are counted again, which takes up to some minutes; until then, days are a mixture.\n\n'
   'In SQL: a name of pg_timezone_names.';

create table app_public.users (
  id uuid primary key default app_hidden.uuid_v7(),
  email text not null
    constraint users_email_is_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  name text not null
    constraint users_name_has_length check (length(name) between 1 and 150),
  avatar_url text
    constraint users_avatar_url_is_https check (avatar_url ~ '^https://' and length(avatar_url) <= 500),
  is_active boolean not null default true,
  last_login_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index users_email_key on app_public.users (lower(email));
alter table app_public.users enable row level security;
comment on table app_public.users is E'A member of staff who signs in. A user may be a member of several tenants.';
comment on column app_public.users.name is E'The name that colleagues see: 1 to 150 characters.';
comment on column app_public.users.avatar_url is E'The address of a picture.';
comment on column app_public.users.last_login_at is E'When the user last signed in, to any tenant. Null if never.';
comment on column app_public.users.email is E'The address used to sign in. Unique regardless of case.';
comment on column app_public.users.is_active is E'If false, every sign-in is refused and every session ends at once.';

-- In a separate table, so that no query for users reads a secret by mistake.
create table app_private.user_secrets (
  user_id uuid primary key references app_public.users on delete cascade,
  password_hash text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table app_private.user_secrets enable row level security;
comment on table app_private.user_secrets is
  E'bcrypt hashes (cost 10). Without a row or a hash, the user cannot sign in with a password.';

create table app_public.memberships (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  user_id uuid not null references app_public.users on delete cascade,
  role app_public.member_role not null default 'agent',
  is_active boolean not null default true,
  is_available boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index on app_public.memberships (user_id);
alter table app_public.memberships enable row level security;
comment on table app_public.memberships is E'Makes a user a member of a tenant, with a role.';
comment on column app_public.memberships.is_active is E'Whether the user can sign in to the tenant.';
comment on column app_public.memberships.is_available is
  E'Whether strategies of assignment choose the member. setAvailability changes it; conversations can still be '
   'assigned to the member by hand.';

create table app_private.sessions (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  user_id uuid not null,
  generation int not null default 1,
  refreshed_at timestamptz not null default now(),
  user_agent text
    constraint sessions_user_agent_is_short check (length(user_agent) <= 300),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (tenant_id, user_id) references app_public.memberships on delete cascade
);
create index on app_private.sessions (tenant_id, user_id);
create index on app_private.sessions (user_id);
create index on app_private.sessions (expires_at);
alter table app_private.sessions enable row level security;
comment on table app_private.sessions is
  E'A session starts at sign-in. Access tokens name it and every request checks it, so that signing out takes effect '
   'at once.';
comment on column app_private.sessions.generation is
  E'The generation of the refresh token that is valid now. A refresh token is a MAC of the session and its generation '
   'under a key that only the API has; the database cannot make one.';
comment on column app_private.sessions.refreshed_at is
  E'When that refresh token was issued. For the next 30 seconds, its predecessor is answered with the same token.';
comment on column app_private.sessions.user_agent is E'The User-Agent header of the client at sign-in.';

create table app_public.invitations (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  email text not null
    constraint invitations_email_is_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  name text not null
    constraint invitations_name_has_length check (length(name) between 1 and 150),
  role app_public.member_role not null,
  invited_by_id uuid,
  expires_at timestamptz not null default now() + interval '7 days',
  mailed_at timestamptz,
  mail_error text,
  created_at timestamptz not null default now(),
  foreign key (tenant_id, invited_by_id) references app_public.memberships (tenant_id, user_id) on delete cascade
);
create unique index invitations_tenant_id_email_key on app_public.invitations (tenant_id, lower(email));
create index on app_public.invitations (tenant_id, invited_by_id);
create index on app_public.invitations (expires_at);
alter table app_public.invitations enable row level security;
comment on table app_public.invitations is
  E'Invitations into a tenant that have not been accepted yet. Deleting one revokes it.';
comment on column app_public.invitations.email is
  E'The address that was invited. An address has at most one invitation to a tenant.';
comment on column app_public.invitations.name is
  E'The name of the new account, if the invited user does not enter another.';
comment on column app_public.invitations.role is E'The role of the new member.';
comment on column app_public.invitations.invited_by_id is
  E'The member who sent the invitation; null if the operator did. The invitation becomes invalid when that member may '
   'no longer invite to this role.';
comment on column app_public.invitations.expires_at is E'Defaults to 7 days after the invitation was made.';
comment on column app_public.invitations.mailed_at is
  E'When the mail server accepted the e-mail with the link; null if it has not, or if the token was returned instead.';
comment on column app_public.invitations.mail_error is
  E'Why the last attempt to send the e-mail has failed. Temporary failures are retried for days.';

create table app_private.invitation_secrets (
  invitation_id uuid primary key references app_public.invitations on delete cascade,
  token_hash bytea not null unique
);
alter table app_private.invitation_secrets enable row level security;
comment on table app_private.invitation_secrets is
  E'The SHA-256 of each invitation''s token. The token itself was shown once, or sent.';

create table app_private.password_resets (
  id uuid primary key default app_hidden.uuid_v7(),
  email text not null,
  source text not null,
  token_hash bytea unique,
  expires_at timestamptz not null default now() + interval '1 hour',
  created_at timestamptz not null default now()
);
create index on app_private.password_resets (email, created_at);
create index on app_private.password_resets (source, created_at);
create index on app_private.password_resets (expires_at);
alter table app_private.password_resets enable row level security;
comment on table app_private.password_resets is
  E'Requests for a new password. They are stored for unknown addresses too, so that they do not reveal which addresses '
   'exist. The user is found by the address, when the link is made and when it is used.';
comment on column app_private.password_resets.email is E'In lower case, see sign_in_key().';
comment on column app_private.password_resets.source is E'As in sign_in_failures, or "operator".';
comment on column app_private.password_resets.token_hash is
  E'The SHA-256 of the token in the link; null until the e-mail is composed. The row is deleted when a password is '
   'set.';

create type app_public.api_key_scope as enum ('read', 'send', 'manage_contacts', 'manage_all');
comment on type app_public.api_key_scope is
  E'What an API key may do. read: what a viewer may read; every key has it. send: also what agents do in '
   'conversations, including sending messages. manage_contacts: also what agents do with contacts, tags and groups. '
   'manage_all: what an admin may do, except what users do for themselves and what only owners may do.';

create table app_public.api_keys (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint api_keys_name_has_length check (length(name) between 1 and 100),
  scopes app_public.api_key_scope[] not null
    constraint api_keys_scopes_are_given check (cardinality(scopes) > 0),
  ending text not null
    constraint api_keys_ending_has_length check (length(ending) = 4),
  created_by_id uuid,
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (tenant_id, created_by_id) references app_public.memberships (tenant_id, user_id)
    on delete set null (created_by_id)
);
create unique index api_keys_tenant_id_name_key on app_public.api_keys (tenant_id, lower(name))
  where revoked_at is null;
create index on app_public.api_keys (tenant_id, created_by_id);
alter table app_public.api_keys enable row level security;
comment on table app_public.api_keys is
  E'Keys with which programs use the API. A key belongs to the tenant, and remains valid when its creator leaves.';
comment on column app_public.api_keys.name is
  E'What the key is for: 1 to 100 characters, unique among the keys that are not revoked, regardless of case.';
comment on column app_public.api_keys.scopes is E'What the key may do. They cannot be changed: create another key.';
comment on column app_public.api_keys.ending is E'The last four characters of the key, to recognise it by.';
comment on column app_public.api_keys.created_by_id is
  E'The member who created the key; null if the operator did, or if the member was removed.';
comment on column app_public.api_keys.expires_at is E'The key is refused from then on. Null: it does not expire.';
comment on column app_public.api_keys.last_used_at is E'When a request was last made with the key, to the minute.';
comment on column app_public.api_keys.revoked_at is E'When the key was revoked. Null: it was not.';

create table app_private.api_key_secrets (
  api_key_id uuid primary key references app_public.api_keys on delete cascade,
  key_hash bytea not null unique
);
alter table app_private.api_key_secrets enable row level security;
comment on table app_private.api_key_secrets is
  E'The SHA-256 of each API key. The key itself was shown once. A slow hash is not needed: a key has 192 random bits.';

create table app_private.totp_secrets (
  user_id uuid primary key references app_public.users on delete cascade,
  secret text not null,
  confirmed_at timestamptz,
  last_step int,
  failures int not null default 0,
  last_failed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table app_private.totp_secrets enable row level security;
comment on table app_private.totp_secrets is
  E'Secrets that users share with an authenticator app (TOTP), sealed with PARLEY_SECRET_KEY.';
comment on column app_private.totp_secrets.confirmed_at is
  E'When the user showed the first code: from then on sign-in requires one.';
comment on column app_private.totp_secrets.last_step is
  E'The time step, of 30 seconds since 1970, of the last code that was used. A code of this or an earlier step is '
   'refused, so that an observed code is worth nothing.';
comment on column app_private.totp_secrets.failures is E'Wrong codes since the last right one, or within an hour.';

create table app_private.recovery_codes (
  user_id uuid references app_private.totp_secrets on delete cascade,
  code_hash bytea,
  primary key (user_id, code_hash)
);
alter table app_private.recovery_codes enable row level security;
comment on table app_private.recovery_codes is
  E'The SHA-256 of codes that replace one of the authenticator app. A code that is used is deleted.';

create table app_private.sign_in_failures (
  email text,
  source text,
  failures int not null default 0,
  locked_until timestamptz,
  last_failed_at timestamptz not null default now(),
  primary key (email, source)
);
create index on app_private.sign_in_failures (last_failed_at);
create index on app_private.sign_in_failures (source, last_failed_at);
alter table app_private.sign_in_failures enable row level security;
comment on table app_private.sign_in_failures is
  E'Failed sign-ins by e-mail address and source. They are counted for unknown addresses too, so that a lock does not '
   'reveal which addresses exist, and a lock applies to that source only.';
comment on column app_private.sign_in_failures.source is
  E'An IPv4 address, the first 64 bits of an IPv6 address, or the user''s session.';

create table app_private.sign_in_sources (
  user_id uuid references app_public.users on delete cascade,
  source text,
  last_signed_in_at timestamptz not null default now(),
  primary key (user_id, source)
);
create index on app_private.sign_in_sources (last_signed_in_at);
alter table app_private.sign_in_sources enable row level security;
comment on table app_private.sign_in_sources is
  E'Sources from which a user signed in within the last 90 days. Failures from other sources do not lock the user out '
   'there.';

create table app_public.audit_entries (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid references app_public.tenants on delete cascade,
  table_name text not null,
  row_id uuid not null,
  operation text not null
    constraint audit_entries_operation_is_dml check (operation in ('INSERT', 'UPDATE', 'DELETE')),
  changed_columns text[],
  old_values jsonb,
  new_values jsonb,
  actor text not null
    constraint audit_entries_actor_is_known check (actor in ('member', 'api_key', 'operator', 'program')),
  user_id uuid,
  api_key_id uuid,
  database_role text not null default session_user,
  created_at timestamptz not null default now(),
  constraint audit_entries_columns_of_update check ((operation = 'UPDATE') = (changed_columns is not null)),
  constraint audit_entries_old_unless_insert check ((operation = 'INSERT') = (old_values is null)),
  constraint audit_entries_new_unless_delete check ((operation = 'DELETE') = (new_values is null))
);
create index on app_public.audit_entries (tenant_id, created_at desc);
alter table app_public.audit_entries enable row level security;
comment on table app_public.audit_entries is
  E'Who changed what: users and their rights, channels, chatbots, the data sources that chatbots call, secrets, and '
   'the numbers and the erasure of contacts. Written by triggers and never changed. The values of secrets, graphs, '
   'addresses, headers, forms and contacts are not copied; changed_columns names the columns.';
comment on column app_public.audit_entries.changed_columns is
  E'For an update: the columns that changed, including those whose values are not copied.';
comment on column app_public.audit_entries.actor is
  E'member: a user, through the API, see user_id. api_key: a program, through the API, see api_key_id. operator: a '
   'parley command. program: Parley itself, or other SQL run by the owner of the database.';
comment on column app_public.audit_entries.old_values is
  E'For an update: the previous values of the changed columns. For a delete: the row. Columns whose values are not '
   'copied are missing.';
comment on column app_public.audit_entries.user_id is
  E'The signed-in user. Null if the change was made in SQL, by the program, or during sign-in.';
comment on column app_public.audit_entries.api_key_id is E'The API key with which the change was made.';
comment on column app_public.audit_entries.table_name is
  E'The table of the changed row. Private tables are user_secrets (a password), sessions (a session that ended), '
   'channel_secrets, data_source_secrets and google_account_secrets (tokens).';
comment on column app_public.audit_entries.row_id is
  E'The id of the changed row. For a membership, a password, a session or a Google account: the id of the user. For '
   'secrets: the id of the row they belong to.';
comment on column app_public.audit_entries.operation is E'INSERT, UPDATE or DELETE.';
comment on column app_public.audit_entries.new_values is
  E'For an insert: the row. For an update: the new values of the changed columns. Columns whose values are not copied '
   'are missing.';
comment on column app_public.audit_entries.database_role is E'The role that was logged in to the database.';

--!include accounts/current_user_id.sql
--!include accounts/current_session_id.sql
--!include accounts/current_api_key_hash.sql
--!include accounts/valid_sessions.sql
--!include accounts/current_membership.sql
--!include accounts/valid_api_keys.sql
--!include accounts/current_api_key.sql
--!include accounts/role_of_scopes.sql
--!include accounts/session_role.sql
--!include accounts/current_tenant_id.sql
--!include accounts/current_member_role.sql
--!include accounts/role_required_for.sql
--!include accounts/may.sql
--!include accounts/require_scope.sql
--!include accounts/is_program.sql
--!include accounts/require_scope_in.sql
--!include accounts/require_user.sql
--!include accounts/pick.sql
--!include accounts/audited_tenants.sql
--!include accounts/tg__audit.sql
--!include accounts/tg__fill_in_tenant.sql
--!include accounts/tg_users__insert_secrets.sql
--!include accounts/tg_memberships__refuse_last_owner.sql
--!include accounts/tg_memberships__notify.sql
--!include accounts/tg_memberships__void_invitation.sql
--!include accounts/tg_users__refuse_last_owner.sql
--!include accounts/tg__revoke_sessions.sql
--!include accounts/tg_sessions__notify.sql
--!include accounts/tg_api_keys__notify.sql
--!include accounts/tg_tenants__notify_api_keys.sql
--!include accounts/tg__clean_email.sql
--!include accounts/is_common_password.sql
--!include accounts/random_token.sql
--!include accounts/token_hash.sql
--!include accounts/sign_in_key.sql
--!include accounts/set_password.sql
--!include accounts/is_familiar_source.sql
--!include accounts/check_password.sql
--!include accounts/tenants_of.sql
--!include accounts/check_second_factor.sql
--!include accounts/complete_sign_in.sql
--!include accounts/open_session.sql
--!include accounts/sign_in.sql
--!include accounts/presented_session.sql
--!include accounts/refresh_session.sql
--!include accounts/switch_tenant.sql
create type app_public.own_tenant as (
  id uuid,
  name text,
  slug text,
  role app_public.member_role,
  is_current boolean
);
comment on type app_public.own_tenant is E'A tenant that the signed-in user is a member of.';
comment on column app_public.own_tenant.id is E'The id of the tenant.';
comment on column app_public.own_tenant.name is E'The name of the tenant.';
comment on column app_public.own_tenant.slug is E'The short name of the tenant, unique in the installation.';
comment on column app_public.own_tenant.role is E'The role of the user in the tenant.';
comment on column app_public.own_tenant.is_current is E'Whether it is the tenant of this session.';
--!include accounts/my_tenants.sql
create type app_public.open_session as (
  id uuid,
  tenant_slug text,
  user_agent text,
  created_at timestamptz,
  last_used_at timestamptz,
  expires_at timestamptz,
  is_current boolean
);
comment on type app_public.open_session is E'A session of the signed-in user.';
comment on column app_public.open_session.id is E'Names the session for endSession.';
comment on column app_public.open_session.tenant_slug is E'The slug of the tenant that the user signed in to.';
comment on column app_public.open_session.user_agent is
  E'The User-Agent header of the client at sign-in. Null if it sent none.';
comment on column app_public.open_session.created_at is E'When the user signed in.';
comment on column app_public.open_session.last_used_at is
  E'When the session was last refreshed: up to 15 minutes before its last request.';
comment on column app_public.open_session.expires_at is E'When the session ends unless it is refreshed.';
comment on column app_public.open_session.is_current is E'Whether this request belongs to the session.';
create type app_public.totp_state as (confirmed_at timestamptz, recovery_codes_left int);
comment on type app_public.totp_state is E'The codes of an authenticator app, with which a user signs in.';
comment on column app_public.totp_state.confirmed_at is E'Since when signing in requires a code.';
comment on column app_public.totp_state.recovery_codes_left is
  E'How many recovery codes have not been used. Remove the codes and start again to get new ones.';
--!include accounts/my_totp.sql
--!include accounts/own_sessions.sql
--!include accounts/sign_out.sql
--!include accounts/current_user.sql
--!include accounts/valid_invitations.sql
--!include accounts/issue_invitation.sql
--!include accounts/invite.sql
create type app_public.issued_invitation as (invitation_id uuid, token text, expires_at timestamptz);
comment on type app_public.issued_invitation is E'An invitation at the moment it is issued, with its token.';
comment on column app_public.issued_invitation.invitation_id is E'The id of the invitation.';
comment on column app_public.issued_invitation.token is
  E'The secret that the user passes to acceptInvitation. It is shown only here; null if it is sent by e-mail.';
comment on column app_public.issued_invitation.expires_at is E'Until when the invitation can be accepted.';
--!include accounts/limit_invitation_mails.sql
--!include accounts/invite_user.sql
--!include accounts/use_api_key.sql
--!include accounts/add_api_key.sql
create type app_public.created_api_key as (api_key app_public.api_keys, secret text);
comment on type app_public.created_api_key is E'An API key at the moment it is created, with its secret.';
comment on column app_public.created_api_key.api_key is E'The key.';
comment on column app_public.created_api_key.secret is
  E'The whole key, for the Authorization header. It is shown only here.';
--!include accounts/create_api_key.sql
--!include accounts/revoke_api_key.sql
--!include accounts/accept_invitation.sql
--!include accounts/issue_password_reset.sql
--!include accounts/start_password_reset.sql
--!include accounts/request_password_reset.sql
--!include accounts/reset_password.sql
--!include accounts/check_own_password.sql
--!include accounts/find_totp.sql
--!include accounts/start_totp.sql
--!include accounts/confirm_totp.sql
--!include accounts/remove_totp.sql
--!include accounts/change_password.sql
--!include accounts/tenants.policies.sql
--!include accounts/memberships.policies.sql
--!include accounts/invitations.policies.sql
--!include accounts/api_keys.policies.sql
--!include accounts/users.policies.sql
--!include accounts/audit_entries.policies.sql

--! split: 0200-channels.sql
create type app_public.channel_kind as enum ('whatsapp_cloud', 'whatsapp_web', 'webchat');
comment on type app_public.channel_kind is
  E'The kind of a channel. whatsapp_cloud: a number on Meta''s Cloud API. whatsapp_web, webchat: kept for later '
   'versions; no channel can have them yet.';
create type app_public.channel_status as enum ('active', 'paused', 'stopped');
comment on type app_public.channel_status is
  E'Whether a channel receives and sends. active: it does both. paused: it receives but keeps outbound messages '
   'queued, as a user decided. stopped: as paused, because the provider refused the account or its token.';
create type app_public.uncertain_policy as enum ('fail', 'resend');
comment on type app_public.uncertain_policy is
  E'How to treat a message that may or may not have been sent, if no status arrives. fail: as failed; it is never '
   'sent twice. resend: it is sent once more; it is never lost.';

create type app_public.identity_kind as enum ('parent_bsuid', 'bsuid', 'phone', 'external');
comment on type app_public.identity_kind is
  E'The kind of an address of a customer, in order of trust. parent_bsuid: a business-scoped user id that several '
   'portfolios share. bsuid: a business-scoped user id. phone: a phone number. external: any other id that a '
   'provider gives a customer.';
create type app_public.message_type as enum (
  'text', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'interactive', 'template',
  'button', 'order', 'reaction', 'system', 'request_welcome', 'edit', 'revoke', 'media_placeholder', 'unsupported',
  'unknown', 'note'
);
comment on type app_public.message_type is
  E'The type of a message: those of the Graph API, and note. The capabilities of the channel''s kind say which can '
   'be sent. text: a text. image, video, audio, document, sticker: a file. location: a place. contacts: contact '
   'cards. interactive: buttons, lists, forms and products, or the answer to them. template: an approved template. '
   'reaction: an emoji on another message. button: a tap on a button of a template. order: a cart. edit: the new '
   'text of another message. revoke: the deletion of another message by its author. system: a notice of what '
   'happened, for example a new number or an assignment. request_welcome: the customer opened the chat for the first '
   'time. unsupported: what WhatsApp does not pass on. media_placeholder: a file of imported history that has not '
   'arrived yet. unknown: a type that this version does not know; its content is the whole message object. note: an '
   'internal note of a user.';

create table app_public.channel_kinds (
  kind app_public.channel_kind primary key,
  reply_window interval
    constraint channel_kinds_reply_window_is_positive check (reply_window > '0'),
  message_types app_public.message_type[] not null,
  text_limit int not null
    constraint channel_kinds_text_limit_in_range check (text_limit between 1 and 65536),
  address_kinds app_public.identity_kind[] not null
    constraint channel_kinds_address_kinds_is_not_empty check (address_kinds <> '{}'),
  has_read_receipts boolean not null,
  has_typing_indicator boolean not null,
  received_media_lifetime interval not null
    constraint channel_kinds_received_media_lifetime_is_positive check (received_media_lifetime > '0')
);
alter table app_public.channel_kinds enable row level security;
comment on table app_public.channel_kinds is
  E'What a kind of channel can do. Parley''s rules of sending and API clients read it. A kind that is not listed has '
   'no channels.\n\n'
   'In SQL: written by migrations only.';
comment on column app_public.channel_kinds.reply_window is
  E'How long after a customer''s message or call messages other than templates may be sent; PYWIN later. Null: at any '
   'time.';
comment on column app_public.channel_kinds.message_types is
  E'The types of messages that can be sent; PYCHN for others. Templates can be sent if it contains "template", '
   'reactions if it contains "reaction".';
comment on column app_public.channel_kinds.text_limit is E'The maximum number of characters in a text message (PYCNT).';
comment on column app_public.channel_kinds.address_kinds is
  E'The kinds of contact identities that messages can be sent to, the preferred one first; PYADR if a contact has '
   'none. The order decides between identities that were last heard from at the same time.';
comment on column app_public.channel_kinds.has_read_receipts is
  E'Whether the customer can be shown that their messages were read.';
comment on column app_public.channel_kinds.has_typing_indicator is
  E'Whether the customer can be shown that an agent is typing.';
comment on column app_public.channel_kinds.received_media_lifetime is
  E'How long the provider keeps the file of a received message.';
insert into app_public.channel_kinds (
  kind, reply_window, message_types, text_limit, address_kinds, has_read_receipts, has_typing_indicator,
  received_media_lifetime
)
values (
  'whatsapp_cloud',
  '24 hours',
  '{text,template,interactive,image,video,audio,document,sticker,location,contacts,reaction}',
  4096,
  '{phone,bsuid,parent_bsuid}',
  true,
  true,
  '7 days'
);

create table app_public.media_limits (
  kind app_public.channel_kind not null references app_public.channel_kinds on delete cascade,
  message_type app_public.message_type not null,
  mime_types text[]
    constraint media_limits_mime_types_is_not_empty check (mime_types <> '{}'),
  max_size int not null
    constraint media_limits_max_size_is_positive check (max_size > 0),
  primary key (kind, message_type)
);
alter table app_public.media_limits enable row level security;
comment on table app_public.media_limits is
  E'The files that a kind of channel accepts, by type of message. PYCNT for others. A type that is not listed has no '
   'file.\n\n'
   'In SQL: written by migrations only.';
comment on column app_public.media_limits.mime_types is
  E'The accepted MIME types, in lower case and without parameters. Null: all.';
comment on column app_public.media_limits.max_size is E'The maximum size of a file, in bytes.';
insert into app_public.media_limits (kind, message_type, mime_types, max_size)
values
  ('whatsapp_cloud', 'image', '{image/jpeg,image/png}', 5 * 1024 * 1024),
  ('whatsapp_cloud', 'video', '{video/mp4,video/3gpp}', 16 * 1024 * 1024),
  ('whatsapp_cloud', 'audio', '{audio/ogg,audio/mpeg,audio/mp4,audio/aac,audio/amr}', 16 * 1024 * 1024),
  ('whatsapp_cloud', 'sticker', '{image/webp}', 500 * 1024),
  ('whatsapp_cloud', 'document', null, 100 * 1024 * 1024);

create table app_public.channels (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  kind app_public.channel_kind not null default 'whatsapp_cloud'
    references app_public.channel_kinds on delete restrict,
  name text not null
    constraint channels_name_has_length check (length(name) between 1 and 150),
  status app_public.channel_status not null default 'active',
  status_reason text,
  is_default boolean not null default false,
  webhook_key uuid,
  sends_read_receipts boolean not null default true,
  uncertain_policy app_public.uncertain_policy not null default 'fail',
  messages_per_second int
    constraint channels_messages_per_second_in_range check (messages_per_second between 1 and 1000),
  media_limit int
    constraint channels_media_limit_is_not_negative check (media_limit >= 0),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index channels_one_default_per_tenant on app_public.channels (tenant_id) where is_default;
create index on app_public.channels (tenant_id);
create index on app_public.channels (webhook_key);
create index on app_public.channels (kind);
alter table app_public.channels add unique (id, tenant_id, kind);
-- Created last, with the id first: while a table is small, all its indexes have the same estimated cost, and the
-- planner uses the newest.
alter table app_public.channels add unique (id, tenant_id);
alter table app_public.channels enable row level security;
comment on table app_public.channels is
  E'A connected number or account of a tenant. Its secrets are stored apart and never shown.';
comment on column app_public.channels.name is E'The name that users see: 1 to 150 characters.';
comment on column app_public.channels.is_default is
  E'The channel of new conversations that name none. A tenant has one default channel.';
comment on column app_public.channels.status_reason is
  E'Why the channel is paused or stopped. If stopped: the provider''s error code and text.';
comment on column app_public.channels.webhook_key is
  E'The end of the webhook address of the Meta app: /webhooks/whatsapp/<webhook_key>. Channels with the same app '
   'secret share it. It does not change when the secret is rotated or one of these channels is deleted. Null until an '
   'app secret is set.';
comment on column app_public.channels.sends_read_receipts is
  E'Whether markConversationRead also informs the customer (blue ticks).';
comment on column app_public.channels.messages_per_second is
  E'The maximum send rate. Meta allows 80 messages a second, 20 if the phone app is used as well, and 1000 on the '
   'highest tier. If null: as fast as Meta accepts messages; after Meta answers "too fast" (130429, the message was '
   'not sent), the rate is adapted for an hour.';
comment on column app_public.channels.media_limit is
  E'The maximum size of a file that is fetched when a message arrives, in bytes. 0: no file is fetched. Null: every '
   'file is. The mutation fetchMedia fetches a file that was left out.';

create table app_public.whatsapp_channels (
  channel_id uuid not null,
  tenant_id uuid not null references app_public.tenants on delete cascade,
  kind app_public.channel_kind not null default 'whatsapp_cloud'
    constraint whatsapp_channels_kind_is_whatsapp_cloud check (kind = 'whatsapp_cloud'),
  phone_number_id text not null
    constraint whatsapp_channels_phone_number_id_is_digits check (phone_number_id ~ '^[0-9]{1,32}$'),
  business_account_id text not null
    constraint whatsapp_channels_business_account_id_is_digits check (business_account_id ~ '^[0-9]{1,32}$'),
  display_phone_number text
    constraint whatsapp_channels_display_phone_number_has_length check (length(display_phone_number) between 1 and 40),
  verified_name text,
  verified_name_at timestamptz,
  quality_rating text,
  quality_rating_at timestamptz,
  messaging_limit text,
  messaging_limit_at timestamptz,
  graph_url text
    constraint whatsapp_channels_graph_url_is_http check (graph_url ~ '^https?://[^\s]+$' and length(graph_url) <= 500),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, phone_number_id),
  foreign key (channel_id, tenant_id, kind) references app_public.channels (id, tenant_id, kind) on delete cascade
);
create index on app_public.whatsapp_channels (phone_number_id);
create index on app_public.whatsapp_channels (business_account_id);
-- Last, as of all tables that hot statements look into: the planner takes the newest.
alter table app_public.whatsapp_channels add unique (channel_id, tenant_id, kind);
alter table app_public.whatsapp_channels add primary key (channel_id);
alter table app_public.whatsapp_channels enable row level security;
comment on table app_public.whatsapp_channels is
  E'The WhatsApp data of a channel of kind whatsapp_cloud.\n\n'
   'In SQL: each such channel has one row.';
comment on column app_public.whatsapp_channels.phone_number_id is
  E'Meta''s id of the number (not the number itself). Webhooks are routed by it.';
comment on column app_public.whatsapp_channels.business_account_id is
  E'The WhatsApp Business Account (WABA) of the number.';
comment on column app_public.whatsapp_channels.display_phone_number is E'The number in its usual notation.';
comment on column app_public.whatsapp_channels.verified_name is
  E'The name shown to customers, as last reported by Meta.';
comment on column app_public.whatsapp_channels.verified_name_at is
  E'When Meta reported the name. An older report changes nothing; the same applies to the other two.';
comment on column app_public.whatsapp_channels.quality_rating is
  E'GREEN, YELLOW, RED or UNKNOWN, as last reported by Meta.';
comment on column app_public.whatsapp_channels.quality_rating_at is E'When Meta reported the quality rating.';
comment on column app_public.whatsapp_channels.messaging_limit is
  E'The number of customers to whom the business may write first within 24 hours, as last reported by Meta (TIER_250 '
   '…).';
comment on column app_public.whatsapp_channels.messaging_limit_at is E'When Meta reported the messaging limit.';
comment on column app_public.whatsapp_channels.graph_url is
  E'The address of its Graph API, if it is not WHATSAPP_GRAPH_URL: a sandbox or a proxy. Set by the operator.';

create table app_private.channel_secrets (
  channel_id uuid primary key references app_public.channels on delete cascade,
  access_token text,
  app_secret text,
  previous_app_secret text,
  verify_token text,
  app_secret_fingerprint text,
  previous_app_secret_fingerprint text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on app_private.channel_secrets (app_secret_fingerprint);
alter table app_private.channel_secrets enable row level security;
comment on table app_private.channel_secrets is
  E'The credentials of a channel: each an AES-256-GCM envelope sealed by the program for this row and column. Read by '
   'the webhook receiver and the sender only.';
comment on column app_private.channel_secrets.previous_app_secret is
  E'Accepted beside app_secret until the next rotation, because Meta switches to the new secret with a delay.';
comment on column app_private.channel_secrets.app_secret_fingerprint is
  E'A keyed hash of app_secret. Channels with the same fingerprint belong to the same Meta app. A webhook is applied '
   'only to channels whose current or previous app secret has signed it.';
comment on column app_private.channel_secrets.previous_app_secret_fingerprint is E'The same of previous_app_secret.';

create table app_private.webhook_addresses (
  address uuid primary key,
  webhook_key uuid not null
);
create index on app_private.webhook_addresses (webhook_key);
alter table app_private.webhook_addresses enable row level security;
comment on table app_private.webhook_addresses is
  E'Former webhook addresses: ids of deleted channels and replaced webhook keys. A Meta app may still post to them '
   'for its other channels.';
comment on column app_private.webhook_addresses.address is E'The last part of the address.';
comment on column app_private.webhook_addresses.webhook_key is E'The webhook key of the app whose channels are meant.';

create table app_private.channel_states (
  channel_id uuid primary key references app_public.channels on delete cascade,
  pace_clock timestamptz not null default '-infinity',
  paused_until timestamptz not null default '-infinity',
  paused_at timestamptz,
  learned_messages_per_second int,
  learned_at timestamptz,
  last_webhook_at timestamptz,
  account_state_at timestamptz,
  status_before_stop app_public.channel_status,
  status_reason_before_stop text
) with (fillfactor = 50);
alter table app_private.channel_states enable row level security;
comment on table app_private.channel_states is
  E'The state of a channel that changes with every batch; in a narrow table, so that updates are cheap.';
comment on column app_private.channel_states.pace_clock is
  E'A token bucket stored as one instant: (now - pace_clock) times the send rate is the number of messages that may '
   'be sent now, limited to a quarter of a second''s worth.';
comment on column app_private.channel_states.learned_messages_per_second is
  E'The rate at which the provider last answered "too fast". channel_pace() approaches it and then exceeds it.';
comment on column app_private.channel_states.learned_at is E'When sending was resumed after that answer.';
comment on column app_private.channel_states.paused_until is
  E'Nothing is sent before: the provider asked for a pause (error 130429, 80007, 4 or 131057), or does not answer.';
comment on column app_private.channel_states.paused_at is E'When paused_until was set.';
comment on column app_private.channel_states.account_state_at is
  E'When Meta last stopped, reinstated or refused the account. A report that is not newer changes nothing.';
comment on column app_private.channel_states.status_before_stop is
  E'channels.status, as a user had set it, before the provider stopped the channel. A reinstatement restores it.';
comment on column app_private.channel_states.status_reason_before_stop is
  E'channels.status_reason before the stop; restored as well.';
comment on column app_private.channel_states.last_webhook_at is
  E'When the last webhook arrived, to within 10 seconds. While no webhooks arrive, a missing status says nothing '
   'about a message.';

--!include channels/media_limit_problem.sql
--!include channels/reply_window_of.sql
--!include channels/tg_channels__refuse_incomplete.sql
--!include channels/tg_whatsapp_channels__notify.sql
--!include channels/tg_whatsapp_channels__refuse_removal.sql
--!include channels/tg_channels__insert_secrets.sql
--!include channels/tg_channels__choose_default.sql
--!include channels/tg_channels__wake_sender.sql
--!include channels/tg_channels__keep_webhook_address.sql
--!include channels/stop_channel.sql
--!include channels/set_channel_secrets.sql
--!include channels/add_whatsapp_channel.sql
--!include channels/create_channel.sql
--!include channels/media_limits.policies.sql
--!include channels/channel_kinds.policies.sql
--!include channels/whatsapp_channels.policies.sql
--!include channels/channels.policies.sql

--! split: 0300-contacts.sql
--!include contacts/calling_code.sql
--!include contacts/normalize_phone.sql
--!include contacts/contact_words.sql
--!include contacts/identity_match_key.sql

create table app_public.contacts (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text
    constraint contacts_name_has_length check (length(name) between 1 and 150),
  phone text
    constraint contacts_phone_is_international check (phone ~ '^\+[0-9]{5,20}$'),
  email text
    constraint contacts_email_is_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  profile_name text,
  username text,
  external_ref text
    constraint contacts_external_ref_has_length check (length(external_ref) between 1 and 100),
  language text
    constraint contacts_language_is_tag check (language ~ '^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$'),
  is_blocked boolean not null default false,
  opted_out_at timestamptz,
  marketing_opted_out_at timestamptz,
  metadata jsonb not null default '{}'
    constraint contacts_metadata_is_object check (jsonb_typeof(metadata) = 'object')
    constraint contacts_metadata_is_at_most_32_kb check (octet_length(metadata::text) <= 32768),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create unique index contacts_phone_key
  on app_public.contacts (tenant_id, app_hidden.identity_match_key('phone', phone));
create unique index contacts_external_ref_key on app_public.contacts (tenant_id, external_ref);
create index on app_public.contacts (tenant_id, created_at desc, id);
create index on app_public.contacts using gin (metadata jsonb_path_ops);
-- What search_contacts() looks through. 17 microseconds for each new contact.
create index contacts_words_idx on app_public.contacts using gin (
  app_hidden.contact_words(tenant_id, name, profile_name, username, email, external_ref, phone)
);
-- Created last, with the id first: while a table is small, all its indexes have the same estimated cost, and the
-- planner uses the newest.
alter table app_public.contacts add unique (id, tenant_id);
alter table app_public.contacts enable row level security;
comment on table app_public.contacts is
  E'A customer. A contact may have no phone number; its identities are the addresses at which it can be reached.';
comment on column app_public.contacts.email is E'An e-mail address, for users and chatbots. Nothing is sent to it.';
comment on column app_public.contacts.name is E'The name that staff use. profile_name is shown where it is null.';
comment on column app_public.contacts.phone is
  E'International form: "+" and digits. Spaces, dashes, brackets, a leading 00, "(0)", an extension and invisible '
   'characters are removed from what is written or pasted. Unique in the tenant; the two spellings of Brazilian, '
   'Mexican and Argentinian mobile numbers are treated as the same number.';
comment on column app_public.contacts.profile_name is
  E'The name of the contact''s own profile on the channel, as last reported.';
comment on column app_public.contacts.external_ref is
  E'The id of the contact in your own system. Unique in the tenant.';
comment on column app_public.contacts.username is
  E'The contact''s WhatsApp user name, as last reported. User names can pass to another person, so contacts are not '
   'identified by them.';
comment on column app_public.contacts.language is E'A language tag like "pt-BR", for chatbots and for your own use.';
comment on column app_public.contacts.metadata is E'Any object, for your own use. Chatbots store answers here too.';
comment on column app_public.contacts.is_blocked is
  E'Nothing is sent to a blocked contact (PYOPT). Its messages are still stored.';
comment on column app_public.contacts.opted_out_at is
  E'When the contact asked to receive no more messages. Nothing is sent while this is set (PYOPT).';
comment on column app_public.contacts.marketing_opted_out_at is
  E'When the contact opted out of marketing messages, by the switch in WhatsApp or as error 131050 reported. '
   'Marketing templates are refused while this is set (PYOPT).';

create table app_public.contact_identities (
  tenant_id uuid not null,
  kind app_public.identity_kind not null,
  value text not null
    constraint contact_identities_value_has_length check (length(value) between 1 and 256),
  match_key text not null generated always as (app_hidden.identity_match_key(kind, value)) stored,
  contact_id uuid not null,
  last_heard_at timestamptz,
  retired_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, kind, match_key),
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade
);
create index on app_public.contact_identities (contact_id, tenant_id);
alter table app_public.contact_identities enable row level security;
comment on table app_public.contact_identities is
  E'An address of a contact. By the primary key, two contacts of a tenant cannot share one. Messages go to the '
   'address from which the customer wrote last, and never to a retired one.';
comment on column app_public.contact_identities.value is
  E'As the provider wrote it (a phone number with "+"). Addresses are compared in a normalized form but stored as '
   'they are.';
comment on column app_public.contact_identities.last_heard_at is
  E'Decides the order of the contact''s addresses: when the customer wrote from this address after having written '
   'from another one, by the provider''s clock, or when staff corrected it. Not updated while the order stays the '
   'same. Null: the customer has never written from it.';
comment on column app_public.contact_identities.retired_at is
  E'When a new number or user id replaced this address. If another customer writes from a retired number, the number '
   'becomes theirs.';
comment on column app_public.contact_identities.match_key is
  E'A key that is the same for all spellings of an address. Used for comparison only.';

create table app_private.contact_facts (
  tenant_id uuid not null,
  contact_id uuid not null,
  fact text not null
    constraint contact_facts_fact_is_known check (fact in ('name', 'marketing')),
  value text not null,
  reported_at timestamptz not null,
  received_at timestamptz not null,
  primary key (contact_id, tenant_id, fact),
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade
);
alter table app_private.contact_facts enable row level security;
comment on table app_private.contact_facts is
  E'The last report of the provider on facts whose time has no column in contacts: an older report, redelivered or '
   'late, changes nothing.';
comment on column app_private.contact_facts.fact is
  E'name: in the address book of the phone app. marketing: "stop" or "resume".';
comment on column app_private.contact_facts.reported_at is
  E'The time of the report by the provider''s clock, in whole seconds.';
comment on column app_private.contact_facts.received_at is
  E'When the webhook first arrived. Decides between two reports of the same second.';

create table app_private.erasure_keys (
  tenant_id uuid primary key references app_public.tenants on delete cascade,
  key bytea not null default app_private.gen_random_bytes(32)
);
alter table app_private.erasure_keys enable row level security;
comment on table app_private.erasure_keys is
  E'The key for hashing a tenant''s erased addresses. Phone numbers are so few that hashes without a key could be '
   'guessed.';

create table app_private.erased_addresses (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  address_hash bytea not null,
  erased_at timestamptz not null,
  primary key (tenant_id, address_hash)
);
create index on app_private.erased_addresses (erased_at);
alter table app_private.erased_addresses enable row level security;
comment on table app_private.erased_addresses is
  E'Keyed hashes of the addresses of deleted contacts: webhooks received before the deletion do not create the '
   'contact again. Deleted when the last of those webhooks is.';

create table app_private.erased_messages (
  hash uuid primary key,
  tenant_id uuid not null references app_public.tenants on delete cascade,
  erased_at timestamptz not null default now()
);
create index on app_private.erased_messages (tenant_id);
alter table app_private.erased_messages enable row level security;
comment on table app_private.erased_messages is
  E'Messages of the last eight days whose contact was deleted, by provider_id_hash(). The provider may deliver them '
   'again for seven days.';

--!include contacts/tg_contacts__normalize.sql
--!include contacts/tg_contacts__refuse_invalid_phone.sql
--!include contacts/tg__fill_in_tenant_of_contact.sql
--!include contacts/tg_contact_tags__notify.sql
--!include contacts/tg_contacts__claim_phone.sql
--!include contacts/tg_contacts__record_erasure.sql
--!include contacts/is_newer_fact.sql
--!include contacts/set_marketing_preference.sql
--!include contacts/merge_contacts.sql
--!include contacts/phone_match_keys.sql
--!include contacts/contact_by_phone.sql
--!include contacts/search_contacts.sql
--!include contacts/contacts.policies.sql
--!include contacts/contact_identities.policies.sql

--! split: 0310-contact-lists.sql
create table app_public.tags (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint tags_name_has_length check (length(name) between 1 and 100),
  color text
    constraint tags_color_is_hex check (color ~ '^#[0-9a-f]{6}$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
create unique index tags_name_key on app_public.tags (tenant_id, lower(name));
alter table app_public.tags enable row level security;
comment on table app_public.tags is
  E'A label for contacts. Unique by name in the tenant, regardless of case. Chatbots create missing tags.';
comment on column app_public.tags.name is E'1 to 100 characters, unique in the tenant regardless of case.';
comment on column app_public.tags.color is E'The colour of the tag: #rrggbb, in lower case.';

create table app_public.contact_tags (
  tenant_id uuid not null,
  contact_id uuid not null,
  tag_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (contact_id, tag_id, tenant_id),
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, tag_id) references app_public.tags (tenant_id, id) on delete cascade
);
create index on app_public.contact_tags (tag_id);
alter table app_public.contact_tags enable row level security;
comment on table app_public.contact_tags is E'The tags of a contact.';

create table app_public.groups (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint groups_name_has_length check (length(name) between 1 and 255),
  description text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
create unique index groups_name_key on app_public.groups (tenant_id, lower(name));
alter table app_public.groups enable row level security;
comment on table app_public.groups is
  E'A list of contacts to send to. Unique by name in the tenant, regardless of case.';
comment on column app_public.groups.name is E'1 to 255 characters, unique in the tenant regardless of case.';
comment on column app_public.groups.description is E'What the group is for.';

create table app_public.group_contacts (
  tenant_id uuid not null,
  group_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (group_id, contact_id, tenant_id),
  foreign key (tenant_id, group_id) references app_public.groups (tenant_id, id) on delete cascade,
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade
);
create index on app_public.group_contacts (contact_id);
alter table app_public.group_contacts enable row level security;
comment on table app_public.group_contacts is E'The contacts in a group.';

--!include contacts/change_contacts.sql
--!include contacts/tags.policies.sql
--!include contacts/contact_tags.policies.sql
--!include contacts/groups.policies.sql
--!include contacts/group_contacts.policies.sql

--! split: 0400-conversations.sql
create type app_public.conversation_status as enum ('open', 'closed', 'archived');
comment on type app_public.conversation_status is
  E'Whether a conversation needs attention. open: it may. closed: it is done, until the customer writes again. '
   'archived: as closed, but hidden from lists.';

create type app_public.assignment_strategy as enum ('round_robin', 'least_busy', 'previous');
comment on type app_public.assignment_strategy is
  E'How a member is chosen for a conversation, among those who are active and available. round_robin: the one to whom '
   'nothing was assigned for the longest time. least_busy: the one with the fewest open conversations. previous: the '
   'one who had the conversation before, otherwise as round_robin.';

create table app_public.teams (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint teams_name_has_length check (length(name) between 1 and 255),
  description text
    constraint teams_description_is_short check (length(description) <= 1000),
  assignment app_public.assignment_strategy,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
create unique index teams_name_key on app_public.teams (tenant_id, lower(name));
alter table app_public.teams enable row level security;
comment on table app_public.teams is
  E'Members who share conversations, for example a department. Unique by name in the tenant, regardless of case: a '
   'chatbot''s handoff names the team.';
comment on column app_public.teams.name is E'1 to 255 characters, unique in the tenant regardless of case.';
comment on column app_public.teams.description is E'What the team does: at most 1,000 characters.';
comment on column app_public.teams.assignment is
  E'How a conversation that the team gets is assigned to one of its members. Null: it is not assigned, and a member '
   'takes it.';

create table app_public.team_members (
  tenant_id uuid not null,
  team_id uuid not null,
  user_id uuid not null,
  last_assigned_at timestamptz,
  created_at timestamptz not null default now(),
  primary key (team_id, user_id, tenant_id),
  foreign key (tenant_id, team_id) references app_public.teams (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade
);
create index on app_public.team_members (user_id);
alter table app_public.team_members enable row level security;
comment on table app_public.team_members is E'The members of teams. A user may be in several teams.';
comment on column app_public.team_members.last_assigned_at is
  E'When a conversation of the team was last assigned to the member by a strategy. Null: never; this member is next.';

create table app_public.conversations (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  channel_id uuid not null,
  contact_id uuid not null,
  status app_public.conversation_status not null default 'open',
  team_id uuid,
  assignee_id uuid,
  previous_assignee_id uuid,
  handed_over_at timestamptz,
  last_message_id uuid,
  last_message_at timestamptz,
  last_activity_at timestamptz not null generated always as (coalesce(last_message_at, created_at)) stored,
  last_message_preview text,
  last_customer_message_at timestamptz,
  waiting_since timestamptz,
  waiting_for_person_since timestamptz,
  window_expires_at timestamptz,
  free_entry_offered_until timestamptz,
  free_entry_until timestamptz,
  unread_count int not null default 0
    constraint conversations_unread_count_not_negative check (unread_count >= 0),
  read_at timestamptz,
  chatbot_paused_until timestamptz,
  snoozed_until timestamptz,
  closed_at timestamptz,
  closed_through_id uuid,
  metadata jsonb not null default '{}'
    constraint conversations_metadata_is_object check (jsonb_typeof(metadata) = 'object')
    constraint conversations_metadata_is_at_most_32_kb check (octet_length(metadata::text) <= 32768),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (channel_id, contact_id, tenant_id),
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade,
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, assignee_id) references app_public.memberships (tenant_id, user_id)
    on delete set null (assignee_id),
  foreign key (tenant_id, previous_assignee_id) references app_public.memberships (tenant_id, user_id)
    on delete set null (previous_assignee_id),
  foreign key (tenant_id, team_id) references app_public.teams (tenant_id, id) on delete set null (team_id),
  constraint conversations_closed_has_closed_at check ((status = 'open') = (closed_at is null)),
  constraint conversations_closed_is_not_handed_over check (status = 'open' or handed_over_at is null),
  constraint conversations_handed_over_at_is_finite check (isfinite(handed_over_at)),
  constraint conversations_closed_is_not_snoozed check (status = 'open' or snoozed_until is null)
) with (fillfactor = 70);
create index on app_public.conversations (tenant_id, last_activity_at desc, id desc);
create index on app_public.conversations (tenant_id, status, last_activity_at desc, id desc);
create index on app_public.conversations (contact_id);
-- With the status, so that the open conversations of a member can be counted.
create index on app_public.conversations (assignee_id, status) where assignee_id is not null;
create index on app_public.conversations (previous_assignee_id) where previous_assignee_id is not null;
create index on app_public.conversations (team_id, status) where team_id is not null;
create index on app_public.conversations (snoozed_until) where snoozed_until is not null;
-- Created last, with the id first: while a table is small, all its indexes have the same estimated cost, and the
-- planner uses the newest.
alter table app_public.conversations add unique (id, tenant_id);
alter table app_public.conversations enable row level security;
comment on table app_public.conversations is
  E'The conversation between a contact and a channel; there is one for each pair. Its last message, reply window and '
   'unread count are updated whenever a message is stored.';
comment on column app_public.conversations.closed_at is E'When the conversation was closed. Null if it is not closed.';
comment on column app_public.conversations.status is
  E'open, closed or archived. A message from the customer opens the conversation again, unless a closing rule says '
   'otherwise.';
comment on column app_public.conversations.assignee_id is
  E'The user to whom the conversation is assigned. Closing it keeps the assignee.';
comment on column app_public.conversations.team_id is
  E'The team to which the conversation belongs. It stays when the conversation is assigned to a member or closed.';
comment on column app_public.conversations.previous_assignee_id is
  E'The user to whom the conversation was assigned before.';
comment on column app_public.conversations.handed_over_at is
  E'Since when users are in charge: a chatbot handed the conversation over, or it was assigned to a user or given to a '
   'team. The chatbot is silent until it is given back. Null while the chatbot is in charge, and in closed '
   'conversations.';
comment on column app_public.conversations.waiting_since is
  E'When the customer wrote the oldest message that neither a user nor a chatbot has answered. Null if none is '
   'unanswered. Closing the conversation counts as an answer; templates count, messages of programs and reactions do '
   'not.';
comment on column app_public.conversations.waiting_for_person_since is
  E'As waitingSince, but only the messages of users count as answers, including those from the phone app.';
comment on column app_public.conversations.snoozed_until is
  E'The conversation is snoozed until then, or until the customer''s next message if that comes first; `infinity`: '
   'until the next message. Null if it is not snoozed.';
comment on column app_public.conversations.closed_through_id is
  E'The last message when the conversation was last closed. Nothing up to it waits for an answer.';
comment on column app_public.conversations.last_activity_at is
  E'last_message_at, or created_at if there is no message. Lists are ordered by it: it is never null, so that cursor '
   'pagination skips no conversation.';
comment on column app_public.conversations.last_customer_message_at is
  E'When the customer last wrote, by the provider''s clock and never in the future. Reactions, edits and deletions do '
   'not count.';
comment on column app_public.conversations.window_expires_at is
  E'Free-form messages may be sent until then: 24 hours after the customer''s last message or call. Afterwards only '
   'templates may be sent (PYWIN).';
comment on column app_public.conversations.free_entry_offered_until is
  E'The customer came from an advertisement, and an answer until then, within 24 hours, sets free_entry_until. Null '
   'if there is no such offer or it has been used.';
comment on column app_public.conversations.free_entry_until is
  E'Messages are free of charge until then: 72 hours after the first answer to a message that came from an '
   'advertisement. This affects the price only; window_expires_at decides what may be sent.';
comment on column app_public.conversations.unread_count is
  E'The number of the customer''s messages since read_at, without reactions, edits, deletions and notices.';
comment on column app_public.conversations.read_at is
  E'Up to when the conversation has been read. markConversationRead sets it and resets unread_count.';
comment on column app_public.conversations.chatbot_paused_until is
  E'The chatbot is silent until then, because a user wrote.';
comment on column app_public.conversations.last_message_id is
  E'The newest message in either direction, except edits, deletions, removed reactions and messages in groups.\n\n'
   'In SQL: no foreign key, so that old partitions can be dropped.';
comment on column app_public.conversations.last_message_at is
  E'When the last message was written. Null before the first one.';
comment on column app_public.conversations.last_message_preview is
  E'The preview of the last message, for lists: after an edit, that of its new content; "[deleted]" if its author has '
   'deleted it.';
comment on column app_public.conversations.metadata is E'Any object, for your own use.';

create table app_public.conversation_participants (
  tenant_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (conversation_id, user_id, tenant_id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade
);
create index on app_public.conversation_participants (user_id);
alter table app_public.conversation_participants enable row level security;
comment on table app_public.conversation_participants is
  E'The users who take part in a conversation: it was assigned to them, or they wrote in it.';

create type app_public.reopening as enum ('message', 'handoff', 'person');
comment on type app_public.reopening is
  E'What opens a closed conversation again. message: the customer''s next message. handoff: a chatbot answers in the '
   'closed conversation, and opens it when it hands it over. person: only a user. Users can always open it.';
create type app_public.return_target as enum ('assignee', 'team', 'unassigned', 'chatbot');
comment on type app_public.return_target is
  E'Who gets a conversation that the customer''s message has opened again. assignee: the user to whom it was assigned, '
   'if they are active and available, otherwise as team. team: the team it belonged to, otherwise as unassigned. '
   'unassigned: it waits for a user to take it. chatbot: the chatbot.';

create table app_public.closing_rules (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  channel_id uuid,
  team_id uuid,
  reopened_by app_public.reopening not null default 'message',
  returns_to app_public.return_target not null default 'assignee',
  closes_after interval
    constraint closing_rules_closes_after_is_5_minutes_to_a_year
      check (closes_after between interval '5 minutes' and interval '366 days'),
  closes_unanswered boolean not null default false,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint closing_rules_scope_key unique nulls not distinct (tenant_id, channel_id, team_id),
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade,
  foreign key (tenant_id, team_id) references app_public.teams (tenant_id, id) on delete cascade
);
create index on app_public.closing_rules (channel_id) where channel_id is not null;
create index on app_public.closing_rules (team_id) where team_id is not null;
alter table app_public.closing_rules enable row level security;
comment on table app_public.closing_rules is
  E'How conversations are closed and opened again. Of the rules that apply to a conversation, the one for its team and '
   'channel counts, then the one for its team, for its channel, and for all.';
comment on column app_public.closing_rules.channel_id is E'The channel of the conversations. Null: all channels.';
comment on column app_public.closing_rules.team_id is
  E'The team to which the conversations belong. Null: all conversations.';
comment on column app_public.closing_rules.reopened_by is E'What opens a closed conversation again.';
comment on column app_public.closing_rules.returns_to is
  E'Who gets a conversation that the customer''s message opens again.';
comment on column app_public.closing_rules.closes_after is
  E'An open conversation that has not changed for this long is closed, 5 minutes to 366 days. Null: never. Snoozed '
   'conversations are not closed.';
comment on column app_public.closing_rules.closes_unanswered is
  E'Whether a conversation is closed even if the customer is waiting for an answer.';

create type app_public.presence_state as enum ('viewing', 'typing');
comment on type app_public.presence_state is
  E'What a user does in a conversation. viewing: they have it open. typing: they are writing in it.';

create table app_public.presences (
  tenant_id uuid not null,
  conversation_id uuid not null,
  user_id uuid not null,
  state app_public.presence_state not null,
  expires_at timestamptz not null,
  primary key (conversation_id, user_id, tenant_id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade
) with (fillfactor = 50);
create index on app_public.presences (user_id);
alter table app_public.presences enable row level security;
comment on table app_public.presences is
  E'Who is looking at a conversation or typing in it right now.\n\n'
   'In SQL: written by show_presence(). A row that has expired may remain for a while.';
comment on column app_public.presences.expires_at is
  E'The presence ends then, unless it is shown again.';

--!include conversations/tg_conversation_participants__notify.sql
--!include conversations/tg_conversations__fill_in.sql
--!include conversations/tg_conversations__refuse_incomplete.sql
--!include conversations/tg_conversations__notify.sql
--!include conversations/tg_conversations__end_pause.sql
--!include conversations/tg_conversations__hand_over_now.sql
--!include conversations/tg_conversations__keep_state.sql
--!include conversations/tg_conversations__add_assignee.sql
--!include conversations/is_window_open.sql
--!include conversations/conversations_is_window_open.sql
--!include conversations/conversations_can_send_session_message.sql
--!include conversations/require_conversation.sql
--!include conversations/choose_member.sql
--!include conversations/tg_conversations__assign.sql
--!include conversations/assign.sql
--!include conversations/assign_conversation.sql
--!include conversations/claim_conversation.sql
--!include conversations/return_to_chatbot.sql
--!include conversations/snooze_conversation.sql
--!include conversations/set_availability.sql
--!include conversations/close_conversation.sql
--!include conversations/reopen_conversation.sql
--!include conversations/mark_read.sql
--!include conversations/mark_conversation_read.sql
--!include conversations/remind_of_typing.sql
--!include conversations/show_typing.sql
--!include conversations/show_presence.sql
--!include conversations/end_presence.sql
--!include conversations/teams.policies.sql
--!include conversations/team_members.policies.sql
--!include conversations/closing_rules.policies.sql
create table app_private.conversation_notices (
  transaction_id xid8 not null default pg_current_xact_id(),
  id uuid not null default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  conversation_id uuid not null,
  event text not null,
  details jsonb not null,
  primary key (transaction_id, id)
);
alter table app_private.conversation_notices enable row level security;
comment on table app_private.conversation_notices is
  E'What the current statement has done to conversations, until it ends and their threads show it. So it is empty for '
   'all other transactions. No foreign keys: they would cost time, and the rows live for milliseconds.';
--!include conversations/notice_text.sql
--!include conversations/tg_conversations__record_notices.sql
--!include conversations/tg_conversations__write_notices.sql
--!include conversations/conversations.policies.sql
--!include conversations/conversation_participants.policies.sql
--!include conversations/presences.policies.sql

--! split: 0500-messages.sql
create type app_public.message_direction as enum ('inbound', 'outbound', 'internal');
comment on type app_public.message_direction is
  E'Which way a message goes. inbound: from the customer. outbound: to the customer. internal: within the team: a '
   'note or a notice, which is never sent.';
create type app_public.message_author as enum ('contact', 'chatbot', 'user', 'system');
comment on type app_public.message_author is
  E'Who wrote a message. contact: the customer. chatbot: a chatbot. user: a member of staff. system: a program, for '
   'example SQL.';
create type app_public.message_origin as enum ('live', 'echo', 'history', 'standby', 'group');
comment on type app_public.message_origin is
  E'How a message came to be stored. Only live messages open the window, count as unread, wake a chatbot or are '
   'sent. live: written now, on this channel. echo: written by a person in the phone app. history: imported. '
   'standby: written while another app controlled the thread. group: written in a group; its preview begins with '
   '"[group]", and it is never the last message.';
-- In the order in which the status of a message may change, so that greatest() gives the right status in whatever order
-- statuses arrive. failed is after sent and before delivered: a late failure replaces sent, and a message that the
-- customer has received cannot have failed.
create type app_public.message_status as enum (
  'queued', 'sending', 'uncertain', 'sent', 'failed', 'delivered', 'read', 'played'
);
comment on type app_public.message_status is
  E'The outcome of an outbound message so far. queued: it waits for the sender. sending: it was sent to the '
   'provider, which has not responded yet. uncertain: it may or may not have been sent, because a response was lost '
   'or a process ended; a status decides. sent: the provider accepted it. failed: it will not arrive. delivered: it '
   'arrived on the customer''s phone. read: the customer has seen it. played: the customer has listened to it.';

--!include conversations/closing_rule_of.sql
--!include conversations/reopen_conversations.sql
--!include conversations/close_inactive_conversations.sql
--!include conversations/end_snoozes.sql
--!include messages/message_effects.sql
--!include messages/message_preview.sql
--!include messages/received_preview.sql
--!include messages/content/content_with_media.sql
--!include messages/content/length_problem.sql
--!include messages/content/text_problem.sql
--!include messages/content/media_problem.sql
--!include messages/content/location_problem.sql
--!include messages/content/contacts_problem.sql
--!include messages/content/template_parameters_problem.sql
--!include messages/content/template_problem.sql
--!include messages/content/buttons_problem.sql
--!include messages/content/list_problem.sql
--!include messages/content/interactive_problem.sql
--!include messages/check_message_content.sql
--!include messages/content/note_content.sql
--!include messages/content/check_note.sql

create table app_public.messages (
  tenant_id uuid not null,
  id uuid primary key default app_hidden.uuid_v7(),
  conversation_id uuid not null,
  direction app_public.message_direction not null default 'outbound',
  author app_public.message_author not null,
  origin app_public.message_origin not null default 'live',
  type app_public.message_type not null,
  content jsonb not null
    constraint messages_content_is_object check (jsonb_typeof(content) = 'object'),
  preview text not null,
  user_id uuid,
  api_key_id uuid,
  provider_message_id text,
  reply_to_id uuid,
  media_id uuid,
  metadata jsonb not null default '{}'
    constraint messages_metadata_is_object check (jsonb_typeof(metadata) = 'object')
    constraint messages_metadata_is_at_most_32_kb
      check (direction = 'inbound' or octet_length(metadata::text) <= 32768),
  occurred_at timestamptz not null default clock_timestamp(),
  created_at timestamptz not null default clock_timestamp(),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  constraint messages_inbound_is_contacts check ((direction = 'inbound') = (author = 'contact')),
  constraint messages_internal_is_never_sent check (
    case direction
      when 'internal'
      then type in ('note', 'system', 'edit', 'revoke') and origin = 'live' and provider_message_id is null
      else type <> 'note'
    end
  ),
  -- As check_message_content() does, check_note() raises PYCNT.
  constraint messages_note_has_text check (type <> 'note' or app_hidden.check_note(content, media_id is not null)),
  -- check_message_content() never returns false: it raises PYCNT with what is wrong, because the error of a check that
  -- is false contains only the name of the check. Rows are also checked by a restore and by `validate constraint`,
  -- which stop with PYCNT at the first refused row. So a new version of the function must accept what an older one
  -- accepted; otherwise older dumps cannot be restored.
  constraint messages_outbound_has_sendable_content check (
    direction <> 'outbound' or origin <> 'live' or app_hidden.check_message_content(type, content, media_id is not null)
  )
) partition by range (id);
create index on app_public.messages (conversation_id, id desc);
-- A tenant's messages without those of the others between them: 1.1 microseconds for each message.
create index on app_public.messages (tenant_id, id desc);
-- 0.6 microseconds for each message.
create index on app_public.messages using gin (metadata jsonb_path_ops);
-- A conversation belongs to one tenant. Without knowing this, the planner expects a few messages of a conversation and
-- reads and sorts all of them for each page.
create statistics app_public.messages_tenant_of_conversation (dependencies)
  on tenant_id, conversation_id from app_public.messages;
create index on app_public.messages (media_id) where media_id is not null;
alter table app_public.messages enable row level security;
comment on table app_public.messages is
  E'A message in a conversation. Messages never change: a reaction, an edit or a deletion by the author is a message '
   'of its own, and the outcome of an outbound message is its message_status.\n\n'
   'In SQL: insert a row to send a message. It needs conversation_id, type and content; the other columns are filled '
   'in, and a row that violates the rules of sending is refused. The rows are stored in monthly partitions in '
   'app_private, so a dump of this table alone (pg_dump -t app_public.messages) has no rows: add -t '
   '''app_private.messages_*''.';
comment on column app_public.messages.direction is
  E'inbound, outbound or internal.\n\n'
   'In SQL: defaults to outbound; that of a note is always internal.';
comment on column app_public.messages.id is
  E'UUID version 7, in reading order. Its time is the position of the message in the conversation: when it arrived or '
   'was written, or, if it arrived more than three seconds late (a redelivery, imported history), when it was '
   'written. Messages of one webhook keep their order, and a reply never comes before the message it quotes.';
comment on column app_public.messages.content is
  E'The Graph API''s object for the type of the message, inbound and outbound: {"body": "…"} for text, {"link": '
   '"https://…", "caption": "…"} for an image, {"type": "button", "body": {"text": "…"}, "action": {…}} for '
   'interactive, {"contacts": […]} for contacts. If an outbound content exceeds a limit, PYCNT names the limit. A note '
   'is {"body": "…", "mentions": [<user id>, …]}; a notice is {"event": "…", "body": "…", …}.';
comment on column app_public.messages.preview is
  E'A short form of the message for lists and search: its text, or a placeholder such as "[image]". Never empty, at '
   'most 1,000 characters. The preview of a message in a group begins with "[group]".';
comment on column app_public.messages.api_key_id is
  E'The API key with which the message was written. It has no user then, and the author is "system".';
comment on column app_public.messages.user_id is
  E'The user who wrote the message.\n\n'
   'In SQL: no foreign key, because messages are kept when their author is deleted.';
comment on column app_public.messages.provider_message_id is
  E'The provider''s id of an inbound or echoed message (for WhatsApp: wamid). The id of an outbound message is in its '
   'message_status.';
comment on column app_public.messages.reply_to_id is
  E'Outbound: the message that this one quotes, or to which it is a reaction.\n\n'
   'In SQL: no foreign key, so that old partitions can be dropped.';
comment on column app_public.messages.media_id is
  E'The file of an image, video, audio, document or sticker, if Parley stores it. That of a received message has the '
   'id of the message. Outbound: a file to send, which takes the place of id or link in the only media object of the '
   'content that has neither, also in a header.\n\n'
   'In SQL: no foreign key, so that old partitions can be dropped.';
comment on column app_public.messages.metadata is
  E'Inbound: what the provider sent beside the content (context of a reply, referral of an advertisement, errors, '
   '"group_id"). Outbound: any object, for your own use; a chatbot stores its run and node here.';
comment on column app_public.messages.occurred_at is
  E'When the message was written. Inbound: by the provider''s clock, in whole seconds, never later than Parley''s '
   'clock. Outbound: by Parley''s clock.';
comment on column app_public.messages.created_at is
  E'When the message was stored. Messages of one conversation are stored in this order.';

create table app_public.message_statuses (
  tenant_id uuid not null,
  message_id uuid primary key,
  channel_id uuid not null,
  author app_public.message_author not null,
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
  constraint message_statuses_failed_has_reason check (status <> 'failed' or error_code is not null),
  constraint message_statuses_success_has_no_error check (
    (status = 'failed' or failed_at is null)
    and (status in ('queued', 'sending', 'uncertain', 'failed') or (error_code is null and error is null))
  )
) partition by range (message_id);
-- For failures by code. Few messages have one, and updates that leave error_code as it is do not touch the index.
create index on app_public.message_statuses (tenant_id, error_code, message_id) where error_code is not null;
alter table app_public.message_statuses enable row level security;
comment on table app_public.message_statuses is
  E'The outcome of an outbound message. Separate from the message because it changes up to five times, and messages '
   'never change.\n\n'
   'In SQL: the rows are stored in monthly partitions in app_private, as those of messages are; a dump of this table '
   'alone has no rows.';
comment on column app_public.message_statuses.message_id is
  E'The message.\n\n'
   'In SQL: no foreign key, because the check would search every partition for each row. One statement inserts both '
   'rows, and one deletes both.';
comment on column app_public.message_statuses.channel_id is
  E'The channel of the message.\n\n'
   'In SQL: here and not only at the conversation, because a change of the status is counted by channel and author. No '
   'foreign key, as for message_id.';
comment on column app_public.message_statuses.author is E'The author of the message.';
comment on column app_public.message_statuses.provider_message_id is
  E'The provider''s id of the message (for WhatsApp: wamid). Null until the provider has answered.';
comment on column app_public.message_statuses.attempts is E'How often the message was sent to the provider.';
comment on column app_public.message_statuses.sending_at is
  E'When the message was last sent to the provider, by Parley''s clock.';
comment on column app_public.message_statuses.sent_at is
  E'When the provider accepted the message: by its clock, or by Parley''s clock if its response arrived before its '
   'status.';
comment on column app_public.message_statuses.delivered_at is
  E'When the message arrived on the customer''s phone, by the provider''s clock.';
comment on column app_public.message_statuses.read_at is
  E'When the customer saw the message, by the provider''s clock. Always null if the customer has turned read receipts '
   'off.';
comment on column app_public.message_statuses.played_at is
  E'When the customer listened to the message, by the provider''s clock.';
comment on column app_public.message_statuses.failed_at is
  E'When sending failed permanently, by the provider''s clock or Parley''s. Null unless status is failed: a message '
   'that arrived after all has not failed.';
comment on column app_public.message_statuses.duplicate_provider_message_ids is
  E'Further ids that the provider gave to this message, which means that it was sent more than once. Normally null.';
comment on column app_public.message_statuses.error_code is
  E'Why the message failed: the provider''s error number ("131047") or a code of Parley (PY…). While sending is '
   'retried, the last error. Null once the provider has accepted the message.';
comment on column app_public.message_statuses.error is E'The error as received: {"code", "title", "details", …}.';
comment on column app_public.message_statuses.pricing is
  E'The pricing as received: {"pricing_model", "type", "category", …}. For reports only; no rule depends on it.';

create table app_private.provider_ids (
  hash uuid primary key,
  message_id uuid not null
);
create index on app_private.provider_ids (message_id);
alter table app_private.provider_ids enable row level security;
comment on table app_private.provider_ids is
  E'The message that belongs to a provider''s id, in both directions. Redelivered messages, echoes of sent messages '
   'and statuses find their message here, at whatever time they arrive. The primary key prevents a second row for one '
   'id. Not partitioned, because a redelivery may carry a time in another month. Rows are deleted with their messages.';
comment on column app_private.provider_ids.hash is
  E'provider_id_hash() of the channel and the id: 16 bytes, however long the provider''s ids are.';
comment on column app_private.provider_ids.message_id is
  E'The message. No foreign key, so that old partitions of messages can be dropped. A message that was sent twice has '
   'more than one id.';

create table app_public.message_changes (
  tenant_id uuid not null,
  id uuid primary key,
  message_hash uuid not null,
  message_id uuid,
  type app_public.message_type not null
    constraint message_changes_type_is_change check (type in ('reaction', 'edit', 'revoke')),
  is_inbound boolean not null,
  author app_public.message_author not null,
  user_id uuid,
  emoji text
    constraint message_changes_reaction_has_emoji check ((type = 'reaction') = (emoji is not null)),
  content jsonb
    constraint message_changes_edit_has_content check ((type = 'edit') = (content is not null)),
  occurred_at timestamptz not null
);
-- Partial, and by a boolean: behind a policy, the comparison of an enum is not used to search an index.
create index on app_public.message_changes (message_id, is_inbound, occurred_at desc, id desc) where type = 'reaction';
create index on app_public.message_changes (message_id, occurred_at desc, id desc) where type = 'edit';
create index on app_public.message_changes (message_id) where type = 'revoke';
create index on app_public.message_changes (message_hash) where message_id is null;
alter table app_public.message_changes enable row level security;
comment on table app_public.message_changes is
  E'A reaction to a message, an edit or a deletion by its author. Each is also a message of its own, with the same id; '
   'Message.reactions and Message.edits list those that apply.\n\n'
   'In SQL: one statement inserts the message and this row, and one deletes both. Which change applies is decided '
   'when it is read, by occurred_at, so changes may arrive in any order.';
comment on column app_public.message_changes.id is
  E'The id of the message that is the change, of type reaction, edit or revoke.';
comment on column app_public.message_changes.message_hash is
  E'The changed message: provider_id_hash() of its channel and the id that the provider gives it.';
comment on column app_public.message_changes.message_id is
  E'The changed message. Null while it is not known, or if its author may not change it: customers edit and delete '
   'their own messages only, the business its own, and both react to messages of their conversation only.';
comment on column app_public.message_changes.type is E'reaction, edit or revoke (a deletion by the author).';
comment on column app_public.message_changes.is_inbound is E'Whether the customer is the author.';
comment on column app_public.message_changes.author is E'The author of the change.';
comment on column app_public.message_changes.user_id is
  E'The user who reacted. Null for a customer, and for changes that were made in the phone app.';
comment on column app_public.message_changes.emoji is
  E'Reactions: the emoji, at most 32 characters. Empty if the reaction is taken back.';
comment on column app_public.message_changes.content is
  E'Edits: the new content, of the same type as the message.';
comment on column app_public.message_changes.occurred_at is E'The occurredAt of the message that is the change.';

create table app_public.mentions (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  user_id uuid not null,
  message_id uuid not null,
  conversation_id uuid not null,
  read_at timestamptz,
  created_at timestamptz not null default now(),
  unique (message_id, user_id),
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade
);
create index on app_public.mentions (tenant_id, user_id, id);
create index on app_public.mentions (tenant_id, user_id, id) where read_at is null;
create index on app_public.mentions (tenant_id, conversation_id);
alter table app_public.mentions enable row level security;
comment on table app_public.mentions is
  E'A note mentions a user. Unread until the user marks it as read, or the note is deleted.\n\n'
   'In SQL: follows from "mentions" in the content of a note.';
comment on column app_public.mentions.user_id is E'The member who is mentioned.';
comment on column app_public.mentions.message_id is
  E'The note.\n\n'
   'In SQL: no foreign key, so that old partitions can be dropped.';
comment on column app_public.mentions.conversation_id is E'The conversation of the note.';
comment on column app_public.mentions.read_at is E'When the user marked the mention as read, or its note was deleted.';

create table app_private.early_statuses (
  channel_id uuid not null references app_public.channels on delete cascade,
  provider_message_id text not null,
  status app_public.message_status not null,
  occurred_at timestamptz not null,
  details jsonb not null default '{}',
  created_at timestamptz not null default now(),
  primary key (channel_id, provider_message_id, status)
);
create index on app_private.early_statuses (provider_message_id);
create index on app_private.early_statuses (created_at);
alter table app_private.early_statuses enable row level security;
comment on table app_private.early_statuses is
  E'Statuses that arrived before the response that contains the provider''s id of their message. They are applied '
   'when the sender has stored the id, and deleted after eight days.';

create type app_private.outbox_state as enum ('queued', 'sending', 'uncertain');

-- A queue: the worker also vacuums tables with this autovacuum setting (src/database/table_care.ts).
create table app_private.outbox (
  tenant_id uuid not null,
  conversation_id uuid not null,
  message_id uuid primary key,
  state app_private.outbox_state not null default 'queued',
  attempts int not null default 0,
  lease_until timestamptz,
  sender_id uuid,
  uncertain_at timestamptz,
  media_id uuid,
  created_at timestamptz not null default now()
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
create index on app_private.outbox (media_id) where media_id is not null;
create index on app_private.outbox (conversation_id, message_id);
create index on app_private.outbox (lease_until) where state = 'sending';
create index on app_private.outbox (uncertain_at) where state = 'uncertain';
alter table app_private.outbox enable row level security;
comment on table app_private.outbox is
  E'Messages that must be sent. A row is deleted when its message has been sent or has failed. Only the oldest '
   'message of a conversation is ever claimed, which keeps messages in order.';
comment on column app_private.outbox.message_id is
  E'The message. No foreign key, for the same reason as in message_statuses.';
comment on column app_private.outbox.media_id is
  E'The media_id of the message: it is sent only when the provider has the file.';
comment on column app_private.outbox.sender_id is
  E'The sender that claimed the message, so that it can release claims that it never received.';
comment on column app_private.outbox.lease_until is
  E'Until then the sender that claimed the message is responsible for it. Afterwards the message is uncertain.';

-- A queue: the worker also vacuums tables with this autovacuum setting (src/database/table_care.ts).
create table app_private.outbox_lanes (
  tenant_id uuid not null,
  conversation_id uuid not null,
  channel_id uuid not null,
  due_at timestamptz not null,
  paced_until timestamptz not null default '-infinity',
  -- conversation_id first, because outcomes find their lanes by conversation.
  primary key (conversation_id, tenant_id),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
-- Partial, because most lanes are idle.
create index on app_private.outbox_lanes (channel_id, due_at) where due_at < 'infinity';
alter table app_private.outbox_lanes enable row level security;
comment on table app_private.outbox_lanes is
  E'One row for each conversation with outbound messages: when its next message is due. Infinity: no message is '
   'waiting, the oldest one is being sent, or its file is being uploaded to the provider.';
comment on column app_private.outbox_lanes.channel_id is
  E'The channel of the conversation; the foreign key includes both.';
comment on column app_private.outbox_lanes.paced_until is
  E'Until then, one message is sent every 6 seconds: Meta''s limit for a pair of numbers. It applies for ten minutes '
   'after Meta has refused a message because of it (131056).';

create table app_private.media_uploads (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  channel_id uuid not null,
  media_id uuid not null,
  attempts int not null default 0,
  due_at timestamptz not null default now(),
  job_id text,
  created_at timestamptz not null default now(),
  constraint media_uploads_one_per_file unique (media_id, channel_id),
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade
);
create index on app_private.media_uploads (channel_id, due_at);
alter table app_private.media_uploads enable row level security;
comment on table app_private.media_uploads is
  E'Files that messages in the outbox wait for: jobs of upload_media upload them to the provider of a channel. A row '
   'is deleted when that has succeeded or failed.';
comment on column app_private.media_uploads.media_id is
  E'The file. No foreign key: if it is deleted in the meantime, the messages that wait for it fail.';
comment on column app_private.media_uploads.attempts is
  E'How often uploading was tried, including an attempt under way.';
comment on column app_private.media_uploads.due_at is
  E'When the next attempt may start. During an attempt: when it must have ended.';
comment on column app_private.media_uploads.job_id is
  E'The job that is uploading the file. If its worker dies, the same job runs again.';

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
create index on app_private.idempotency_keys (message_id);
alter table app_private.idempotency_keys enable row level security;
comment on table app_private.idempotency_keys is
  E'The key that a client gave to a request, and the message that the request created: repeating the request does not '
   'send the message again. Kept for eight days.';

--!include operations/missing_partitions.sql
--!include operations/ensure_partitions.sql
do $$ begin perform app_private.ensure_partitions(); end; $$;

--!include messages/tg_messages__fill_in.sql
--!include messages/tg_messages__refuse_unknown_conversation.sql
--!include messages/tg_messages__refuse_change.sql
--!include messages/can_be_quoted.sql
--!include messages/refusal_message.sql
--!include messages/tg_messages__refuse.sql
--!include messages/tg_messages__track_conversation.sql
--!include messages/tg_messages__remove_state.sql
--!include messages/report_changed_messages.sql
--!include operations/database_identity.sql
--!include operations/write_change_cursor.sql
--!include operations/read_change_cursor.sql
--!include operations/change_cursor.sql
--!include operations/changes_since.sql
--!include operations/changed_ids.sql
--!include messages/apply_message_changes.sql
--!include messages/store_message_changes.sql
--!include messages/tg_messages__notify_deleted.sql
--!include messages/tg_messages__notify.sql
--!include messages/tg_messages__enqueue_send.sql
--!include messages/tg_message_statuses__record_opt_out.sql
--!include messages/tg_message_statuses__notify.sql
--!include messages/move_messages.sql
--!include messages/messages_status.sql
--!include messages/messages_message_status.sql
--!include messages/messages_ack_status.sql
--!include messages/messages_role.sql
--!include messages/messages_current.sql
--!include messages/messages_edits.sql
--!include messages/messages_reactions.sql
--!include messages/messages_user.sql
--!include messages/message_changes_user.sql
--!include messages/refresh_last_messages.sql
--!include messages/refresh_waiting.sql
--!include messages/searchable_text.sql

-- The words of messages, in blocks: a row for up to 64 messages of a tenant. What a search reads and what a new message
-- costs are both much less than with a row for each message.
create table app_private.message_words (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  id uuid not null,
  first_id uuid not null,
  message_ids uuid[] not null,
  words tsvector not null,
  primary key (tenant_id, id)
) partition by range (id);
-- A search reads all that is pending: 1 ms for 64 kB.
create index on app_private.message_words using gin (words) with (gin_pending_list_limit = 512);
-- Compressing them would cost more than it saves.
alter table app_private.message_words
  alter column message_ids set storage external,
  alter column words set storage external;
alter table app_private.message_words enable row level security;
comment on table app_private.message_words is
  E'The words of messages, for searches: one row for a block of up to 64 messages of a tenant, all of one partition. '
   'Filled by index_messages(), so the newest messages are missing. Partitioned like messages, so a partition can be '
   'dropped with that of its messages.';
comment on column app_private.message_words.id is E'The newest message of the block.';
comment on column app_private.message_words.first_id is E'The oldest message of the block.';
comment on column app_private.message_words.message_ids is E'The messages of the block, newest first.';
comment on column app_private.message_words.words is
  E'All words of the block, as search_words() has them, each after the search_key() of the tenant: a posting list of '
   'the index then belongs to one tenant. The positions of a word are the positions in message_ids of the messages '
   'that contain it.';

-- One row for each tenant; rows are added by the indexing itself.
create table app_private.search_progress (
  tenant_id uuid primary key references app_public.tenants on delete cascade,
  database_identity text not null default '',
  transaction_id xid8 not null default '0',
  change_id uuid not null default '00000000-0000-0000-0000-000000000000',
  indexed_until timestamptz,
  look_at timestamptz not null default now(),
  error text
);
alter table app_private.search_progress enable row level security;
comment on table app_private.search_progress is
  E'How far the messages of each tenant are indexed for searches: up to the row of changes with this transaction_id '
   'and change_id.';
comment on column app_private.search_progress.database_identity is
  E'database_identity() of the database that the transaction id is of.';
comment on column app_private.search_progress.indexed_until is E'The changed_at of that row. Null if there is none.';
comment on column app_private.search_progress.look_at is E'When to look for new messages.';
comment on column app_private.search_progress.error is E'Why indexing failed. It is tried again at look_at.';

-- No foreign key to the tenant: messages are deleted with their tenant, too.
create table app_private.outdated_words (
  tenant_id uuid not null,
  message_id uuid not null,
  primary key (tenant_id, message_id)
) with (autovacuum_vacuum_scale_factor = 0.02);
alter table app_private.outdated_words enable row level security;
comment on table app_private.outdated_words is
  E'Messages that were edited, deleted or erased since their words may have been stored. index_messages() empties it.';
--!include messages/store_message_words.sql
--!include messages/renew_message_words.sql
--!include messages/index_messages.sql
--!include messages/find_messages.sql
--!include messages/search_messages.sql
--!include messages/idempotency_key.sql
--!include messages/send_message.sql
--!include messages/remove_from_outbox.sql
--!include messages/store_early_statuses.sql
--!include shared/uuid_v7_time.sql
--!include messages/provider_id_hash.sql
--!include messages/message_by_provider_id.sql
--!include messages/messages_quoted_message.sql
--!include messages/message_id_at.sql
--!include messages/late_position.sql
--!include messages/claim_message_id.sql
--!include messages/remove_echoes.sql
--!include messages/register_provider_ids.sql
--!include messages/lock_lanes.sql
--!include messages/keeps_error.sql
--!include messages/find_status_messages.sql
--!include messages/merge_statuses.sql
--!include messages/apply_statuses.sql
--!include messages/apply_early_statuses.sql
--!include messages/channel_pace.sql
--!include messages/request_media_uploads.sql
--!include messages/claim_from_channel.sql
--!include messages/claim_outbox.sql
--!include messages/read_outcomes.sql
--!include messages/record_outcomes.sql
--!include messages/release_claims.sql
--!include messages/pause_channel.sql
--!include messages/next_send_in.sql
--!include messages/reconcile_outbox.sql
--!include messages/store_mentions.sql
--!include messages/add_note.sql
--!include messages/change_note.sql
--!include messages/edit_note.sql
--!include messages/delete_note.sql
--!include messages/mark_mentions_read.sql
--!include messages/messages.policies.sql
--!include messages/message_statuses.policies.sql
--!include messages/message_changes.policies.sql
--!include messages/mentions.policies.sql

--! split: 0550-media.sql
create type app_public.media_state as enum ('pending', 'stored', 'failed', 'gone');
comment on type app_public.media_state is
  E'Where a file is. pending: it has not been fetched from the provider yet. stored: it can be downloaded. failed: '
   'it was not fetched, and error says why. gone: neither Parley nor, as far as is known, the provider has it any '
   'more.';

create table app_private.media_files (
  tenant_id uuid not null,
  sha256 bytea not null
    constraint media_files_sha256_has_32_bytes check (octet_length(sha256) = 32),
  size int not null
    constraint media_files_size_is_not_negative check (size >= 0),
  storage_key text not null unique,
  created_at timestamptz not null default now(),
  primary key (tenant_id, sha256) include (size)
);
alter table app_private.media_files enable row level security;
comment on table app_private.media_files is
  E'A file in the media storage. Equal files of a tenant are stored once. A file without media is removed '
   '(release_media_files()), so it needs no foreign key to its tenant.';
comment on column app_private.media_files.size is E'In bytes.';
comment on column app_private.media_files.storage_key is
  E'Where the storage has the file. It is never used again for another file, not even for an equal one, so that '
   'removing a file and storing an equal one cannot meet.';

create table app_private.unused_media_files (
  storage_key text primary key,
  remove_at timestamptz not null default now()
);
create index on app_private.unused_media_files (remove_at);
alter table app_private.unused_media_files enable row level security;
comment on table app_private.unused_media_files is
  E'Files in the media storage that are to be removed: those that media have stopped using, and those that are being '
   'written, so that a file whose writer dies is removed as well.';
comment on column app_private.unused_media_files.remove_at is
  E'A file that is being written must be in use by then.';

create table app_public.media (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  id uuid primary key default app_hidden.uuid_v7(),
  state app_public.media_state not null default 'pending',
  type app_public.message_type not null
    constraint media_type_is_of_media check (type in ('image', 'video', 'audio', 'document', 'sticker')),
  mime_type text
    constraint media_mime_type_has_length check (length(mime_type) between 1 and 255),
  filename text
    constraint media_filename_has_length check (length(filename) between 1 and 240),
  size int
    constraint media_size_is_not_negative check (size >= 0),
  sha256 bytea,
  is_voice boolean not null default false,
  channel_id uuid,
  user_id uuid,
  error_code text,
  error text,
  attempts int not null default 0,
  created_at timestamptz not null default now(),
  stored_at timestamptz,
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade,
  foreign key (tenant_id, sha256) references app_private.media_files (tenant_id, sha256) on delete restrict,
  constraint media_stored_has_file check (
    (state = 'stored') = (sha256 is not null)
    and (state = 'stored') = (stored_at is not null)
    and (state <> 'stored' or size is not null and error_code is null)
  ),
  constraint media_not_stored_has_reason check (state in ('pending', 'stored') or error_code is not null),
  constraint media_uploaded_is_not_fetched check (channel_id is not null or state in ('stored', 'gone'))
);
create index on app_public.media (tenant_id, sha256) where sha256 is not null;
create index on app_public.media (channel_id);
-- For retention and for uploads that no message uses.
create index on app_public.media (tenant_id, stored_at);
create index on app_public.media (created_at) where state = 'pending';
alter table app_public.media add unique (id, tenant_id);
alter table app_public.media enable row level security;
comment on table app_public.media is
  E'A file that was received in a message or uploaded to be sent. The database has what is known of it; its bytes are '
   'in the media storage.\n\n'
   'In SQL: messages refer to it by media_id. It is deleted with the last of its messages, and an upload that no '
   'message uses after a day.';
comment on column app_public.media.type is E'image, video, audio, document or sticker.';
comment on column app_public.media.mime_type is
  E'Received: as the provider reports it, which is not checked. Uploaded: according to the content of the file.';
comment on column app_public.media.filename is
  E'The name that the sender gave the file. Usually only documents have one.';
comment on column app_public.media.size is E'In bytes. Null until it is known.';
comment on column app_public.media.sha256 is
  E'The SHA-256 digest of the stored file, which is in media_files. Null unless the state is stored.';
comment on column app_public.media.is_voice is E'Whether an audio file is a voice note.';
comment on column app_public.media.channel_id is E'The channel that received the file. Null if a user uploaded it.';
comment on column app_public.media.user_id is
  E'The user who uploaded the file.\n\n'
   'In SQL: no foreign key, because files are kept when their uploader is deleted.';
comment on column app_public.media.error_code is
  E'Why the file is not stored: the provider''s error number or a code of Parley (PY…). While fetching is retried, the '
   'last error.';
comment on column app_public.media.error is E'The text of the error.';
comment on column app_public.media.attempts is E'How often Parley has tried to fetch the file from the provider.';
comment on column app_public.media.stored_at is E'When the file was stored. Null unless the state is stored.';

create table app_private.provider_media (
  tenant_id uuid not null,
  media_id uuid not null,
  channel_id uuid not null,
  provider_media_id text not null
    constraint provider_media_id_has_length check (length(provider_media_id) between 1 and 200),
  uploaded_at timestamptz,
  expires_at timestamptz not null,
  ignores_limit boolean not null default false,
  leased_until timestamptz not null default '-infinity',
  primary key (media_id, channel_id),
  foreign key (tenant_id, media_id) references app_public.media (tenant_id, id) on delete cascade,
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade
);
-- With the media_id, so that it finds a row as well as the primary key does: the planner may use either.
create index on app_private.provider_media (channel_id, media_id);
alter table app_private.provider_media enable row level security;
comment on table app_private.provider_media is
  E'The provider''s ids of media: of a received file the id to fetch it by, of an uploaded file the id that the '
   'provider gave it on a channel.';
comment on column app_private.provider_media.uploaded_at is
  E'When Parley uploaded the file to the provider. Null: the provider gave the id to a received file, which it may '
   'refuse in a message.';
comment on column app_private.provider_media.expires_at is
  E'Until when the provider keeps the file: on WhatsApp seven days if it was received, thirty if it was uploaded.';
comment on column app_private.provider_media.ignores_limit is
  E'Received: whether a user has asked for the file, whatever the media_limit of the channel.';
comment on column app_private.provider_media.leased_until is
  E'Received: until when a worker may be fetching the file. No other worker starts before.';

--!include messages/require_media.sql
--!include messages/provider_media.sql
--!include messages/messages_waiting_for_media.sql
--!include messages/release_media_lanes.sql
--!include messages/end_media_upload.sql
--!include messages/claim_media_upload.sql
--!include messages/postpone_media_upload.sql
--!include messages/reconcile_media_uploads.sql
--!include messages/renew_media.sql
--!include media/media_files.sql
--!include media/clean_filename.sql
--!include media/add_received_media.sql
--!include media/end_fetching.sql
--!include media/claim_media.sql
--!include media/claim_new_media.sql
--!include media/record_fetched_media.sql
--!include media/record_fetch_failure.sql
--!include media/fetch_media.sql
--!include media/remove_media.sql
--!include media/add_uploaded_media.sql
--!include media/tg_messages__remove_media.sql
--!include media/tg_media__release_files.sql
--!include media/media.policies.sql
--!include messages/messages_media.sql

--! split: 0570-figures.sql
create type app_public.message_grouping as enum ('day', 'channel', 'direction', 'author', 'type');
comment on type app_public.message_grouping is
  E'What figures of messages distinguish. day: the day, in the tenant''s time zone. channel: the channel. direction: '
   'the direction. author: who wrote the messages. type: the type of the messages.';
create type app_public.delivery_grouping as enum ('day', 'channel', 'author');
comment on type app_public.delivery_grouping is
  E'What figures of deliveries, failures and prices distinguish. day: the day, in the tenant''s time zone. channel: '
   'the channel. author: who wrote the messages.';

create table app_hidden.message_stats (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  day date not null,
  channel_id uuid not null,
  direction app_public.message_direction not null,
  author app_public.message_author not null,
  type app_public.message_type not null,
  count int not null,
  primary key (tenant_id, day, channel_id, direction, author, type)
) with (fillfactor = 70);
alter table app_hidden.message_stats enable row level security;
comment on table app_hidden.message_stats is
  E'The number of messages by day. Written only by roll_up_figures() and recount_figures(). No foreign key to '
   'channels: when one is deleted, its messages are subtracted.';
comment on column app_hidden.message_stats.day is E'The day on which the messages were written, in tenants.time_zone.';

create table app_hidden.delivery_stats (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  day date not null,
  channel_id uuid not null,
  author app_public.message_author not null,
  status app_public.message_status not null,
  error_code text not null,
  price_category text not null,
  price_type text not null,
  is_billable boolean not null,
  count int not null,
  primary key (
    tenant_id, day, channel_id, author, status, error_code, price_category, price_type, is_billable
  )
) with (fillfactor = 70);
alter table app_hidden.delivery_stats enable row level security;
comment on table app_hidden.delivery_stats is
  E'The number of messages that were sent or have failed, by the day on which they were queued and by their status at '
   'present. Written only by roll_up_figures() and recount_figures().';
comment on column app_hidden.delivery_stats.day is E'The day on which the messages were queued, in tenants.time_zone.';
comment on column app_hidden.delivery_stats.error_code is E'Of failed messages; otherwise empty.';
comment on column app_hidden.delivery_stats.price_category is
  E'The category of the pricing that the provider reported. Empty if it reported none.';
comment on column app_hidden.delivery_stats.price_type is
  E'The type of the pricing that the provider reported, such as regular or free_customer_service. Empty if it reported '
   'none.';

-- Queues: the worker also vacuums tables with this autovacuum setting (src/database/table_maintenance.ts). They have no
-- key and no index, because a row is written for almost every message.
create table app_hidden.message_activity (
  tenant_id uuid not null,
  channel_id uuid not null,
  occurred_at timestamptz not null,
  direction app_public.message_direction not null,
  author app_public.message_author not null,
  type app_public.message_type not null,
  count int not null
) with (autovacuum_vacuum_scale_factor = 0.02);
alter table app_hidden.message_activity enable row level security;
comment on table app_hidden.message_activity is
  E'Changes of message_stats, written by the statements that store or delete messages. Only inserted, so that they do '
   'not wait for each other''s counters. Rolled up every minute; readers add both. No foreign keys: rows exist for '
   'about a minute.';
comment on column app_hidden.message_activity.occurred_at is
  E'When the messages were written, cut to a quarter of an hour: the day is computed when it is read or rolled up.';
comment on column app_hidden.message_activity.count is E'Negative for deleted messages.';

create table app_hidden.delivery_activity (
  tenant_id uuid not null,
  channel_id uuid not null,
  queued_at timestamptz not null,
  author app_public.message_author not null,
  status app_public.message_status not null,
  error_code text,
  pricing jsonb,
  count int not null
) with (autovacuum_vacuum_scale_factor = 0.02);
alter table app_hidden.delivery_activity enable row level security;
comment on table app_hidden.delivery_activity is
  E'Changes of delivery_stats, written by the statements that change statuses: as message_activity. The error and the '
   'pricing are those of message_statuses; the columns of delivery_stats are made of them later.';
comment on column app_hidden.delivery_activity.queued_at is
  E'When the messages were queued, cut to a quarter of an hour.';
comment on column app_hidden.delivery_activity.count is
  E'Negative for messages that no longer have this status, or were deleted.';

create type app_public.handoff_grouping as enum ('day', 'team', 'user');
comment on type app_public.handoff_grouping is
  E'What figures of handoffs distinguish. day: the day, in the tenant''s time zone. team: the team. user: the user.';
create type app_public.chatbot_grouping as enum ('day', 'chatbot');
comment on type app_public.chatbot_grouping is
  E'What figures of chatbots distinguish. day: the day, in the tenant''s time zone. chatbot: the chatbot.';
create type app_public.handoff_outcome as enum ('closed', 'returned', 'merged');
comment on type app_public.handoff_outcome is
  E'closed: the conversation was closed or archived. returned: it was given back to the chatbot. merged: two '
   'conversations of one customer became one, and the handoff of the other one continues.';

create table app_public.handoffs (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  conversation_id uuid not null,
  team_id uuid,
  assignee_id uuid,
  handed_over_at timestamptz not null,
  first_response_at timestamptz,
  first_response_user_id uuid,
  first_response_team_id uuid,
  resolved_at timestamptz,
  resolved_by_id uuid,
  outcome app_public.handoff_outcome,
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  constraint handoffs_resolved_has_outcome check ((resolved_at is null) = (outcome is null))
);
create index on app_public.handoffs (conversation_id, tenant_id, handed_over_at);
create unique index handoffs_one_open on app_public.handoffs (conversation_id) where resolved_at is null;
create index on app_public.handoffs (tenant_id, handed_over_at, id);
create index handoffs_open_of_tenant on app_public.handoffs (tenant_id) where resolved_at is null;
alter table app_public.handoffs enable row level security;
comment on table app_public.handoffs is
  E'The times in which a conversation was in the hands of users: from its handover until it was closed or given back '
   'to the chatbot. At most one of a conversation is open. If the conversation is handed over again later, that is '
   'another handoff.\n\n'
   'In SQL: written only by triggers. No foreign keys to teams and users, because handoffs are kept when these are '
   'deleted.';
comment on column app_public.handoffs.team_id is E'The team of the conversation, or, at the end, the last one.';
comment on column app_public.handoffs.assignee_id is E'The assignee of the conversation, or, at the end, the last one.';
comment on column app_public.handoffs.handed_over_at is E'When the chatbot or a user handed the conversation over.';
comment on column app_public.handoffs.first_response_at is
  E'When a user first wrote to the customer after the handover, in Parley or in the phone app. A reaction does not '
   'count. Null: no one has answered yet.';
comment on column app_public.handoffs.first_response_user_id is
  E'The user who wrote the first response, who may not be the assignee. Null if it was written in the phone app.';
comment on column app_public.handoffs.first_response_team_id is
  E'The team that had the conversation when the first response was written.';
comment on column app_public.handoffs.resolved_at is
  E'When the conversation was closed or given back to the chatbot. Null: it is still in the hands of users.';
comment on column app_public.handoffs.resolved_by_id is
  E'The user who closed the conversation or gave it back. Null if a rule or a program did.';

--!include figures/counted_delivery.sql
--!include figures/tg_conversations__track_handoff.sql
--!include figures/refresh_first_responses.sql
--!include figures/tg_messages__count.sql
--!include figures/tg_messages__count_deleted.sql
--!include figures/tg_conversations__count_deleted.sql
--!include figures/tg_message_statuses__count.sql
--!include figures/tg_message_statuses__count_deleted.sql
--!include figures/tg_tenants__refuse_unknown_time_zone.sql
--!include figures/tg_tenants__recount_figures.sql
--!include figures/daily_messages.sql
--!include figures/daily_deliveries.sql
--!include figures/roll_up_figures.sql
--!include figures/recount_figures.sql
--!include figures/message_stats.policies.sql
--!include figures/message_activity.policies.sql
--!include figures/delivery_stats.policies.sql
--!include figures/delivery_activity.policies.sql
--!include figures/figure_days.sql
create type app_public.message_figure as (
  day date,
  channel_id uuid,
  direction app_public.message_direction,
  author app_public.message_author,
  type app_public.message_type,
  messages int
);
comment on type app_public.message_figure is E'A number of messages.';
comment on column app_public.message_figure.day is
  E'The day, in the tenant''s time zone. Null if days are not distinguished.';
comment on column app_public.message_figure.channel_id is E'The channel. Null if channels are not distinguished.';
comment on column app_public.message_figure.direction is E'The direction. Null if directions are not distinguished.';
comment on column app_public.message_figure.author is E'Who wrote the messages. Null if authors are not distinguished.';
comment on column app_public.message_figure.type is E'The type of the messages. Null if types are not distinguished.';
comment on column app_public.message_figure.messages is E'The number of messages.';
create type app_public.delivery_figure as (
  day date,
  channel_id uuid,
  author app_public.message_author,
  messages int,
  sent int,
  failed int,
  delivered int,
  read int,
  delivery_rate float8,
  read_rate float8
);
comment on type app_public.delivery_figure is E'The outcome of messages that Parley sent.';
comment on column app_public.delivery_figure.day is
  E'The day, in the tenant''s time zone. Null if days are not distinguished.';
comment on column app_public.delivery_figure.channel_id is E'The channel. Null if channels are not distinguished.';
comment on column app_public.delivery_figure.author is
  E'Who wrote the messages. Null if authors are not distinguished.';
comment on column app_public.delivery_figure.messages is
  E'Messages that were sent or have failed, not those that are still queued.';
comment on column app_public.delivery_figure.sent is E'Messages that the provider accepted.';
comment on column app_public.delivery_figure.failed is E'Messages that have failed.';
comment on column app_public.delivery_figure.delivered is
  E'Messages that were delivered, including those that were read.';
comment on column app_public.delivery_figure.read is
  E'Messages that were read. Customers may have turned read receipts off.';
comment on column app_public.delivery_figure.delivery_rate is E'delivered divided by messages: 0 to 1.';
comment on column app_public.delivery_figure.read_rate is
  E'read divided by delivered: 0 to 1. Null if none was delivered.';
create type app_public.failure_figure as (
  day date,
  channel_id uuid,
  author app_public.message_author,
  error_code text,
  messages int
);
comment on type app_public.failure_figure is E'A number of messages that have failed with one error.';
comment on column app_public.failure_figure.day is
  E'The day, in the tenant''s time zone. Null if days are not distinguished.';
comment on column app_public.failure_figure.channel_id is E'The channel. Null if channels are not distinguished.';
comment on column app_public.failure_figure.author is E'Who wrote the messages. Null if authors are not distinguished.';
comment on column app_public.failure_figure.error_code is E'The error_code of their status.';
comment on column app_public.failure_figure.messages is E'The number of messages.';
create type app_public.price_figure as (
  day date,
  channel_id uuid,
  author app_public.message_author,
  category text,
  type text,
  is_billable boolean,
  messages int
);
comment on type app_public.price_figure is E'A number of messages with one pricing.';
comment on column app_public.price_figure.day is
  E'The day, in the tenant''s time zone. Null if days are not distinguished.';
comment on column app_public.price_figure.channel_id is E'The channel. Null if channels are not distinguished.';
comment on column app_public.price_figure.author is E'Who wrote the messages. Null if authors are not distinguished.';
comment on column app_public.price_figure.category is
  E'The provider''s category of the price: marketing, utility, … Empty if it reported none.';
comment on column app_public.price_figure.type is
  E'The provider''s type of the price: regular, free_customer_service, … Empty if it reported none.';
comment on column app_public.price_figure.is_billable is E'Whether the provider charges for the messages.';
comment on column app_public.price_figure.messages is E'The number of messages.';
create type app_public.handoff_figure as (
  day date,
  team_id uuid,
  user_id uuid,
  handoffs int,
  responses int,
  average_response_seconds float8,
  median_response_seconds float8,
  p90_response_seconds float8,
  resolutions int,
  average_resolution_seconds float8,
  median_resolution_seconds float8,
  p90_resolution_seconds float8
);
comment on type app_public.handoff_figure is E'How fast users handled what was handed over to them.';
comment on column app_public.handoff_figure.day is
  E'The day of the handover, in the tenant''s time zone. Null if days are not distinguished.';
comment on column app_public.handoff_figure.team_id is
  E'The team. Null if there was none, or if teams are not distinguished.';
comment on column app_public.handoff_figure.user_id is
  E'The user. Null if there was none, or if users are not distinguished.';
comment on column app_public.handoff_figure.handoffs is E'Handoffs that the team and the assignee had last.';
comment on column app_public.handoff_figure.responses is E'Handoffs that the user answered first.';
comment on column app_public.handoff_figure.average_response_seconds is
  E'The average time from the handover to the first response. Null if there were no responses.';
comment on column app_public.handoff_figure.median_response_seconds is
  E'The median of the time from the handover to the first response. Null if there were no responses.';
comment on column app_public.handoff_figure.p90_response_seconds is
  E'The time from the handover within which nine of ten first responses came. Null if there were none.';
comment on column app_public.handoff_figure.resolutions is
  E'Handoffs that ended, because the conversation was closed or given back to the chatbot.';
comment on column app_public.handoff_figure.average_resolution_seconds is
  E'The average time from the handover to its end. Null if no handoff ended.';
comment on column app_public.handoff_figure.median_resolution_seconds is
  E'The median of the time from the handover to its end. Null if no handoff ended.';
comment on column app_public.handoff_figure.p90_resolution_seconds is
  E'The time within which nine of ten handoffs ended. Null if none did.';
create type app_public.waiting_figure as (
  is_handed_over boolean,
  team_id uuid,
  user_id uuid,
  conversations int,
  waiting int,
  waiting_since timestamptz
);
comment on type app_public.waiting_figure is
  E'Conversations that are in the hands of one team and assignee, or of none.';
comment on column app_public.waiting_figure.is_handed_over is
  E'Whether the conversations are in the hands of users. Otherwise those who wait have been answered by neither a user '
   'nor a chatbot.';
comment on column app_public.waiting_figure.team_id is E'The team of the conversations. Null if they have none.';
comment on column app_public.waiting_figure.user_id is
  E'The assignee of the conversations. Null if they are not assigned.';
comment on column app_public.waiting_figure.conversations is E'The number of conversations.';
comment on column app_public.waiting_figure.waiting is
  E'The number of conversations whose customer waits for an answer.';
comment on column app_public.waiting_figure.waiting_since is
  E'Since when the customer waits who has waited longest. Null if none waits.';
create type app_public.conversation_figure as (
  status app_public.conversation_status,
  conversations int,
  active_last_hour int,
  active_last_day int,
  active_last_week int,
  active_last_month int
);
comment on type app_public.conversation_figure is E'Conversations with one status.';
comment on column app_public.conversation_figure.status is E'The status.';
comment on column app_public.conversation_figure.conversations is E'The number of conversations.';
comment on column app_public.conversation_figure.active_last_hour is
  E'How many had their last message within the last hour.';
comment on column app_public.conversation_figure.active_last_day is
  E'How many had their last message within the last 24 hours.';
comment on column app_public.conversation_figure.active_last_week is
  E'How many had their last message within the last 7 days.';
comment on column app_public.conversation_figure.active_last_month is
  E'How many had their last message within the last 30 days.';
create type app_public.message_count as (
  inbound int,
  outbound int,
  first_message_at timestamptz,
  last_message_at timestamptz
);
comment on type app_public.message_count is E'The messages of one conversation or one contact.';
comment on column app_public.message_count.inbound is E'The number of messages from the customer.';
comment on column app_public.message_count.outbound is E'The number of messages to the customer.';
comment on column app_public.message_count.first_message_at is
  E'When the first message was written. Null if there are no messages.';
comment on column app_public.message_count.last_message_at is
  E'When the last message was written. Null if there are no messages.';
create type app_public.chatbot_figure as (
  day date,
  chatbot_id uuid,
  runs int,
  completed int,
  expired int,
  stopped int,
  failed int,
  with_user int,
  containment float8
);
comment on type app_public.chatbot_figure is E'Ended runs of chatbots.';
comment on column app_public.chatbot_figure.day is
  E'The day on which the runs ended, in the tenant''s time zone. Null if days are not distinguished.';
comment on column app_public.chatbot_figure.chatbot_id is E'The chatbot. Null if chatbots are not distinguished.';
comment on column app_public.chatbot_figure.runs is E'The number of runs.';
comment on column app_public.chatbot_figure.completed is E'Runs that reached their end.';
comment on column app_public.chatbot_figure.expired is E'Runs whose customer did not answer in time.';
comment on column app_public.chatbot_figure.stopped is E'Runs that were ended by a user or a program.';
comment on column app_public.chatbot_figure.failed is E'Runs that were ended by an error.';
comment on column app_public.chatbot_figure.with_user is E'Runs in which a user took part.';
comment on column app_public.chatbot_figure.containment is E'The share of the runs in which no user took part: 0 to 1.';
--!include figures/tenants_message_figures.sql
--!include figures/tenants_delivery_figures.sql
--!include figures/handoffs.policies.sql
--!include figures/tenants_handoff_figures.sql
--!include figures/tenants_waiting_figures.sql
--!include figures/tenants_conversation_figures.sql
--!include figures/message_counts.sql

--! split: 0600-chatbots.sql
create type app_public.chatbot_status as enum ('draft', 'active', 'archived');
create type app_public.run_status as enum ('running', 'waiting', 'completed', 'expired', 'stopped', 'failed');
comment on type app_public.chatbot_status is
  E'Whether a chatbot answers. draft: not yet. active: it answers new conversations. archived: not any more; it is '
   'hidden from lists.';
comment on type app_public.run_status is
  E'Where a run of a chatbot is. running: a turn is in progress. waiting: it waits for an answer, a timer or a '
   'request. completed: it reached its end. expired: the customer did not answer in time. stopped: a user or a '
   'program ended it. failed: an error ended it; see completion_reason.';
create type app_public.running_contexts as enum ('finish', 'move', 'restart');
comment on type app_public.running_contexts is
  E'The fate of runs of a chatbot''s other versions when one is activated. finish: they continue to completion on '
   'their version. move: they continue in the new version if it has their node with the same id and type; otherwise '
   'they finish. restart: they are ended and started again.';

--!include chatbots/node_kinds.sql

create table app_public.chatbots (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint chatbots_name_has_length check (length(name) between 1 and 255),
  description text,
  status app_public.chatbot_status not null default 'draft',
  nodes jsonb not null default '[]'
    constraint chatbots_nodes_is_list check (jsonb_typeof(nodes) = 'array'),
  node_kinds text[] not null generated always as (app_hidden.node_kinds(nodes)) stored,
  edges jsonb not null default '[]'
    constraint chatbots_edges_is_list check (jsonb_typeof(edges) = 'array'),
  settings jsonb not null default '{}'
    constraint chatbots_settings_is_object check (jsonb_typeof(settings) = 'object'),
  metadata jsonb not null default '{}'
    constraint chatbots_metadata_is_object check (jsonb_typeof(metadata) = 'object')
    constraint chatbots_metadata_is_at_most_32_kb check (octet_length(metadata::text) <= 32768),
  active_version_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, name),
  constraint chatbots_active_has_version check (status <> 'active' or active_version_id is not null)
);
create index on app_public.chatbots (tenant_id, created_at) where status = 'active';
create index on app_public.chatbots using gin (node_kinds);
-- Created last, with the id first: while a table is small, all its indexes have the same estimated cost, and the
-- planner uses the newest.
alter table app_public.chatbots add unique (id, tenant_id);
alter table app_public.chatbots enable row level security;
comment on table app_public.chatbots is
  E'A named graph of nodes and edges: the draft that its author edits. Conversations run a published version of it. '
   'Usually a tenant has one active chatbot; if it has several, trigger rules and their priorities decide which one '
   'answers.';
comment on column app_public.chatbots.node_kinds is
  E'The kinds of nodes that the draft has, each once: message, question, rest_api, …';
comment on column app_public.chatbots.name is E'1 to 255 characters, unique in the tenant.';
comment on column app_public.chatbots.description is E'A note for the authors of the chatbot.';
comment on column app_public.chatbots.nodes is E'The nodes of the draft: [{"id", "type", "position", "data": {…}}].';
comment on column app_public.chatbots.edges is E'The edges of the draft: [{"source", "target", "sourceHandle"?}].';
comment on column app_public.chatbots.settings is
  E'Language, time zone, keywords, guards, timeouts; see docs/chatbots.md.';
comment on column app_public.chatbots.metadata is
  E'Any object, for your own use. An import stores additions of the exporting system here.';
comment on column app_public.chatbots.active_version_id is
  E'The version that new conversations run while the chatbot is active.';

create table app_public.chatbot_versions (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  chatbot_id uuid not null,
  number int not null
    constraint chatbot_versions_number_is_positive check (number > 0),
  nodes jsonb not null,
  edges jsonb not null,
  settings jsonb not null,
  after_pause text generated always as (case settings ->> 'afterPause' when 'end' then 'end' else 'resume' end) stored,
  subflows jsonb not null default '{}',
  flows jsonb not null default '{}',
  published_by uuid,
  created_at timestamptz not null default now(),
  unique (chatbot_id, tenant_id, number),
  foreign key (tenant_id, chatbot_id) references app_public.chatbots (tenant_id, id) on delete cascade
);
-- Created last, with the id first: while a table is small, all its indexes have the same estimated cost, and the
-- planner uses the newest.
alter table app_public.chatbot_versions add unique (id, tenant_id);
alter table app_public.chatbot_versions enable row level security;
comment on table app_public.chatbot_versions is
  E'A published version of a chatbot. It never changes: a run ends on the version it began with, unless it is moved.';
comment on column app_public.chatbot_versions.number is E'The number of the version within its chatbot: 1, 2, 3, …';
comment on column app_public.chatbot_versions.nodes is E'The nodes, in the format of chatbots.nodes.';
comment on column app_public.chatbot_versions.edges is E'The edges, in the format of chatbots.edges.';
comment on column app_public.chatbot_versions.settings is E'The settings, in the format of chatbots.settings.';
comment on column app_public.chatbot_versions.after_pause is
  E'What a run does when the pause after a user''s message ends: resume (it asks its question again) or end.';
comment on column app_public.chatbot_versions.subflows is
  E'The graphs that subflow nodes call, as they were at publication: {"<chatbot id>": {"nodes", "edges"}}.';
comment on column app_public.chatbot_versions.flows is
  E'The forms that the version sends, as they were at publication: {"<Meta''s flow id>": {"status", "firstScreen"}}. '
   'Used only for forms that have been deleted since; otherwise runs read the current form.';
comment on column app_public.chatbot_versions.published_by is
  E'The signed-in user who published the version; null if the program did.\n\n'
   'In SQL: no foreign key, because versions are kept when the user is deleted.';
alter table app_public.chatbots add
  foreign key (tenant_id, active_version_id) references app_public.chatbot_versions (tenant_id, id)
  on delete set null (active_version_id) deferrable initially deferred;
create index on app_public.chatbots (active_version_id, tenant_id);

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
  has_user boolean not null default false,
  expires_at timestamptz,
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  foreign key (tenant_id, chatbot_id) references app_public.chatbots (tenant_id, id) on delete cascade,
  foreign key (tenant_id, version_id) references app_public.chatbot_versions (tenant_id, id) on delete cascade,
  constraint conversation_contexts_ended_has_reason check (
    (status in ('running', 'waiting')) = (completed_at is null)
    and (completed_at is null) = (completion_reason is null)
  )
) with (fillfactor = 70);
create index on app_public.conversation_contexts (conversation_id, tenant_id, created_at desc);
create index on app_public.conversation_contexts (chatbot_id, tenant_id, status);
create index on app_public.conversation_contexts (version_id, tenant_id);
-- For figures, which read nothing else.
create index conversation_contexts_ended on app_public.conversation_contexts (tenant_id, completed_at)
  include (chatbot_id, status, has_user) where completed_at is not null;
create unique index conversation_contexts_one_active
  on app_public.conversation_contexts (conversation_id) where is_active;
alter table app_public.conversation_contexts enable row level security;
comment on table app_public.conversation_contexts is
  E'One run of a chatbot version in a conversation. A conversation has at most one active run. Written only by the '
   'chatbot task.';
comment on column app_public.conversation_contexts.version_id is E'The version that the run plays.';
comment on column app_public.conversation_contexts.is_active is
  E'Whether the run has not ended: it is running or waiting. A conversation has at most one such run.';
comment on column app_public.conversation_contexts.started_at is E'When the run began.';
comment on column app_public.conversation_contexts.completed_at is E'When the run ended. Null if it has not ended.';
comment on column app_public.conversation_contexts.current_node_id is
  E'The current node of the run, or the last one if the run has ended.';
comment on column app_public.conversation_contexts.variables is
  E'Answers and results by name: nested JSON, and the flat names of old exports ("question_1.response").';
comment on column app_public.conversation_contexts.node_history is E'The nodes visited, in order: [{"nodeId", "at"}].';
comment on column app_public.conversation_contexts.node_outputs is
  E'The last execution of each node: {"<node id>": {"nodeType", "success", "answer"?, "error"?, …}}.';
comment on column app_public.conversation_contexts.waiting is
  E'What the run waits for: {"kind": "answer" | "flow" | "http" | "delay" | …, "nodeId", "timer"?}.';
comment on column app_public.conversation_contexts.waiting_for is
  E'What the run waits for: answer, flow, http, ai, delay, handoff or callback. Null if it is not waiting.';
comment on column app_public.conversation_contexts.timer_kind is
  E'The purpose of the run''s timer: answer_timeout, session_expiry, flow_expiry, delay, request_timeout, '
   'request_retry, handoff_timeout, callback_timeout.';
comment on column app_public.conversation_contexts.state is
  E'Further state of the engine: random draws, open subflows, messages that arrived during a request.';
comment on column app_public.conversation_contexts.outcome is E'The outcome that the end node names.';
comment on column app_public.conversation_contexts.completion_reason is
  E'Why the run ended: flow_completed, timeout, send_failed: …, unknown_node: ….';
comment on column app_public.conversation_contexts.has_user is
  E'Whether a user took part: the conversation was handed over during the run or at its end, or a user wrote.';
comment on column app_public.conversation_contexts.expires_at is
  E'When the run''s timer fires. Null if it has no timer.';

-- A queue: the worker also vacuums tables with this autovacuum setting (src/database/table_care.ts).
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
  set_aside_reason text,
  created_at timestamptz not null default clock_timestamp(),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id) on delete cascade,
  constraint chatbot_events_message_is_named check ((kind = 'message') = (message_id is not null))
) with (autovacuum_vacuum_scale_factor = 0.02);
create index on app_private.chatbot_events (conversation_id, created_at);
create index on app_private.chatbot_events (due_at);
alter table app_private.chatbot_events enable row level security;
comment on table app_private.chatbot_events is
  E'Events that chatbots have not handled yet: customers'' messages, timers, results of requests. A row is deleted '
   'in the transaction of the turn that handles it. The events of a conversation are claimed together, oldest first, '
   'by the worker that locks the conversation.';
comment on column app_private.chatbot_events.due_at is
  E'When the event may be handled. Later than created_at while a burst of messages is collected (debounceMs). '
   'infinity: the conversation is assigned to a user, and the event waits.';
comment on column app_private.chatbot_events.set_aside_reason is
  E'Why the event is not tried again: three processes ended, or were killed, while they handled it. To try it once '
   'more, set this to null and due_at to now().';
comment on column app_private.chatbot_events.context_id is
  E'The run that the event is for; if that run has ended, the event has no effect. Null: for the active run, or for a '
   'new one.';

create table app_private.chatbot_turn_takers (
  id uuid primary key,
  event_ids uuid[] not null,
  began_at timestamptz not null default clock_timestamp()
);
alter table app_private.chatbot_turn_takers enable row level security;
comment on table app_private.chatbot_turn_takers is
  E'The events that each worker is handling at the moment. Events that remain here after a worker has died count as '
   'one attempt each: see begin_chatbot_turns().';

-- A queue: the worker also vacuums tables with this autovacuum setting (src/database/table_care.ts).
create table app_private.chatbot_activity (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  version_id uuid not null,
  steps jsonb not null,
  created_at timestamptz not null default now()
) with (autovacuum_vacuum_scale_factor = 0.02);
alter table app_private.chatbot_activity enable row level security;
comment on table app_private.chatbot_activity is
  E'The steps of turns, to be counted. One row for each turn, only inserted, so that turns do not wait for each '
   'other''s counters. Rolled up into chatbot_stats every minute; readers add both. No foreign key: rows exist for '
   'about a minute.';
comment on column app_private.chatbot_activity.steps is
  E'[{"kind": "passed" | "entered" | "left" | "dropped" | "ended", "node", "exit", "bucket"}]. passed: entered and '
   'left in one turn.';

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
comment on table app_private.chatbot_stats is
  E'The counts of chatbot_activity. Written only by roll_up_chatbot_activity().';
comment on column app_private.chatbot_stats.bucket is
  E'The duration: 0 is less than 1 ms, n is at least 2^(n-1) and less than 2^n ms. The buckets are a histogram from '
   'which medians are computed.';

create table app_private.ai_budgets (
  tenant_id uuid primary key references app_public.tenants on delete cascade,
  tokens_per_day int not null
    constraint ai_budgets_tokens_per_day_not_negative check (tokens_per_day >= 0),
  tokens_per_conversation int not null
    constraint ai_budgets_tokens_per_conversation_not_negative check (tokens_per_conversation >= 0)
);
alter table app_private.ai_budgets enable row level security;
comment on table app_private.ai_budgets is
  E'The language model budget of a tenant''s chatbots, if it differs from the configuration. Set by the operator.';
comment on column app_private.ai_budgets.tokens_per_day is
  E'The limit for all conversations together, in the last 24 hours.';
comment on column app_private.ai_budgets.tokens_per_conversation is
  E'The limit for one conversation, in the last 24 hours.';

create table app_private.ai_calls (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  conversation_id uuid,
  context_id uuid,
  model text not null,
  tokens int not null
    constraint ai_calls_tokens_not_negative check (tokens >= 0),
  created_at timestamptz not null default now(),
  foreign key (tenant_id, conversation_id) references app_public.conversations (tenant_id, id)
    on delete set null (conversation_id)
);
create index on app_private.ai_calls (tenant_id, created_at);
create index on app_private.ai_calls (conversation_id, created_at);
alter table app_private.ai_calls enable row level security;
comment on table app_private.ai_calls is
  E'Requests to the operator''s language model in the last days, for the budgets. Tokens are reserved before the '
   'request and corrected after it. Requests to a tenant''s own server are not included.';
comment on column app_private.ai_calls.conversation_id is
  E'The conversation. Null after it is deleted: its tokens still count.';
comment on column app_private.ai_calls.tokens is
  E'Input and output tokens; the maximum possible while the request is in progress.';

--!include chatbots/pause_length.sql
--!include chatbots/chatbot_pause.sql
--!include chatbots/tg_messages__enqueue_chatbot.sql
--!include chatbots/tg_message_statuses__enqueue_chatbot.sql
--!include chatbots/read_graphs.sql
--!include chatbots/graphs_called_by.sql
--!include chatbots/publish_chatbot.sql
--!include chatbots/activate_chatbot.sql
--!include chatbots/begin_chatbot_turns.sql
--!include chatbots/chatbot_contact.sql
--!include chatbots/turn_events.sql
--!include chatbots/lock_waiting_conversations.sql
--!include chatbots/claim_chatbot_turns.sql
--!include chatbots/save_runs.sql
--!include chatbots/send_replies.sql
--!include chatbots/set_run_timers.sql
--!include chatbots/hand_over_conversations.sql
--!include chatbots/delay_bursts.sql
--!include chatbots/hold_events.sql
--!include chatbots/save_chatbot_turns.sql
--!include chatbots/notify_chatbot.sql
--!include chatbots/start_chatbot.sql
--!include chatbots/deactivate_chatbot.sql
--!include chatbots/stop_chatbot_run.sql
--!include chatbots/skip_chatbot_node.sql
--!include chatbots/event_after_pause.sql
--!include chatbots/resume_chatbot.sql
--!include chatbots/receive_callback.sql
--!include chatbots/tg_conversation_contexts__take_back.sql
--!include chatbots/tg_conversations__enqueue_chatbot.sql
--!include chatbots/activate_version.sql
--!include chatbots/save_draft.sql
--!include chatbots/publish_draft.sql
--!include chatbots/roll_up_chatbot_activity.sql
--!include chatbots/read_chatbot_stats.sql
create type app_public.chatbot_node_stat as (
  node_id text,
  entered int,
  left_by jsonb,
  dropped int,
  drop_off float8,
  median_seconds float8
);
comment on type app_public.chatbot_node_stat is E'Statistics of a node over the runs of a version.';
comment on column app_public.chatbot_node_stat.node_id is E'The id of the node in the graph.';
comment on column app_public.chatbot_node_stat.entered is E'How often runs entered the node.';
comment on column app_public.chatbot_node_stat.left_by is
  E'How often runs left the node, by exit: {"yes": 3, "": 1}. "" is the default exit.';
comment on column app_public.chatbot_node_stat.dropped is
  E'Runs that ended at the node without reaching an end of the graph.';
comment on column app_public.chatbot_node_stat.drop_off is
  E'dropped divided by entered: 0 to 1. Null if no run has entered the node.';
comment on column app_public.chatbot_node_stat.median_seconds is
  E'The median time that runs spend at the node, in seconds, accurate to a factor of 1.5. Null if no run has left it.';
create type app_public.chatbot_outcome_stat as (status text, outcome text, runs int, median_seconds float8);
comment on type app_public.chatbot_outcome_stat is E'Statistics of the ended runs of a version that had one outcome.';
comment on column app_public.chatbot_outcome_stat.status is
  E'The status of the runs: completed, expired, stopped or failed.';
comment on column app_public.chatbot_outcome_stat.outcome is E'The outcome of the runs, empty if they have none.';
comment on column app_public.chatbot_outcome_stat.runs is E'The number of runs.';
comment on column app_public.chatbot_outcome_stat.median_seconds is
  E'The median duration of the runs, in seconds, accurate to a factor of 1.5.';
--!include chatbots/chatbot_node_stats.sql
--!include chatbots/chatbot_outcome_stats.sql
--!include chatbots/reserve_ai_call.sql
--!include chatbots/record_ai_usage.sql
--!include chatbots/chatbot_timers.sql
--!include chatbots/chatbots.policies.sql
--!include chatbots/chatbot_versions.policies.sql
--!include chatbots/conversation_contexts.policies.sql
--!include figures/tenants_chatbot_figures.sql

--! split: 0700-templates.sql
create type app_public.template_status as enum (
  'unknown', 'pending', 'approved', 'rejected', 'paused', 'disabled', 'in_appeal', 'pending_deletion', 'deleted',
  'limit_exceeded', 'archived'
);
create type app_public.template_category as enum ('authentication', 'marketing', 'utility');
comment on type app_public.template_status is
  E'Meta''s status of a template. Only approved ones may be sent (PYTPL). unknown: Meta has not reported a status '
   'yet; the template is sent, and Meta decides. pending: Meta has not decided yet. approved: it can be sent. '
   'rejected: Meta does not allow it. paused: customers disliked it; Meta sends it again later. disabled: customers '
   'disliked it too often. in_appeal: its rejection is being reviewed. limit_exceeded: the account has too many '
   'templates. archived: it has not been used for long. pending_deletion: it is being deleted. deleted: it was '
   'deleted at Meta.';
comment on type app_public.template_category is
  E'Meta''s category of a template, by which it is billed. authentication: one-time passwords. marketing: offers and '
   'everything else; not sent to contacts who have opted out of marketing. utility: about an order or a request of '
   'the customer.';

create table app_public.templates (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  business_account_id text not null,
  name text not null
    constraint templates_name_is_snake_case check (name ~ '^[a-z0-9_]+$' and length(name) <= 512),
  language text not null
    constraint templates_language_has_length check (length(language) between 2 and 20),
  category app_public.template_category,
  category_at timestamptz,
  status app_public.template_status not null default 'unknown',
  status_reason text,
  status_at timestamptz,
  quality_rating text,
  quality_rating_at timestamptz,
  provider_template_id text,
  components jsonb not null default '[]'
    constraint templates_components_is_list check (jsonb_typeof(components) = 'array'),
  components_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
create index on app_public.templates (tenant_id, status);
create index on app_public.templates (tenant_id, provider_template_id);
-- Last: the planner takes the newest, and the rules of sending look for one template.
alter table app_public.templates add unique (tenant_id, business_account_id, name, language);
alter table app_public.templates enable row level security;
comment on table app_public.templates is
  E'A message template of a WhatsApp Business Account, as last reported by Meta. Only an approved one may be sent '
   '(PYTPL). If a template or its status is not known, Meta decides when it is sent.';
comment on column app_public.templates.name is E'The name that the template has at Meta: a-z, 0-9 and _.';
comment on column app_public.templates.provider_template_id is
  E'Meta''s id of the template, as text: it exceeds the exact integers of JavaScript.';
comment on column app_public.templates.status_reason is E'Why the template was rejected or paused.';
comment on column app_public.templates.business_account_id is
  E'The WhatsApp Business Account (WABA) of the template. All numbers of the account may use it.';
comment on column app_public.templates.language is E'The language in Meta''s notation, for example en_US.';
comment on column app_public.templates.quality_rating is E'GREEN, YELLOW, RED or UNKNOWN, as last reported by Meta.';
comment on column app_public.templates.category_at is
  E'When Meta reported the category. An older report changes nothing; the same applies to the other three.';
comment on column app_public.templates.status_at is E'When Meta reported the status. Null if it has not.';
comment on column app_public.templates.quality_rating_at is E'When Meta reported the quality rating.';
comment on column app_public.templates.components_at is E'When Meta reported the components. Null if it has not.';
comment on column app_public.templates.components is
  E'The components as a list of the Graph API: header, body, footer, buttons.';

-- After templates, which it reads.
--!include messages/claimed_messages.sql
--!include templates/is_sendable.sql
--!include templates/template_status_of.sql
--!include templates/apply_template_update.sql
--!include templates/templates.policies.sql

--! split: 0750-flows.sql
create type app_public.flow_status as enum ('draft', 'published', 'deprecated', 'blocked', 'throttled');
create type app_public.data_source_type as enum ('rest_api', 'strapi', 'graphql');
create type app_public.data_source_auth as enum ('none', 'bearer', 'api_key', 'basic');
create type app_public.http_method as enum ('get', 'post', 'put', 'patch', 'delete');
comment on type app_public.flow_status is
  E'Meta''s status of a form. draft: it can be sent for testing. published: it can be sent. deprecated: it was '
   'withdrawn, and may fail to open. blocked, throttled: its endpoint has failed too often, and it may fail to open.';
comment on type app_public.data_source_type is
  E'The protocol of a data source. rest_api: paths and JSON. strapi: as rest_api, but lists are in {"data"}. '
   'graphql: every call is a POST of a query.';
comment on type app_public.data_source_auth is
  E'How calls to a data source authenticate. none: not at all. bearer: with the header "Authorization: Bearer '
   '<token>". api_key: with the token in the header auth_header_name. basic: with the token as "user:password".';
comment on type app_public.http_method is
  E'The HTTP method of a call. get: GET. post: POST. put: PUT. patch: PATCH. delete: DELETE.';

create table app_public.data_sources (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint data_sources_name_has_length check (length(name) between 1 and 255),
  description text,
  type app_public.data_source_type not null default 'rest_api',
  base_url text not null
    constraint data_sources_base_url_is_address
      check (base_url ~ '^https?://[^\s/?#@]+(/[^\s?#]*)?$' and length(base_url) <= 500),
  auth_type app_public.data_source_auth not null default 'none',
  auth_header_name text
    constraint data_sources_auth_header_name_is_name check (auth_header_name ~ '^[A-Za-z0-9-]{1,100}$'),
  has_auth_token boolean not null default false,
  headers jsonb not null default '{}'
    constraint data_sources_headers_is_object check (jsonb_typeof(headers) = 'object'),
  config jsonb not null default '{}'
    constraint data_sources_config_is_object check (jsonb_typeof(config) = 'object'),
  is_active boolean not null default true,
  timeout_ms int not null default 10000
    constraint data_sources_timeout_ms_in_range check (timeout_ms between 100 and 30000),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, name),
  constraint data_sources_auth_has_token check (not is_active or auth_type = 'none' or has_auth_token),
  constraint data_sources_api_key_has_header check (auth_type <> 'api_key' or auth_header_name is not null)
);
create index on app_public.data_sources (tenant_id, type);
create index on app_public.data_sources (tenant_id, is_active);
create index on app_public.data_sources (tenant_id, created_at desc);
alter table app_public.data_sources enable row level security;
comment on table app_public.data_sources is
  E'An external service that chatbots call: its address and authentication. Its token is a sealed secret '
   '(setDataSourceToken) that is never shown.';
comment on column app_public.data_sources.name is E'1 to 255 characters, unique in the tenant.';
comment on column app_public.data_sources.description is E'A note for the authors of chatbots.';
comment on column app_public.data_sources.is_active is E'Whether chatbots can call it.';
comment on column app_public.data_sources.base_url is
  E'The address to which the paths of calls are appended: http(s), without user, query and fragment. Calls to '
   'addresses that are not public are refused.';
comment on column app_public.data_sources.auth_header_name is
  E'The header that carries the token if auth_type is api_key.';
comment on column app_public.data_sources.has_auth_token is
  E'Whether there is a token. With an auth_type but no token the data source is inactive: is_active is false until '
   'setDataSourceToken. Changing base_url or auth_type deletes the token.';
comment on column app_public.data_sources.headers is
  E'Headers that are added to each call: {"name": "value"}. Not for secrets: admins can read them.';
comment on column app_public.data_sources.config is E'Any object, for your own use.';
comment on column app_public.data_sources.timeout_ms is
  E'The maximum duration of a call in milliseconds, at most 30,000.';

create table app_private.data_source_secrets (
  data_source_id uuid primary key references app_public.data_sources on delete cascade,
  auth_token text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table app_private.data_source_secrets enable row level security;
comment on table app_private.data_source_secrets is
  E'A data source''s token: an AES-256-GCM envelope sealed by the program for this row.';

create table app_public.data_source_connections (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  data_source_id uuid not null,
  name text not null
    constraint data_source_connections_name_has_length check (length(name) between 1 and 255),
  description text,
  endpoint text not null default ''
    constraint data_source_connections_endpoint_has_length check (length(endpoint) <= 500),
  method app_public.http_method not null default 'get',
  default_params jsonb not null default '{}'
    constraint data_source_connections_default_params_is_object check (jsonb_typeof(default_params) = 'object'),
  default_body jsonb,
  data_key text
    constraint data_source_connections_data_key_has_length check (length(data_key) <= 255),
  transform_config jsonb
    constraint data_source_connections_transform_names_fields check (
      jsonb_typeof(transform_config) = 'object' and transform_config ?& array['idField', 'titleField']
    ),
  depends_on_connection_id uuid
    constraint data_source_connections_not_on_itself check (depends_on_connection_id <> id),
  param_mapping jsonb not null default '{}'
    constraint data_source_connections_param_mapping_is_object check (jsonb_typeof(param_mapping) = 'object'),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, data_source_id, name),
  foreign key (tenant_id, data_source_id) references app_public.data_sources (tenant_id, id) on delete cascade,
  foreign key (tenant_id, depends_on_connection_id) references app_public.data_source_connections (tenant_id, id)
    on delete set null (depends_on_connection_id)
);
create index on app_public.data_source_connections (tenant_id, depends_on_connection_id)
  where depends_on_connection_id is not null;
alter table app_public.data_source_connections enable row level security;
comment on table app_public.data_source_connections is
  E'One call of a data source that a chatbot or a form can use: method, path, parameters, and the part of the '
   'response to read.';
comment on column app_public.data_source_connections.name is E'1 to 255 characters, unique in the data source.';
comment on column app_public.data_source_connections.description is E'A note for the authors of chatbots.';
comment on column app_public.data_source_connections.is_active is E'Whether chatbots can call it.';
comment on column app_public.data_source_connections.endpoint is E'The path below the data source''s base_url.';
comment on column app_public.data_source_connections.default_params is
  E'Query parameters. Parameters of the caller replace those with the same name.';
comment on column app_public.data_source_connections.default_body is
  E'The JSON body. Fields of the caller''s object replace those with the same name. For a GraphQL data source: '
   '{"query", "variables"?}.';
comment on column app_public.data_source_connections.data_key is
  E'The path of the list or value in the response, for example "data.items". Null: the whole response.';
comment on column app_public.data_source_connections.transform_config is
  E'Turns the items of a list into options: {"idField", "titleField", "descriptionField"?}, each a path in the item. '
   'The result is [{"id", "title", "description"?}].';
comment on column app_public.data_source_connections.depends_on_connection_id is
  E'The connection whose selected item this one needs, for example brands before products. param_mapping passes the '
   'item.';
comment on column app_public.data_source_connections.param_mapping is
  E'Maps parameters to paths in the run''s variables: "$.brand.id" or "brand.id" (dots and brackets; filters of '
   'JSONPath are not supported). A parameter whose path does not exist is omitted.';

create table app_public.whatsapp_flows (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  whatsapp_flow_id text not null
    constraint whatsapp_flows_whatsapp_flow_id_has_length check (length(whatsapp_flow_id) between 1 and 255),
  name text not null
    constraint whatsapp_flows_name_has_length check (length(name) between 1 and 255),
  description text,
  status app_public.flow_status not null default 'draft',
  status_at timestamptz,
  categories text[] not null default '{}'
    constraint whatsapp_flows_categories_has_no_nulls check (array_position(categories, null) is null),
  flow_json jsonb not null default '{}'
    constraint whatsapp_flows_flow_json_is_object check (jsonb_typeof(flow_json) = 'object'),
  endpoint_uri text
    constraint whatsapp_flows_endpoint_uri_is_address
      check (endpoint_uri ~ '^https?://\S+$' and length(endpoint_uri) <= 2000),
  preview_url text,
  is_synced_from_meta boolean not null default false,
  data_source_id uuid,
  metadata jsonb not null default '{}'
    constraint whatsapp_flows_metadata_is_object check (jsonb_typeof(metadata) = 'object')
    constraint whatsapp_flows_metadata_is_at_most_32_kb check (octet_length(metadata::text) <= 32768),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, whatsapp_flow_id),
  foreign key (tenant_id, data_source_id) references app_public.data_sources (tenant_id, id)
    on delete set null (data_source_id)
);
create index on app_public.whatsapp_flows (tenant_id, status);
create index on app_public.whatsapp_flows (tenant_id, data_source_id) where data_source_id is not null;
alter table app_public.whatsapp_flows enable row level security;
comment on table app_public.whatsapp_flows is E'A form (a WhatsApp Flow) that chatbots send.';
comment on column app_public.whatsapp_flows.name is E'The name that users see: 1 to 255 characters.';
comment on column app_public.whatsapp_flows.description is E'A note for users.';
comment on column app_public.whatsapp_flows.whatsapp_flow_id is
  E'Meta''s id of the form, as text. Unique in the tenant. whatsapp_flow nodes name it.';
comment on column app_public.whatsapp_flows.status_at is
  E'When Meta reported the status. An older report changes nothing. Null if it has not.';
comment on column app_public.whatsapp_flows.categories is
  E'Meta''s categories of the form: SIGN_UP, APPOINTMENT_BOOKING, LEAD_GENERATION, …';
comment on column app_public.whatsapp_flows.flow_json is
  E'Meta''s Flow JSON: {"version", "screens": […]}. The form opens at the first screen unless the node names another.';
comment on column app_public.whatsapp_flows.endpoint_uri is
  E'The address from which Meta reads the form''s data. Null if the form needs none.';
comment on column app_public.whatsapp_flows.preview_url is E'The address of Meta''s preview of the form. It expires.';
comment on column app_public.whatsapp_flows.is_synced_from_meta is
  E'True if the form was read from Meta; false if it was imported or created here.';
comment on column app_public.whatsapp_flows.metadata is E'Any object, for your own use.';

create type app_public.google_account_status as enum ('connected', 'revoked');
comment on type app_public.google_account_status is
  E'Whether a Google account can be used. connected: google_calendar nodes can read its calendar. revoked: Google no '
   'longer accepts its tokens; connect the account again.';

create table app_public.google_accounts (
  tenant_id uuid not null,
  user_id uuid not null,
  email text
    constraint google_accounts_email_is_address check (email ~ '^[^@\s]+@[^@\s]+$' and length(email) <= 254),
  status app_public.google_account_status not null default 'connected',
  status_reason text,
  has_refresh_token boolean not null,
  access_token_expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade,
  constraint google_accounts_revoked_has_reason check ((status = 'revoked') = (status_reason is not null))
);
alter table app_public.google_accounts enable row level security;
comment on table app_public.google_accounts is
  E'A member''s Google account, for google_calendar nodes (connectGoogleCalendar). Its tokens are sealed secrets '
   'that are never shown.';
comment on column app_public.google_accounts.email is
  E'The address of the account, as it was given. A node may name the calendar by it.';
comment on column app_public.google_accounts.status_reason is
  E'Why the account is revoked: Google''s error (invalid_grant), or no_refresh_token.';
comment on column app_public.google_accounts.has_refresh_token is
  E'Whether the access token is renewed automatically. Without it, the calendar cannot be read after '
   'access_token_expires_at.';
comment on column app_public.google_accounts.access_token_expires_at is
  E'When the access token expires. Null if unknown: the token is used until Google refuses it.';

create table app_private.google_account_secrets (
  tenant_id uuid not null,
  user_id uuid not null,
  access_token text not null,
  refresh_token text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references app_public.google_accounts (tenant_id, user_id) on delete cascade
);
alter table app_private.google_account_secrets enable row level security;
comment on table app_private.google_account_secrets is
  E'A Google account''s OAuth tokens: AES-256-GCM envelopes sealed by the program for this row and column.';

--!include flows/tg_data_sources__clear_token_flag.sql
--!include flows/tg_data_sources__deactivate_without_token.sql
--!include flows/tg_data_sources__remove_token.sql
--!include flows/set_data_source_token.sql
--!include flows/clear_data_source_token.sql
--!include flows/set_google_account.sql
--!include flows/disconnect_google_calendar.sql
--!include flows/chatbot_data_source.sql
--!include flows/chatbot_calendar.sql
--!include flows/renew_google_account.sql
--!include flows/find_chatbot_references.sql
--!include flows/whatsapp_flows.policies.sql
--!include flows/data_sources.policies.sql
--!include flows/data_source_connections.policies.sql
--!include flows/google_accounts.policies.sql

--! split: 0780-filters.sql
create type app_public.filter_kind as enum ('contacts', 'conversations', 'messages');
comment on type app_public.filter_kind is
  E'What a filter selects. contacts: contacts. conversations: conversations. messages: messages.';

create type app_public.filter_field as (
  name text,
  type text,
  operators text[],
  choices text[]
);
comment on type app_public.filter_field is E'A field of filters, or a relation to contacts or conversations.';
comment on column app_public.filter_field.name is E'The field, or the key of a relation.';
comment on column app_public.filter_field.type is
  E'The type of the values: text, phone, number, boolean, time, choice, json, search, or what they refer to: tag, '
   'group, team, user, channel, chatbot. contacts or conversations: a relation, whose value is a filter of that kind.';
comment on column app_public.filter_field.operators is E'The operators that the field can have. Empty for a relation.';
comment on column app_public.filter_field.choices is E'All values of a field of type choice. Empty for other types.';

--!include filters/ids_by_text.sql
--!include filters/filterable_fields.sql
--!include filters/filter_operators.sql
--!include filters/filter_fields.sql
--!include filters/refuse_filter.sql
--!include filters/filter_time.sql
--!include filters/filter_value.sql
--!include filters/filter_references.sql
--!include filters/filter_operand.sql
--!include filters/filter_operand_sql.sql
--!include filters/filter_path_sql.sql
--!include filters/with_bound_values.sql
--!include filters/is_selective_test.sql
--!include filters/exists_sql.sql
--!include filters/compile_filter_leaf.sql
--!include filters/compile_filter_part.sql
--!include filters/compile_filter.sql
--!include filters/filter_query.sql
--!include filters/matching_contacts.sql
--!include filters/matching_conversations.sql
--!include filters/matching_messages.sql
--!include filters/count_matching.sql

create table app_public.views (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  user_id uuid default app_hidden.current_user_id(),
  name text not null
    constraint views_name_has_length check (length(name) between 1 and 100),
  kind app_public.filter_kind not null default 'conversations',
  filter jsonb not null,
  order_by text
    constraint views_order_by_is_name check (order_by ~ '^[A-Z_]{1,50}$'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade
);
create unique index views_name_key on app_public.views (tenant_id, user_id, lower(name)) nulls not distinct;
alter table app_public.views enable row level security;
comment on table app_public.views is
  E'A saved filter with a name, like "VIP customers who wait": a list of contacts, conversations or messages.';
comment on column app_public.views.user_id is
  E'The user to whom the view belongs, and who alone sees it; by default the caller. Null: all members see the view, '
   'and admins change it.';
comment on column app_public.views.name is
  E'Unique among the views of its user, or among those of all members, regardless of case.';
comment on column app_public.views.kind is E'What the view lists.';
comment on column app_public.views.filter is
  E'A filter of the filter language (docs/filters.md). PYFLT: it is not valid.';
comment on column app_public.views.order_by is
  E'The order of the list: a value of ContactOrderBy, ConversationOrderBy or MessageOrderBy, to be passed to the list '
   'as orderBy.';

--!include filters/compile_view.sql
--!include filters/views_count.sql
--!include filters/tg_views__refuse_invalid_filter.sql
--!include filters/views.policies.sql

--! split: 0800-inbound.sql
create type app_public.webhook_event_status as enum ('unprocessed', 'processed', 'failed');
comment on type app_public.webhook_event_status is
  E'Whether a webhook was applied. unprocessed: it is stored, and not applied yet. processed: it was applied; '
   'skipped lists what had no effect. failed: it could not be applied; see error.';

create table app_public.webhook_events (
  tenant_id uuid not null,
  id uuid primary key default app_hidden.uuid_v7(),
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
  foreign key (tenant_id, channel_id) references app_public.channels (tenant_id, id) on delete cascade,
  constraint webhook_events_failed_has_error check (status <> 'failed' or error is not null)
) partition by range (id);
create index on app_public.webhook_events (channel_id, id desc);
create index on app_public.webhook_events (id) where status <> 'processed';
-- Almost all are messages and statuses, for which an index would cost more than it gives.
create index on app_public.webhook_events (tenant_id, event_type, id desc) where event_type <> 'messages';
alter table app_public.webhook_events enable row level security;
comment on table app_public.webhook_events is
  E'A body that a provider posted, byte by byte, stored in the transaction that applied it. It can be replayed by id '
   'or filter (parley webhook replay). Dropped after 30 days.\n\n'
   'In SQL: the rows are stored in monthly partitions in app_private; a dump of this table alone has no rows.';
comment on column app_public.webhook_events.event_type is
  E'The fields of the webhook, comma-separated: messages, account_update, …';
comment on column app_public.webhook_events.body is E'The bytes as received, before any processing.';
comment on column app_public.webhook_events.attempts is E'The number of attempts to apply the body.';
comment on column app_public.webhook_events.processed_at is E'When the last attempt was made to apply the body.';
comment on column app_public.webhook_events.error is
  E'Why the body could not be applied. It is tried again for a while, and can be replayed.';
comment on column app_public.webhook_events.skipped is
  E'What had no effect, and why: [{"kind", "reason"}]. For example a number that is not a channel, a type that is not '
   'stored, or a status of an unknown message.';
do $$ begin perform app_private.ensure_partitions(); end; $$;

--!include inbound/derived_id.sql
--!include inbound/read_identities.sql
--!include inbound/identity_at.sql
--!include inbound/find_contacts.sql
--!include inbound/insert_contacts.sql
--!include inbound/update_identity_order.sql
--!include inbound/lock_contacts.sql


--!include inbound/update_names.sql
--!include inbound/save_recipients.sql
--!include inbound/link_identities.sql
--!include inbound/blank_erased_customers.sql
--!include inbound/find_quoted_contacts.sql

--!include inbound/resolve_contacts.sql
--!include inbound/find_conversations.sql
--!include inbound/resolve_conversations.sql
--!include inbound/recognise_customers.sql
--!include inbound/blank_known_customers.sql
--!include inbound/fill_placeholders.sql
--!include inbound/store_messages.sql
--!include inbound/retire_identities.sql
--!include inbound/release_phone.sql
--!include inbound/reassign_numbers.sql
--!include inbound/apply_identity_change.sql
--!include inbound/apply_marketing_preference.sql
--!include channels/apply_whatsapp_channel_update.sql
--!include flows/apply_whatsapp_flow_update.sql
--!include inbound/apply_contact_syncs.sql
--!include inbound/apply_call.sql
--!include inbound/receive_webhooks.sql
--!include inbound/webhook_events.policies.sql

--! split: 0840-canned-replies.sql
--!include messages/content/interpolate.sql
--!include messages/content/fill_content.sql

create table app_public.canned_replies (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  user_id uuid default app_hidden.current_user_id(),
  shortcut text not null
    constraint canned_replies_shortcut_is_word check (shortcut ~ '^[^\s/]{1,50}$'),
  title text not null
    constraint canned_replies_title_has_length check (length(title) between 1 and 255),
  language text
    constraint canned_replies_language_is_tag check (language ~ '^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$'),
  type app_public.message_type not null default 'text'
    constraint canned_replies_type_is_not_reaction check (type <> 'reaction'),
  content jsonb not null default '{}',
  media_id uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade,
  foreign key (tenant_id, media_id) references app_public.media (tenant_id, id) on delete cascade,
  -- It raises PYCNT: see the table messages.
  constraint canned_replies_has_sendable_content
    check (app_hidden.check_message_content(type, content, media_id is not null))
);
create unique index canned_replies_shortcut_key on app_public.canned_replies (tenant_id, user_id, lower(shortcut))
  nulls not distinct;
create index on app_public.canned_replies (media_id, tenant_id);
alter table app_public.canned_replies enable row level security;
comment on table app_public.canned_replies is
  E'A message that agents send often: a text, or another type with buttons or a file. Its texts may contain variables: '
   '"Hello {{contact.name|there}}".';
comment on column app_public.canned_replies.user_id is
  E'The user to whom it belongs, and who alone sees it; by default the caller. Null: all members see it, and admins '
   'change it.';
comment on column app_public.canned_replies.shortcut is
  E'What an agent types to find it, for example "hours": 1 to 50 characters without spaces and slashes. Unique among '
   'the canned replies of its user, or among those of all members, regardless of case.';
comment on column app_public.canned_replies.title is E'What a list shows.';
comment on column app_public.canned_replies.language is
  E'A language tag like "pt-BR". For clients, which may filter by it.';
comment on column app_public.canned_replies.type is
  E'The type of the message: any that can be sent, except reaction. Templates are useful when the reply window is '
   'closed.';
comment on column app_public.canned_replies.content is
  E'The content of the message, as that of Message.content and with the same limits (PYCNT), in whose texts '
   '{{variables}} are filled in.';
comment on column app_public.canned_replies.media_id is
  E'A file to send, as that of Message.mediaId. The file is kept as long as the canned reply.';

create type app_public.filled_reply as (content jsonb, preview text, missing_variables text[]);
comment on type app_public.filled_reply is E'A canned reply as it would be sent.';
comment on column app_public.filled_reply.content is E'The content with the values of the variables.';
comment on column app_public.filled_reply.preview is E'A short form of the message.';
comment on column app_public.filled_reply.missing_variables is
  E'The variables that have neither a value nor an alternative in the text. sendCannedReply refuses the reply until '
   'they are given.';
--!include messages/reply_variables.sql
--!include messages/canned_replies_filled.sql
--!include messages/send_canned_reply.sql
--!include messages/tg_canned_replies__refuse_long_text.sql
--!include messages/canned_replies.policies.sql

--! split: 0845-bulk.sql
create type app_public.bulk_outcome as (id uuid, code text, message text);
comment on type app_public.bulk_outcome is E'The outcome of a mutation of many objects for one of them.';
comment on column app_public.bulk_outcome.id is E'The id that was given.';
comment on column app_public.bulk_outcome.code is
  E'Why the object was not changed: an error code (PY…). Null if it was changed.';
comment on column app_public.bulk_outcome.message is E'The code in words. Null if the object was changed.';
--!include shared/bulk_ids.sql
--!include conversations/bulk/lock_conversations.sql
--!include conversations/bulk/close_conversations.sql
--!include conversations/bulk/reopen_conversations.sql
--!include conversations/bulk/mark_conversations_read.sql
--!include conversations/bulk/snooze_conversations.sql
--!include conversations/bulk/assign_conversations.sql
--!include contacts/bulk/lock_listed_contacts.sql
--!include contacts/bulk/tag_contacts.sql
--!include contacts/bulk/untag_contacts.sql
--!include contacts/bulk/add_contacts_to_group.sql
--!include contacts/bulk/remove_contacts_from_group.sql

--! split: 0850-triggers.sql
-- After all functions, because triggers of one domain call functions of others.
--!include accounts/tenants.triggers.sql
--!include accounts/users.triggers.sql
--!include accounts/totp_secrets.triggers.sql
--!include accounts/user_secrets.triggers.sql
--!include accounts/memberships.triggers.sql
--!include accounts/sessions.triggers.sql
--!include accounts/invitations.triggers.sql
--!include accounts/api_keys.triggers.sql
--!include channels/whatsapp_channels.triggers.sql
--!include channels/channels.triggers.sql
--!include channels/channel_secrets.triggers.sql
--!include contacts/contacts.triggers.sql
--!include contacts/contact_identities.triggers.sql
--!include contacts/tags.triggers.sql
--!include contacts/contact_tags.triggers.sql
--!include contacts/groups.triggers.sql
--!include contacts/group_contacts.triggers.sql
--!include conversations/teams.triggers.sql
--!include conversations/team_members.triggers.sql
--!include conversations/closing_rules.triggers.sql
--!include conversations/conversations.triggers.sql
--!include conversations/conversation_participants.triggers.sql
--!include messages/messages.triggers.sql
--!include messages/canned_replies.triggers.sql
--!include messages/mentions.triggers.sql
--!include media/media.triggers.sql
--!include media/media_files.triggers.sql
--!include messages/message_statuses.triggers.sql
--!include chatbots/chatbots.triggers.sql
--!include chatbots/chatbot_versions.triggers.sql
--!include chatbots/conversation_contexts.triggers.sql
--!include chatbots/ai_budgets.triggers.sql
--!include templates/templates.triggers.sql
--!include flows/data_sources.triggers.sql
--!include flows/data_source_secrets.triggers.sql
--!include flows/data_source_connections.triggers.sql
--!include flows/whatsapp_flows.triggers.sql
--!include flows/google_accounts.triggers.sql
--!include flows/google_account_secrets.triggers.sql
--!include filters/views.triggers.sql

--! split: 0900-operations.sql
-- Functions for the operator's command line, the health checks and the metrics.
--!include operations/expired_partitions.sql
--!include operations/delete_old_rows.sql
--!include operations/waiting_channels.sql
--!include operations/correct_future_times.sql
--!include operations/operations_status.sql
--!include operations/tenant_stats.sql
--!include operations/find_tenant.sql
--!include operations/find_api_key.sql
--!include operations/find_user.sql
--!include operations/find_channel.sql
--!include operations/find_chatbot.sql
--!include operations/has_account.sql
--!include operations/add_user.sql
--!include operations/remove_user.sql
--!include operations/unlock_user.sql
--!include operations/set_user_active.sql
--!include operations/set_user_role.sql
