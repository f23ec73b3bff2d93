create type app_public.flow_status as enum ('draft', 'published', 'deprecated', 'blocked', 'throttled');
create type app_public.data_source_type as enum ('rest_api', 'strapi', 'graphql');
create type app_public.data_source_auth as enum ('none', 'bearer', 'api_key', 'basic');
create type app_public.http_method as enum ('get', 'post', 'put', 'patch', 'delete');
comment on type app_public.flow_status is E'Meta''s states of a form. A draft can be sent to test it; a deprecated, blocked or throttled one cannot be trusted to open.';
comment on type app_public.data_source_type is E'rest_api: paths and JSON. strapi: the same; lists come in {"data"}. graphql: every call is a POST of a query.';
comment on type app_public.data_source_auth is
  E'none. bearer: Authorization: Bearer <token>. api_key: the token in the header auth_header_name. basic: the token is "user:password".';
comment on type app_public.http_method is E'How a connection is called.';

create table app_public.data_sources (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  name text not null
    constraint data_sources_name_has_length check (length(name) between 1 and 255),
  description text,
  type app_public.data_source_type not null default 'rest_api',
  base_url text not null
    constraint data_sources_base_url_is_address check (base_url ~ '^https?://[^\s/?#@]+(/[^\s?#]*)?$' and length(base_url) <= 500),
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
    constraint data_sources_timeout_ms_is_sensible check (timeout_ms between 100 and 30000),
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
  E'An outside service that chatbots ask: where it is and how we say who we are. Its token is a sealed secret (setDataSourceToken), shown to nobody.';
comment on column app_public.data_sources.base_url is E'What the paths of calls are appended to; http(s), without user, query and fragment. Calls go through the guard: public addresses only.';
comment on column app_public.data_sources.auth_header_name is E'The header that carries the token when auth_type is api_key.';
comment on column app_public.data_sources.has_auth_token is E'Whether there is a token. One with an auth_type and no token rests: is_active is false until setDataSourceToken.';
comment on column app_public.data_sources.headers is E'Sent along with each call: {"name": "value"}. Not for secrets: admins can read them.';
comment on column app_public.data_sources.config is E'Yours: any object.';
comment on column app_public.data_sources.timeout_ms is E'Milliseconds a call may take, 30,000 at the most.';

create table app_private.data_source_secrets (
  data_source_id uuid primary key references app_public.data_sources on delete cascade,
  auth_token text not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
alter table app_private.data_source_secrets enable row level security;
comment on table app_private.data_source_secrets is E'A data source''s token: an AES-256-GCM envelope sealed by the program for this row.';

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
  E'One call of a data source, ready to be used by a chatbot or a form: method, path, parameters, and what of the answer counts.';
comment on column app_public.data_source_connections.endpoint is E'The path below the data source''s base_url.';
comment on column app_public.data_source_connections.default_params is E'Query parameters; those of the caller overlay them.';
comment on column app_public.data_source_connections.default_body is E'The JSON body; an object of the caller overlays its fields. In a GraphQL data source: {"query", "variables"?}.';
comment on column app_public.data_source_connections.data_key is E'The path of the list, or value, in the answer: "data.items". Null: the whole answer.';
comment on column app_public.data_source_connections.transform_config is
  E'Turns the items of a list into options: {"idField", "titleField", "descriptionField"?}, each a path in the item. They become [{"id", "title", "description"?}].';
comment on column app_public.data_source_connections.depends_on_connection_id is
  E'The connection whose chosen item this one needs: brand → products. Its choice comes in by param_mapping.';
comment on column app_public.data_source_connections.param_mapping is
  E'Parameter → path in the run''s variables, "$.brand.id" or "brand.id" (dots and brackets; the filters of full JSONPath are not known). A parameter whose path leads nowhere is left out.';

create table app_public.whatsapp_flows (
  id uuid primary key default app_hidden.uuid_v7(),
  tenant_id uuid not null references app_public.tenants on delete cascade,
  whatsapp_flow_id text not null
    constraint whatsapp_flows_whatsapp_flow_id_has_length check (length(whatsapp_flow_id) between 1 and 255),
  name text not null
    constraint whatsapp_flows_name_has_length check (length(name) between 1 and 255),
  description text,
  status app_public.flow_status not null default 'draft',
  categories text[] not null default '{}',
  flow_json jsonb not null default '{}'
    constraint whatsapp_flows_flow_json_is_object check (jsonb_typeof(flow_json) = 'object'),
  endpoint_uri text
    constraint whatsapp_flows_endpoint_uri_is_address check (endpoint_uri ~ '^https?://\S+$' and length(endpoint_uri) <= 2000),
  preview_url text,
  is_synced_from_meta boolean not null default false,
  data_source_id uuid,
  metadata jsonb not null default '{}'
    constraint whatsapp_flows_metadata_is_object check (jsonb_typeof(metadata) = 'object'),
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
comment on column app_public.whatsapp_flows.whatsapp_flow_id is E'Meta''s id of the form, as text; unique in the tenant. What whatsapp_flow nodes name.';
comment on column app_public.whatsapp_flows.categories is E'Meta''s: SIGN_UP, APPOINTMENT_BOOKING, LEAD_GENERATION, …';
comment on column app_public.whatsapp_flows.flow_json is E'Meta''s Flow JSON: {"version", "screens": […]}. The first screen is where the form opens when a node names none.';
comment on column app_public.whatsapp_flows.endpoint_uri is E'Where Meta asks for the form''s data; null for a form that needs none.';
comment on column app_public.whatsapp_flows.preview_url is E'Meta''s page that shows the form; it expires.';
comment on column app_public.whatsapp_flows.is_synced_from_meta is E'Whether it was read from Meta, rather than imported or written here.';
comment on column app_public.whatsapp_flows.metadata is E'Yours: any object.';

create table app_private.google_accounts (
  tenant_id uuid not null,
  user_id uuid not null,
  email text,
  access_token text not null,
  refresh_token text,
  access_token_expires_at timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (tenant_id, user_id),
  foreign key (tenant_id, user_id) references app_public.memberships (tenant_id, user_id) on delete cascade
);
alter table app_private.google_accounts enable row level security;
comment on table app_private.google_accounts is
  E'A member''s Google account, for google_calendar nodes: OAuth tokens as AES-256-GCM envelopes sealed by the program for this row and column.';
comment on column app_private.google_accounts.access_token_expires_at is E'When the access token ends; null: it is tried as it is.';

--!include flows/tg_data_sources__rest_without_token.sql
--!include flows/triggers.sql
--!include flows/set_data_source_token.sql
--!include flows/set_google_account.sql
--!include flows/chatbot_data_source.sql
--!include flows/chatbot_calendar.sql
--!include flows/policies.sql
