create type app_public.identity_kind as enum ('parent_bsuid', 'bsuid', 'phone', 'external');
comment on type app_public.identity_kind is
  E'In the order in which they are trusted: a business-scoped user id shared by several portfolios, a business-scoped user id, a phone number, anything else a provider calls a person.';

--!include contacts/normalize_phone.sql
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
    constraint contacts_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  unique (tenant_id, id)
);
create unique index contacts_phone_key on app_public.contacts (tenant_id, app_hidden.identity_match_key('phone', phone));
create unique index contacts_external_ref_key on app_public.contacts (tenant_id, external_ref);
create index on app_public.contacts (tenant_id, created_at desc, id);
create index on app_public.contacts using gin (metadata jsonb_path_ops);
alter table app_public.contacts enable row level security;
comment on table app_public.contacts is E'A customer. A contact may have no phone number: its identities say how it can be reached.';
comment on column app_public.contacts.name is E'What staff call the contact. Falls back to profile_name where it is shown.';
comment on column app_public.contacts.phone is
  E'International form, "+" and digits; spaces, dashes and a leading 00 are tidied away. Unique in the tenant; the two spellings of Brazilian, Mexican and Argentinian mobiles count as one.';
comment on column app_public.contacts.profile_name is E'What the contact calls itself on the channel, as last reported.';
comment on column app_public.contacts.external_ref is E'The contact''s key in your own system; unique in the tenant.';
comment on column app_public.contacts.username is E'The contact''s WhatsApp user name, as last reported; it may change hands, so nobody is recognised by it.';
comment on column app_public.contacts.language is E'A language tag like "pt-BR"; the chatbot''s and your own to use.';
comment on column app_public.contacts.metadata is E'Yours: any object. Chatbots put answers here too.';
comment on column app_public.contacts.is_blocked is E'Nothing is sent to a blocked contact (PYOPT); what it says is still stored.';
comment on column app_public.contacts.opted_out_at is E'When the contact asked not to be written to. Nothing is sent from then on (PYOPT), until it is null again.';
comment on column app_public.contacts.marketing_opted_out_at is E'When the contact stopped marketing messages (by WhatsApp''s own switch, or error 131050). Marketing templates are refused (PYOPT).';

create table app_public.contact_identities (
  tenant_id uuid not null,
  kind app_public.identity_kind not null,
  value text not null
    constraint contact_identities_value_has_length check (length(value) between 1 and 256),
  match_key text not null generated always as (app_hidden.identity_match_key(kind, value)) stored,
  contact_id uuid not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, kind, match_key),
  foreign key (tenant_id, contact_id) references app_public.contacts (tenant_id, id) on delete cascade
);
create index on app_public.contact_identities (tenant_id, contact_id);
alter table app_public.contact_identities enable row level security;
comment on table app_public.contact_identities is
  E'One address of a contact. The primary key makes it impossible for two contacts of a tenant to share one.';
comment on column app_public.contact_identities.value is E'As the provider wrote it (a phone with "+"): ids are matched by match_key but never rewritten.';
comment on column app_public.contact_identities.match_key is E'What different spellings of the address have in common; only ever compared.';

--!include contacts/tg_contacts__normalize.sql
--!include contacts/tg_contacts__save_phone_identity.sql
--!include contacts/triggers.sql
--!include contacts/merge_contacts.sql
--!include contacts/policies.sql
