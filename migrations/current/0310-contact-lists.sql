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
comment on table app_public.tags is E'A word that contacts are sorted by. Unique in the tenant, whatever its case; a chatbot makes those that are missing.';
comment on column app_public.tags.color is E'For lists: #rrggbb, lower case.';

create table app_public.contact_tags (
  tenant_id uuid not null,
  contact_id uuid not null,
  tag_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, contact_id, tag_id),
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade,
  foreign key (tenant_id, tag_id) references app_public.tags (tenant_id, id) on delete cascade
);
create index on app_public.contact_tags (tenant_id, tag_id);
alter table app_public.contact_tags enable row level security;
comment on table app_public.contact_tags is E'Which tags a contact has.';

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
comment on table app_public.groups is E'A list of contacts to write to. Unique by name in the tenant, whatever its case.';

create table app_public.group_contacts (
  tenant_id uuid not null,
  group_id uuid not null,
  contact_id uuid not null,
  created_at timestamptz not null default now(),
  primary key (tenant_id, group_id, contact_id),
  foreign key (tenant_id, group_id) references app_public.groups (tenant_id, id) on delete cascade,
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade
);
create index on app_public.group_contacts (tenant_id, contact_id);
alter table app_public.group_contacts enable row level security;
comment on table app_public.group_contacts is E'Which contacts are in a group.';

--!include contacts/list_triggers.sql
--!include contacts/change_contacts.sql
--!include contacts/list_policies.sql
