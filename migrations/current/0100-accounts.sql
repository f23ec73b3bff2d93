create type app_public.tenant_status as enum ('active', 'inactive');
comment on type app_public.tenant_status is E'active: works. inactive: nobody signs in and nothing is sent; what arrives is still stored.';
-- In order of power: policies compare with >=.
create type app_public.member_role as enum ('viewer', 'agent', 'admin', 'owner');
comment on type app_public.member_role is
  E'What a member may do: a viewer reads, an agent works in conversations, an admin manages people and channels, an owner also manages owners.';

create table app_public.tenants (
  id uuid primary key default app_hidden.uuid_v7(),
  slug text not null unique
    constraint tenants_slug_is_url_safe check (slug ~ '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$'),
  name text not null
    constraint tenants_name_has_length check (length(name) between 1 and 150),
  status app_public.tenant_status not null default 'active',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index on app_public.tenants (status);
alter table app_public.tenants enable row level security;
comment on table app_public.tenants is E'A workspace. It owns everything else; nothing is shared between two of them.';
comment on column app_public.tenants.slug is E'The short name used in addresses, sign-ins and on the command line.';
comment on column app_public.tenants.status is E'An inactive tenant''s members cannot sign in and nothing is sent for it.';

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
comment on table app_public.users is E'A person on staff, who signs in. One person may be a member of several tenants.';
comment on column app_public.users.email is E'The address used to sign in; unique whatever its case.';
comment on column app_public.users.is_active is E'False refuses every sign-in and every running session, at once.';

-- A secret lives one join away from the row people look at.
create table app_private.user_secrets (
  user_id uuid primary key references app_public.users on delete cascade,
  password_hash text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table app_private.user_secrets enable row level security;
comment on table app_private.user_secrets is E'bcrypt (cost 10). No row, or no hash: the person cannot sign in with a password.';

create table app_public.memberships (
  tenant_id uuid not null references app_public.tenants on delete cascade,
  user_id uuid not null references app_public.users on delete cascade,
  role app_public.member_role not null default 'agent',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id)
);
create index on app_public.memberships (user_id);
alter table app_public.memberships enable row level security;
comment on table app_public.memberships is E'Ties a user to a tenant, with a role.';

create table app_private.sessions (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null,
  user_id uuid not null,
  refresh_token_hash bytea not null unique,
  previous_refresh_token_hash bytea unique,
  last_used_at timestamptz not null default now(),
  expires_at timestamptz not null,
  revoked_at timestamptz,
  created_at timestamptz not null default now(),
  foreign key (tenant_id, user_id) references app_public.memberships on delete cascade
);
create index on app_private.sessions (tenant_id, user_id);
create index on app_private.sessions (expires_at);
alter table app_private.sessions enable row level security;
comment on table app_private.sessions is
  E'One sign-in. Access tokens name it and every request checks it, so that signing out works at once.';
comment on column app_private.sessions.previous_refresh_token_hash is
  E'The refresh token that was last exchanged. Seeing it again means that it was stolen: the session ends.';

create table app_private.sign_in_failures (
  email text primary key,
  failures int not null default 0,
  locked_until timestamptz,
  last_failed_at timestamptz not null default now()
);
create index on app_private.sign_in_failures (last_failed_at);
alter table app_private.sign_in_failures enable row level security;
comment on table app_private.sign_in_failures is
  E'Failed sign-ins by address, whether anybody has that address or not: a lock tells a stranger nothing.';

create table app_public.audit_entries (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid references app_public.tenants on delete cascade,
  table_name text not null,
  row_id uuid not null,
  operation text not null
    constraint audit_entries_operation_is_dml check (operation in ('INSERT', 'UPDATE', 'DELETE')),
  old_values jsonb,
  new_values jsonb,
  user_id uuid,
  database_role text not null default session_user,
  created_at timestamptz not null default now(),
  constraint audit_entries_old_unless_insert check ((operation = 'INSERT') = (old_values is null)),
  constraint audit_entries_new_unless_delete check ((operation = 'DELETE') = (new_values is null))
);
create index on app_public.audit_entries (tenant_id, created_at desc);
alter table app_public.audit_entries enable row level security;
comment on table app_public.audit_entries is
  E'Who changed people, channels and chatbots, and what. Written by triggers, never changed. Secrets and graphs are not copied here.';
comment on column app_public.audit_entries.old_values is E'Of an update: the changed columns before it. Of a delete: the row.';
comment on column app_public.audit_entries.user_id is E'The signed-in person; null when it was done in SQL or by the program.';
comment on column app_public.audit_entries.table_name is E'tenants, users, memberships, channels or chatbots.';
comment on column app_public.audit_entries.row_id is E'The id of the row; of a membership, the person''s.';
comment on column app_public.audit_entries.operation is E'INSERT, UPDATE or DELETE.';
comment on column app_public.audit_entries.new_values is E'Of an insert: the row. Of an update: the changed columns after it.';
comment on column app_public.audit_entries.database_role is E'The role that was logged in to the database.';

--!include accounts/current_user_id.sql
--!include accounts/current_session_id.sql
--!include accounts/current_membership.sql
--!include accounts/is_signed_in.sql
--!include accounts/current_tenant_id.sql
--!include accounts/current_member_role.sql
--!include accounts/is_at_least.sql
--!include accounts/require_agent_of.sql
--!include accounts/tg__audit.sql
--!include accounts/tg__fill_in_tenant.sql
--!include accounts/tg_users__insert_secrets.sql
--!include accounts/tg_memberships__keep_an_owner.sql
--!include accounts/tg_users__keep_owners.sql
--!include accounts/triggers.sql
--!include accounts/set_password.sql
--!include accounts/sign_in.sql
--!include accounts/refresh_session.sql
--!include accounts/sign_out.sql
--!include accounts/current_user.sql
--!include accounts/create_user.sql
--!include accounts/policies.sql
