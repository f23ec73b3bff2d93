create type app_public.template_status as enum (
  'pending', 'approved', 'rejected', 'paused', 'disabled', 'in_appeal', 'pending_deletion', 'deleted', 'limit_exceeded', 'archived'
);
create type app_public.template_category as enum ('authentication', 'marketing', 'utility');
comment on type app_public.template_status is E'Meta''s states of a template. Only an approved one may be sent (PYTPL).';
comment on type app_public.template_category is E'What Meta takes the template to be, and bills it as. Marketing ones respect marketing_opted_out_at.';

create table app_public.templates (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  business_account_id text not null,
  name text not null
    constraint templates_name_is_meta_name check (name ~ '^[a-z0-9_]+$' and length(name) <= 512),
  language text not null
    constraint templates_language_has_length check (length(language) between 2 and 20),
  category app_public.template_category,
  status app_public.template_status not null default 'pending',
  status_reason text,
  quality_rating text,
  provider_template_id text,
  components jsonb not null default '[]'
    constraint templates_components_is_list check (jsonb_typeof(components) = 'array'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id),
  unique (tenant_id, business_account_id, name, language)
);
create index on app_public.templates (tenant_id, status);
create index on app_public.templates (tenant_id, provider_template_id);
alter table app_public.templates enable row level security;
comment on table app_public.templates is
  E'A message template of a WhatsApp Business Account, as Meta last reported it. Only an approved one may be sent (PYTPL); one that is not in this table is left to Meta to judge.';
comment on column app_public.templates.provider_template_id is E'Meta''s id, as text: it is larger than a JavaScript number is exact.';
comment on column app_public.templates.status_reason is E'Why it was rejected or paused.';
comment on column app_public.templates.business_account_id is E'The WhatsApp Business Account (WABA) that it belongs to; all its numbers may use it.';
comment on column app_public.templates.language is E'As Meta writes it: en_US.';
comment on column app_public.templates.quality_rating is E'GREEN, YELLOW, RED or UNKNOWN, as last reported by Meta.';
comment on column app_public.templates.components is E'The Graph API''s own list: header, body, footer, buttons.';

--!include templates/template_status_of.sql
--!include templates/apply_template_update.sql
--!include templates/policies.sql
