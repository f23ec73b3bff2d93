--! Previous: -
--! Hash: sha1:72cdabec7547e77baf2523fe2a5f1bd7f4c746d3
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
--! Included shared/uuid_v7.sql
create or replace function app_hidden.uuid_v7() returns uuid as $$
  -- 48 bits of milliseconds, the version, 12 bits that say where in the
  -- millisecond, 62 random bits. The 12 bits keep ids that one backend makes one
  -- after another in that order: a chatbot's three replies are sent as written.
  select (
    overlay(lpad(to_hex((extract(epoch from clock_timestamp()) * 4096000)::bigint), 15, '0') placing '7' from 13 for 0)
    || substr(gen_random_uuid()::text, 20)
  )::uuid
$$ language sql volatile;
-- No pinned search_path, so that it can be inlined where it is a default.

comment on function app_hidden.uuid_v7() is
  E'A new time-ordered id (UUID version 7, RFC 9562). Written in SQL because uuidv7() is not in PostgreSQL 15.';

grant execute on function app_hidden.uuid_v7() to parley_visitor;
--! EndIncluded shared/uuid_v7.sql
--! Included shared/bounded_metadata.sql
create or replace function app_private.bounded_metadata(wanted jsonb, otherwise jsonb) returns jsonb as $$
  select case when octet_length(wanted::text) <= 32768 then wanted else otherwise end
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_private.bounded_metadata(jsonb, jsonb) is
  E'The first argument if it is within the size limit of metadata columns, else the second. For writes that have no '
   'caller to report an error to.';
--! EndIncluded shared/bounded_metadata.sql
--! Included shared/uuid_v7_floor.sql
create or replace function app_hidden.uuid_v7_floor("at" timestamptz) returns uuid as $$
  -- Ids have 48 bits for the time. Times before 1970, after the year 10889 and infinite ones are beyond all ids.
  select (
    lpad(to_hex(least(greatest(extract(epoch from "at") * 1000, 0), 281474976710655)::bigint), 12, '0')
    || '70008000000000000000'
  )::uuid
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.uuid_v7_floor(timestamptz) is
  E'The smallest version 7 id of an instant, for the bound of a partition or a search by time.';

grant execute on function app_hidden.uuid_v7_floor(timestamptz) to parley_visitor;
--! EndIncluded shared/uuid_v7_floor.sql
--! Included shared/clean_pasted.sql
create or replace function app_hidden.clean_pasted(pasted text) returns text as $$
  select case
    when pasted ~ '^[!-~]+( [!-~]+)*$' then pasted
    else btrim(regexp_replace(regexp_replace(
      translate(
        regexp_replace(
          normalize(pasted, nfkc),
          -- Unicode's Default_Ignorable_Code_Point, interlinear marks, and controls other than white space.
          '[\u0001-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f'
            '\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb'
            '\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]',
          '', 'g'
        ),
        (
          select string_agg(chr(zero + digit), '' order by zero, digit)
          -- The zeros of all scripts (Unicode 17, General_Category Nd) that normalisation leaves: their digits follow
          -- in order.
          from unnest(array[
            1632, 1776, 1984, 2406, 2534, 2662, 2790, 2918, 3046, 3174, 3302, 3430, 3558, 3664, 3792, 3872, 4160,
            4240, 6112, 6160, 6470, 6608, 6784, 6800, 6992, 7088, 7232, 7248, 42528, 43216, 43264, 43472, 43504,
            43600, 44016, 66720, 68912, 68928, 69734, 69872, 69942, 70096, 70384, 70736, 70864, 71248, 71360,
            71376, 71386, 71472, 71904, 72016, 72688, 72784, 73040, 73120, 73184, 73552, 90416, 92768, 92864, 93008,
            93552, 123200, 123632, 124144, 124401, 125264
          ]) zero, generate_series(0, 9) digit
        ),
        repeat('0123456789', 68)
      ),
      '[\u2010-\u2015\u2212]', '-', 'g'
    ), '[\t-\r \u0085\u1680\u2028\u2029]+', ' ', 'g'))
  end
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.clean_pasted(text) is
  E'The plain characters of typed or pasted text: without invisible characters, in compatibility form (NFKC), digits '
   'of every script as 0 to 9, every dash as "-", white space as single spaces, trimmed. For values that are compared '
   'or used as addresses, not for prose: emoji and some scripts need their joiners.';

grant execute on function app_hidden.clean_pasted(text) to parley_visitor;
--! EndIncluded shared/clean_pasted.sql
--! Included shared/clean_prose.sql
create or replace function app_hidden.clean_prose(pasted text) returns text as $$
  select btrim(
    regexp_replace(pasted, '[\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]', '', 'g'),
    E' \t\n\r\u00a0'
  )
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.clean_prose(text) is
  E'Text as it was typed, trimmed and without the directional marks and zero-width spaces that pasting adds. '
   'Characters that words and emoji need (joiners, variation selectors) are kept.';

grant execute on function app_hidden.clean_prose(text) to parley_visitor;
--! EndIncluded shared/clean_prose.sql
--! Included shared/normalize_email.sql
create or replace function app_hidden.normalize_email(email text) returns text as $$
  -- The same as readEmail in src/chatbot/question/read_email.ts: tests/cases/email_addresses.json is run against both.
  select regexp_replace(
    regexp_replace(
      regexp_replace(app_hidden.clean_pasted(email), '^.*<([^<>]*)>$', '\1'), '^mailto: ?([^?]*).*$', '\1', 'i'
    ),
    E'^["\'\u201c\u2018([]+|["\'\u201d\u2019)\\].,;!?]+$', '', 'g'
  )
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.normalize_email(text) is
  E'The bare e-mail address in pasted text such as mailto:… or "Ann <ann@example.com>", without quotes, brackets and '
   'invisible characters.';

grant execute on function app_hidden.normalize_email(text) to parley_visitor;
--! EndIncluded shared/normalize_email.sql
--! Included shared/tg__clean_name.sql
create or replace function app_private.tg__clean_name() returns trigger as $$
begin
  NEW.name := app_hidden.clean_prose(NEW.name);
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__clean_name() is E'Stores names that look alike as the same name.';
--! EndIncluded shared/tg__clean_name.sql
--! Included search/fold.sql
create or replace function app_hidden.fold(input text) returns text as $$
declare
  v_folded text;
begin
  if octet_length(input) = length(input) then
    -- Where lower() follows the rules of Turkish, I becomes ı.
    return replace(lower(input), 'ı', 'i');
  end if;
  -- Decomposed, so that accents are characters of their own, and wide, small and joined forms are the usual ones. Then
  -- without accents, vowel points, invisible characters, and the colours of emoji.
  v_folded := lower(regexp_replace(
    normalize(input, NFKD),
    '[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670'
    '\u06d6-\u06dc\u06df-\u06e8\u06ea-\u06ed\u00ad\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff\U0001f3fb-\U0001f3ff]+',
    '', 'g'
  ));
  -- Letters without an accent that could be removed.
  v_folded := replace(replace(replace(replace(v_folded, 'ı', 'i'), 'ø', 'o'), 'ł', 'l'), 'đ', 'd');
  v_folded := replace(replace(replace(replace(v_folded, 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'ς', 'σ');
  -- Letters and digits of Arabic script that are typed as one another.
  if v_folded ~ '[\u0600-\u06ff]' then
    v_folded := translate(v_folded, 'ىیېةکڪہۀھە٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'يييهككهههه01234567890123456789');
  end if;
  return v_folded;
end;
$$ language plpgsql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.fold(text) is
  E'A text as it is compared in a search: in lower case, without accents, and in one spelling where characters look '
   'alike. ISTANBUL, İstanbul and istanbul are equal. In a database with the locale C only the capitals of the Latin '
   'alphabet are folded.';

grant execute on function app_hidden.fold(text) to parley_visitor;
--! EndIncluded search/fold.sql
--! Included search/search_words.sql
create or replace function app_hidden.search_words(input text) returns text as $$
declare
  v_text text := app_hidden.fold(left(input, 8000));
begin
  -- Chinese, Japanese, Thai, Lao, Khmer, Burmese and emoji are written without spaces. Each character is doubled,
  -- with a space in between, so that what stands between two spaces is a pair of neighbours: ABC becomes A AB BC C.
  if v_text ~ ('[\u0e00-\u0eff\u1000-\u109f\u1780-\u17b3\u2190-\u2bff\u3040-\u30ff\u3400-\u9fff\U0001f000-\U0001faff'
    '\U00020000-\U0003ffff]')
  then
    v_text := regexp_replace(
      regexp_replace(
        v_text,
        '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17b3\u2190-\u2bff\u3040-\u30ff\u3400-\u9fff\U0001f000-\U0001faff'
        '\U00020000-\U0003ffff]+)',
        ' \1 ', 'g'
      ),
      '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17b3\u2190-\u2bff\u3040-\u30ff\u3400-\u9fff\U0001f000-\U0001faff'
      '\U00020000-\U0003ffff])',
      '\1 \1', 'g'
    );
  end if;
  -- Control characters and punctuation. Most separators are single spaces; to leave them out here takes half the time.
  v_text := regexp_replace(
    v_text,
    '[\u0001-\u001f!-/:-@\[-`{-\u00bf\u00d7\u00f7\u055a-\u055f\u0589\u058a\u05be\u05c0\u05c3\u060c\u061b\u061f'
    '\u066a-\u066d\u06d4\u0964\u0965\u1361-\u1368\u1680\u17d4-\u17da\u2000-\u206f\u20a0-\u20cf\u3000-\u303f'
    '\ufffc\ufffd]+',
    ' ', 'g'
  );
  v_text := replace(replace(btrim(v_text), '  ', ' '), '  ', ' ');
  if position('  ' in v_text) > 0 then
    v_text := regexp_replace(v_text, ' +', ' ', 'g');
  end if;
  -- A tsvector takes words of up to 2,046 bytes. Those of a shorter text are shorter.
  if octet_length(v_text) > 2000 then
    v_text := regexp_replace(v_text, '([^ ]{60})[^ ]+', '\1', 'g');
  end if;
  return v_text;
end;
$$ language plpgsql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.search_words(text) is
  E'The words of a text as they are searched, with a space in between: folded, without punctuation. Empty if there are '
   'none. Of a text of more than 8,000 characters, the words of the first 8,000.';

grant execute on function app_hidden.search_words(text) to parley_visitor;
--! EndIncluded search/search_words.sql
--! Included search/search_terms.sql
create or replace function app_hidden.search_terms(query text) returns text[] as $$
declare
  v_terms text[];
begin
  if length(query) > 200 then
    raise exception '`query` must be at most 200 characters' using errcode = 'PYREQ';
  end if;

  with parts as (
    -- Every second part stands in quotation marks.
    select p.part, p.number % 2 = 0 as is_quoted
    from regexp_split_to_table(query, '["“”„«»]') with ordinality p (part, number)
  ),
  words as (
    select left(w.word, 60) as word, bool_or(p.is_quoted and length(w.word) <= 60) as is_whole
    from parts p, regexp_split_to_table(app_hidden.search_words(p.part), ' ') w (word)
    where w.word <> ''
    group by 1
  )
  select array_agg(w.word || case when w.is_whole then '' else ':*' end order by w.word)
  into v_terms
  from words w
  -- What contains a word that begins with "orders" contains one that begins with "order".
  where w.is_whole or not exists (select from words l where l.word <> w.word and starts_with(l.word, w.word));

  if cardinality(v_terms) > 32 then
    raise exception '`query` must have at most 32 words' using errcode = 'PYREQ';
  end if;
  return coalesce(v_terms, '{}');
end;
$$ language plpgsql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.search_terms(text) is
  E'What people type into a search field, as terms of a tsquery, all of which must be found: word:* for what a word '
   'begins with, and word for a whole word, which is written in quotation marks. Other punctuation has no meaning. '
   'PYREQ: more than 200 characters or 32 words.';

grant execute on function app_hidden.search_terms(text) to parley_visitor;

create or replace function app_hidden.search_query(terms text[], prefix text default '', operator text default ' & ')
returns tsquery as $$
  -- Terms contain no character that has a meaning in a tsquery, except ":*".
  select (prefix || array_to_string(terms, operator || prefix))::tsquery where terms <> '{}'
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.search_query(text[], text, text) is
  E'The tsquery of terms of search_terms(), each with a prefix. Null without terms.';

grant execute on function app_hidden.search_query(text[], text, text) to parley_visitor;
--! EndIncluded search/search_terms.sql
--! Included search/search_key.sql
create or replace function app_hidden.search_key(tenant_id uuid) returns text as $$
  select right(tenant_id::text, 4)
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.search_key(uuid) is
  E'What each word of a tenant begins with in message_words. Tenants may share a key; it only keeps most of their '
   'words apart in the index.';

grant execute on function app_hidden.search_key(uuid) to parley_visitor;
--! EndIncluded search/search_key.sql
--! Included shared/tg__timestamps.sql
create or replace function app_private.tg__timestamps() returns trigger as $$
begin
  NEW.created_at := case when TG_OP = 'INSERT' then coalesce(NEW.created_at, now()) else OLD.created_at end;
  NEW.updated_at := case
    when TG_OP = 'UPDATE' and OLD.updated_at >= now() then OLD.updated_at + interval '1 microsecond'
    else now()
  end;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__timestamps() is
  E'Keeps created_at unchanged and increases updated_at with every change, even twice in one transaction.';
--! EndIncluded shared/tg__timestamps.sql
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
--! Included operations/change_channel.sql
create or replace function app_private.change_channel() returns text as $$
  select c.name from app_private.change_channels c
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.change_channel() is
  E'The name of the channel of notify_change(). Any login may LISTEN to a channel whose name it knows, so only the '
   'owner may know the name: otherwise SQL run as the API''s login could read the ids of other tenants, or send '
   'notifications.';
--! EndIncluded operations/change_channel.sql
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
--! Included operations/notify_change.sql
create or replace function app_private.notify_change(
  tenant_id uuid, kind text, ids uuid[], is_announced boolean default true
)
returns void as $$
begin
  if cardinality(ids) = 0 then
    return;
  end if;
  -- A payload has 8,000 bytes; 100 ids fill 4,000. A row with 100 ids is not moved out of line, and fits
  -- into a page of changes_since().
  if cardinality(ids) > 100 then
    for i in 1..cardinality(ids) by 100 loop
      perform app_private.notify_change(tenant_id, kind, ids[i : i + 99], is_announced);
    end loop;
    return;
  end if;
  -- Sessions and presences are of interest only while they last.
  if kind not in ('sessions', 'presences') then
    insert into app_private.changes (tenant_id, kind, ids)
    values (notify_change.tenant_id, notify_change.kind, notify_change.ids);
  end if;
  if is_announced then
    perform pg_notify(c.name, json_build_object('tenant', notify_change.tenant_id, kind, ids)::text)
    -- As change_channel() says, without a call.
    from app_private.change_channels c;
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.notify_change(uuid, text, uuid[], boolean) is
  E'Notifies the listeners of change_channel() which rows of a tenant are new, have changed or were deleted: '
   '{"tenant", <kind>: [ids]}, and records it for clients that are away. Those that are not announced are only '
   'recorded. The kinds are in src/graphql/live/notice_kinds.ts; in addition, "sessions" are sessions and API keys '
   'that have ended, and sessions whose user has another role. Carries ids only: the listener reads the rows under '
   'its own policies. Called once for each statement, never for each row of many.';
--! EndIncluded operations/notify_change.sql
--! Included operations/tg__notify.sql
create or replace function app_private.tg__notify() returns trigger as $$
begin
  perform app_private.notify_change(r.tenant_id, TG_ARGV[0], array_agg(r.id))
  from changed_rows r
  group by r.tenant_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__notify() is
  E'Notifies GraphQL subscriptions of rows that are new or have changed, once per statement. The argument of the '
   'trigger is the kind; its transition table is changed_rows.';
--! EndIncluded operations/tg__notify.sql
--! Included operations/tg__notify_deleted.sql
create or replace function app_private.tg__notify_deleted() returns trigger as $$
begin
  perform app_private.notify_change(r.tenant_id, TG_ARGV[0], array_agg(r.id))
  from changed_rows r
  -- Deleting a tenant deletes all it has.
  where exists (select from app_public.tenants t where t.id = r.tenant_id)
  group by r.tenant_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__notify_deleted() is
  E'Notifies GraphQL subscriptions of deleted rows, as tg__notify() does of others.';
--! EndIncluded operations/tg__notify_deleted.sql
--! Included operations/job_key.sql
create or replace function app_private.job_key(name text, id uuid default null) returns text as $$
  select job_key.name || ':' || coalesce(job_key.id::text, 'later')
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.job_key(text, uuid) is
  E'The key of a job that exists only once: <name>:<id> for a job about a row, <name>:later for a reminder that is '
   'not about a row. name is the name of the task, unless the task has two kinds of jobs. All keys are built here.';
--! EndIncluded operations/job_key.sql
--! Included operations/job.sql
create or replace function app_private.job(
  task text,
  payload json default '{}',
  run_at timestamptz default null,
  key text default null,
  max_attempts int default null
) returns graphile_worker.job_spec as $$
  select row(
    job.task, job.payload, null, job.run_at, job.max_attempts, job.key, null, null
  )::graphile_worker.job_spec
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.job(text, json, timestamptz, text, int) is
  E'A job for graphile_worker.add_jobs(): run_at defaults to now, max_attempts to 25. A key, by job_key(), replaces '
   'the job that has it.';
--! EndIncluded operations/job.sql
--! Included operations/wake_later.sql
create or replace function app_private.wake_later(task text, run_at timestamptz default now()) returns void as $$
  select from graphile_worker.add_jobs(array[
    app_private.job(wake_later.task, run_at => wake_later.run_at, key => app_private.job_key(wake_later.task))
  ])
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.wake_later(text, timestamptz) is
  E'Sets the only delayed reminder of a task, replacing an earlier one. Its key makes concurrent callers wait for '
   'each other, so triggers use wake() instead.';
--! EndIncluded operations/wake_later.sql
--! Included operations/wake.sql
-- Two settings say who runs a task whose rows a transaction has written. They are named here and, for whole
-- connections, in src/database/pool.ts; docs/architecture.md ("Waking") has the picture.
--   parley.wake = 'self'           the caller runs the tasks itself once it has committed
--   parley.wakes_<task> = 'true'   in this transaction: rows wait for the task, and no job says so

create or replace function app_private.wake(task text) returns void as $$
begin
  -- One job a statement, without a job key: an upsert of one job would make every writer wait for the slowest one's
  -- commit. A caller that runs the task itself saves the job and its notification.
  if coalesce(current_setting('parley.wake', true), '') = 'self' then
    perform set_config('parley.wakes_' || task, 'true', true);
  else
    perform graphile_worker.add_jobs(array[app_private.job(task)]);
  end if;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.wake(text) is
  E'Reminds a worker that rows wait for a task: by a job, unless take_over_waking() was called in this transaction or '
   'the connection was opened for it; then is_waking_due() is true until the end of the transaction. A reminder that '
   'is lost costs at most a minute: the task reconcile_outbox finds the rows.';


create or replace function app_private.take_over_waking() returns void as $$
begin
  perform set_config('parley.wake', 'self', true);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.take_over_waking() is
  E'For callers that run the tasks themselves right after their commit: until the end of the transaction wake() adds '
   'no job.';


create or replace function app_private.is_waking_due(task text) returns boolean as $$
begin
  return coalesce(current_setting('parley.wakes_' || task, true), '') = 'true';
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.is_waking_due(text) is
  E'Whether wake() was called for the task in this transaction and left it to the caller.';
--! EndIncluded operations/wake.sql

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
    constraint api_keys_scopes_is_not_empty check (cardinality(scopes) > 0),
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

--! Included accounts/current_user_id.sql
create or replace function app_hidden.current_user_id() returns uuid as $$
  select nullif(pg_catalog.current_setting('parley.user_id', true), '')::pg_catalog.uuid
$$ language sql stable parallel safe;
-- No pinned search_path, so that it can be inlined into policies and triggers: it names all it uses with its schema.

comment on function app_hidden.current_user_id() is
  E'The user that the access token names. Not checked: policies use current_membership().';

grant execute on function app_hidden.current_user_id() to parley_visitor;
--! EndIncluded accounts/current_user_id.sql
--! Included accounts/current_session_id.sql
create or replace function app_hidden.current_session_id() returns uuid as $$
  select nullif(current_setting('parley.session_id', true), '')::uuid
$$ language sql stable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.current_session_id() is E'The session that the access token names.';

grant execute on function app_hidden.current_session_id() to parley_visitor;
--! EndIncluded accounts/current_session_id.sql
--! Included accounts/current_api_key_hash.sql
create or replace function app_hidden.current_api_key_hash() returns bytea as $$
  select pg_catalog.decode(nullif(pg_catalog.current_setting('parley.api_key_hash', true), ''), 'hex')
$$ language sql stable parallel safe;
-- No pinned search_path, so that it can be inlined into triggers: it names all it uses with its schema.

comment on function app_hidden.current_api_key_hash() is
  E'The SHA-256 of the API key that the request carries, or null. Like the id of a session it is known to its holder '
   'only, so naming one proves that the caller has it.';

grant execute on function app_hidden.current_api_key_hash() to parley_visitor;
--! EndIncluded accounts/current_api_key_hash.sql
--! Included accounts/valid_sessions.sql
create or replace view app_private.valid_sessions as
  select s.id, s.user_id, m as membership
  from app_private.sessions s
  join app_public.memberships m on m.tenant_id = s.tenant_id and m.user_id = s.user_id
  join app_public.users u on u.id = m.user_id
  join app_public.tenants t on t.id = m.tenant_id
  where s.revoked_at is null
  and s.expires_at > now()
  and m.is_active
  and u.is_active
  and t.status = 'active';

comment on view app_private.valid_sessions is
  E'Sessions whose tokens are accepted, each with its membership: not revoked, not expired, and of an active member, '
   'user and tenant. The only definition of a valid session.';
--! EndIncluded accounts/valid_sessions.sql
--! Included accounts/current_membership.sql
create or replace function app_hidden.current_membership() returns app_public.memberships as $$
  select s.membership
  from app_private.valid_sessions s
  where s.id = app_hidden.current_session_id()
  and s.user_id = app_hidden.current_user_id()
$$ language sql stable parallel safe security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.current_membership() is
  E'The caller''s membership, or null. Looked up in each statement, so that signing out, deactivating a user or '
   'closing a tenant takes effect with the next request.';

grant execute on function app_hidden.current_membership() to parley_visitor;
--! EndIncluded accounts/current_membership.sql
--! Included accounts/valid_api_keys.sql
create or replace view app_private.valid_api_keys as
  select s.key_hash, k as api_key
  from app_private.api_key_secrets s
  join app_public.api_keys k on k.id = s.api_key_id
  join app_public.tenants t on t.id = k.tenant_id
  where k.revoked_at is null
  and (k.expires_at is null or k.expires_at > now())
  and t.status = 'active';

comment on view app_private.valid_api_keys is
  E'API keys that are accepted: not revoked, not expired, and of an active tenant. The only definition of a valid key.';
--! EndIncluded accounts/valid_api_keys.sql
--! Included accounts/current_api_key.sql
create or replace function app_hidden.current_api_key() returns app_public.api_keys as $$
  select v.api_key
  from app_private.valid_api_keys v
  where v.key_hash = app_hidden.current_api_key_hash()
$$ language sql stable parallel safe security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.current_api_key() is
  E'The API key of this request, or null. Looked up in each statement, so that revoking a key takes effect with the '
   'next request.';

grant execute on function app_hidden.current_api_key() to parley_visitor;

create or replace function app_public.current_api_key() returns app_public.api_keys as $$
  select k
  from app_public.api_keys k
  where k.id = (select (app_hidden.current_api_key()).id)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.current_api_key() is
  E'The API key with which the request is made; null for users.';

grant execute on function app_public.current_api_key() to parley_visitor;
--! EndIncluded accounts/current_api_key.sql
--! Included accounts/role_of_scopes.sql
create or replace function app_hidden.role_of_scopes(scopes app_public.api_key_scope[])
returns app_public.member_role as $$
  select case
    when 'manage_all' = any (scopes) then 'admin'
    when scopes is not null then 'viewer'
  end::app_public.member_role
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.role_of_scopes(app_public.api_key_scope[]) is
  E'The role whose rights an API key has, apart from those that its scopes add. Every key can read; none is an owner.';

grant execute on function app_hidden.role_of_scopes(app_public.api_key_scope[]) to parley_visitor;
--! EndIncluded accounts/role_of_scopes.sql
--! Included accounts/session_role.sql
create or replace function app_hidden.session_role(session_id uuid, user_id uuid) returns app_public.member_role as $$
  select (s.membership).role
  from app_private.valid_sessions s
  where s.id = session_role.session_id
  and s.user_id = session_role.user_id
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.session_role(uuid, uuid) is
  E'The user''s role in the tenant of that session; null if its access tokens are no longer accepted. The API asks '
   'before a request, so that the client is asked to sign in again instead of getting an empty answer.';

grant execute on function app_hidden.session_role(uuid, uuid) to parley_authenticator;
--! EndIncluded accounts/session_role.sql
--! Included accounts/current_tenant_id.sql
create or replace function app_hidden.current_tenant_id() returns uuid as $$
  select coalesce((app_hidden.current_membership()).tenant_id, (app_hidden.current_api_key()).tenant_id)
$$ language sql stable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.current_tenant_id() is
  E'The tenant of this request, that of the session or of the API key, or null. In a policy, write '
   '(select app_hidden.current_tenant_id()): this looks it up once for each statement instead of once for each row.';

grant execute on function app_hidden.current_tenant_id() to parley_visitor;
--! EndIncluded accounts/current_tenant_id.sql
--! Included accounts/current_member_role.sql
create or replace function app_hidden.current_member_role() returns app_public.member_role as $$
  select coalesce(
    (app_hidden.current_membership()).role,
    app_hidden.role_of_scopes((app_hidden.current_api_key()).scopes)
  )
$$ language sql stable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.current_member_role() is
  E'The caller''s role in the tenant of this request, or null. An API key counts as an admin if its scope is '
   'manage_all, else as a viewer; what its other scopes allow, app_hidden.may() knows.';

grant execute on function app_hidden.current_member_role() to parley_visitor;
--! EndIncluded accounts/current_member_role.sql
--! Included accounts/role_required_for.sql
create or replace function app_hidden.role_required_for(scope app_public.api_key_scope)
returns app_public.member_role as $$
  select case scope
    when 'read' then 'viewer'
    when 'send' then 'agent'
    when 'manage_contacts' then 'agent'
    when 'manage_all' then 'admin'
  end::app_public.member_role
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.role_required_for(app_public.api_key_scope) is
  E'The lowest role of a member who may do what that scope allows an API key to do.';

grant execute on function app_hidden.role_required_for(app_public.api_key_scope) to parley_visitor;
--! EndIncluded accounts/role_required_for.sql
--! Included accounts/may.sql
create or replace function app_hidden.may(scope app_public.api_key_scope) returns boolean as $$
  select coalesce(
    app_hidden.current_member_role() >= app_hidden.role_required_for(may.scope)
    or may.scope = any ((app_hidden.current_api_key()).scopes),
    false
  )
$$ language sql stable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.may(app_public.api_key_scope) is
  E'Whether the caller has the rights of a scope: a member by role, an API key by its scopes. Policies and functions '
   'decide by this function. What no API key may do is for owners, or is refused by '
   'require_user().';

grant execute on function app_hidden.may(app_public.api_key_scope) to parley_visitor;
--! EndIncluded accounts/may.sql
--! Included accounts/require_scope.sql
create or replace function app_hidden.require_scope(scope app_public.api_key_scope) returns uuid as $$
begin
  if not app_hidden.may(scope) then
    raise exception 'This requires the role % or a higher one, or an API key with the scope %',
      app_hidden.role_required_for(scope), scope using errcode = 'PYDEN';
  end if;
  return app_hidden.current_tenant_id();
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.require_scope(app_public.api_key_scope) is
  E'The tenant of this request, in which the caller must have the rights of that scope (PYDEN). For functions that '
   'create something in the tenant.';

grant execute on function app_hidden.require_scope(app_public.api_key_scope) to parley_visitor;
--! EndIncluded accounts/require_scope.sql
--! Included accounts/is_program.sql
create or replace function app_hidden.is_program() returns boolean as $$
  -- session_user is the login, which its statements cannot change; current_user is the owner here. The role that was
  -- set is trusted only if the login could become the owner anyway.
  select pg_has_role(session_user, current_user, 'member') and current_setting('role') <> 'parley_visitor'
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.is_program() is
  E'Whether the owner of the database is calling: the program, the operator, or SQL of your own. False for all '
   'callers that come through the API''s login, whatever they set, and for an owner who has taken the role of the '
   'visitor.';

grant execute on function app_hidden.is_program() to parley_visitor;
--! EndIncluded accounts/is_program.sql
--! Included accounts/require_scope_in.sql
create or replace function app_hidden.require_scope_in(
  tenant_id uuid,
  scope app_public.api_key_scope,
  what text
) returns void as $$
declare
  v_is_program boolean := app_hidden.is_program();
begin
  -- In this order everywhere: a caller must not learn from PYDEN that another tenant has such a row.
  if require_scope_in.tenant_id is null
    or not v_is_program and require_scope_in.tenant_id is distinct from app_hidden.current_tenant_id()
  then
    raise exception 'There is no such %', what using errcode = 'PYNFD';
  elsif not v_is_program then
    perform app_hidden.require_scope(scope);
  end if;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.require_scope_in(uuid, app_public.api_key_scope, text) is
  E'Keeps tenants apart in functions that run as the owner. tenant_id is that of the row that was found, or null if '
   'there is none; what names the kind of row. PYNFD: there is no such row in the caller''s tenant. PYDEN: the '
   'caller does not have the rights of the scope. The program may do everything.';

grant execute on function app_hidden.require_scope_in(uuid, app_public.api_key_scope, text) to parley_visitor;
--! EndIncluded accounts/require_scope_in.sql
--! Included accounts/require_user.sql
create or replace function app_hidden.require_user() returns uuid as $$
declare
  v_user_id uuid := (app_hidden.current_membership()).user_id;
begin
  if v_user_id is null and app_hidden.current_api_key_hash() is not null then
    raise exception 'This requires a user who is signed in, not an API key' using errcode = 'PYKEY';
  elsif v_user_id is null then
    raise exception 'You must be signed in' using errcode = 'PYDEN';
  end if;
  return v_user_id;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.require_user() is
  E'The signed-in user. For functions about the caller as a person, and for those that no API key may use. PYKEY: an '
   'API key is calling. PYDEN: the caller is not signed in.';

grant execute on function app_hidden.require_user() to parley_visitor;
--! EndIncluded accounts/require_user.sql
--! Included accounts/pick.sql
create or replace function app_private.pick(value jsonb, keys text[]) returns jsonb as $$
  select coalesce(jsonb_object_agg(e.key, e.value), '{}')
  from jsonb_each(value) e
  where e.key = any (keys)
$$ language sql immutable set search_path to pg_catalog, pg_temp;

comment on function app_private.pick(jsonb, text[]) is E'The object, reduced to those keys.';
--! EndIncluded accounts/pick.sql
--! Included accounts/audited_tenants.sql
create or replace function app_private.audited_tenants(table_name text, changed jsonb) returns setof uuid as $$
begin
  -- A row without tenant_id belongs to the tenant of the row that it refers to. When a tenant is deleted, the rows that
  -- are deleted with it have no tenant.
  return query
  select t.id
  from app_public.tenants t
  where t.id in (
    select (changed ->> 'tenant_id')::uuid
    union all
    select (changed ->> 'id')::uuid where audited_tenants.table_name = 'tenants'
    union all
    select c.tenant_id from app_public.channels c where c.id = (changed ->> 'channel_id')::uuid
    union all
    select s.tenant_id from app_public.data_sources s where s.id = (changed ->> 'data_source_id')::uuid
    union all
    -- The account, the password and the second factor of a user concern every tenant of the user.
    select m.tenant_id
    from app_public.memberships m
    where audited_tenants.table_name in ('users', 'user_secrets', 'totp_secrets')
    and m.user_id = coalesce(changed ->> 'user_id', changed ->> 'id')::uuid
  );
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.audited_tenants(text, jsonb) is
  E'The tenants whose admins may see the audit entry of a changed row.';
--! EndIncluded accounts/audited_tenants.sql
--! Included accounts/tg__audit.sql
create or replace function app_private.tg__audit() returns trigger as $$
declare
  v_masked text[] := coalesce(TG_ARGV[0], '{}');
  v_ignored text[] := '{created_at,updated_at}'::text[] || coalesce(TG_ARGV[1], '{}')::text[];
  v_old jsonb := case when TG_OP <> 'INSERT' then to_jsonb(OLD) end;
  v_new jsonb := case when TG_OP <> 'DELETE' then to_jsonb(NEW) end;
  v_row jsonb := coalesce(v_new, v_old);
  v_changed text[];
  v_shown text[];
  v_api_key_id uuid := (
    select s.api_key_id from app_private.api_key_secrets s where s.key_hash = app_hidden.current_api_key_hash()
  );
begin
  select
    array_agg(k.key order by k.key) filter (where v_old -> k.key is distinct from v_new -> k.key),
    array_agg(k.key) filter (where v_masked <> '{*}' and k.key <> all (v_masked))
  into v_changed, v_shown
  from jsonb_object_keys(v_row) k (key)
  where k.key <> all (v_ignored);

  if v_changed is null then
    return null;
  elsif TG_OP = 'UPDATE' then
    v_shown := array(select unnest(v_shown) intersect select unnest(v_changed));
  end if;

  insert into app_public.audit_entries
    (tenant_id, table_name, row_id, operation, changed_columns, old_values, new_values, actor, user_id, api_key_id)
  select
    t.id,
    TG_TABLE_NAME,
    coalesce(v_row ->> coalesce(TG_ARGV[2], 'id'), v_row ->> 'user_id')::uuid,
    TG_OP,
    case when TG_OP = 'UPDATE' then v_changed end,
    case when TG_OP <> 'INSERT' then app_private.pick(v_old, v_shown) end,
    case when TG_OP <> 'DELETE' then app_private.pick(v_new, v_shown) end,
    case
      when not app_hidden.is_program() then case when v_api_key_id is null then 'member' else 'api_key' end
      when current_setting('parley.actor', true) = 'operator' then 'operator'
      else 'program'
    end,
    -- From the session, whose id only its owner has: the user id that a caller sets proves nothing.
    (select s.user_id from app_private.sessions s where s.id = app_hidden.current_session_id()),
    v_api_key_id
  from (
    select a.id from app_private.audited_tenants(TG_TABLE_NAME, v_row) a (id)
    union all
    -- For a deleted tenant, or a user who is not a member of any tenant, only the operator can read the entry.
    select null
    where TG_TABLE_NAME in ('tenants', 'users', 'user_secrets', 'totp_secrets')
    and not exists (select from app_private.audited_tenants(TG_TABLE_NAME, v_row))
  ) t;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__audit() is
  E'Writes an audit entry of the change. Arguments, the first two as arrays: columns whose values are not copied '
   '({*}: all); columns that are ignored; the column that identifies the row (defaults to id, else user_id).';
--! EndIncluded accounts/tg__audit.sql
--! Included accounts/tg__fill_in_tenant.sql
create or replace function app_private.tg__fill_in_tenant() returns trigger as $$
begin
  NEW.tenant_id := app_hidden.current_tenant_id();
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__fill_in_tenant() is
  E'Sets the tenant of a row that a signed-in user inserts to the tenant of the request. SQL of the owner must name '
   'the tenant.';
--! EndIncluded accounts/tg__fill_in_tenant.sql
--! Included accounts/tg_users__insert_secrets.sql
create or replace function app_private.tg_users__insert_secrets() returns trigger as $$
begin
  insert into app_private.user_secrets (user_id) values (NEW.id);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_users__insert_secrets() is E'Guarantees that each user has a row of secrets.';
--! EndIncluded accounts/tg_users__insert_secrets.sql
--! Included accounts/tg_memberships__refuse_last_owner.sql
create or replace function app_private.tg_memberships__refuse_last_owner() returns trigger as $$
begin
  -- Locks the tenant, because otherwise two owners could remove each other at the same time.
  perform from app_public.tenants t where t.id = OLD.tenant_id for no key update;

  if found and not exists (
    select from app_public.memberships m
    join app_public.users u on u.id = m.user_id
    where m.tenant_id = OLD.tenant_id and m.role = 'owner' and m.is_active and u.is_active
  ) then
    raise exception 'A tenant must have at least one active owner'
      using errcode = 'PYOWN', hint = 'Make another user an owner first.';
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_memberships__refuse_last_owner() is
  E'Refuses (PYOWN) to demote, deactivate or remove the last active owner. Deleting the tenant itself is not refused.';
--! EndIncluded accounts/tg_memberships__refuse_last_owner.sql
--! Included accounts/tg_memberships__notify.sql
create or replace function app_private.tg_memberships__notify() returns trigger as $$
begin
  perform app_private.notify_change(NEW.tenant_id, 'sessions', array(
    select s.id
    from app_private.sessions s
    where s.tenant_id = NEW.tenant_id
    and s.user_id = NEW.user_id
    and s.revoked_at is null
    and s.expires_at > now()
  ));
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_memberships__notify() is
  E'Notifies the API that a member has another role, so that it closes the WebSockets of the member''s sessions: their '
   'subscriptions are read with the rights of the former role.';
--! EndIncluded accounts/tg_memberships__notify.sql
--! Included accounts/tg_memberships__void_invitation.sql
create or replace function app_private.tg_memberships__void_invitation() returns trigger as $$
begin
  delete from app_public.invitations i
  using app_public.users u
  where u.id = NEW.user_id and i.tenant_id = NEW.tenant_id and lower(i.email) = lower(u.email);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_memberships__void_invitation() is
  E'Removes the invitation of a user who became a member in another way: it must not bring the user back after being '
   'removed.';
--! EndIncluded accounts/tg_memberships__void_invitation.sql
--! Included accounts/tg_users__refuse_last_owner.sql
create or replace function app_private.tg_users__refuse_last_owner() returns trigger as $$
begin
  perform from app_public.tenants t
  where t.id in (select m.tenant_id from app_public.memberships m where m.user_id = NEW.id)
  order by t.id
  for no key update;

  if exists (
    select from app_public.memberships m
    where m.user_id = NEW.id and m.role = 'owner' and m.is_active
    and not exists (
      select from app_public.memberships o
      join app_public.users u on u.id = o.user_id
      where o.tenant_id = m.tenant_id and o.role = 'owner' and o.is_active and u.is_active
    )
  ) then
    raise exception 'A tenant must have at least one active owner'
      using errcode = 'PYOWN', hint = 'Make another user an owner first.';
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_users__refuse_last_owner() is
  E'Refuses (PYOWN) to deactivate the last active owner of a tenant.';
--! EndIncluded accounts/tg_users__refuse_last_owner.sql
--! Included accounts/tg__revoke_sessions.sql
create or replace function app_private.tg__revoke_sessions() returns trigger as $$
declare
  v_row jsonb := to_jsonb(NEW);
begin
  update app_private.sessions s set revoked_at = now()
  where s.revoked_at is null
  and case TG_TABLE_NAME
    when 'users' then s.user_id = (v_row ->> 'id')::uuid
    when 'tenants' then s.tenant_id = (v_row ->> 'id')::uuid
    else s.tenant_id = (v_row ->> 'tenant_id')::uuid and s.user_id = (v_row ->> 'user_id')::uuid
  end;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__revoke_sessions() is
  E'Ends the sessions of a user, a membership or a tenant that is deactivated, so that reactivating it does not make '
   'their tokens valid again.';
--! EndIncluded accounts/tg__revoke_sessions.sql
--! Included accounts/tg_sessions__notify.sql
create or replace function app_private.tg_sessions__notify() returns trigger as $$
begin
  perform app_private.notify_change(OLD.tenant_id, 'sessions', array[OLD.id]);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_sessions__notify() is
  E'Notifies the API that a session has ended, so that it closes the session''s WebSockets.';
--! EndIncluded accounts/tg_sessions__notify.sql
--! Included accounts/tg_api_keys__notify.sql
create or replace function app_private.tg_api_keys__notify() returns trigger as $$
begin
  perform app_private.notify_change(NEW.tenant_id, 'sessions', array[NEW.id]);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_api_keys__notify() is
  E'Notifies the API that a key has been revoked, so that it closes the key''s WebSockets.';
--! EndIncluded accounts/tg_api_keys__notify.sql
--! Included accounts/tg_tenants__notify_api_keys.sql
create or replace function app_private.tg_tenants__notify_api_keys() returns trigger as $$
begin
  perform app_private.notify_change(NEW.id, 'sessions', array(
    select k.id
    from app_public.api_keys k
    where k.tenant_id = NEW.id
    and k.revoked_at is null
  ));
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_tenants__notify_api_keys() is
  E'Notifies the API that the keys of an inactive tenant are not accepted, so that it closes their WebSockets.';
--! EndIncluded accounts/tg_tenants__notify_api_keys.sql
--! Included accounts/tg__clean_email.sql
create or replace function app_private.tg__clean_email() returns trigger as $$
begin
  NEW.email := app_hidden.normalize_email(NEW.email);
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__clean_email() is
  E'Normalizes an e-mail address, as sign-in does before it compares addresses.';
--! EndIncluded accounts/tg__clean_email.sql
--! Included accounts/is_common_password.sql
create or replace function app_private.is_common_password(password text, email text) returns boolean as $$
  -- The most common passwords of 8 characters and more, and the most common words of 5 letters and more, from the
  -- frequency list of zxcvbn (@zxcvbn-ts/language-common 4.1.3, MIT). An entry that differs
  -- from another one only by its end is left out.
  with words as (
    select string_to_array(regexp_replace(trim($list$
    0.0.0.000 01011910 01011970 01011975 01011977 01011980 01011981 01011982 01011983 01011984 01011985 01011986
    01011987 01011988 01011989 01011990 01011991 01011992 01011993 01011999 01012000 01012001 01012010 01012011
    01020304 01091989 02011985 02011986 02011987 02021983 02021984 02021985 02021986 02021987 02021988 02031984
    02031986 02041984 02041986 02051986 02061985 02061986 02061989 02071982 02071986 02081984 02081987 02081988
    02081989 02091986 02091987 02101985 03082006 10203040 1029384756 11111111 11112222 111222333 11223344 1122334455
    11235813 1123581321 12011987 12131415 12301230 12312312 1232323q 123321123 12344321 123454321 1234554321
    123456654321 12345678 123456789 1234567890 1234567890a 1234567890q 1234567891 12345678910 123456789a 123456789q
    123456789z 12345678a 12345678q 12345679 1234567a 1234567q 123456aa 123456qw 123456qwerty 12345qwe 12345qwert
    1234abcd 1234qwer 123654789 12369874 123698745 123789456 123qq123 123qwe123 123qweasd 123qweasdzxc 123qwerty
    12qw34er 12qwaszx 13243546 135792468 1357924680 14725836 147258369 147852369 14789632 147896325 15426378
    18436572 192837465 19411945 1a2b3c4d 1passwor 1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qa2ws3ed 1qaz2wsx 1qaz2wsx3edc
    1qazxsw2 1x2zkg8w 21031988 21122112 25802580 31415926 321654987 4815162342 50spanks 51505150 73501505 741852963
    78945612 789456123 7ugd5hip2j 8j4ye3uz 9293709b13 963852741 987456321 a1234567 a12345678 a123456789 a1b2c3d4
    a1s2d3f4 aa123456 aardvark abc12345 abcd1234 aberdeen absolute access accord achilles action adgjmptw adidas
    admin adrian adrienne agent007 airborne airforce airplane alabama alaska albatros albert alejandr alejandro
    aleksandr aleksandra alexalex alexande alexander alexandr alexandra alexis alicia alison alliance allison alpha
    alphabet alyssa amanda amateurs amber america american amsterda amsterdam anaconda anastasia anderson andre
    andrea andrew andrey andromed andromeda angel angela angelica angelina angels anhyeuem animal annabell anthony
    antonio anything apollo apple applepie apples aquarius argentina arizona armagedon arnold arsenal arthur asdasd
    asdf1234 asdfasdf asdfg asdfgh asdfghjk asdfghjkl asdfzxcv ashleigh ashley aspirine assassin asshole assholes
    assman atlantic atlantis attitude august augustus austin australi australia avalanch avalon avatar awesome
    azerty azsxdcfv babybaby babyblue babydoll babyface babygirl babylon5 babylove backdoor badass badboy badger
    bailey balloons bambam banana bandit bangbang barbados barbara barcelon barcelona barefoot barney baseball
    basketba basketball bastard batman baxter bcfields bearbear beatles beatrice beautifu beautiful beaver beavis
    beefcake beerbeer benjamin berlin bigballs bigboobs bigboy bigcock bigdaddy bigdick bigdog bigman bigmoney
    bigred bigtits billy billybob billyboy binladen birdie birthday bishop bitch bitchass bitches biteme black
    blackbir blackcat blackdog blackhaw blackjac blackjack blackman blackout blahblah blazer blessing blink182
    blizzard blowjob blowme bluebird blueblue blueeyes bluefish bluemoon bobafett bobby bobdylan bollocks bondage
    bonehead bonnie boobies booboo boobs booger boogie bookworm boomboom boomer borussia boston bradford bradley
    brandon brandy braves brazil brenda brewster brian brighton brigitte britney brittany broadway bronco broncos
    brooke brooklyn brother brothers brucelee brutus bubba bubbles buckeyes buckshot buddha buddy budlight budweise
    buffalo bulldog bulldogs bullet bullfrog bullseye bullshit bunghole burton business buster butter buttercu
    butterfl butterfly butthead butthole cadillac caesar caliente californ california caligula callaway calvin
    camaro cambiami cameltoe cameron campbell canada canadian candy candyman cannabis capslock captain cardinal
    carlitos carlos carmen carolina caroline carpedie carrie carter cartman casanova casper cassie catalina catherin
    catherine cavalier cdtnkfyf celtic cerberus cfitymrf chainsaw champion chance chandler changeme chargers
    charlene charles charlie charlott charlotte charlton checkers cheese chelsea chemical cherokee cherry chester
    chevelle chevrole chevrolet chevy cheyenne chicago chicken chickens children chocolat chocolate chopper chris
    chrisbln christ christia christian christie christin christina christine christmas christop christopher chronic
    chrysler chuckles cinnamon cjkysirj claire clarence clarinet classic claudia claymore clevelan clifford clitoris
    cobra cocacola coffee coldbeer college colombia colorado coltrane columbia columbus commando compaq computer
    concrete confused connie connor consumer cookie cooldude coolness cooper copper corleone corvette cosworth
    cougar courtney cowboy cowboys crawford crazy crazybab creampie creative cricket criminal cristian cristina
    crjhgbjy crusader crystal cumshot daddy dakota dallas dancer danger daniel danielle dannyboy darkness darkside
    darkstar david davidson dbrnjhbz deadhead deadpool death debbie december deepthroat deeznuts deeznutz defender
    deftones denise dennis denver designer destiny detroit devil666 devildog devils dexter dfktynbyf diablo diamond
    diamonds dickhead diesel dietcoke digger digital dilligaf dingdong dinosaur director dirtbike discover disney
    dkflbckfd dkflbvbh doberman doctor dodgeram doggie doghouse dolphin dolphins domino donald donkey doughboy
    douglas downtown dragon dragonba dragonball dreamer dreams driver drowssap drpepper drummer dthjybrf ducati
    duncan dutchess eagle eagles eastside eastwood eatpussy eclipse edward einstein ekaterina eldorado electric
    electron elephant elizabet elizabeth elizaveta elvis eminem emmanuel empire engineer england enigma enter
    enterpri enterprise ericsson eternity eugene everton excalibu explorer extreme falcon family fantasy farscape
    february federico fender fernando ferrari fgtkmcby fireball firebird fireman fisher fishing fktrcfylh fktrcfylhf
    flamingo fletcher flexible florence florida flounder flower flowers fluffy flyers football fordf150 forest
    forever formula1 france francesc francis francois frank frankie franklin freckles freddy frederic fredfred
    freedom freepass freeporn freeuser friday friend friendly friends froggy front242 frontier fuck_inside fucker
    fuckface fuckfuck fucking fuckme fuckoff fuckthis fuckyou function fyfcnfcbz fylhtq fyutkbyf gabriel gabriela
    gabriell galina galore gamecube gameover gandalf gangbang gangster garcia garfield gargoyle gateway gatorade
    gators gemini general genesis genius geoffrey george georgia geronimo gesperrt getmoney gfhjkm gfhjkmgfhjkm
    ghbdtn ghbdtnbr ghblehjr ghjcnjnfr ghostrider giants gibson ginger giovanni girls giuseppe gladiator gn56gn56
    goblue godfathe godfather godsmack godzilla goldberg golden goldfish goldstar goldwing golfball golfer golfgolf
    goober goodluck goodtime google gordon gotohell gracie graphics grateful greatone green greenbay greenday
    gregory gretchen guardian guinness guitar gundam gunner halflife hamilton hammer handsome handyman hannah
    hannibal happy happyday hardcock hardcore hardon hardrock hardware harley harrison hastings hawaii hawaiian
    hawkeyes hayabusa heather heaven hedgehog heineken hellfire hello hellyeah helpme hendrix hentai hercules
    highland hiphop hitman hobbes hockey holiday hollywoo hollywood holyshit homer honda honey hongkong hoosiers
    hooters hopeless horney horny horse horses hotdog hotpussy hotrod hotstuff house houston howard hummer hunter
    hurrican hyperion icecream iceman idontkno idontknow ihateyou illinois illusion ilovesex iloveyou immortal
    imperial indian infantry infiniti infinity internet intrepid intruder inuyasha ireland ironman isabella isabelle
    istanbul iwantu jackass jackie jackson jaguar james jamesbon jamesbond japanese jasmine jason jasper jayhawks
    jeanette jeffrey jennifer jeremiah jeremy jessica jessie jester jesus jimmy johannes johnjohn johnny johnson
    jonathan jordan joseph joshua juliette junior jupiter justdoit justice justin juventus kakashka kamikaze
    kangaroo karina karolina katana katerina katherin katherine kathleen kawasaki kcj9wx5n kelly kenneth kentucky
    kenworth kermit kevin keyboard keystone killbill killer kimberly kingfish kingkong kingston kirill kitten kitty
    kittycat kittykat klaster kleopatra knickers knight knockers kodiak kramer kristen kristina kristine labrador
    lacrosse lakers lancelot lasvegas lauren laurence lawrence leather leavemealone legend leonardo lesbians leslie
    letmein liberty lifehack lifetime lightnin lightning lincoln lineage2 lionking lipstick lisalisa little liverpoo
    liverpool lizard logitech lokomotiv lollipop london lonestar lonewolf longhorn lorraine louise lovelove lovely
    loveme lover loverboy lovers loveyou lowrider lucky luckydog macdaddy maddog madeline madison madmax madonna
    maggie magic magicman magnolia magnum mailcreated5240 majestic makaveli maksim mamapapa manchest manchester
    mandarin mandingo manutd maradona marathon marcus margaret margarita maria marianne marina marine mariners
    marines marino13 marlboro marley marshall martin martinez marvin maryjane maryland master matrix matthew
    matthews maverick maximus maxwell mazafaka meatball meathead meatloaf mechanic medicine megadeth megapass
    megatron melanie melissa member meowmeow mercedes mercury meredith meridian merlin mersedes metallic metallica
    mexico michael michaela michelle michigan mickey microlab microphone microsof microsoft midnight mikemike
    military miller millions millwall minecraft missouri mistress mitchell mohammed molly mollydog monalisa monday
    money moneyman mongoose monica monkey monopoly monster montana montgom240 montreal mookie moonlight morgan
    morpheus morrison mortgage mortimer mother motherfucker motherlode motorola mountain mozart muffin multiplelo
    munchkin murphy mushroom music musicman mustang mustangs napoleon naruto nascar nastya natalie natasha nathalie
    nathan national naughty ncc1701a ncc1701d ncc1701e nebraska nelson nemesis netscape newcastl newpass6 newport
    newyork nicholas nicole nigger nightmare nikita nintendo nirvana nissan nokia6300 norman northern nothing
    november nuttertools nwo4life oblivion october oklahoma oksana oliver olivia online operator orange original
    outlaw overkill overlord p0015123 pa55w0rd pa55word packers paintbal paintball pakistan pamela panasoni
    panasonic pandora pantera panther panthers panties pantyhos panzer paradise paranoid parker parley pass1234
    passion passpass passport passw0rd passwor1 password passwords passwort patches patience patricia patrick
    patriots pavilion peaches peanut pearljam peekaboo penelope penguin penguins penis penthous people pepper
    perfect personal peter peterpan peterson phantom philippe phillies phillips phoenix phpbb pianoman picard pickle
    pimpin pineappl pingpong pinkfloy pirate platinum playboy player playstation playtime please pleasure plymouth
    pokemon police polina polniypizdec0211 pontiac poohbear pookie poontang poopoo pooppoop popcorn porkchop porno
    pornstar porsche portland portugal poseidon positive power preacher precious predator presario pretty prince
    princess private property psycho pumpkin punisher punkrock purple pussy pussycat pussyman q1w2e3r4 q1w2e3r4t5
    q1w2e3r4t5y6 qawsedrf qazwsx qazwsxed qazwsxedc qazwsxedcrfv qazxsw qazxswedc qwaszx qweasd qweasdzxc qweqwe
    qwer1234 qwerasdf qwert qwerty qwertyu qwertyui qwertyuio qwertyuiop r2d2c3po rabbit rachel racing ragnarok
    raider raiders railroad rainbow raistlin rammstein ranger rangers raptor rascal rasputin rastaman raymond
    realmadrid rebecca recovery redalert reddog redhead redrum redskins redsox redwings reggie register remember
    renegade research resident reynolds rfnthbyf rhbcnbyf rhfcjnrf rhiannon rhtdtlrj richard richards richmond
    rightnow rjirfrgbde rjycnfynby roadkill roadking roadrunn robbie robert robinson robotech rocket rockford
    rockhard rockstar rocky roland rolltide romashka ronald ronaldo rooster rootbeer rosebud rosemary runescape
    runner rush2112 ruslan russell russia sabrina sailboat saints salamander salvador samantha sammy samson samsung
    samuel sandiego sandman sandra santiago sapphire sarah saratoga satan666 saturday saturn savannah scarface
    scarlett school scooby scoobydo scooter scorpio scorpion scotland scott scotty seahawks sebastia sebastian
    secret security seinfeld seminole semperfi sentinel septembe september serega serenity sergeant sergey
    sersolution sexsex sexygirl shadow shaggy shamrock shaney14 shanghai shannon sharon shelby shepherd sherlock
    sherwood shithead shopping shorty showtime sierra silver silverad simon simone simple simpson simpsons sinclair
    sinister sithlord skipper skippy skittles skorpion skyline skywalke skywalker slapshot slayer slipknot slippery
    smeghead smith smokey smooth sneakers snickers sniper snoopdog snoopy snowball snowboar snowman snuggles soccer
    socrates softball software sojdlg123aljg solution somethin something sophie soso123aljg soulmate southern
    southpar southpark spaceman spanking spanky sparky spartans spectrum speedy spencer spider spiderma spiderman
    spirit spitfire splinter spongebob spooky sporting sports spring springer squirrel srinivas stalker stallion
    standard stanford stanley starbuck starcraf starcraft stardust starfire starfish stargate starship startrek
    starwars steelers stella stephani stephanie stephen sterling steve steven stingray stinky stocking stonecol
    stonecold stranger strength stripper stupid sublime success sucker suckit suckme sullivan summer sundance
    sunflowe sunflower sunnyday sunset sunshine super superfly superman supersta superstar surfer suzuki svetlana
    sweet sweetpea swimming swingers swordfis swordfish sydney syncmaster syracuse system tacobell talisman tarheels
    taurus taylor tazmania technics teddybea teddybear tennis teresa terminal terminator terrapin test1234 tester
    testing testtest thailand thanatos thankyou thedoors thegreat theman theodore therock thirteen thomas thompson
    thuglife thumper thunder thunderb thursday tiberius tiffany tiger tigers tigger timothy tinker tinkerbell
    titanic titanium titleist together tomcat tommy tommyboy tomorrow topgun tottenha tottenham toyota translator
    traveler travis treasure trevor trfnthbyf triangle trinidad trinity trombone trouble truelove trustno1 tucker
    tunafish turkey turtle tweety twilight ultimate umbrella underdog undertaker united universal universe
    usuckballz1 vacation vagina valencia valentin valentina valhalla valkyrie vampire vampires vanessa vanhalen
    vasilisa vegeta verbatim veronica veronika vfhbyf vfhufhbnf vfrcbv vfrcbvrf vfvfgfgf victor victoria victory
    viewsonic viking vikings viktoria vincent viper virginia vision vkontakte vladimir vladislav voodoo voyager
    walker walter wanker warcraft wareagle warhammer warrior warriors water waterloo webmaste webmaster welcome
    werewolf westside westwood wetpussy whatever whatsapp whiskers whitesox whocares wildcat wildcats wildfire
    william williams willie willow wilson windows winner winston winter wishbone wizard wolfgang wolfpack wolverin
    wolverine wolves wombat woofwoof wordpass wrangler wrestlin wrestling wrinkle1 xavier yamaha yankee yankees
    yeahbaby yellow yfcntymrf yfnfif yosemite z1x2c3v4 zachary zaq12wsx zaq1xsw2 zeppelin zerocool zombie zxasqw12
    zxcasdqwe zxcv1234 zxcvbn zxcvbnm
    $list$, E' \n'), '\s+', ' ', 'g'), ' ') as common
  ),
  spellings as (
    select lower(password) as whole, regexp_replace(lower(password), '[^a-z]{1,6}$', '') as stem
  )
  select
    s.whole = any (w.common)
    or s.stem = any (w.common)
    or translate(s.stem, '@401357', 'aaoiest') = any (w.common)
    or s.stem in (lower(email), split_part(lower(email), '@', 1))
    or s.whole in (lower(email), split_part(lower(email), '@', 1))
    -- aaaaaaaa, 12121212
    or (select count(distinct c) < 4 from regexp_split_to_table(s.whole, '') c)
  from spellings s
  cross join words w
$$ language sql immutable set search_path to pg_catalog, pg_temp;

comment on function app_private.is_common_password(text, text) is
  E'Whether a password is easy to guess: a common password or word, also in capitals, with digits for letters or with '
   'up to six digits and signs appended; the user''s own address; or three different characters repeated.';
--! EndIncluded accounts/is_common_password.sql
--! Included accounts/random_token.sql
create or replace function app_private.random_token() returns text as $$
  select translate(encode(app_private.gen_random_bytes(32), 'base64'), '+/=', '-_')
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.random_token() is
  E'256 random bits in base64url: 43 characters. Only a hash of a token is stored, see token_hash().';
--! EndIncluded accounts/random_token.sql
--! Included accounts/token_hash.sql
create or replace function app_private.token_hash(token text) returns bytea as $$
  select sha256(convert_to(token, 'UTF8'))
$$ language sql immutable set search_path to pg_catalog, pg_temp;

comment on function app_private.token_hash(text) is
  E'The SHA-256 by which a token is found. It needs no salt, because tokens cannot be guessed.';
--! EndIncluded accounts/token_hash.sql
--! Included accounts/sign_in_key.sql
create or replace function app_private.sign_in_key(email text) returns text as $$
  select lower(left(app_hidden.normalize_email(email), 254))
$$ language sql immutable set search_path to pg_catalog, pg_temp;

comment on function app_private.sign_in_key(text) is
  E'How attempts at an address are counted, for addresses with and without an account: normalized, in lower case.';
--! EndIncluded accounts/sign_in_key.sql
--! Included accounts/set_password.sql
create or replace function app_private.set_password(user_id uuid, password text, kept_session_id uuid default null)
returns int as $$
declare
  v_ended int;
begin
  if length(password) < 8 then
    raise exception '"password" must have at least 8 characters' using errcode = 'PYPWD';
  elsif octet_length(password) > 72 then
    -- bcrypt ignores bytes after the 72nd, so a longer password would be weaker than it seems.
    raise exception '"password" must not be longer than 72 bytes in UTF-8' using errcode = 'PYPWD';
  elsif app_private.is_common_password(
    password, (select u.email from app_public.users u where u.id = set_password.user_id)
  ) then
    raise exception '"password" must not be a common password, one with a few characters appended, or the address'
      using errcode = 'PYPWD';
  end if;

  insert into app_private.user_secrets as s (user_id, password_hash)
  values (set_password.user_id, app_private.crypt(password, app_private.gen_salt('bf', 10)))
  on conflict on constraint user_secrets_pkey do update set password_hash = excluded.password_hash;

  perform app_private.unlock_user(set_password.user_id);
  delete from app_private.password_resets r
  using app_public.users u
  where u.id = set_password.user_id and r.email = lower(u.email);
  update app_private.sessions s set revoked_at = now()
  where s.user_id = set_password.user_id and s.revoked_at is null and s.id is distinct from kept_session_id;
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.set_password(uuid, text, uuid) is
  E'Sets a user''s password (PYPWD if it is too short, too long or too common), lifts the locks caused by failed '
   'sign-ins, voids links for a new password and ends the user''s sessions, except the given one. Returns how many '
   'sessions ended.';
--! EndIncluded accounts/set_password.sql
--! Included accounts/is_familiar_source.sql
create or replace function app_hidden.is_familiar_source(email text, source text) returns boolean as $$
  select exists (
    select from app_public.users u
    join app_private.sign_in_sources s on s.user_id = u.id
    where lower(u.email) = app_private.sign_in_key(is_familiar_source.email)
    and s.source = left(is_familiar_source.source, 64)
    and s.last_signed_in_at > now() - interval '90 days'
  )
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.is_familiar_source(text, text) is
  E'Whether the user with that address signed in from that source within 90 days. Such sign-ins have slots of their '
   'own, which strangers cannot occupy.';

grant execute on function app_hidden.is_familiar_source(text, text) to parley_authenticator;
--! EndIncluded accounts/is_familiar_source.sql
--! Included accounts/check_password.sql
create or replace function app_private.check_password(email text, password text, source text) returns uuid as $$
declare
  v_key text := app_private.sign_in_key(check_password.email);
  v_source text := left(check_password.source, 64);
  v_failure app_private.sign_in_failures;
  v_is_fresh boolean;
  v_is_familiar boolean;
  v_is_refused boolean;
  v_free_failures int;
  v_user app_public.users;
  v_hash text;
begin
  -- Waits for concurrent attempts at this address from this source, so that each of them is counted.
  insert into app_private.sign_in_failures as f (email, source) values (v_key, v_source)
  on conflict on constraint sign_in_failures_pkey do update set failures = f.failures
  returning f.* into v_failure;

  select u.* into v_user from app_public.users u where lower(u.email) = v_key;
  select s.password_hash into v_hash from app_private.user_secrets s where s.user_id = v_user.id;
  v_is_familiar := app_hidden.is_familiar_source(v_key, v_source);

  -- If many sources guess the password of one address, each has one attempt instead of five, except the user's own.
  v_free_failures := case
    when not v_is_familiar and (
      select sum(f.failures) >= 100 from app_private.sign_in_failures f
      where f.email = v_key and f.last_failed_at > now() - interval '1 hour'
    ) then 0
    else 4
  end;
  -- A source that has failed at 50 addresses gets one attempt in ten seconds, except for users who signed in from it.
  v_is_refused := coalesce(v_failure.locked_until > now(), false) or not v_is_familiar and (
    select count(*) >= 50 and max(f.last_failed_at) > now() - interval '10 seconds'
    from app_private.sign_in_failures f
    where f.source = v_source and f.failures > 0 and f.last_failed_at > now() - interval '15 minutes'
  );

  -- An unknown address takes as much time as a wrong password, and so does an attempt that is refused.
  v_hash := coalesce(v_hash, '$2a$10$abcdefghijklmnopqrstuuJ0mJ8sGmWgHV9vqUuWJxWw6mOq9vW2S');
  if app_private.crypt(left(password, 256), v_hash) <> v_hash
    -- bcrypt ignores what follows 72 bytes; no stored password is longer.
    or octet_length(password) > 72
    or not coalesce(v_user.is_active, false)
  then
    -- A failure counts until 15 minutes after it, or after the end of the lock that it caused, so that waiting for the
    -- end of a lock does not reset the count.
    v_is_fresh := greatest(v_failure.last_failed_at, v_failure.locked_until) >= now() - interval '15 minutes';
    update app_private.sign_in_failures f set
      failures = case when v_is_fresh then f.failures + 1 else 1 end,
      last_failed_at = now(),
      -- The fifth failure locks for a minute, each further one for twice as long: up to an hour, or up to five minutes
      -- for a source from which the user has signed in.
      locked_until = case
        when f.locked_until > now() then f.locked_until
        when v_is_fresh and f.failures >= v_free_failures then now() + least(
          interval '1 minute' * power(2, greatest(least(f.failures - 4, 6), 0)),
          case when v_is_familiar then interval '5 minutes' else interval '1 hour' end
        )
      end
    where f.email = v_key and f.source = v_source;
    return null;
  elsif v_is_refused then
    -- A correct password in the meantime is not counted as a failure.
    return null;
  end if;

  delete from app_private.sign_in_failures f where f.email = v_key and f.source = v_source;
  return v_user.id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.check_password(text, text, text) is
  E'The active user with that address and password, or null. The result does not distinguish a wrong address, a wrong '
   'password, an inactive user and a lock. Failures are counted by address and source, so that a stranger''s failures '
   'lock out only the stranger; the caller must commit.';
--! EndIncluded accounts/check_password.sql
--! Included accounts/tenants_of.sql
create or replace function app_private.tenants_of(user_id uuid)
returns table (id uuid, name text, slug text, role app_public.member_role) as $$
  select t.id, t.name, t.slug, m.role
  from app_public.memberships m
  join app_public.tenants t on t.id = m.tenant_id
  where m.user_id = tenants_of.user_id and m.is_active and t.status = 'active'
  order by t.name, t.id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.tenants_of(uuid) is
  E'The tenants that a user may sign in to: active ones of which the user is an active member.';
--! EndIncluded accounts/tenants_of.sql
--! Included accounts/check_second_factor.sql
create or replace function app_private.check_second_factor(
  user_id uuid,
  source text,
  totp_step int,
  recovery_code text
) returns text as $$
declare
  v_totp app_private.totp_secrets;
  v_is_familiar boolean := exists (
    select from app_private.sign_in_sources s
    where s.user_id = check_second_factor.user_id and s.source = left(check_second_factor.source, 64)
  );
begin
  -- Waits for concurrent attempts of this user, so that each of them is counted, and none uses the code of another.
  select t.* into v_totp
  from app_private.totp_secrets t
  where t.user_id = check_second_factor.user_id and t.confirmed_at is not null
  for update;

  if not found then
    return 'passed';
  elsif totp_step is null and recovery_code is null then
    return 'code_required';
  elsif v_totp.last_failed_at > now() - interval '1 hour'
    and v_totp.failures >= (case when v_is_familiar then 50 else 10 end)
  then
    return 'code_refused';
  elsif totp_step > coalesce(v_totp.last_step, 0) or exists (
    select from app_private.recovery_codes r
    where r.user_id = check_second_factor.user_id and r.code_hash = app_private.token_hash(recovery_code)
  ) then
    return 'passed';
  end if;

  update app_private.totp_secrets t set
    failures = case when t.last_failed_at > now() - interval '1 hour' then t.failures + 1 else 1 end,
    last_failed_at = now()
  where t.user_id = check_second_factor.user_id;
  return 'code_refused';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.check_second_factor(uuid, text, int, text) is
  E'Checks the second factor of a user whose password was right, without using it up: passed (also if the user has '
   'none); code_required (none was given); code_refused (wrong, used before, or too many wrong ones). totp_step is '
   'the time step whose code the API was given, or -1 for a wrong code. After ten wrong codes in an hour, or fifty '
   'from a source from which the user has signed in, all are refused until an hour after the last one. The caller '
   'must commit.';
--! EndIncluded accounts/check_second_factor.sql
--! Included accounts/complete_sign_in.sql
create or replace function app_private.complete_sign_in(
  user_id uuid,
  source text,
  totp_step int,
  recovery_code text
) returns void as $$
  update app_private.totp_secrets t set
    last_step = coalesce(nullif(complete_sign_in.totp_step, -1), t.last_step),
    failures = 0
  where t.user_id = complete_sign_in.user_id and t.confirmed_at is not null;

  delete from app_private.recovery_codes r
  where r.user_id = complete_sign_in.user_id and r.code_hash = app_private.token_hash(complete_sign_in.recovery_code);

  insert into app_private.sign_in_sources as s (user_id, source)
  values (complete_sign_in.user_id, left(complete_sign_in.source, 64))
  on conflict on constraint sign_in_sources_pkey do update set last_signed_in_at = now();
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.complete_sign_in(uuid, text, int, text) is
  E'Uses up a second factor that check_second_factor() has passed, and remembers the source as one of the user''s.';
--! EndIncluded accounts/complete_sign_in.sql
--! Included accounts/open_session.sql
create or replace function app_private.open_session(
  tenant_id uuid,
  user_id uuid,
  user_agent text,
  lifetime interval,
  signed_in_at timestamptz default now()
) returns app_private.sessions as $$
  update app_public.users u set last_login_at = now() where u.id = open_session.user_id;

  insert into app_private.sessions as s (tenant_id, user_id, user_agent, expires_at, created_at)
  values (
    open_session.tenant_id,
    open_session.user_id,
    left(open_session.user_agent, 300),
    least(now() + interval '30 days', open_session.signed_in_at + lifetime),
    open_session.signed_in_at
  )
  returning s.*
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.open_session(uuid, uuid, text, interval, timestamptz) is
  E'Opens a session for a user whose password was checked. It ends after 30 days without a refresh, or at the end of '
   'its lifetime, which begins with the sign-in.';
--! EndIncluded accounts/open_session.sql
--! Included accounts/sign_in.sql
create or replace function app_hidden.sign_in(
  email text,
  password text,
  tenant text,
  user_agent text,
  lifetime interval,
  source text default 'unknown',
  totp_step int default null,
  recovery_code text default null
) returns table (
  outcome text,
  session_id uuid,
  user_id uuid,
  tenant_id uuid,
  generation int,
  expires_at timestamptz,
  tenants jsonb
) as $$
declare
  v_user_id uuid := app_private.check_password(email, password, source);
  v_tenant_ids uuid[];
begin
  outcome := case
    when v_user_id is null then 'refused'
    else app_private.check_second_factor(v_user_id, source, totp_step, recovery_code)
  end;
  if outcome <> 'passed' then
    return next;
    return;
  end if;

  select array_agg(t.id), jsonb_agg(to_jsonb(t)) into v_tenant_ids, tenants
  from app_private.tenants_of(v_user_id) t
  where sign_in.tenant is null or sign_in.tenant in (t.slug, t.id::text);

  if v_tenant_ids is null then
    outcome := 'no_tenant';
    return next;
  elsif cardinality(v_tenant_ids) > 1 then
    outcome := 'many_tenants';
    return next;
  else
    perform app_private.complete_sign_in(v_user_id, source, totp_step, recovery_code);
    return query
      select 'signed_in', s.id, s.user_id, s.tenant_id, s.generation, s.expires_at, null::jsonb
      from app_private.open_session(v_tenant_ids[1], v_user_id, user_agent, lifetime) s;
  end if;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.sign_in(text, text, text, text, interval, text, int, text) is
  E'Checks a sign-in and opens a session. The outcome is returned rather than raised, so that failures are counted: '
   'signed_in; refused (wrong address or password, inactive, or locked: not distinguished); code_required and '
   'code_refused, see check_second_factor(); no_tenant; many_tenants (the caller must name one of "tenants"; the code '
   'is not used up).';

grant execute on function app_hidden.sign_in(text, text, text, text, interval, text, int, text)
  to parley_authenticator;
--! EndIncluded accounts/sign_in.sql
--! Included accounts/presented_session.sql
create or replace function app_private.presented_session(session uuid, presented int, lifetime interval)
returns app_private.sessions as $$
declare
  v_session app_private.sessions;
begin
  -- Locks the session, so that concurrent exchanges of its tokens happen one after the other.
  perform from app_private.sessions s where s.id = session for no key update;

  select s.* into v_session
  from app_private.sessions s
  join app_private.valid_sessions v on v.id = s.id
  where s.id = session and s.created_at + lifetime > now();

  if v_session.id is null or presented > v_session.generation then
    return null;
  elsif presented < v_session.generation - 1
    or presented < v_session.generation and v_session.refreshed_at < now() - interval '30 seconds'
  then
    -- Two parties have a token that was exchanged before: end the session for both.
    update app_private.sessions s set revoked_at = now() where s.id = v_session.id;
    return null;
  end if;
  return v_session;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.presented_session(uuid, int, interval) is
  E'The session whose refresh token of that generation was presented, locked. The token of the generation before is '
   'accepted for 30 seconds; an older one ends the session. Null: the session is unknown, has expired or ended, is '
   'beyond its lifetime, or its user is inactive.';
--! EndIncluded accounts/presented_session.sql
--! Included accounts/refresh_session.sql
create or replace function app_hidden.refresh_session(session uuid, presented int, lifetime interval)
returns table (session_id uuid, user_id uuid, tenant_id uuid, generation int, expires_at timestamptz) as $$
declare
  v_session app_private.sessions := app_private.presented_session(session, presented, lifetime);
begin
  if v_session.id is null then
    return;
  elsif presented = v_session.generation then
    update app_private.sessions s set
      generation = s.generation + 1,
      refreshed_at = now(),
      expires_at = least(now() + interval '30 days', s.created_at + lifetime)
    where s.id = v_session.id
    returning s.* into v_session;
  end if;
  -- Otherwise two tabs used it, or a response was lost: return the same successor again.

  return query select v_session.id, v_session.user_id, v_session.tenant_id, v_session.generation, v_session.expires_at;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.refresh_session(uuid, int, interval) is
  E'Exchanges a refresh token, which the API has verified, for one of the next generation. Repeating the last '
   'exchange within 30 seconds returns the same token; an older token ends the session. No row: the token is not '
   'accepted, see presented_session().';

grant execute on function app_hidden.refresh_session(uuid, int, interval) to parley_authenticator;
--! EndIncluded accounts/refresh_session.sql
--! Included accounts/switch_tenant.sql
create or replace function app_hidden.switch_tenant(
  session uuid,
  presented int,
  tenant text,
  user_agent text,
  lifetime interval
) returns table (
  outcome text,
  session_id uuid,
  user_id uuid,
  tenant_id uuid,
  generation int,
  expires_at timestamptz
) as $$
declare
  v_session app_private.sessions := app_private.presented_session(session, presented, lifetime);
  v_tenant_id uuid;
begin
  if v_session.id is null then
    outcome := 'ended';
    return next;
    return;
  end if;

  select t.id into v_tenant_id
  from app_private.tenants_of(v_session.user_id) t
  where switch_tenant.tenant in (t.slug, t.id::text);

  if v_tenant_id is null then
    outcome := 'no_tenant';
    return next;
  else
    return query
      select 'signed_in', s.id, s.user_id, s.tenant_id, s.generation, s.expires_at
      from app_private.open_session(
        v_tenant_id, v_session.user_id, user_agent, lifetime, v_session.created_at
      ) s;
  end if;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.switch_tenant(uuid, int, text, text, interval) is
  E'Opens a session in another tenant of the user for a refresh token, which the API has verified. The given session '
   'stays open, and the new one ends with the lifetime of the sign-in. The outcome: signed_in; ended (the token is not '
   'accepted, see presented_session()); no_tenant (the user is not a member there).';

grant execute on function app_hidden.switch_tenant(uuid, int, text, text, interval) to parley_authenticator;
--! EndIncluded accounts/switch_tenant.sql
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
--! Included accounts/my_tenants.sql
create or replace function app_public.my_tenants() returns setof app_public.own_tenant as $$
  select t.id, t.name, t.slug, t.role, t.id = m.tenant_id
  from app_hidden.current_membership() m
  cross join lateral app_private.tenants_of(m.user_id) t
  order by t.name, t.id
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.my_tenants() is
  E'The tenants that the signed-in user can switch to, by name; switchTenant opens a session there.';

grant execute on function app_public.my_tenants() to parley_visitor;
--! EndIncluded accounts/my_tenants.sql
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
--! Included accounts/my_totp.sql
create or replace function app_public.my_totp() returns app_public.totp_state as $$
  select t.confirmed_at, (select count(*)::int from app_private.recovery_codes r where r.user_id = t.user_id)
  from app_private.totp_secrets t
  where t.user_id = (app_hidden.current_membership()).user_id
  and t.confirmed_at is not null
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.my_totp() is
  E'Whether signing in requires a code of an authenticator app, too; null if it does not.';

grant execute on function app_public.my_totp() to parley_visitor;
--! EndIncluded accounts/my_totp.sql
--! Included accounts/own_sessions.sql
create or replace function app_public.current_sessions() returns setof app_public.open_session as $$
  select
    s.id, t.slug, s.user_agent, s.created_at, s.refreshed_at, s.expires_at, s.id = app_hidden.current_session_id()
  from app_private.sessions s
  join app_public.tenants t on t.id = s.tenant_id
  where s.user_id = (select (app_hidden.current_membership()).user_id)
  and s.revoked_at is null
  and s.expires_at > now()
  order by s.refreshed_at desc, s.id
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.current_sessions() is
  E'The open sessions of the signed-in user in all tenants, most recently used first.';

grant execute on function app_public.current_sessions() to parley_visitor;

create or replace function app_public.end_session(id uuid) returns boolean as $$
declare
  v_user_id uuid := app_hidden.require_user();
begin
  update app_private.sessions s set revoked_at = now()
  where s.id = end_session.id
  and s.user_id = v_user_id
  and s.revoked_at is null;
  if not found then
    raise exception 'You have no such session' using errcode = 'PYNFD';
  end if;
  return true;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.end_session(uuid) is
  E'Ends one of the caller''s sessions at once, with its access tokens and WebSockets. PYNFD: the caller has no such '
   'open session. PYKEY: an API key has no sessions. ended: true.';

grant execute on function app_public.end_session(uuid) to parley_visitor;

create or replace function app_public.end_other_sessions() returns int as $$
declare
  v_user_id uuid := app_hidden.require_user();
  v_ended int;
begin
  update app_private.sessions s set revoked_at = now()
  where s.user_id = v_user_id
  and s.id <> app_hidden.current_session_id()
  and s.revoked_at is null
  and s.expires_at > now();
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.end_other_sessions() is
  E'Ends all sessions of the caller except this one, in all tenants. PYKEY: an API key has no sessions. '
   'ended_sessions: how many there were.';

grant execute on function app_public.end_other_sessions() to parley_visitor;
--! EndIncluded accounts/own_sessions.sql
--! Included accounts/sign_out.sql
create or replace function app_public.sign_out() returns boolean as $$
begin
  if app_hidden.current_session_id() is null then
    perform app_hidden.require_user();
  end if;
  update app_private.sessions s set revoked_at = now()
  where s.id = app_hidden.current_session_id()
  and s.user_id = app_hidden.current_user_id()
  and s.revoked_at is null;
  return found;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.sign_out() is
  E'Ends this session at once: its access token and its refresh token stop working. PYKEY: an API key has no '
   'session; revoke_api_key() ends it. signed_out: false if the session had already ended.';

grant execute on function app_public.sign_out() to parley_visitor;
--! EndIncluded accounts/sign_out.sql
--! Included accounts/current_user.sql
create or replace function app_public."current_user"() returns app_public.users as $$
  select u
  from app_public.users u
  where u.id = (select (app_hidden.current_membership()).user_id)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public."current_user"() is E'The signed-in user, or null.';

grant execute on function app_public."current_user"() to parley_visitor;

create or replace function app_public.current_tenant() returns app_public.tenants as $$
  select t
  from app_public.tenants t
  where t.id = (select app_hidden.current_tenant_id())
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.current_tenant() is
  E'The tenant of this session, or of this API key, or null.';

grant execute on function app_public.current_tenant() to parley_visitor;

create or replace function app_public.current_membership() returns app_public.memberships as $$
  select m
  from app_public.memberships m
  where (m.tenant_id, m.user_id) = (
    select c.tenant_id, c.user_id from app_hidden.current_membership() c
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.current_membership() is
  E'The tenant of this session and the user''s role in it, or null.';

grant execute on function app_public.current_membership() to parley_visitor;
--! EndIncluded accounts/current_user.sql
--! Included accounts/valid_invitations.sql
create or replace view app_private.valid_invitations as
  select i.id, t.name as tenant_name, u.name as inviter_name
  from app_public.invitations i
  join app_public.tenants t on t.id = i.tenant_id
  left join app_public.memberships m
    on m.tenant_id = i.tenant_id and m.user_id = i.invited_by_id and m.is_active and m.role >= greatest(i.role, 'admin')
  left join app_public.users u on u.id = m.user_id and u.is_active
  where i.expires_at > now()
  and t.status = 'active'
  and (i.invited_by_id is null or u.id is not null);

comment on view app_private.valid_invitations is
  E'Invitations that can be accepted: not expired, into an active tenant, and by the operator or by a member who may '
   'still invite to that role.';
--! EndIncluded accounts/valid_invitations.sql
--! Included accounts/issue_invitation.sql
create or replace function app_private.issue_invitation(invitation_id uuid)
returns table (
  token text,
  email text,
  name text,
  role app_public.member_role,
  tenant_name text,
  inviter_name text,
  expires_at timestamptz
) as $$
begin
  select i.email, i.name, i.role, v.tenant_name, v.inviter_name, i.expires_at
  into email, issue_invitation.name, issue_invitation.role, tenant_name, inviter_name, expires_at
  from app_private.valid_invitations v
  join app_public.invitations i on i.id = v.id
  where v.id = issue_invitation.invitation_id
  for update of i;

  if found then
    token := app_private.random_token();
    insert into app_private.invitation_secrets as s (invitation_id, token_hash)
    values (issue_invitation.invitation_id, app_private.token_hash(token))
    on conflict on constraint invitation_secrets_pkey do update set token_hash = excluded.token_hash;
    return next;
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.issue_invitation(uuid) is
  E'Makes the token of a valid invitation, replacing an earlier token, and returns what an e-mail says about it. The '
   'token is stored as a hash only. No row: the invitation is not valid. inviter_name: null for the operator.';
--! EndIncluded accounts/issue_invitation.sql
--! Included accounts/invite.sql
create or replace function app_private.invite(
  tenant_id uuid,
  email text,
  name text,
  role app_public.member_role,
  invited_by_id uuid,
  by_mail boolean default false,
  out invitation_id uuid,
  out token text,
  out expires_at timestamptz
) as $$
begin
  email := app_hidden.normalize_email(invite.email);
  -- Checks this tenant only: an inviter must not find out whether the address has an account in another tenant.
  if exists (
    select from app_public.memberships m
    join app_public.users u on u.id = m.user_id
    where m.tenant_id = invite.tenant_id and lower(u.email) = lower(invite.email)
  ) then
    raise exception '% is already a member of this tenant', left(invite.email, 100) using errcode = 'PYUSR';
  end if;

  delete from app_public.invitations i
  where i.tenant_id = invite.tenant_id and lower(i.email) = lower(invite.email);

  insert into app_public.invitations as i (tenant_id, email, name, role, invited_by_id)
  values (
    invite.tenant_id, invite.email, coalesce(invite.name, split_part(invite.email, '@', 1)),
    invite.role, invite.invited_by_id
  )
  returning i.id, i.expires_at into invitation_id, expires_at;

  if by_mail then
    perform graphile_worker.add_jobs(array[app_private.job(
      'mail_invitation',
      json_build_object('invitationId', invite.invitation_id),
      key => app_private.job_key('mail_invitation', invite.invitation_id)
    )]);
  else
    token := (select x.token from app_private.issue_invitation(invite.invitation_id) x);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.invite(uuid, text, text, app_public.member_role, uuid, boolean) is
  E'Invites an address into a tenant and replaces an earlier invitation of that address. by_mail: a job sends the '
   'link, and the token is null. invited_by_id: null for the operator. PYUSR: the address belongs to a member.';
--! EndIncluded accounts/invite.sql
create type app_public.issued_invitation as (invitation_id uuid, token text, expires_at timestamptz);
comment on type app_public.issued_invitation is E'An invitation at the moment it is issued, with its token.';
comment on column app_public.issued_invitation.invitation_id is E'The id of the invitation.';
comment on column app_public.issued_invitation.token is
  E'The secret that the user passes to acceptInvitation. It is shown only here; null if it is sent by e-mail.';
comment on column app_public.issued_invitation.expires_at is E'Until when the invitation can be accepted.';
--! Included accounts/limit_invitation_mails.sql
create or replace function app_private.limit_invitation_mails(tenant_id uuid, email text) returns void as $$
declare
  v_of_tenant int;
  v_of_address int;
begin
  -- Locked, so that concurrent calls do not exceed the limits.
  perform from app_public.tenants t where t.id = limit_invitation_mails.tenant_id for no key update;
  -- The audit entries, because a new invitation of an address replaces the one before.
  select
    count(*),
    count(*) filter (
      where a.created_at > now() - interval '1 hour'
      and lower(a.new_values ->> 'email') = app_private.sign_in_key(limit_invitation_mails.email)
    )
  into v_of_tenant, v_of_address
  from app_public.audit_entries a
  where a.tenant_id = limit_invitation_mails.tenant_id
  and a.table_name = 'invitations' and a.operation = 'INSERT'
  and a.created_at > now() - interval '1 day';

  if v_of_tenant >= 100 then
    raise exception 'A tenant can send at most 100 invitations by e-mail within a day' using errcode = 'PYLIM';
  elsif v_of_address >= 3 then
    raise exception 'An address can be invited by e-mail at most three times within an hour' using errcode = 'PYLIM';
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.limit_invitation_mails(uuid, text) is
  E'Refuses (PYLIM) another invitation by e-mail if the tenant has made 100 invitations within a day, or three of the '
   'address within an hour: the operator''s mail server sends them, with a name that the caller chooses.';
--! EndIncluded accounts/limit_invitation_mails.sql
--! Included accounts/invite_user.sql
create or replace function app_public.invite_user(
  email text,
  name text default null,
  role app_public.member_role default 'agent',
  by_mail boolean default false
)
returns app_public.issued_invitation as $$
declare
  v_me app_public.memberships := app_hidden.current_membership();
  v_issued app_public.issued_invitation;
begin
  -- Not for API keys: an invitation would be valid after its key has been revoked.
  perform app_hidden.require_user();
  perform app_hidden.require_scope('manage_all');
  if invite_user.role > v_me.role then
    raise exception 'This requires the role %', invite_user.role using errcode = 'PYDEN';
  end if;

  -- A new invitation replaces the one before: this needs the right to delete it.
  if exists (
    select from app_public.invitations i
    where i.tenant_id = v_me.tenant_id and i.role > v_me.role
    and lower(i.email) = lower(app_hidden.normalize_email(invite_user.email))
  ) then
    raise exception 'The address has an invitation above your own role' using errcode = 'PYDEN';
  end if;

  if invite_user.by_mail then
    perform app_private.limit_invitation_mails(v_me.tenant_id, invite_user.email);
  end if;
  select i.* into v_issued
  from app_private.invite(v_me.tenant_id, email, name, role, v_me.user_id, coalesce(by_mail, false)) i;
  return v_issued;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.invite_user(text, text, app_public.member_role, boolean) is
  E'Invites a user to this tenant. For admins and owners; neither the role nor the role of an invitation it replaces '
   'may exceed the caller''s own (PYDEN). Inviting an address again revokes its earlier invitation. The answer does '
   'not reveal whether the address has an account in another tenant. PYUSR: the address belongs to a member of this '
   'tenant. PYKEY: an API key cannot invite. email: the address of the user. name: the name of the new account; '
   'defaults to the beginning of the address. role: the role of the user; defaults to agent. by_mail: whether the '
   'user gets a link by e-mail; the invitation shows whether it was sent. Otherwise give the token to the user, who '
   'passes it to acceptInvitation within 7 days.';

grant execute on function app_public.invite_user(text, text, app_public.member_role, boolean) to parley_visitor;
--! EndIncluded accounts/invite_user.sql
--! Included accounts/use_api_key.sql
create or replace function app_hidden.use_api_key(key_hash bytea)
returns table (id uuid, tenant_id uuid, role app_public.member_role, expires_at timestamptz) as $$
begin
  -- Requests that arrive at the same time do not wait for one another: one of them writes, once a minute.
  update app_public.api_keys k set last_used_at = now()
  where k.id = (
    select u.id
    from app_public.api_keys u
    where u.id = (select (v.api_key).id from app_private.valid_api_keys v where v.key_hash = use_api_key.key_hash)
    and (u.last_used_at is null or u.last_used_at < now() - interval '1 minute')
    for no key update skip locked
  );

  return query
  select (v.api_key).id, (v.api_key).tenant_id, app_hidden.role_of_scopes((v.api_key).scopes), (v.api_key).expires_at
  from app_private.valid_api_keys v
  where v.key_hash = use_api_key.key_hash;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.use_api_key(bytea) is
  E'The API key with that SHA-256, and the role that it counts as; no row if it is unknown, revoked or expired. The '
   'API asks before a request. Sets last_used_at, at most once a minute.';

grant execute on function app_hidden.use_api_key(bytea) to parley_authenticator;
--! EndIncluded accounts/use_api_key.sql
--! Included accounts/add_api_key.sql
create or replace function app_private.add_api_key(
  tenant_id uuid,
  name text,
  scopes app_public.api_key_scope[],
  expires_at timestamptz,
  created_by_id uuid,
  out api_key app_public.api_keys,
  out secret text
) as $$
declare
  v_random bytea := app_private.gen_random_bytes(24);
begin
  if add_api_key.expires_at <= now() then
    raise exception 'The time at which the key expires must be in the future' using errcode = 'PYREQ';
  end if;
  secret := 'parley_' || encode(v_random, 'hex') || left(encode(sha256(v_random), 'hex'), 8);

  -- Locked, so that concurrent calls do not exceed the limit.
  perform from app_public.tenants t where t.id = add_api_key.tenant_id for no key update;
  if 50 <= (
    select count(*)
    from app_public.api_keys k
    where k.tenant_id = add_api_key.tenant_id
    and k.revoked_at is null
    and (k.expires_at is null or k.expires_at > now())
  ) then
    raise exception 'A tenant may have at most 50 valid API keys: revoke one first' using errcode = 'PYLIM';
  end if;

  insert into app_public.api_keys as k (tenant_id, name, scopes, ending, expires_at, created_by_id)
  values (
    add_api_key.tenant_id,
    add_api_key.name,
    -- Sorted and without duplicates.
    array(select distinct s from unnest(add_api_key.scopes) s order by s),
    right(secret, 4),
    add_api_key.expires_at,
    add_api_key.created_by_id
  )
  returning k.* into api_key;

  insert into app_private.api_key_secrets (api_key_id, key_hash)
  values (api_key.id, sha256(convert_to(secret, 'UTF8')));
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.add_api_key(uuid, text, app_public.api_key_scope[], timestamptz, uuid) is
  E'Creates an API key and returns it with its secret, of which only the SHA-256 is stored: parley_, 24 random bytes '
   'and 4 bytes of checksum in hexadecimal digits. created_by_id: null for the operator. PYLIM: the tenant has 50 '
   'valid keys. PYREQ: expires_at is past.';
--! EndIncluded accounts/add_api_key.sql
create type app_public.created_api_key as (api_key app_public.api_keys, secret text);
comment on type app_public.created_api_key is E'An API key at the moment it is created, with its secret.';
comment on column app_public.created_api_key.api_key is E'The key.';
comment on column app_public.created_api_key.secret is
  E'The whole key, for the Authorization header. It is shown only here.';
--! Included accounts/create_api_key.sql
create or replace function app_public.create_api_key(
  name text,
  scopes app_public.api_key_scope[],
  expires_at timestamptz default null
)
returns app_public.created_api_key as $$
declare
  v_user_id uuid := app_hidden.require_user();
  v_tenant_id uuid := app_hidden.require_scope('manage_all');
  v_created app_public.created_api_key;
begin
  select k.api_key, k.secret into v_created.api_key, v_created.secret
  from app_private.add_api_key(v_tenant_id, name, scopes, expires_at, v_user_id) k;
  return v_created;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.create_api_key(text, app_public.api_key_scope[], timestamptz) is
  E'Creates an API key, with which a program uses this API: `Authorization: Bearer parley_…`. For admins and owners. '
   'The secret is shown only once. The key remains valid when its creator leaves; revoke_api_key() ends it. PYREQ: '
   'the key would have expired already. PYCON: the name is empty, too long or that of another key, or there are no '
   'scopes. PYLIM: the tenant has 50 valid keys. PYKEY: an API key cannot create keys. PYDEN: admins only. name: '
   'what the key is for; 1 to 100 characters. scopes: what the key may do. expires_at: when the key stops being '
   'valid; by default it does not expire.';

grant execute on function app_public.create_api_key(text, app_public.api_key_scope[], timestamptz) to parley_visitor;
--! EndIncluded accounts/create_api_key.sql
--! Included accounts/revoke_api_key.sql
create or replace function app_public.revoke_api_key(id uuid) returns app_public.api_keys as $$
declare
  v_api_key app_public.api_keys;
begin
  perform app_hidden.require_user();
  select k.* into v_api_key from app_public.api_keys k where k.id = revoke_api_key.id;
  perform app_hidden.require_scope_in(v_api_key.tenant_id, 'manage_all', 'API key');

  update app_public.api_keys k set revoked_at = coalesce(k.revoked_at, now())
  where k.id = v_api_key.id
  returning k.* into v_api_key;
  return v_api_key;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.revoke_api_key(uuid) is
  E'Ends an API key at once, with its WebSockets. Revoking a key again changes nothing. PYNFD. PYDEN: admins only. '
   'PYKEY: an API key cannot revoke keys.';

grant execute on function app_public.revoke_api_key(uuid) to parley_visitor;
--! EndIncluded accounts/revoke_api_key.sql
--! Included accounts/accept_invitation.sql
create or replace function app_hidden.accept_invitation(
  token text,
  password text,
  name text,
  user_agent text,
  lifetime interval,
  source text default 'unknown',
  totp_step int default null,
  recovery_code text default null
) returns table (
  outcome text,
  session_id uuid,
  user_id uuid,
  tenant_id uuid,
  generation int,
  expires_at timestamptz
) as $$
declare
  v_invitation app_public.invitations;
  v_user_id uuid;
begin
  select i.* into v_invitation
  from app_private.invitation_secrets x
  join app_private.valid_invitations v on v.id = x.invitation_id
  join app_public.invitations i on i.id = v.id
  where x.token_hash = app_private.token_hash(token)
  for update of i;

  if v_invitation.id is null then
    outcome := 'invalid';
    return next;
    return;
  end if;

  insert into app_public.users (email, name)
  values (v_invitation.email, coalesce(accept_invitation.name, v_invitation.name))
  on conflict do nothing
  returning users.id into v_user_id;

  if v_user_id is not null then
    perform app_private.set_password(v_user_id, password);
  else
    -- The address has an account: the token alone does not prove who the caller is, nor the password that the caller
    -- was invited. Both are required.
    v_user_id := app_private.check_password(v_invitation.email, password, source);
    outcome := case
      when v_user_id is null then 'refused'
      else app_private.check_second_factor(v_user_id, source, totp_step, recovery_code)
    end;
    if outcome <> 'passed' then
      return next;
      return;
    end if;
  end if;

  insert into app_public.memberships (tenant_id, user_id, role)
  values (v_invitation.tenant_id, v_user_id, v_invitation.role)
  on conflict do nothing;
  delete from app_public.invitations i where i.id = v_invitation.id;
  perform app_private.complete_sign_in(v_user_id, source, totp_step, recovery_code);

  if lifetime is null then
    outcome := 'joined';
    return next;
    return;
  end if;
  return query
    select 'signed_in', s.id, s.user_id, s.tenant_id, s.generation, s.expires_at
    from app_private.open_session(v_invitation.tenant_id, v_user_id, user_agent, lifetime) s;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.accept_invitation(text, text, text, text, interval, text, int, text) is
  E'Makes the invited person a member and opens a session, unless lifetime is null. If the address has no account, '
   'one is created with this password (PYPWD); otherwise the password must be the account''s, and the attempt is '
   'counted like a sign-in. The outcome is returned rather than raised: signed_in; joined (without a session); '
   'refused (wrong password, or locked); code_required and code_refused, see check_second_factor(); invalid (the '
   'token is unknown, used, expired or revoked).';

grant execute on function app_hidden.accept_invitation(text, text, text, text, interval, text, int, text)
  to parley_authenticator;
--! EndIncluded accounts/accept_invitation.sql
--! Included accounts/issue_password_reset.sql
create or replace function app_private.issue_password_reset(reset_id uuid)
returns table (token text, email text, name text, expires_at timestamptz) as $$
begin
  select u.email, u.name into email, issue_password_reset.name
  from app_private.password_resets r
  join app_public.users u on lower(u.email) = r.email
  where r.id = issue_password_reset.reset_id
  and u.is_active
  -- A link that arrives later is not expected any more.
  and r.created_at > now() - interval '1 hour';

  if found then
    token := app_private.random_token();
    update app_private.password_resets r set
      token_hash = app_private.token_hash(token),
      expires_at = now() + interval '1 hour'
    where r.id = issue_password_reset.reset_id
    returning r.expires_at into expires_at;
    return next;
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.issue_password_reset(uuid) is
  E'Makes the token of a requested password reset, valid for an hour, and returns what an e-mail says about it. The '
   'token is stored as a hash only. No row: no active user has the address, or the request is older than an hour.';
--! EndIncluded accounts/issue_password_reset.sql
--! Included accounts/start_password_reset.sql
create or replace function app_private.start_password_reset(
  email text,
  source text,
  by_mail boolean,
  out reset_id uuid,
  out token text
) as $$
begin
  insert into app_private.password_resets as r (email, source)
  values (app_private.sign_in_key(start_password_reset.email), start_password_reset.source)
  returning r.id into reset_id;

  if by_mail then
    perform graphile_worker.add_jobs(array[app_private.job(
      'mail_password_reset',
      json_build_object('passwordResetId', start_password_reset.reset_id),
      key => app_private.job_key('mail_password_reset', start_password_reset.reset_id)
    )]);
  else
    token := (select x.token from app_private.issue_password_reset(start_password_reset.reset_id) x);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.start_password_reset(text, text, boolean) is
  E'Requests a new password for the account with that address, whether or not there is one. by_mail: a job sends the '
   'link. Otherwise the token is returned; it is null if no active user has the address.';
--! EndIncluded accounts/start_password_reset.sql
--! Included accounts/request_password_reset.sql
create or replace function app_hidden.request_password_reset(email text, source text) returns void as $$
declare
  v_key text := app_private.sign_in_key(request_password_reset.email);
  v_source text := left(request_password_reset.source, 64);
begin
  -- Concurrent requests are counted one after the other. Everybody locks the address first.
  perform pg_advisory_xact_lock(hashtextextended('password reset of ' || v_key, 0));
  perform pg_advisory_xact_lock(hashtextextended('password reset from ' || v_source, 0));

  -- An address gets three e-mails in an hour, and a source may request twenty.
  if (
    select count(*) < 3 from app_private.password_resets r
    where r.email = v_key and r.created_at > now() - interval '1 hour'
  ) and (
    select count(*) < 20 from app_private.password_resets r
    where r.source = v_source and r.created_at > now() - interval '1 hour'
  ) then
    perform app_private.start_password_reset(v_key, v_source, true);
  end if;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.request_password_reset(text, text) is
  E'Requests a link for a new password by e-mail. Does the same whether or not the address has an account: only the '
   'job that sends the e-mail looks for it. Beyond three requests for an address, or twenty from a source, within an '
   'hour, nothing happens.';

grant execute on function app_hidden.request_password_reset(text, text) to parley_authenticator;
--! EndIncluded accounts/request_password_reset.sql
--! Included accounts/reset_password.sql
create or replace function app_hidden.reset_password(token text, new_password text)
returns table (outcome text, ended_sessions int) as $$
declare
  v_user_id uuid;
begin
  select u.id into v_user_id
  from app_private.password_resets r
  join app_public.users u on lower(u.email) = r.email
  where r.token_hash = app_private.token_hash(token)
  and r.expires_at > now()
  and u.is_active
  for update of r;

  if v_user_id is null then
    return query select 'invalid', 0;
  else
    return query select 'changed', app_private.set_password(v_user_id, new_password);
  end if;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.reset_password(text, text) is
  E'Sets the password of the user to whom the token was sent, and ends the user''s sessions, see set_password(). The '
   'outcome: changed; invalid (the token is unknown, used or expired, or the user is inactive or has another address '
   'now). PYPWD: the new password is too short, too long or too common; the token stays valid.';

grant execute on function app_hidden.reset_password(text, text) to parley_authenticator;
--! EndIncluded accounts/reset_password.sql
--! Included accounts/check_own_password.sql
create or replace function app_private.check_own_password(user_id uuid, password text) returns uuid as $$
  select app_private.check_password(u.email, check_own_password.password, 'session of ' || u.id)
  from app_public.users u
  where u.id = check_own_password.user_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.check_own_password(uuid, text) is
  E'check_password() for a user who is signed in. Failures are counted for the user and not for a source, so that a '
   'stolen session does not lock the user out.';
--! EndIncluded accounts/check_own_password.sql
--! Included accounts/find_totp.sql
create or replace function app_hidden.find_totp(
  email text default null,
  user_id uuid default null,
  invitation_token text default null
) returns table (owner_id uuid, secret text) as $$
  select t.user_id, t.secret
  from app_private.totp_secrets t
  where t.user_id in (
    select find_totp.user_id
    union all
    select u.id from app_public.users u where lower(u.email) = app_private.sign_in_key(find_totp.email)
    union all
    select u.id
    from app_private.invitation_secrets x
    join app_public.invitations i on i.id = x.invitation_id
    join app_public.users u on lower(u.email) = lower(i.email)
    where x.token_hash = app_private.token_hash(invitation_token)
  )
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.find_totp(text, uuid, text) is
  E'The secret for codes of an authenticator app of a user: by the address, by the id, or of an invited address. It is '
   'sealed with a key that only the program has. One of the arguments is given.';

grant execute on function app_hidden.find_totp(text, uuid, text) to parley_authenticator;
--! EndIncluded accounts/find_totp.sql
--! Included accounts/start_totp.sql
create or replace function app_hidden.start_totp(session_id uuid, user_id uuid, password text, secret text)
returns table (outcome text, email text) as $$
begin
  if app_hidden.session_role(session_id, user_id) is null then
    outcome := 'signed_out';
  elsif app_private.check_own_password(user_id, password) is null then
    outcome := 'refused';
  else
    insert into app_private.totp_secrets as t (user_id, secret) values (start_totp.user_id, start_totp.secret)
    on conflict on constraint totp_secrets_pkey do update set secret = excluded.secret
    where t.confirmed_at is null;
    outcome := case when found then 'started' else 'confirmed' end;
    email := (select u.email from app_public.users u where u.id = start_totp.user_id);
  end if;
  return next;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.start_totp(uuid, uuid, text, text) is
  E'Stores a sealed secret for codes of an authenticator app, which sign-in does not require before confirm_totp(). '
   'The outcome: started; refused (wrong password, counted like a failed sign-in); confirmed (there is one already); '
   'signed_out.';

grant execute on function app_hidden.start_totp(uuid, uuid, text, text) to parley_authenticator;
--! EndIncluded accounts/start_totp.sql
--! Included accounts/confirm_totp.sql
create or replace function app_hidden.confirm_totp(
  session_id uuid,
  user_id uuid,
  totp_step int,
  recovery_codes text[]
) returns table (outcome text, ended_sessions int) as $$
begin
  ended_sessions := 0;
  if app_hidden.session_role(session_id, user_id) is null then
    outcome := 'signed_out';
    return next;
    return;
  elsif coalesce(totp_step, -1) < 0 then
    outcome := 'code_refused';
    return next;
    return;
  end if;

  update app_private.totp_secrets t set confirmed_at = now(), last_step = confirm_totp.totp_step
  where t.user_id = confirm_totp.user_id and t.confirmed_at is null;
  if not found then
    outcome := 'not_started';
    return next;
    return;
  end if;

  insert into app_private.recovery_codes (user_id, code_hash)
  select confirm_totp.user_id, app_private.token_hash(c.code)
  from unnest(confirm_totp.recovery_codes) c (code);

  -- They were opened with the password alone.
  update app_private.sessions s set revoked_at = now()
  where s.user_id = confirm_totp.user_id and s.revoked_at is null and s.id <> confirm_totp.session_id;
  get diagnostics ended_sessions = row_count;
  outcome := 'confirmed';
  return next;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.confirm_totp(uuid, uuid, int, text[]) is
  E'From now on, sign-in requires a code of the authenticator app, or one of the recovery codes, of which only hashes '
   'are stored. Ends the other sessions of the user. totp_step is the time step whose code was given, or -1. The '
   'outcome: confirmed; code_refused; not_started (no secret waits for it); signed_out.';

grant execute on function app_hidden.confirm_totp(uuid, uuid, int, text[]) to parley_authenticator;
--! EndIncluded accounts/confirm_totp.sql
--! Included accounts/remove_totp.sql
create or replace function app_hidden.remove_totp(
  session_id uuid,
  user_id uuid,
  password text,
  totp_step int,
  recovery_code text
) returns text as $$
declare
  v_source text := 'session of ' || user_id;
  v_outcome text;
begin
  if app_hidden.session_role(session_id, user_id) is null then
    return 'signed_out';
  elsif app_private.check_own_password(user_id, password) is null then
    return 'refused';
  end if;

  v_outcome := app_private.check_second_factor(user_id, v_source, totp_step, recovery_code);
  if v_outcome <> 'passed' then
    return v_outcome;
  end if;
  delete from app_private.totp_secrets t where t.user_id = remove_totp.user_id;
  return 'removed';
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.remove_totp(uuid, uuid, text, int, text) is
  E'Removes the secret and the recovery codes of the caller, so that sign-in requires the password only. The outcome: '
   'removed (also if there was none); refused (wrong password); code_required and code_refused, see '
   'check_second_factor(); signed_out.';

grant execute on function app_hidden.remove_totp(uuid, uuid, text, int, text) to parley_authenticator;
--! EndIncluded accounts/remove_totp.sql
--! Included accounts/change_password.sql
create or replace function app_hidden.change_password(
  session_id uuid,
  user_id uuid,
  old_password text,
  new_password text
) returns table (outcome text, ended_sessions int) as $$
begin
  if app_hidden.session_role(session_id, user_id) is null then
    return query select 'signed_out', 0;
    return;
  end if;

  if app_private.check_own_password(user_id, old_password) is null then
    return query select 'refused', 0;
    return;
  end if;

  return query select 'changed', app_private.set_password(change_password.user_id, new_password, session_id);
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.change_password(uuid, uuid, text, text) is
  E'Changes the caller''s own password and ends the caller''s other sessions. The outcome is returned rather than '
   'raised, so that a wrong old password is counted like a failed sign-in: changed; refused; signed_out. PYPWD: the '
   'new password is too short, too long or too common.';

grant execute on function app_hidden.change_password(uuid, uuid, text, text) to parley_authenticator;
--! EndIncluded accounts/change_password.sql
--! Included accounts/tenants.policies.sql
-- Members see their own tenant.
drop policy if exists select_member on app_public.tenants;
create policy select_member on app_public.tenants for select to parley_visitor
  using (id = (select app_hidden.current_tenant_id()));
drop policy if exists update_owner on app_public.tenants;
create policy update_owner on app_public.tenants for update to parley_visitor
  using (id = (select app_hidden.current_tenant_id()) and (select app_hidden.current_member_role()) = 'owner');
grant select on app_public.tenants to parley_visitor;
grant update (name, media_retention, time_zone) on app_public.tenants to parley_visitor;
-- No insert, no delete: the operator creates and deletes tenants (parley tenant).
--! EndIncluded accounts/tenants.policies.sql
--! Included accounts/memberships.policies.sql
drop policy if exists tenant_isolation on app_public.memberships;
create policy tenant_isolation on app_public.memberships as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.memberships;
create policy select_member on app_public.memberships for select to parley_visitor
  using (true);
drop policy if exists update_admin on app_public.memberships;
create policy update_admin on app_public.memberships for update to parley_visitor
  using ((select app_hidden.may('manage_all')) and role <= (select app_hidden.current_member_role()));
drop policy if exists delete_admin on app_public.memberships;
create policy delete_admin on app_public.memberships for delete to parley_visitor
  using ((select app_hidden.may('manage_all')) and role <= (select app_hidden.current_member_role()));
grant select, delete on app_public.memberships to parley_visitor;
grant update (role, is_active, is_available) on app_public.memberships to parley_visitor;
-- No insert: a user becomes a member by accepting an invitation.
--! EndIncluded accounts/memberships.policies.sql
--! Included accounts/invitations.policies.sql
-- For admins, up to their own role.
drop policy if exists tenant_isolation on app_public.invitations;
create policy tenant_isolation on app_public.invitations as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_admin on app_public.invitations;
create policy select_admin on app_public.invitations for select to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.invitations;
create policy delete_admin on app_public.invitations for delete to parley_visitor
  using ((select app_hidden.may('manage_all')) and role <= (select app_hidden.current_member_role()));
grant select, delete on app_public.invitations to parley_visitor;
-- No insert, no update: invite_user() makes the token.
--! EndIncluded accounts/invitations.policies.sql
--! Included accounts/api_keys.policies.sql
-- For admins; an API key sees itself.
drop policy if exists tenant_isolation on app_public.api_keys;
create policy tenant_isolation on app_public.api_keys as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_admin on app_public.api_keys;
create policy select_admin on app_public.api_keys for select to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists select_self on app_public.api_keys;
create policy select_self on app_public.api_keys for select to parley_visitor
  using (id = (select (app_hidden.current_api_key()).id));
grant select on app_public.api_keys to parley_visitor;
-- Nothing else: create_api_key() makes the secret, and revoke_api_key() keeps the row for the audit.
--! EndIncluded accounts/api_keys.policies.sql
--! Included accounts/users.policies.sql
-- Members of a tenant see each other.
drop policy if exists select_colleague on app_public.users;
create policy select_colleague on app_public.users for select to parley_visitor
  using (id in (
    select m.user_id from app_public.memberships m
    where m.tenant_id = (select app_hidden.current_tenant_id())
  ));
drop policy if exists update_self on app_public.users;
create policy update_self on app_public.users for update to parley_visitor
  using (id = (select (app_hidden.current_membership()).user_id));
grant select on app_public.users to parley_visitor;
grant update (name, avatar_url) on app_public.users to parley_visitor;
-- No update of email or is_active: a user may be a member of other tenants. Admins deactivate the membership instead.
--! EndIncluded accounts/users.policies.sql
--! Included accounts/audit_entries.policies.sql
-- For admins and owners.
drop policy if exists tenant_isolation on app_public.audit_entries;
create policy tenant_isolation on app_public.audit_entries as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_admin on app_public.audit_entries;
create policy select_admin on app_public.audit_entries for select to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select on app_public.audit_entries to parley_visitor;
-- Nothing else: entries never change.
--! EndIncluded accounts/audit_entries.policies.sql

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

--! Included channels/media_limit_problem.sql
create or replace function app_hidden.media_limit_problem(
  kind app_public.channel_kind,
  message_type app_public.message_type,
  mime_type text,
  size bigint
) returns text as $$
declare
  v_limit app_public.media_limits;
  v_mime_type text := lower(btrim(split_part(mime_type, ';', 1)));
begin
  select l.* into v_limit
  from app_public.media_limits l
  where l.kind = media_limit_problem.kind and l.message_type = media_limit_problem.message_type;

  return case
    when v_limit.kind is null then format('messages of type %s have no file', message_type)
    when v_mime_type <> all (v_limit.mime_types)
    then format(
      'the file of type %s must be %s, not %s',
      message_type, array_to_string(v_limit.mime_types, ' or '), v_mime_type
    )
    when size > v_limit.max_size
    then format('the file of type %s must be at most %s', message_type, pg_size_pretty(v_limit.max_size::bigint))
  end;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.media_limit_problem(app_public.channel_kind, app_public.message_type, text, bigint) is
  E'Why a file cannot be sent as a message of this type on this kind of channel, or null. media_limits has the limits.';

grant execute on function app_hidden.media_limit_problem(
  app_public.channel_kind, app_public.message_type, text, bigint
) to parley_visitor;
--! EndIncluded channels/media_limit_problem.sql
--! Included channels/reply_window_of.sql
create or replace function app_private.reply_window_of(channel_id uuid) returns setof interval as $$
  select k.reply_window
  from app_public.channels ch
  join app_public.channel_kinds k on k.kind = ch.kind
  where ch.id = reply_window_of.channel_id
$$ language sql stable rows 1;
-- A set, and no pinned search_path, so that it can be inlined.

comment on function app_private.reply_window_of(uuid) is
  E'How long after a customer''s message or call messages other than templates may be sent on a channel. Null: at any '
   'time.';
--! EndIncluded channels/reply_window_of.sql
--! Included channels/tg_channels__refuse_incomplete.sql
create or replace function app_private.tg_channels__refuse_incomplete() returns trigger as $$
begin
  if not exists (select from app_public.whatsapp_channels w where w.channel_id = NEW.id) then
    raise exception 'A channel of kind whatsapp_cloud must have a row in whatsapp_channels'
      using errcode = 'PYCON', hint = 'Insert both in one statement: app_private.add_whatsapp_channel().';
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_channels__refuse_incomplete() is
  E'Refuses (PYCON) a channel of kind whatsapp_cloud without its row in whatsapp_channels. It looks at the end of the '
   'statement, which therefore inserts both.';
--! EndIncluded channels/tg_channels__refuse_incomplete.sql
--! Included channels/tg_whatsapp_channels__notify.sql
create or replace function app_private.tg_whatsapp_channels__notify() returns trigger as $$
begin
  perform app_private.notify_change(r.tenant_id, 'channels', array_agg(r.channel_id))
  from changed_rows r
  group by r.tenant_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_whatsapp_channels__notify() is
  E'Notifies GraphQL subscriptions of channels whose name, quality or limit Meta has changed, once per statement.';
--! EndIncluded channels/tg_whatsapp_channels__notify.sql
--! Included channels/tg_whatsapp_channels__refuse_removal.sql
create or replace function app_private.tg_whatsapp_channels__refuse_removal() returns trigger as $$
begin
  if exists (select from app_public.channels c where c.id = OLD.channel_id) then
    raise exception 'A row of whatsapp_channels is deleted with its channel' using errcode = 'PYCON';
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_whatsapp_channels__refuse_removal() is
  E'Refuses (PYCON) to leave a channel of kind whatsapp_cloud without its row in whatsapp_channels.';
--! EndIncluded channels/tg_whatsapp_channels__refuse_removal.sql
--! Included channels/tg_channels__insert_secrets.sql
create or replace function app_private.tg_channels__insert_secrets() returns trigger as $$
begin
  insert into app_private.channel_secrets (channel_id) values (NEW.id);
  insert into app_private.channel_states (channel_id) values (NEW.id);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_channels__insert_secrets() is
  E'Guarantees that each channel has a row of secrets and a row of state.';
--! EndIncluded channels/tg_channels__insert_secrets.sql
--! Included channels/tg_channels__choose_default.sql
create or replace function app_private.tg_channels__choose_default() returns trigger as $$
begin
  if TG_OP = 'UPDATE' and (OLD.is_default or not NEW.is_default) then
    return NEW;
  end if;

  -- Concurrent changes wait for each other, because the second must see the default that the first has chosen.
  perform from app_public.tenants t where t.id = NEW.tenant_id for no key update;
  if NEW.is_default then
    update app_public.channels c set is_default = false
    where c.tenant_id = NEW.tenant_id and c.is_default and c.id <> NEW.id;
  else
    NEW.is_default := not exists (
      select from app_public.channels c where c.tenant_id = NEW.tenant_id and c.is_default
    );
  end if;
  return NEW;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_channels__choose_default() is
  E'Makes a tenant''s first channel its default, and removes the flag from the previous default when another channel '
   'gets it.';
--! EndIncluded channels/tg_channels__choose_default.sql
--! Included channels/tg_channels__wake_sender.sql
create or replace function app_private.tg_channels__wake_sender() returns trigger as $$
begin
  perform app_private.wake('send_messages');
  perform graphile_worker.add_jobs(
    array[app_private.job('upload_media', json_build_object('channelId', NEW.id))]
  )
  where exists (select from app_private.media_uploads u where u.channel_id = NEW.id);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_channels__wake_sender() is
  E'Wakes the sender when a channel becomes active again, because its messages have waited, and continues the uploads '
   'of their files.';
--! EndIncluded channels/tg_channels__wake_sender.sql
--! Included channels/tg_channels__keep_webhook_address.sql
create or replace function app_private.tg_channels__keep_webhook_address() returns trigger as $$
declare
  v_address uuid := case TG_OP when 'DELETE' then OLD.id else OLD.webhook_key end;
  v_key uuid := case TG_OP when 'DELETE' then OLD.webhook_key else NEW.webhook_key end;
begin
  if v_address is null or v_address = v_key
    or not exists (select from app_public.channels c where c.webhook_key = v_key)
    -- The address stays with the app as long as it has other channels.
    or TG_OP = 'UPDATE' and exists (select from app_public.channels c where c.webhook_key = v_address)
  then
    return null;
  end if;

  insert into app_private.webhook_addresses (address, webhook_key) values (v_address, v_key)
  on conflict (address) do update set webhook_key = EXCLUDED.webhook_key;
  update app_private.webhook_addresses a set webhook_key = v_key where a.webhook_key = v_address;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_channels__keep_webhook_address() is
  E'Keeps the callback address entered at Meta working. The address belongs to the Meta app: it survives the deletion '
   'of its channel as long as the app has channels, and follows the last of them to the key of another app.';
--! EndIncluded channels/tg_channels__keep_webhook_address.sql
--! Included channels/stop_channel.sql
create or replace function app_private.record_stop(channel_id uuid, reason text, reported_at timestamptz)
returns void as $$
  with stopped as (
    update app_public.channels c set status = 'stopped', status_reason = reason
    from app_public.channels before
    where c.id = record_stop.channel_id and before.id = c.id
    returning c.id, before.status, before.status_reason
  )
  update app_private.channel_states s set
    account_state_at = greatest(s.account_state_at, reported_at),
    -- If the channel is stopped already, the values from before the first stop are kept.
    status_before_stop = case when x.status = 'stopped' then s.status_before_stop else x.status end,
    status_reason_before_stop = case when x.status = 'stopped' then s.status_reason_before_stop else x.status_reason end
  from stopped x
  where s.channel_id = x.id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.record_stop(uuid, text, timestamptz) is
  E'Stops a channel whose account or token the provider refuses: its messages wait until the provider reinstates it '
   'or a user sets the channel to active again. The status before is kept for reinstate_channel().';

create or replace function app_private.stop_channel(channel_id uuid, reason text) returns void as $$
  -- Not a channel that a user has paused since the message was sent.
  select app_private.record_stop(c.id, reason, now())
  from app_public.channels c
  where c.id = stop_channel.channel_id and c.status = 'active'
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.stop_channel(uuid, text) is
  E'Stops an active channel now, because the provider refused the account or its token in a response.';

create or replace function app_private.reinstate_channel(channel_id uuid, reported_at timestamptz) returns void as $$
begin
  -- Only a stopped channel, and it gets the status that a user had set before.
  update app_public.channels c set
    status = coalesce(s.status_before_stop, 'active'), status_reason = s.status_reason_before_stop
  from app_private.channel_states s
  where c.id = reinstate_channel.channel_id and s.channel_id = c.id and c.status = 'stopped';
  update app_private.channel_states s set
    account_state_at = greatest(s.account_state_at, reported_at),
    status_before_stop = null,
    status_reason_before_stop = null
  where s.channel_id = reinstate_channel.channel_id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reinstate_channel(uuid, timestamptz) is
  E'Ends a stop, because the provider has reinstated the account: the channel is active, or paused if a user had '
   'paused it.';
--! EndIncluded channels/stop_channel.sql
--! Included channels/set_channel_secrets.sql
create or replace function app_private.set_channel_secrets(
  channel_id uuid, secrets jsonb, ends_previous_secret boolean default false
) returns void as $$
declare
  v_fingerprint text := secrets ->> 'app_secret_fingerprint';
  v_number text;
begin
  if v_fingerprint is not null then
    select w.phone_number_id into v_number
    from app_public.whatsapp_channels w
    where w.channel_id = set_channel_secrets.channel_id;
    -- Two callers that connect one number at the same time wait for each other: the second must see the first.
    perform pg_advisory_xact_lock(hashtextextended('number ' || v_number, 0));
    -- This error reveals that the other channel exists, but only to a caller with the app's secret, who could sign its
    -- webhooks anyway.
    if exists (
      select from app_public.whatsapp_channels w
      join app_private.channel_secrets s on s.channel_id = w.channel_id
      where w.phone_number_id = v_number and w.channel_id <> set_channel_secrets.channel_id
      -- The previous secret as well: during a rotation, Meta still signs with it.
      and v_fingerprint in (s.app_secret_fingerprint, s.previous_app_secret_fingerprint)
    ) then
      raise exception 'The number is already connected with this Meta app: remove the channel that has it first'
        using errcode = 'PYNUM';
    end if;

    update app_public.channels c set webhook_key = coalesce(
      (
        select o.webhook_key
        from app_private.channel_secrets s
        join app_public.channels o on o.id = s.channel_id
        where s.app_secret_fingerprint = v_fingerprint and o.id <> c.id
        order by o.created_at, o.id
        limit 1
      ),
      c.webhook_key,
      left(encode(sha256(convert_to(v_fingerprint, 'UTF8')), 'hex'), 32)::uuid
    )
    where c.id = set_channel_secrets.channel_id;
  end if;

  update app_private.channel_secrets s set
    access_token = coalesce(secrets ->> 'access_token', s.access_token),
    previous_app_secret = case
      when ends_previous_secret then null
      when secrets ? 'app_secret' then s.app_secret
      else s.previous_app_secret
    end,
    previous_app_secret_fingerprint = case
      when ends_previous_secret then null
      when secrets ? 'app_secret' then s.app_secret_fingerprint
      else s.previous_app_secret_fingerprint
    end,
    app_secret = coalesce(secrets ->> 'app_secret', s.app_secret),
    app_secret_fingerprint = coalesce(v_fingerprint, s.app_secret_fingerprint),
    verify_token = coalesce(secrets ->> 'verify_token', s.verify_token)
  where s.channel_id = set_channel_secrets.channel_id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.set_channel_secrets(uuid, jsonb, boolean) is
  E'Replaces the given envelopes: access_token, app_secret with app_secret_fingerprint, verify_token. The previous '
   'app secret stays valid until the next rotation, or becomes invalid now if ends_previous_secret is true. The '
   'channel takes the webhook key of the channels with the same app secret; otherwise it keeps its own. PYNUM: '
   'another channel has the same number and app secret, or had them before its last rotation.';

create or replace function app_hidden.set_channel_secrets(
  channel_id uuid, secrets jsonb, ends_previous_secret boolean default false
) returns app_public.channels as $$
declare
  v_channel app_public.channels;
begin
  select c.* into v_channel
  from app_public.channels c
  where c.id = set_channel_secrets.channel_id;
  perform app_hidden.require_scope_in(v_channel.tenant_id, 'manage_all', 'channel');

  perform app_private.set_channel_secrets(v_channel.id, secrets, ends_previous_secret);
  return v_channel;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.set_channel_secrets(uuid, jsonb, boolean) is
  E'The database part of the rotateChannelSecrets mutation: stores envelopes sealed by the program. PYNFD, PYDEN, '
   'PYNUM.';

grant execute on function app_hidden.set_channel_secrets(uuid, jsonb, boolean) to parley_visitor;
--! EndIncluded channels/set_channel_secrets.sql
--! Included channels/add_whatsapp_channel.sql
create or replace function app_private.add_whatsapp_channel(tenant_id uuid, channel jsonb) returns uuid as $$
  with added as (
    insert into app_public.channels as c (id, tenant_id, name)
    select
      coalesce((channel ->> 'id')::uuid, app_hidden.uuid_v7()),
      add_whatsapp_channel.tenant_id,
      coalesce(channel ->> 'name', channel ->> 'display_phone_number')
    returning c.id, c.tenant_id
  )
  insert into app_public.whatsapp_channels
    (channel_id, tenant_id, phone_number_id, business_account_id, display_phone_number, graph_url)
  select
    a.id,
    a.tenant_id,
    channel ->> 'phone_number_id',
    channel ->> 'business_account_id',
    channel ->> 'display_phone_number',
    channel ->> 'graph_url'
  from added a
  returning channel_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.add_whatsapp_channel(uuid, jsonb) is
  E'Connects a number: {"id"?, "name"?, "phone_number_id", "business_account_id", "display_phone_number"?, '
   '"graph_url"?}. The name defaults to the number. Returns the id of the channel, which has no secrets yet.';
--! EndIncluded channels/add_whatsapp_channel.sql
--! Included channels/create_channel.sql
create or replace function app_hidden.create_channel(channel jsonb, secrets jsonb) returns app_public.channels as $$
  -- No graph_url: the access token is sent to it, so only the operator may set it.
  select app_hidden.set_channel_secrets(
    app_private.add_whatsapp_channel(app_hidden.require_scope('manage_all'), channel - 'graph_url'), secrets
  )
$$ language sql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.create_channel(jsonb, jsonb) is
  E'The database part of the createChannel mutation. The program chooses the id, because the envelopes in secrets are '
   'sealed for that row. PYDEN: admins only.';

grant execute on function app_hidden.create_channel(jsonb, jsonb) to parley_visitor;
--! EndIncluded channels/create_channel.sql
--! Included channels/media_limits.policies.sql
drop policy if exists select_member on app_public.media_limits;
create policy select_member on app_public.media_limits for select to parley_visitor
  using ((select app_hidden.may('read')));
grant select on app_public.media_limits to parley_visitor;
-- Nothing else: migrations write the limits of a kind, as they do its capabilities.
--! EndIncluded channels/media_limits.policies.sql
--! Included channels/channel_kinds.policies.sql
drop policy if exists select_member on app_public.channel_kinds;
create policy select_member on app_public.channel_kinds for select to parley_visitor
  using ((select app_hidden.may('read')));
grant select on app_public.channel_kinds to parley_visitor;
-- Nothing else: migrations write the capabilities of a kind, together with its adapter.
--! EndIncluded channels/channel_kinds.policies.sql
--! Included channels/whatsapp_channels.policies.sql
drop policy if exists tenant_isolation on app_public.whatsapp_channels;
create policy tenant_isolation on app_public.whatsapp_channels as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.whatsapp_channels;
create policy select_member on app_public.whatsapp_channels for select to parley_visitor
  using (true);
drop policy if exists update_admin on app_public.whatsapp_channels;
create policy update_admin on app_public.whatsapp_channels for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select on app_public.whatsapp_channels to parley_visitor;
grant update (display_phone_number) on app_public.whatsapp_channels to parley_visitor;
-- No insert and no delete: the row is inserted and deleted with its channel.
-- No update of graph_url: the access token is sent to it, so only the operator may set it.
--! EndIncluded channels/whatsapp_channels.policies.sql
--! Included channels/channels.policies.sql
drop policy if exists tenant_isolation on app_public.channels;
create policy tenant_isolation on app_public.channels as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.channels;
create policy select_member on app_public.channels for select to parley_visitor
  using (true);
drop policy if exists update_admin on app_public.channels;
create policy update_admin on app_public.channels for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.channels;
create policy delete_admin on app_public.channels for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.channels to parley_visitor;
grant update (
  name, status, status_reason, is_default, sends_read_receipts, uncertain_policy, messages_per_second, media_limit
) on app_public.channels to parley_visitor;
-- No insert: the createChannel mutation seals the secrets first and stores them with the channel.
--! EndIncluded channels/channels.policies.sql

--! split: 0300-contacts.sql
--! Included contacts/calling_code.sql
create or replace function app_hidden.calling_code_pattern() returns text as $$
  select
    '1|7|2[07]|2[1-689][0-9]|3[0-469]|3[578][0-9]|4[013-9]|42[0-9]|5[1-8]|5[09][0-9]|6[0-6]|6[7-9][0-9]|'
    '8[1246]|8[0578][0-9]|9[0-58]|9[679][0-9]'
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.calling_code_pattern() is
  E'A regular expression of the calling codes of countries, without "+".';

grant execute on function app_hidden.calling_code_pattern() to parley_visitor;
--! EndIncluded contacts/calling_code.sql
--! Included contacts/normalize_phone.sql
create or replace function app_hidden.normalize_phone(phone text) returns text as $$
  -- The same as readPhone in src/chatbot/question/read_phone.ts: tests/cases/phone_numbers.json is run against both.
  select '+' || regexp_replace(
    regexp_replace(first.number, '^(\+?00|\+)', ''),
    -- The 0 of "+44 (0)20" is dialled inside the country only. Where national numbers themselves begin with 0 (Italy,
    -- San Marino, Vatican, Ivory Coast, Burkina Faso, Benin, Gabon, Congo, Ascension, Rwanda) it belongs to the number.
    '^(?!39|37[89]|22[569]|24[127]|250)(' || app_hidden.calling_code_pattern() || ')0',
    '\1'
  )
  from (
    select regexp_replace(
      regexp_replace(lower(app_hidden.clean_pasted(phone)), '^(tel|sms|callto|whatsapp): ?(//)?', ''),
      '[] ().[-]', '', 'g'
    ) as signs
  ) written
  -- In "+49 171/1234567" the slash is no more than a space.
  cross join lateral (
    select regexp_replace(written.signs, '^(\+?[0-9]{1,8})/(?!00)([0-9]{4})', '\1\2') as signs
  ) joined
  -- In "+49 30 1234567/68" and "+44 20 7946 0001 ext. 3" the number is complete before it.
  cross join lateral (
    select regexp_replace(
      joined.signs, '^(\+?[0-9]{8,})([/,;#x]|[,;]?ext(n|ension)?[:=]?)[0-9+/,;]*$', '\1'
    ) as number
  ) first
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.normalize_phone(text) is
  E'"+" and digits from the usual spellings of an international number: +49 (171) 234-567, 0049171234567, '
   '49171234567, tel:+49-171-234567, +44 (0)20 7946 0001. Of several numbers, the first without its extension. No '
   'country code is guessed for a national number (one leading 0), which is then refused.';

grant execute on function app_hidden.normalize_phone(text) to parley_visitor;
--! EndIncluded contacts/normalize_phone.sql
--! Included search/contact_words.sql
create or replace function app_hidden.contact_words(
  tenant_id uuid, name text, profile_name text, username text, email text, external_ref text, phone text
) returns tsvector as $$
declare
  v_key text := app_hidden.search_key(tenant_id);
  v_words text := coalesce(
    app_hidden.search_words(concat_ws(' ', name, profile_name, username, email, external_ref)), ''
  );
  v_digits text := substr(phone, 2);
begin
  return array_to_tsvector(array_remove(
    string_to_array(v_key || replace(v_words, ' ', ' ' || v_key), ' ')
      -- Backwards, to be found by its end.
      || array[v_key || v_digits, v_key || '~' || reverse(v_digits)],
    null
  ));
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.contact_words(uuid, text, text, text, text, text, text) is
  E'The words that a contact is found by, each after the search_key() of the tenant, and its phone number, forwards '
   'and backwards.';

grant execute on function app_hidden.contact_words(uuid, text, text, text, text, text, text) to parley_visitor;


create or replace function app_hidden.contact_query(tenant_id uuid, query text) returns tsquery as $$
declare
  v_key text := app_hidden.search_key(tenant_id);
  v_typed text := app_hidden.fold(query);
  v_terms text[] := app_hidden.search_terms(query);
begin
  -- A number in groups of digits is one word.
  if v_typed ~ '^[-+0-9 ()./]*[0-9][-+0-9 ()./]*$' then
    v_terms := array[regexp_replace(regexp_replace(v_typed, '[^0-9]', '', 'g'), '^00', '') || ':*'];
  end if;
  return (
    select string_agg(
      case
        when t.digits is null then v_key || t.term
        -- The end of a phone number, without the 0 of a national one.
        else format('(%1$s%2$s:* | %1$s~%3$s:*)', v_key, t.digits, reverse(ltrim(t.digits, '0')))
      end,
      ' & '
    )::tsquery
    from (select u.term, substring(u.term from '^([0-9]{4,}):\*$') as digits from unnest(v_terms) u (term)) t
  );
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.contact_query(uuid, text) is
  E'What people type to find a contact, as a query of contact_words(). Four or more digits are also found at the end '
   'of a phone number. Null if there is nothing to find. PYREQ: more than 200 characters or 32 words.';

grant execute on function app_hidden.contact_query(uuid, text) to parley_visitor;
--! EndIncluded search/contact_words.sql
--! Included contacts/identity_match_key.sql
create or replace function app_hidden.identity_match_key(kind app_public.identity_kind, value text) returns text as $$
  select case
    when kind <> 'phone'::app_public.identity_kind then value
    -- Brazilian mobiles with or without the ninth digit, Mexican ones with or
    -- without 1, Argentinian ones with or without 9 are the same line; WhatsApp
    -- uses either spelling.
    when value ~ '^\+55[1-9]{2}9[6-9][0-9]{7}$' then overlay(value placing '' from 6 for 1)
    when value ~ '^\+521[0-9]{10}$' then '+52' || substr(value, 5)
    when value ~ '^\+549[0-9]{10}$' then '+54' || substr(value, 5)
    else value
  end
$$ language sql immutable parallel safe;
-- No pinned search_path, so that it can be inlined: every lookup of a customer uses it.

comment on function app_hidden.identity_match_key(app_public.identity_kind, text) is
  E'A key that is the same for all spellings of an address. Used for comparison only, never for sending.';

grant execute on function app_hidden.identity_match_key(app_public.identity_kind, text) to parley_visitor;
--! EndIncluded contacts/identity_match_key.sql

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

--! Included contacts/tg_contacts__normalize.sql
create or replace function app_private.tg_contacts__normalize() returns trigger as $$
begin
  NEW.email := app_hidden.normalize_email(NEW.email);
  -- A number in the provider's spelling is not changed.
  if NEW.phone !~ '^\+[1-9][0-9]{4,19}$' then
    NEW.phone := app_hidden.normalize_phone(NEW.phone);
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_contacts__normalize() is
  E'Brings the phone number and the e-mail address into the form in which they are stored and compared.';
--! EndIncluded contacts/tg_contacts__normalize.sql
--! Included contacts/tg_contacts__refuse_invalid_phone.sql
create or replace function app_private.tg_contacts__refuse_invalid_phone() returns trigger as $$
begin
  raise exception '`phone` must be an international phone number with the country code, like +4915112345678'
    using errcode = 'PYPHN', column = 'phone';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_contacts__refuse_invalid_phone() is
  E'Refuses (PYPHN) a phone number that is not international even in its normalized form.';
--! EndIncluded contacts/tg_contacts__refuse_invalid_phone.sql
--! Included contacts/tg__fill_in_tenant_of_contact.sql
create or replace function app_private.tg__fill_in_tenant_of_contact() returns trigger as $$
begin
  -- Under the caller's own policies: a contact of another tenant is not found.
  NEW.tenant_id := (select c.tenant_id from app_public.contacts c where c.id = NEW.contact_id);
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg__fill_in_tenant_of_contact() is
  E'Sets the tenant of a tag or a group of a contact to that of the contact.';
--! EndIncluded contacts/tg__fill_in_tenant_of_contact.sql
--! Included contacts/tg_contact_tags__notify.sql
create or replace function app_private.tg_contact_tags__notify() returns trigger as $$
begin
  perform app_private.notify_change(r.tenant_id, 'contacts', array_agg(distinct r.contact_id))
  from changed_rows r
  -- Deleting a tag takes it from all contacts that have it; that it is gone is enough to know.
  where exists (select from app_public.tags t where t.id = r.tag_id)
  group by r.tenant_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_contact_tags__notify() is
  E'Notifies GraphQL subscriptions of contacts that were tagged or untagged, once per statement.';
--! EndIncluded contacts/tg_contact_tags__notify.sql
--! Included contacts/tg_contacts__claim_phone.sql
create or replace function app_private.tg_contacts__claim_phone() returns trigger as $$
begin
  if TG_OP = 'UPDATE' and OLD.phone is not null then
    -- A retired number stays with the contact. A number that staff correct was wrong, so its identity is deleted.
    delete from app_public.contact_identities i
    where i.tenant_id = OLD.tenant_id
    and i.kind = 'phone'
    and i.match_key = app_hidden.identity_match_key('phone', OLD.phone)
    and i.contact_id = OLD.id
    and i.retired_at is null;
  end if;

  -- If the program sets the phone, it has stored the identity before.
  if NEW.phone is null or exists (
    select from app_public.contact_identities i
    where i.tenant_id = NEW.tenant_id
    and i.kind = 'phone'
    and i.match_key = app_hidden.identity_match_key('phone', NEW.phone)
    and i.contact_id = NEW.id
    and i.value = NEW.phone
    and i.retired_at is null
  ) then
    return null;
  end if;

  -- After a correction by staff, messages go to the new number, so it must be the first address.
  insert into app_public.contact_identities as i (tenant_id, kind, value, contact_id, last_heard_at)
  values (NEW.tenant_id, 'phone', NEW.phone, NEW.id, case when TG_OP = 'UPDATE' then now() end)
  on conflict on constraint contact_identities_pkey do update set
    value = excluded.value,
    contact_id = excluded.contact_id,
    last_heard_at = case when i.retired_at is null then i.last_heard_at else excluded.last_heard_at end,
    retired_at = null
  where i.contact_id = excluded.contact_id or i.retired_at is not null;

  if not found then
    raise exception 'Another contact already has this phone number'
      using errcode = 'PYDUP', column = 'phone', hint = 'Merge the two contacts, or correct the number.';
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_contacts__claim_phone() is
  E'Makes a contact''s phone number one of its identities. PYDUP: another contact has the number and has not given it '
   'up.';
--! EndIncluded contacts/tg_contacts__claim_phone.sql
--! Included contacts/tg_contacts__record_erasure.sql
create or replace function app_private.address_hash(tenant_id uuid, kind app_public.identity_kind, match_key text)
returns bytea as $$
  select app_private.hmac(convert_to($2::text || ' ' || $3, 'UTF8'), k.key, 'sha256')
  from app_private.erasure_keys k
  where k.tenant_id = $1
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.address_hash(uuid, app_public.identity_kind, text) is
  E'The keyed hash that is kept of an erased address. Null in a tenant that has never erased a contact.';


create or replace function app_private.tg_contacts__record_erasure() returns trigger as $$
begin
  -- A merged contact has no addresses, and the deletion of a tenant deletes everything.
  if not exists (select from app_public.contact_identities i where i.contact_id = OLD.id)
    or not exists (select from app_public.tenants t where t.id = OLD.tenant_id)
  then
    return OLD;
  end if;

  insert into app_private.erasure_keys (tenant_id) values (OLD.tenant_id) on conflict do nothing;
  insert into app_private.erased_addresses (tenant_id, address_hash, erased_at)
  select i.tenant_id, app_private.address_hash(i.tenant_id, i.kind, i.match_key), clock_timestamp()
  from app_public.contact_identities i
  where i.contact_id = OLD.id
  order by 2
  on conflict on constraint erased_addresses_pkey do update set erased_at = excluded.erased_at;

  -- The provider redelivers webhooks for up to seven days.
  insert into app_private.erased_messages (hash, tenant_id)
  select p.hash, OLD.tenant_id
  from app_public.conversations v
  join app_public.messages m on m.conversation_id = v.id and m.id >= app_hidden.uuid_v7_floor(now() - interval '8 days')
  join app_private.provider_ids p on p.message_id = m.id
  where v.contact_id = OLD.id
  on conflict do nothing;
  return OLD;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_contacts__record_erasure() is
  E'Keeps a keyed hash of each address of a deleted contact and of the ids of its latest messages, so that earlier '
   'webhooks and redeliveries do not create the contact again.';
--! EndIncluded contacts/tg_contacts__record_erasure.sql
--! Included contacts/is_newer_fact.sql
create or replace function app_private.is_newer_fact(
  contact_id uuid,
  fact text,
  value text,
  reported_at timestamptz,
  received_at timestamptz
) returns boolean as $$
  select not exists (
    select from app_private.contact_facts f
    where f.contact_id = $1 and f.fact = $2
    -- The provider's times are whole seconds. Within one second, the report that arrived last is the newer one.
    and (f.reported_at, case when f.value = $3 then 'infinity' else f.received_at end) >= ($4, $5)
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.is_newer_fact(uuid, text, text, timestamptz, timestamptz) is
  E'Whether a report on a contact is newer than the last one on the same fact. A redelivered report is not.';
--! EndIncluded contacts/is_newer_fact.sql
--! Included contacts/set_marketing_preference.sql
create or replace function app_private.set_marketing_preference(
  contact_id uuid,
  allows_marketing boolean,
  reported_at timestamptz,
  received_at timestamptz
) returns void as $$
declare
  v_value text := case when allows_marketing then 'resume' else 'stop' end;
  v_opted_out_at timestamptz;
begin
  select c.marketing_opted_out_at into v_opted_out_at
  from app_public.contacts c
  where c.id = $1
  for no key update;
  -- Staff may have recorded a later opt-out.
  if not app_private.is_newer_fact($1, 'marketing', v_value, reported_at, received_at)
    or allows_marketing and v_opted_out_at > reported_at
  then
    return;
  end if;

  update app_public.contacts c set
    marketing_opted_out_at = case when not allows_marketing then coalesce(c.marketing_opted_out_at, reported_at) end
  where c.id = $1;
  insert into app_private.contact_facts as f (tenant_id, contact_id, fact, value, reported_at, received_at)
  select c.tenant_id, c.id, 'marketing', v_value, reported_at, received_at
  from app_public.contacts c
  where c.id = $1
  on conflict on constraint contact_facts_pkey do update set
    value = excluded.value, reported_at = excluded.reported_at, received_at = excluded.received_at;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.set_marketing_preference(uuid, boolean, timestamptz, timestamptz) is
  E'Records that the customer stopped or resumed marketing messages at reported_at, as a webhook that was received at '
   'received_at reported. An older report changes nothing.';
--! EndIncluded contacts/set_marketing_preference.sql
--! Included contacts/merge_contacts.sql
create or replace function app_private.merge_contacts(kept_id uuid, merged_id uuid) returns void as $$
declare
  v_kept app_public.contacts;
  v_merged app_public.contacts;
  v_is_merged_newer boolean;
  v_pair record;
begin
  -- Contacts before conversations: docs/architecture.md, "Locks".
  perform from app_public.contacts c where c.id in (kept_id, merged_id) order by c.id for update;
  select c.* into v_kept from app_public.contacts c where c.id = kept_id;
  select c.* into v_merged from app_public.contacts c where c.id = merged_id;
  if v_kept.id is null or v_merged.id is null or v_kept.id = v_merged.id or v_kept.tenant_id <> v_merged.tenant_id then
    return;
  end if;
  v_is_merged_newer := app_private.contact_last_heard_at(merged_id) > app_private.contact_last_heard_at(kept_id);

  perform from app_public.conversations c
  where c.tenant_id = v_kept.tenant_id and c.contact_id in (kept_id, merged_id)
  order by c.id for update;

  -- If both have a conversation on the same channel, its messages move into that of the kept contact.
  for v_pair in
    select m.id as merged_id, k.id as kept_id, m as merged
    from app_public.conversations m
    join app_public.conversations k
      on k.tenant_id = m.tenant_id and k.channel_id = m.channel_id and k.contact_id = v_kept.id
    where m.tenant_id = v_merged.tenant_id and m.contact_id = v_merged.id
  loop
    perform app_private.move_messages(v_kept.tenant_id, v_pair.merged_id, v_pair.kept_id);
    delete from app_public.conversations c where c.id = v_pair.merged_id;
    perform app_private.notify_change(v_kept.tenant_id, 'conversations', array[v_pair.kept_id]);
  end loop;

  update app_public.conversations c set contact_id = v_kept.id
  where c.tenant_id = v_merged.tenant_id and c.contact_id = v_merged.id;

  update app_public.contact_identities i set contact_id = v_kept.id
  where i.tenant_id = v_merged.tenant_id and i.contact_id = v_merged.id;

  insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
  select t.tenant_id, v_kept.id, t.tag_id
  from app_public.contact_tags t
  where t.tenant_id = v_merged.tenant_id and t.contact_id = v_merged.id
  on conflict do nothing;

  insert into app_public.group_contacts (tenant_id, group_id, contact_id)
  select g.tenant_id, g.group_id, v_kept.id
  from app_public.group_contacts g
  where g.tenant_id = v_merged.tenant_id and g.contact_id = v_merged.id
  on conflict do nothing;

  insert into app_private.contact_facts as f (tenant_id, contact_id, fact, value, reported_at, received_at)
  select m.tenant_id, v_kept.id, m.fact, m.value, m.reported_at, m.received_at
  from app_private.contact_facts m
  where m.tenant_id = v_merged.tenant_id and m.contact_id = v_merged.id
  on conflict on constraint contact_facts_pkey do update set
    value = excluded.value, reported_at = excluded.reported_at, received_at = excluded.received_at
  where (excluded.reported_at, excluded.received_at) > (f.reported_at, f.received_at);

  delete from app_public.contacts c where c.id = v_merged.id;

  update app_public.contacts c set
    name = coalesce(c.name, v_merged.name),
    phone = coalesce(c.phone, v_merged.phone),
    email = coalesce(c.email, v_merged.email),
    -- The names of the contact that wrote last.
    profile_name = case
      when v_is_merged_newer then coalesce(v_merged.profile_name, c.profile_name)
      else coalesce(c.profile_name, v_merged.profile_name)
    end,
    username = case
      when v_is_merged_newer then coalesce(v_merged.username, c.username)
      else coalesce(c.username, v_merged.username)
    end,
    external_ref = coalesce(c.external_ref, v_merged.external_ref),
    language = coalesce(c.language, v_merged.language),
    -- An opt-out of either contact is kept.
    is_blocked = c.is_blocked or v_merged.is_blocked,
    opted_out_at = coalesce(c.opted_out_at, v_merged.opted_out_at),
    marketing_opted_out_at = coalesce(c.marketing_opted_out_at, v_merged.marketing_opted_out_at),
    metadata = app_private.bounded_metadata(v_merged.metadata || c.metadata, c.metadata)
  where c.id = v_kept.id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.merge_contacts(uuid, uuid) is
  E'Merges two contacts that a webhook has shown to be one customer. The conversations, identities, tags, groups and '
   'opt-outs of the merged contact become those of the kept one.';
--! EndIncluded contacts/merge_contacts.sql
--! Included contacts/phone_match_keys.sql
create or replace function app_hidden.phone_match_keys(tenant_id uuid, phone text) returns text[] as $$
declare
  v_number text := app_hidden.normalize_phone(phone);
begin
  if v_number ~ '^\+[1-9][0-9]{4,19}$' then
    return array[app_hidden.identity_match_key('phone', v_number)];
  end if;
  if v_number !~ '^\+0[1-9][0-9]{3,18}$' then
    return '{}';
  end if;
  -- A national number, with or without its 0: in a few countries the 0 is part of the international number.
  return array(
    select distinct app_hidden.identity_match_key('phone', '+' || c.code || n.number)
    from (
      select substring(
        app_hidden.normalize_phone(w.display_phone_number) from '^\+(' || app_hidden.calling_code_pattern() || ')'
      )
      from app_public.whatsapp_channels w
      where w.tenant_id = phone_match_keys.tenant_id
    ) c (code)
    cross join (values (substr(v_number, 2)), (substr(v_number, 3))) n (number)
    where c.code is not null
  );
end;
$$ language plpgsql stable strict set search_path to pg_catalog, pg_temp;

comment on function app_hidden.phone_match_keys(uuid, text) is
  E'What a phone number, as people write it, may be as a match_key of an identity: "+90 (532) 111-22-33" is one '
   'number; "0532 111 22 33" is one in each country of the tenant''s own numbers.';

grant execute on function app_hidden.phone_match_keys(uuid, text) to parley_visitor;
--! EndIncluded contacts/phone_match_keys.sql
--! Included contacts/contact_by_phone.sql
create or replace function app_hidden.contact_ids_by_phone(phone text) returns uuid[] as $$
  select array(
    select i.contact_id
    from app_public.contact_identities i
    where i.tenant_id = t.id and i.kind = 'phone' and i.match_key = any (app_hidden.phone_match_keys(t.id, phone))
    order by i.retired_at desc nulls first, i.contact_id
  )
  from (select app_hidden.current_tenant_id() as id) t
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.contact_ids_by_phone(text) is
  E'The contacts of the caller''s tenant that have a phone number, written as people write it; those first whose '
   'number it still is. A national number, "0532 111 22 33", is one of the countries of the tenant''s own numbers.';

grant execute on function app_hidden.contact_ids_by_phone(text) to parley_visitor;


create or replace function app_public.contact_by_phone(phone text) returns app_public.contacts as $$
  select c.* from app_public.contacts c where c.id = (app_hidden.contact_ids_by_phone(contact_by_phone.phone))[1]
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.contact_by_phone(text) is
  E'The contact with a phone number, written as people write it: "+90 (532) 111-22-33", "00905321112233", or with the '
   '0 of a national number, "0532 111 22 33", which is looked up in the countries of the tenant''s own numbers. Also '
   'finds a number that a customer has given up, until another one has it. Null if there is none. '
   'phone: the number.';

grant execute on function app_public.contact_by_phone(text) to parley_visitor;
--! EndIncluded contacts/contact_by_phone.sql
--! Included search/search_contacts.sql
create or replace function app_private.find_contacts(
  tenant_id uuid, query text, before uuid default null, at_most int default 50,
  out contact_ids uuid[], out next_before uuid
) as $$
declare
  -- Beginnings of frequent names are found among them; for others there is the index.
  v_newest constant int := 300;
  v_query tsquery := app_hidden.contact_query(tenant_id, query);
  v_before record;
begin
  contact_ids := '{}';
  if v_query is null then
    return;
  end if;
  select c.created_at, c.id into v_before from app_public.contacts c where c.id = before;

  contact_ids := array(
    select n.id
    from (
      select c.id, c.created_at,
        app_hidden.contact_words(
          c.tenant_id, c.name, c.profile_name, c.username, c.email, c.external_ref, c.phone
        ) as words
      from app_public.contacts c
      where c.tenant_id = find_contacts.tenant_id
      and (
        before is null
        or c.created_at <= v_before.created_at and (c.created_at < v_before.created_at or c.id > v_before.id)
      )
      order by c.created_at desc, c.id
      limit v_newest
    ) n
    where n.words @@ v_query
    order by n.created_at desc, n.id
    limit at_most + 1
  );
  if cardinality(contact_ids) <= at_most then
    contact_ids := array(
      -- A fence: the index on words is much better than that on created_at.
      with found as materialized (
        select c.tenant_id, c.id, c.created_at
        from app_public.contacts c
        where app_hidden.contact_words(
          c.tenant_id, c.name, c.profile_name, c.username, c.email, c.external_ref, c.phone
        ) @@ v_query
        union
        -- Numbers that the contact has besides, and ids.
        select c.tenant_id, c.id, c.created_at
        from app_public.contact_identities i
        join app_public.contacts c on c.id = i.contact_id
        where i.tenant_id = find_contacts.tenant_id
        and i.kind = any (enum_range(null::app_public.identity_kind))
        and i.match_key = any (btrim(query) || app_hidden.phone_match_keys(find_contacts.tenant_id, query))
      )
      select f.id from found f
      where f.tenant_id = find_contacts.tenant_id
      and (
        before is null
        or f.created_at <= v_before.created_at and (f.created_at < v_before.created_at or f.id > v_before.id)
      )
      order by f.created_at desc, f.id
      limit at_most + 1
    );
  end if;
  if cardinality(contact_ids) > at_most then
    contact_ids := contact_ids[:at_most];
    next_before := contact_ids[at_most];
  end if;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.find_contacts(uuid, text, uuid, int) is
  E'A page of the contacts of a tenant that contain all words of a query, newest first. next_before: the argument '
   'before of the next page, null on the last one.';


create or replace function app_hidden.find_contacts(
  query text, before uuid, at_most int, out contact_ids uuid[], out next_before uuid
) as $$
declare
  v_tenant_id uuid := app_hidden.require_scope('read');
begin
  if at_most is null or at_most not between 1 and 100 then
    raise exception 'A page must have 1 to 100 contacts' using errcode = 'PYLIM';
  end if;
  select f.contact_ids, f.next_before into contact_ids, next_before
  from app_private.find_contacts(v_tenant_id, query, before, at_most) f;
end;
$$ language plpgsql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.find_contacts(text, uuid, int) is
  E'app_private.find_contacts() in the caller''s tenant. PYDEN: not signed in. PYLIM: more than 100 contacts.';

grant execute on function app_hidden.find_contacts(text, uuid, int) to parley_visitor;


create or replace function app_public.search_contacts(query text, before uuid default null, at_most int default 50)
returns setof app_public.contacts as $$
  select c.*
  from app_hidden.find_contacts(query, before, at_most) f
  cross join unnest(f.contact_ids) with ordinality i (id, number)
  join app_public.contacts c on c.id = i.id
  order by i.number
$$ language sql stable rows 50 set search_path to pg_catalog, pg_temp;

comment on function app_public.search_contacts(text, uuid, int) is
  E'Contacts whose names, user name, e-mail address, external reference or phone number contain all words of a query, '
   'newest first, at most at_most (1 to 100). A word is found in upper or lower case, with or without accents, and '
   'also as the beginning of a longer word, except in quotation marks. A phone number is found as people write it, '
   'and by the last four or more of its digits. before: the id of the last contact of the previous page. PYREQ: the '
   'query has more than 200 characters or 32 words. PYLIM: at_most. PYDEN: not signed in.';

grant execute on function app_public.search_contacts(text, uuid, int) to parley_visitor;
--! EndIncluded search/search_contacts.sql
--! Included contacts/contacts.policies.sql
drop policy if exists tenant_isolation on app_public.contacts;
create policy tenant_isolation on app_public.contacts as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.contacts;
create policy select_member on app_public.contacts for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.contacts;
create policy insert_agent on app_public.contacts for insert to parley_visitor
  with check ((select app_hidden.may('manage_contacts')));
drop policy if exists update_agent on app_public.contacts;
create policy update_agent on app_public.contacts for update to parley_visitor
  using ((select app_hidden.may('manage_contacts')));
drop policy if exists delete_admin on app_public.contacts;
create policy delete_admin on app_public.contacts for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.contacts to parley_visitor;
grant insert (name, phone, email, external_ref, language, is_blocked, opted_out_at, marketing_opted_out_at, metadata)
  on app_public.contacts to parley_visitor;
grant update (name, phone, email, external_ref, language, is_blocked, opted_out_at, marketing_opted_out_at, metadata)
  on app_public.contacts to parley_visitor;
--! EndIncluded contacts/contacts.policies.sql
--! Included contacts/contact_identities.policies.sql
drop policy if exists tenant_isolation on app_public.contact_identities;
create policy tenant_isolation on app_public.contact_identities as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.contact_identities;
create policy select_member on app_public.contact_identities for select to parley_visitor
  using (true);
grant select on app_public.contact_identities to parley_visitor;
-- No insert, update or delete: the provider reports identities, and users change contacts.phone.
--! EndIncluded contacts/contact_identities.policies.sql

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

--! Included contacts/change_contacts.sql
create or replace function app_private.change_contacts(changes jsonb) returns void as $$
declare
  v_change record;
begin
  for v_change in
    select
      c.id, c.tenant_id, h.n, coalesce(h.item -> 'change' -> 'fields', '{}') as fields,
      array(select jsonb_array_elements_text(coalesce(h.item #> '{change,addTags}', '[]'))) as add_tags,
      array(select jsonb_array_elements_text(coalesce(h.item #> '{change,removeTags}', '[]'))) as remove_tags,
      array(select jsonb_array_elements_text(coalesce(h.item #> '{change,addGroups}', '[]'))) as add_groups,
      array(select jsonb_array_elements_text(coalesce(h.item #> '{change,removeGroups}', '[]'))) as remove_groups
    from jsonb_array_elements(changes) with ordinality h (item, n)
    join app_public.contacts c on c.id = (h.item ->> 'contact_id')::uuid
    order by h.n
  loop
    if v_change.fields <> '{}' then
      -- A value that its column does not accept must not make the turn fail: it is stored in metadata, unless that
      -- would become too large.
      update app_public.contacts c set
        name = coalesce(left(nullif(v_change.fields ->> 'name', ''), 150), c.name),
        language = case
          when v_change.fields ->> 'language' ~ '^[A-Za-z]{2,8}([_-][A-Za-z0-9]{1,8})*$'
          then v_change.fields ->> 'language'
          else c.language
        end,
        email = case
          when app_hidden.normalize_email(v_change.fields ->> 'email') ~ '^[^@\s]+@[^@\s]+$'
            and length(app_hidden.normalize_email(v_change.fields ->> 'email')) <= 254
            then v_change.fields ->> 'email'
          else c.email
        end,
        metadata = app_private.bounded_metadata(
          c.metadata || (v_change.fields - array['name', 'language', 'email', 'phone']), c.metadata
        )
      where c.id = v_change.id;
    end if;

    -- Ordered by name, so that two turns that create the same tags do not deadlock.
    insert into app_public.tags (tenant_id, name)
    select v_change.tenant_id, min(left(w.name, 100))
    from unnest(v_change.add_tags) w (name)
    where not exists (
      select from app_public.tags t
      where t.tenant_id = v_change.tenant_id and (lower(t.name) = lower(left(w.name, 100)) or t.id::text = w.name)
    )
    group by lower(left(w.name, 100))
    order by lower(left(w.name, 100))
    on conflict do nothing;

    insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
    select v_change.tenant_id, v_change.id, t.id
    from app_public.tags t
    where t.tenant_id = v_change.tenant_id
    and exists (
      select from unnest(v_change.add_tags) w (name)
      where lower(left(w.name, 100)) = lower(t.name) or w.name = t.id::text
    )
    on conflict do nothing;

    delete from app_public.contact_tags x
    using app_public.tags t
    where x.tenant_id = v_change.tenant_id and x.contact_id = v_change.id
    and t.tenant_id = x.tenant_id and t.id = x.tag_id
    and exists (
      select from unnest(v_change.remove_tags) w (name) where lower(w.name) = lower(t.name) or w.name = t.id::text
    );

    -- Users maintain groups, so a missing group is not created.
    insert into app_public.group_contacts (tenant_id, group_id, contact_id)
    select v_change.tenant_id, g.id, v_change.id
    from app_public.groups g
    where g.tenant_id = v_change.tenant_id
    and exists (
      select from unnest(v_change.add_groups) w (name) where lower(w.name) = lower(g.name) or w.name = g.id::text
    )
    on conflict do nothing;

    delete from app_public.group_contacts x
    using app_public.groups g
    where x.tenant_id = v_change.tenant_id and x.contact_id = v_change.id
    and g.tenant_id = x.tenant_id and g.id = x.group_id
    and exists (
      select from unnest(v_change.remove_groups) w (name) where lower(w.name) = lower(g.name) or w.name = g.id::text
    );
  end loop;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.change_contacts(jsonb) is
  E'Applies the changes that chatbots make to contacts, in order: [{"contact_id", "change": {"fields", "addTags", '
   '"removeTags", "addGroups", "removeGroups"}}]. name, language and email are columns; other fields go to metadata. '
   'Tags and groups are given by name or id; missing tags are created, missing groups are not.';
--! EndIncluded contacts/change_contacts.sql
--! Included contacts/tags.policies.sql
drop policy if exists tenant_isolation on app_public.tags;
create policy tenant_isolation on app_public.tags as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.tags;
create policy select_member on app_public.tags for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.tags;
create policy insert_agent on app_public.tags for insert to parley_visitor
  with check ((select app_hidden.may('manage_contacts')));
drop policy if exists update_agent on app_public.tags;
create policy update_agent on app_public.tags for update to parley_visitor
  using ((select app_hidden.may('manage_contacts')));
drop policy if exists delete_admin on app_public.tags;
create policy delete_admin on app_public.tags for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.tags to parley_visitor;
grant insert (name, color) on app_public.tags to parley_visitor;
grant update (name, color) on app_public.tags to parley_visitor;
--! EndIncluded contacts/tags.policies.sql
--! Included contacts/contact_tags.policies.sql
drop policy if exists tenant_isolation on app_public.contact_tags;
create policy tenant_isolation on app_public.contact_tags as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.contact_tags;
create policy select_member on app_public.contact_tags for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.contact_tags;
create policy insert_agent on app_public.contact_tags for insert to parley_visitor
  with check ((select app_hidden.may('manage_contacts')));
drop policy if exists delete_agent on app_public.contact_tags;
create policy delete_agent on app_public.contact_tags for delete to parley_visitor
  using ((select app_hidden.may('manage_contacts')));
grant select, delete on app_public.contact_tags to parley_visitor;
grant insert (contact_id, tag_id) on app_public.contact_tags to parley_visitor;
-- No update: rows are inserted or deleted.
--! EndIncluded contacts/contact_tags.policies.sql
--! Included contacts/groups.policies.sql
drop policy if exists tenant_isolation on app_public.groups;
create policy tenant_isolation on app_public.groups as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.groups;
create policy select_member on app_public.groups for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.groups;
create policy insert_agent on app_public.groups for insert to parley_visitor
  with check ((select app_hidden.may('manage_contacts')));
drop policy if exists update_agent on app_public.groups;
create policy update_agent on app_public.groups for update to parley_visitor
  using ((select app_hidden.may('manage_contacts')));
drop policy if exists delete_admin on app_public.groups;
create policy delete_admin on app_public.groups for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.groups to parley_visitor;
grant insert (name, description) on app_public.groups to parley_visitor;
grant update (name, description) on app_public.groups to parley_visitor;
--! EndIncluded contacts/groups.policies.sql
--! Included contacts/group_contacts.policies.sql
drop policy if exists tenant_isolation on app_public.group_contacts;
create policy tenant_isolation on app_public.group_contacts as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.group_contacts;
create policy select_member on app_public.group_contacts for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.group_contacts;
create policy insert_agent on app_public.group_contacts for insert to parley_visitor
  with check ((select app_hidden.may('manage_contacts')));
drop policy if exists delete_agent on app_public.group_contacts;
create policy delete_agent on app_public.group_contacts for delete to parley_visitor
  using ((select app_hidden.may('manage_contacts')));
grant select, delete on app_public.group_contacts to parley_visitor;
grant insert (group_id, contact_id) on app_public.group_contacts to parley_visitor;
-- No update: rows are inserted or deleted.
--! EndIncluded contacts/group_contacts.policies.sql

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

--! Included conversations/tg_conversation_participants__notify.sql
create or replace function app_private.tg_conversation_participants__notify() returns trigger as $$
begin
  perform app_private.notify_change(r.tenant_id, 'conversations', array_agg(distinct r.conversation_id))
  from changed_rows r
  group by r.tenant_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversation_participants__notify() is
  E'Notifies GraphQL subscriptions of conversations that a user has joined or left, once per statement.';
--! EndIncluded conversations/tg_conversation_participants__notify.sql
--! Included conversations/tg_conversations__fill_in.sql
create or replace function app_private.tg_conversations__fill_in() returns trigger as $$
begin
  -- Under the caller's own policies: contacts and channels of another tenant are not found.
  NEW.tenant_id := coalesce(NEW.tenant_id, (select c.tenant_id from app_public.contacts c where c.id = NEW.contact_id));
  NEW.channel_id := coalesce(NEW.channel_id, (
    select c.id from app_public.channels c where c.tenant_id = NEW.tenant_id and c.is_default
  ));
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__fill_in() is
  E'Fills in the tenant of the contact and the default channel of the tenant: an insert needs only the contact.';
--! EndIncluded conversations/tg_conversations__fill_in.sql
--! Included conversations/tg_conversations__refuse_incomplete.sql
create or replace function app_private.tg_conversations__refuse_incomplete() returns trigger as $$
begin
  if NEW.tenant_id is null then
    raise exception 'There is no such contact' using errcode = 'PYNFD';
  end if;
  raise exception 'The tenant has no channel yet' using errcode = 'PYCHN', hint = 'Connect one: parley channel add.';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__refuse_incomplete() is
  E'Refuses a conversation for which fill_in() found no contact (PYNFD) or no channel (PYCHN).';
--! EndIncluded conversations/tg_conversations__refuse_incomplete.sql
--! Included conversations/tg_conversations__notify.sql
create or replace function app_private.tg_conversations__notify() returns trigger as $$
begin
  perform app_private.notify_change(NEW.tenant_id, 'conversations', array[NEW.id]);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__notify() is
  E'Notifies GraphQL subscriptions that the assignee, the state or the metadata of a conversation changed. Changes '
   'that follow from messages are announced with the messages.';
--! EndIncluded conversations/tg_conversations__notify.sql
--! Included conversations/tg_conversations__end_pause.sql
create or replace function app_private.tg_conversations__end_pause() returns trigger as $$
begin
  -- A pause that the same statement sets is kept.
  if NEW.chatbot_paused_until is not distinct from OLD.chatbot_paused_until then
    NEW.chatbot_paused_until := null;
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__end_pause() is
  E'Ends the chatbot''s pause when the assignment is removed or the conversation is closed: the user whose message '
   'began the pause is done.';
--! EndIncluded conversations/tg_conversations__end_pause.sql
--! Included conversations/tg_conversations__hand_over_now.sql
create or replace function app_private.tg_conversations__hand_over_now() returns trigger as $$
begin
  if not app_hidden.is_program() then
    NEW.handed_over_at := coalesce(OLD.handed_over_at, now());
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__hand_over_now() is
  E'Callers of the API decide whether a conversation is handed over, and not since when: response times begin with it.';
--! EndIncluded conversations/tg_conversations__hand_over_now.sql
--! Included conversations/tg_conversations__keep_state.sql
create or replace function app_private.tg_conversations__keep_state() returns trigger as $$
declare
  v_was_open boolean := TG_OP = 'UPDATE' and OLD.status = 'open';
begin
  if NEW.status <> 'open' then
    NEW.closed_at := coalesce(NEW.closed_at, now());
    NEW.handed_over_at := null;
    NEW.snoozed_until := null;
    if v_was_open then
      NEW.closed_through_id := NEW.last_message_id;
      NEW.waiting_since := null;
      NEW.waiting_for_person_since := null;
    end if;
  else
    NEW.closed_at := null;
    if NEW.assignee_id is not null or NEW.team_id is not null then
      NEW.handed_over_at := coalesce(NEW.handed_over_at, now());
    elsif v_was_open and OLD.assignee_id is not null and NEW.handed_over_at is not distinct from OLD.handed_over_at then
      NEW.handed_over_at := null;
    end if;
  end if;

  if TG_OP = 'UPDATE' and NEW.assignee_id is distinct from OLD.assignee_id then
    NEW.previous_assignee_id := coalesce(OLD.assignee_id, NEW.previous_assignee_id);
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__keep_state() is
  E'Sets the columns that follow from the status, the assignee and the team. Closing ends the handover, the snooze and '
   'the wait for an answer. An open conversation that has an assignee or a team is in the hands of users; removing the '
   'assignee gives it back to the chatbot, unless it has a team.';
--! EndIncluded conversations/tg_conversations__keep_state.sql
--! Included conversations/tg_conversations__add_assignee.sql
create or replace function app_private.tg_conversations__add_assignee() returns trigger as $$
begin
  insert into app_public.conversation_participants (tenant_id, conversation_id, user_id)
  values (NEW.tenant_id, NEW.id, NEW.assignee_id)
  on conflict do nothing;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__add_assignee() is E'Makes the assignee a participant.';
--! EndIncluded conversations/tg_conversations__add_assignee.sql
--! Included conversations/is_window_open.sql
create or replace function app_hidden.is_window_open(window_expires_at timestamptz, reply_window interval)
returns boolean as $$
  select reply_window is null or coalesce(window_expires_at > now(), false)
$$ language sql stable;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.is_window_open(timestamptz, interval) is
  E'Whether messages other than templates may be sent: always if the kind of channel has no reply window.';

grant execute on function app_hidden.is_window_open(timestamptz, interval) to parley_visitor;
--! EndIncluded conversations/is_window_open.sql
--! Included conversations/conversations_is_window_open.sql
create or replace function app_public.conversations_is_window_open(conversation app_public.conversations)
returns boolean as $$
  select app_hidden.is_window_open(conversation.window_expires_at, k.reply_window)
  from app_public.channels ch
  join app_public.channel_kinds k on k.kind = ch.kind
  where ch.id = conversation.channel_id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.conversations_is_window_open(app_public.conversations) is
  E'Whether messages other than templates may be sent now, by the database''s clock: the customer wrote or called '
   'within the reply window of the channel''s kind (24 hours on WhatsApp), or the kind has no reply window.';

grant execute on function app_public.conversations_is_window_open(app_public.conversations) to parley_visitor;
--! EndIncluded conversations/conversations_is_window_open.sql
--! Included conversations/conversations_can_send_session_message.sql
create or replace function app_public.conversations_can_send_session_message(conversation app_public.conversations)
returns boolean as $$
  select exists (
    select from app_public.contacts c
    join app_public.channels ch on ch.id = conversation.channel_id
    join app_public.channel_kinds k on k.kind = ch.kind
    where c.id = conversation.contact_id
    and not c.is_blocked
    and c.opted_out_at is null
    and ch.status = 'active'
    and app_hidden.is_window_open(conversation.window_expires_at, k.reply_window)
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.conversations_can_send_session_message(app_public.conversations) is
  E'Whether a free-form message may be sent now: the window is open, the contact is neither blocked nor opted out, '
   'and the channel is active.';

grant execute on function app_public.conversations_can_send_session_message(app_public.conversations) to parley_visitor;
--! EndIncluded conversations/conversations_can_send_session_message.sql
--! Included conversations/require_conversation.sql
create or replace function app_hidden.require_conversation(conversation_id uuid) returns app_public.conversations as $$
declare
  v_conversation app_public.conversations;
begin
  select c.* into v_conversation
  from app_public.conversations c
  where c.id = require_conversation.conversation_id;
  perform app_hidden.require_scope_in(v_conversation.tenant_id, 'send', 'conversation');
  return v_conversation;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.require_conversation(uuid) is
  E'The conversation, if the caller may work in it. PYNFD: no such conversation in the caller''s tenant. PYDEN: the '
   'caller is a viewer.';

grant execute on function app_hidden.require_conversation(uuid) to parley_visitor;
--! EndIncluded conversations/require_conversation.sql
--! Included conversations/choose_member.sql
create or replace function app_hidden.choose_members(
  team_id uuid,
  strategy app_public.assignment_strategy,
  previous_user_ids uuid[]
) returns uuid[] as $$
declare
  v_team app_public.teams;
  v_user_ids uuid[];
begin
  -- Two assignments at once wait for each other here, and each knows of the one before it.
  select t.* into v_team
  from app_public.teams t
  where t.id = choose_members.team_id
  for no key update;
  perform app_hidden.require_scope_in(v_team.tenant_id, 'send', 'team');

  with available as (
    select m.user_id, tm.last_assigned_at, case
      when strategy = 'least_busy' then (
        select count(*)
        from app_public.conversations c
        where c.assignee_id = m.user_id and c.status = 'open' and c.tenant_id = m.tenant_id
      )
      else 0
    end as busy
    from app_public.team_members tm
    join app_public.memberships m on m.tenant_id = tm.tenant_id and m.user_id = tm.user_id
    where tm.team_id = v_team.id
    and m.is_active and m.is_available and m.role >= 'agent'
  ),
  -- Each conversation makes its member one conversation busier, so the members take turns.
  turns as (
    select a.user_id, row_number() over (order by a.busy + t.n, a.last_assigned_at nulls first, a.user_id) as turn
    from available a
    cross join generate_series(1, cardinality(previous_user_ids)) t (n)
  ),
  wanted as (
    select p.n, a.user_id, row_number() over (partition by a.user_id is null order by p.n) as turn
    from unnest(previous_user_ids) with ordinality p (user_id, n)
    left join available a on strategy = 'previous' and a.user_id = p.user_id
  )
  select array_agg(coalesce(w.user_id, t.user_id) order by w.n) into v_user_ids
  from wanted w
  left join turns t on w.user_id is null and t.turn = w.turn;

  update app_public.team_members tm set last_assigned_at = clock_timestamp() + u.n * interval '1 microsecond'
  from (
    select c.user_id, max(c.n) as n from unnest(v_user_ids) with ordinality c (user_id, n) group by c.user_id
  ) u
  where tm.team_id = v_team.id and tm.user_id = u.user_id;
  return v_user_ids;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.choose_members(uuid, app_public.assignment_strategy, uuid[]) is
  E'Chooses the members of a team who get conversations that these users had before, one for each, and records it. '
   'Null where no member is available. Locks the team until the end of the transaction. PYNFD. PYDEN: agents only.';

grant execute on function app_hidden.choose_members(uuid, app_public.assignment_strategy, uuid[]) to parley_visitor;


create or replace function app_hidden.choose_member(
  team_id uuid,
  strategy app_public.assignment_strategy,
  previous_user_id uuid
) returns uuid as $$
  select (app_hidden.choose_members(team_id, strategy, array[previous_user_id]))[1]
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_hidden.choose_member(uuid, app_public.assignment_strategy, uuid) is
  E'choose_members() for one conversation.';

grant execute on function app_hidden.choose_member(uuid, app_public.assignment_strategy, uuid) to parley_visitor;
--! EndIncluded conversations/choose_member.sql
--! Included conversations/tg_conversations__assign.sql
create or replace function app_private.tg_conversations__assign() returns trigger as $$
declare
  v_strategy app_public.assignment_strategy := (
    select t.assignment from app_public.teams t where t.tenant_id = NEW.tenant_id and t.id = NEW.team_id
  );
begin
  if v_strategy is not null then
    NEW.assignee_id := app_hidden.choose_member(NEW.team_id, v_strategy, NEW.previous_assignee_id);
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__assign() is
  E'Assigns a conversation that a team has got to one of its members, as the team''s assignment says.';
--! EndIncluded conversations/tg_conversations__assign.sql
--! Included conversations/assign.sql
create or replace function app_hidden.assign(
  conversation_ids uuid[],
  user_id uuid,
  team_id uuid,
  strategy app_public.assignment_strategy
) returns uuid[] as $$
declare
  v_team app_public.teams;
  v_strategy app_public.assignment_strategy;
  v_ids uuid[];
  v_previous_ids uuid[];
  v_chosen_ids uuid[];
  v_assigned_ids uuid[] := '{}';
begin
  if user_id is not null and strategy is not null then
    raise exception '`userId` and `strategy` must not be given together' using errcode = 'PYREQ';
  elsif user_id is not null and exists (
    select from app_public.conversations c
    where c.id = any (conversation_ids)
    and not exists (
      select from app_public.memberships m
      where m.tenant_id = c.tenant_id and m.user_id = assign.user_id and m.is_active
    )
  ) then
    raise exception 'There is no such user in this tenant' using errcode = 'PYNFD';
  elsif team_id is not null and exists (
    select from app_public.conversations c
    where c.id = any (conversation_ids)
    and not exists (select from app_public.teams t where t.tenant_id = c.tenant_id and t.id = assign.team_id)
  ) then
    raise exception 'There is no such team' using errcode = 'PYNFD';
  end if;

  -- Conversations before teams: docs/architecture.md, "Locks".
  perform from app_public.conversations c where c.id = any (conversation_ids) order by c.id for no key update;

  if team_id is null and strategy is null then
    update app_public.conversations c set
      assignee_id = assign.user_id,
      handed_over_at = case when assign.user_id is not null or c.team_id is not null then c.handed_over_at end,
      -- Also if the conversation was not assigned and a user only wrote in it: that user is done.
      chatbot_paused_until = case
        when assign.user_id is not null or c.chatbot_paused_until <= now() then c.chatbot_paused_until
      end
    where c.id = any (conversation_ids);
    return conversation_ids;
  end if;

  for v_team in
    select t.*
    from app_public.teams t
    where t.id in (
      select coalesce(assign.team_id, c.team_id) from app_public.conversations c where c.id = any (conversation_ids)
    )
    order by t.id
  loop
    v_strategy := coalesce(strategy, case when user_id is null then v_team.assignment end);
    -- A team that assigns by itself does not assign closed conversations.
    select
      -- Those that get a member first: unnest() pairs them with the chosen ones, and the others with null.
      array_agg(c.id order by c.status = 'open' or strategy is not null desc, c.id),
      array_agg(
        case when strategy is null then coalesce(c.assignee_id, c.previous_assignee_id) else c.previous_assignee_id end
        order by c.id
      ) filter (where c.status = 'open' or strategy is not null)
    into v_ids, v_previous_ids
    from app_public.conversations c
    where c.id = any (conversation_ids) and coalesce(assign.team_id, c.team_id) = v_team.id;

    v_chosen_ids := case
      when v_strategy is not null then app_hidden.choose_members(v_team.id, v_strategy, v_previous_ids)
    end;
    update app_public.conversations c set team_id = v_team.id, assignee_id = coalesce(assign.user_id, n.user_id)
    from unnest(v_ids, v_chosen_ids) n (id, user_id)
    where c.id = n.id;
    v_assigned_ids := v_assigned_ids || v_ids;
  end loop;
  return v_assigned_ids;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_hidden.assign(uuid[], uuid, uuid, app_public.assignment_strategy) is
  E'Assigns conversations that the caller may work in, as assign_conversation() and assign_conversations() say. '
   'Returns the ids of those that were assigned: with a strategy and without a team, only conversations of a team. '
   'PYNFD: there is no such member or team. PYREQ: a strategy together with a user.';

grant execute on function app_hidden.assign(uuid[], uuid, uuid, app_public.assignment_strategy) to parley_visitor;
--! EndIncluded conversations/assign.sql
--! Included conversations/assign_conversation.sql
create or replace function app_public.assign_conversation(
  conversation_id uuid,
  user_id uuid default null,
  team_id uuid default null,
  strategy app_public.assignment_strategy default null
) returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
begin
  if app_hidden.assign(array[v_conversation.id], user_id, team_id, strategy) = '{}' then
    raise exception '`strategy` requires `teamId`, or a conversation of a team' using errcode = 'PYREQ';
  end if;
  select c.* into v_conversation from app_public.conversations c where c.id = v_conversation.id;
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.assign_conversation(uuid, uuid, uuid, app_public.assignment_strategy) is
  E'Assigns a conversation to a member or a team. If no member is available, it belongs to the team and is not '
   'assigned. Without a member, a team and a strategy, it removes the assignment and ends the chatbot''s pause; a '
   'conversation without a team is then given back to the chatbot. The chatbot is silent while users are in charge. '
   'PYNFD: there is no such conversation, member or team. PYREQ: a strategy without a team, or together with a user. '
   'PYDEN: agents only. user_id: an active member. team_id: a team, which assigns it to a member as its `assignment` '
   'says. strategy: how to choose an available member of the given team, or of the conversation''s.';

grant execute on function app_public.assign_conversation(uuid, uuid, uuid, app_public.assignment_strategy)
  to parley_visitor;
--! EndIncluded conversations/assign_conversation.sql
--! Included conversations/claim_conversation.sql
create or replace function app_public.claim_conversation(conversation_id uuid) returns app_public.conversations as $$
declare
  v_user_id uuid := app_hidden.require_user();
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
begin
  -- The second of two at once waits for the row, and finds that it is assigned.
  update app_public.conversations c set assignee_id = v_user_id
  where c.id = v_conversation.id and coalesce(c.assignee_id = v_user_id, true)
  returning c.* into v_conversation;
  if not found then
    raise exception 'The conversation is assigned to another user' using errcode = 'PYTAK';
  end if;
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.claim_conversation(uuid) is
  E'Assigns a conversation to the caller if it is not assigned. PYTAK: it is assigned to another user. PYKEY: '
   'an API key is calling. PYNFD. PYDEN: agents only.';

grant execute on function app_public.claim_conversation(uuid) to parley_visitor;
--! EndIncluded conversations/claim_conversation.sql
--! Included conversations/return_to_chatbot.sql
create or replace function app_public.return_to_chatbot(conversation_id uuid) returns app_public.conversations as $$
  update app_public.conversations c set
    team_id = null,
    assignee_id = null,
    handed_over_at = null,
    -- The time of a past pause is kept, because it shows that its run must be resumed.
    chatbot_paused_until = case when c.chatbot_paused_until <= now() then c.chatbot_paused_until end
  where c.id = (app_hidden.require_conversation(return_to_chatbot.conversation_id)).id
  returning c
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.return_to_chatbot(uuid) is
  E'Gives a conversation back to the chatbot: it belongs to no user and no team, and the chatbot''s pause ends. PYNFD. '
   'PYDEN: agents only.';

grant execute on function app_public.return_to_chatbot(uuid) to parley_visitor;
--! EndIncluded conversations/return_to_chatbot.sql
--! Included conversations/snooze_conversation.sql
create or replace function app_public.snooze_conversation(
  conversation_id uuid,
  until timestamptz default 'infinity'
) returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
  v_problem text := (
    select o.message from app_public.snooze_conversations(array[v_conversation.id], until) o
  );
begin
  if v_problem is not null then
    raise exception '%', v_problem using errcode = 'PYREQ';
  end if;
  select c.* into v_conversation from app_public.conversations c where c.id = v_conversation.id;
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.snooze_conversation(uuid, timestamptz) is
  E'Snoozes an open conversation. The customer''s next message ends every snooze, and so does closing. PYREQ: until '
   'must be in the future, and the conversation open. PYNFD. PYDEN: agents only. until: the end of the snooze; by '
   'default the customer''s next message. null ends a snooze now.';

grant execute on function app_public.snooze_conversation(uuid, timestamptz) to parley_visitor;
--! EndIncluded conversations/snooze_conversation.sql
--! Included conversations/set_availability.sql
create or replace function app_public.set_availability(is_available boolean) returns app_public.memberships as $$
declare
  v_user_id uuid := app_hidden.require_user();
  v_membership app_public.memberships;
begin
  update app_public.memberships m set is_available = set_availability.is_available
  where m.tenant_id = app_hidden.current_tenant_id() and m.user_id = v_user_id
  returning m.* into v_membership;
  return v_membership;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.set_availability(boolean) is
  E'Says whether strategies of assignment choose the caller. Admins set it for others with updateMembership. PYKEY: an '
   'API key is calling. PYDEN. is_available: whether the caller can be chosen.';

grant execute on function app_public.set_availability(boolean) to parley_visitor;
--! EndIncluded conversations/set_availability.sql
--! Included conversations/close_conversation.sql
create or replace function app_public.close_conversation(conversation_id uuid) returns app_public.conversations as $$
  update app_public.conversations c set status = 'closed'
  where c.id = (app_hidden.require_conversation(close_conversation.conversation_id)).id
  returning c
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.close_conversation(uuid) is
  E'Closes a conversation, which ends the chatbot''s pause, a snooze and the wait for an answer. The customer''s next '
   'message opens it again, unless a closing rule says otherwise. PYNFD. PYDEN: agents only.';

grant execute on function app_public.close_conversation(uuid) to parley_visitor;
--! EndIncluded conversations/close_conversation.sql
--! Included conversations/reopen_conversation.sql
create or replace function app_public.reopen_conversation(conversation_id uuid) returns app_public.conversations as $$
  update app_public.conversations c set status = 'open'
  where c.id = (app_hidden.require_conversation(reopen_conversation.conversation_id)).id
  returning c
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.reopen_conversation(uuid) is
  E'Opens a closed or archived conversation. PYNFD. PYDEN: agents only.';

grant execute on function app_public.reopen_conversation(uuid) to parley_visitor;
--! EndIncluded conversations/reopen_conversation.sql
--! Included conversations/mark_read.sql
create or replace function app_hidden.mark_read(conversation_ids uuid[]) returns setof app_public.conversations as $$
declare
  v_unread_ids uuid[];
begin
  perform app_hidden.require_scope_in(
    (select c.tenant_id from app_public.conversations c where c.id = i.id), 'send', 'conversation'
  )
  from unnest(conversation_ids) i (id);

  -- Lock first and read the clock after: a message counts as unread if, and only
  -- if, it is newer than read_at (tg_messages__track_conversation compares).
  select array_agg(l.id) filter (where l.unread_count > 0) into v_unread_ids
  from (
    select c.id, c.unread_count
    from app_public.conversations c
    where c.id = any (conversation_ids)
    order by c.id
    for no key update
  ) l;

  return query
    update app_public.conversations c set read_at = clock_timestamp(), unread_count = 0
    where c.id = any (conversation_ids)
    returning c.*;

  perform graphile_worker.add_jobs(array_agg(
    app_private.job(
      'mark_read', json_build_object('conversationId', c.id), key => app_private.job_key('mark_read', c.id)
    )
    order by c.id
  ))
  from app_public.conversations c
  join app_public.channels ch on ch.id = c.channel_id
  join app_public.channel_kinds k on k.kind = ch.kind
  where c.id = any (v_unread_ids) and ch.sends_read_receipts and k.has_read_receipts
  having count(*) > 0;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.mark_read(uuid[]) is
  E'The privileged part of mark_conversation_read() and mark_conversations_read(): writes columns that users cannot '
   'write. PYNFD: not conversations of the caller''s tenant. PYDEN: agents only.';

grant execute on function app_hidden.mark_read(uuid[]) to parley_visitor;
--! EndIncluded conversations/mark_read.sql
--! Included conversations/mark_conversation_read.sql
create or replace function app_public.mark_conversation_read(conversation_id uuid)
returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
begin
  select c.* into v_conversation from app_hidden.mark_read(array[v_conversation.id]) c;
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.mark_conversation_read(uuid) is
  E'Marks a conversation as read: its unread count becomes 0. Informs the customer (blue ticks) if the channel sends '
   'read receipts and its kind has them. PYNFD. PYDEN: agents only.';

grant execute on function app_public.mark_conversation_read(uuid) to parley_visitor;
--! EndIncluded conversations/mark_conversation_read.sql
--! Included conversations/remind_of_typing.sql
create or replace function app_hidden.remind_of_typing(tenant_id uuid, conversation_id uuid) returns void as $$
begin
  perform app_hidden.require_scope_in(tenant_id, 'send', 'conversation');
  perform graphile_worker.add_jobs(array[
    app_private.job(
      'mark_read',
      json_build_object('conversationId', c.id, 'isTyping', true),
      key => app_private.job_key('show_typing', c.id),
      -- A second attempt would come too late: the provider shows it for 25 seconds.
      max_attempts => 1
    )
  ])
  from app_public.conversations c
  join app_public.channels ch on ch.id = c.channel_id
  join app_public.channel_kinds k on k.kind = ch.kind
  where c.tenant_id = remind_of_typing.tenant_id and c.id = remind_of_typing.conversation_id
  and k.has_typing_indicator;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.remind_of_typing(uuid, uuid) is E'The privileged part of show_typing(): adds the job.';

grant execute on function app_hidden.remind_of_typing(uuid, uuid) to parley_visitor;
--! EndIncluded conversations/remind_of_typing.sql
--! Included conversations/show_typing.sql
create or replace function app_public.show_typing(conversation_id uuid) returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
begin
  perform app_hidden.remind_of_typing(v_conversation.tenant_id, v_conversation.id);
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.show_typing(uuid) is
  E'Shows the customer a typing indicator, if the kind of the channel has one, until a message is sent or 25 seconds '
   'have passed. WhatsApp also marks the customer''s messages as read (blue ticks). PYNFD. PYDEN: agents only.';

grant execute on function app_public.show_typing(uuid) to parley_visitor;
--! EndIncluded conversations/show_typing.sql
--! Included conversations/show_presence.sql
create or replace function app_public.show_presence(conversation_id uuid, state app_public.presence_state)
returns app_public.presences as $$
declare
  v_user_id uuid := app_hidden.require_user();
  v_tenant_id uuid := app_hidden.current_tenant_id();
  v_presence app_public.presences;
begin
  if not exists (
    select from app_public.conversations c
    where c.id = show_presence.conversation_id and c.tenant_id = v_tenant_id
  ) then
    raise exception 'The conversation does not exist' using errcode = 'PYNFD';
  end if;

  delete from app_public.presences p where p.user_id = v_user_id and p.expires_at <= now();
  if 10 <= (
    select count(*)
    from app_public.presences p
    where p.user_id = v_user_id and p.conversation_id <> show_presence.conversation_id
  ) then
    raise exception 'You are shown in 10 conversations already' using errcode = 'PYLIM',
      hint = 'End the presence in those that are no longer open.';
  end if;

  insert into app_public.presences as p (tenant_id, conversation_id, user_id, state, expires_at)
  values (v_tenant_id, show_presence.conversation_id, v_user_id, show_presence.state, now() + interval '30 seconds')
  on conflict on constraint presences_pkey do update set state = excluded.state, expires_at = excluded.expires_at
  where p.state <> excluded.state or p.expires_at < excluded.expires_at - interval '5 seconds'
  returning * into v_presence;
  if found then
    perform app_private.notify_change(v_tenant_id, 'presences', array[show_presence.conversation_id]);
    return v_presence;
  end if;
  select p.* into v_presence
  from app_public.presences p
  where p.conversation_id = show_presence.conversation_id and p.user_id = v_user_id;
  return v_presence;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.show_presence(uuid, app_public.presence_state) is
  E'Shows colleagues that the caller has a conversation open, or is typing in it, for 30 seconds: repeat it every 20 '
   'seconds. Customers do not see it (for that there is show_typing). Repeating a state within 5 seconds changes '
   'nothing. PYNFD: the conversation does not exist. PYLIM: the caller is shown in 10 other conversations. PYKEY: '
   'an API key is not shown.';

grant execute on function app_public.show_presence(uuid, app_public.presence_state) to parley_visitor;
--! EndIncluded conversations/show_presence.sql
--! Included conversations/end_presence.sql
create or replace function app_public.end_presence(conversation_id uuid) returns boolean as $$
declare
  v_user_id uuid := app_hidden.require_user();
begin
  delete from app_public.presences p
  where p.conversation_id = end_presence.conversation_id
  and p.user_id = v_user_id;
  if found then
    perform app_private.notify_change(app_hidden.current_tenant_id(), 'presences', array[end_presence.conversation_id]);
  end if;
  return found;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.end_presence(uuid) is
  E'Ends what show_presence() shows of the caller in a conversation. PYKEY: an API key is not shown. ended: whether '
   'the caller was shown.';

grant execute on function app_public.end_presence(uuid) to parley_visitor;
--! EndIncluded conversations/end_presence.sql
--! Included conversations/teams.policies.sql
drop policy if exists tenant_isolation on app_public.teams;
create policy tenant_isolation on app_public.teams as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.teams;
create policy select_member on app_public.teams for select to parley_visitor
  using (true);
drop policy if exists insert_admin on app_public.teams;
create policy insert_admin on app_public.teams for insert to parley_visitor
  with check ((select app_hidden.may('manage_all')));
drop policy if exists update_admin on app_public.teams;
create policy update_admin on app_public.teams for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.teams;
create policy delete_admin on app_public.teams for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.teams to parley_visitor;
grant insert (name, description, assignment) on app_public.teams to parley_visitor;
grant update (name, description, assignment) on app_public.teams to parley_visitor;
--! EndIncluded conversations/teams.policies.sql
--! Included conversations/team_members.policies.sql
drop policy if exists tenant_isolation on app_public.team_members;
create policy tenant_isolation on app_public.team_members as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.team_members;
create policy select_member on app_public.team_members for select to parley_visitor
  using (true);
drop policy if exists insert_admin on app_public.team_members;
create policy insert_admin on app_public.team_members for insert to parley_visitor
  with check ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.team_members;
create policy delete_admin on app_public.team_members for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.team_members to parley_visitor;
grant insert (team_id, user_id) on app_public.team_members to parley_visitor;
-- No update: rows are inserted or deleted. The strategies of assignment write last_assigned_at.
--! EndIncluded conversations/team_members.policies.sql
--! Included conversations/closing_rules.policies.sql
drop policy if exists tenant_isolation on app_public.closing_rules;
create policy tenant_isolation on app_public.closing_rules as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.closing_rules;
create policy select_member on app_public.closing_rules for select to parley_visitor
  using (true);
drop policy if exists insert_admin on app_public.closing_rules;
create policy insert_admin on app_public.closing_rules for insert to parley_visitor
  with check ((select app_hidden.may('manage_all')));
drop policy if exists update_admin on app_public.closing_rules;
create policy update_admin on app_public.closing_rules for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.closing_rules;
create policy delete_admin on app_public.closing_rules for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.closing_rules to parley_visitor;
grant insert (channel_id, team_id, reopened_by, returns_to, closes_after, closes_unanswered)
  on app_public.closing_rules to parley_visitor;
grant update (reopened_by, returns_to, closes_after, closes_unanswered) on app_public.closing_rules to parley_visitor;
-- No update of channel_id and team_id: the scope of a rule stays; insert another rule.
--! EndIncluded conversations/closing_rules.policies.sql
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
--! Included conversations/notice_text.sql
create or replace function app_private.notice_text(event text, details jsonb, time_zone text) returns text as $$
  select case event
    when 'assigned' then 'Assigned to ' || coalesce(
      (select u.name from app_public.users u where u.id = (details ->> 'user_id')::uuid), 'a user'
    )
    when 'unassigned' then 'Assignment removed'
    when 'given_to_team' then 'Given to the team ' || (
      select t.name from app_public.teams t where t.id = (details ->> 'team_id')::uuid
    )
    when 'removed_from_team' then 'Removed from its team'
    when 'handed_over' then concat_ws(': ',
      'Handed over' || coalesce(' to ' || (details ->> 'team'), ''), details ->> 'note'
    )
    when 'returned_to_chatbot' then 'Returned to the chatbot'
    when 'snoozed' then 'Snoozed until ' || coalesce(
      to_char((details ->> 'until')::timestamptz at time zone time_zone, 'YYYY-MM-DD HH24:MI'), 'the next message'
    )
    when 'snooze_ended' then 'Snooze ended'
    else initcap(event)
  end
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.notice_text(text, jsonb, text) is
  E'What has happened to a conversation, in words, without who did it. Times are in the tenant''s time zone.';
--! EndIncluded conversations/notice_text.sql
--! Included conversations/tg_conversations__record_notices.sql
create or replace function app_private.tg_conversations__record_notices() returns trigger as $$
begin
  insert into app_private.conversation_notices (tenant_id, conversation_id, event, details)
  select NEW.tenant_id, NEW.id, e.event, jsonb_strip_nulls(e.details)
  from (values
    (NEW.status = 'open' and OLD.status <> 'open', 'reopened', '{}'::jsonb),
    (
      NEW.metadata ? 'handoff' and NEW.metadata -> 'handoff' is distinct from OLD.metadata -> 'handoff',
      'handed_over',
      jsonb_build_object(
        'team', NEW.metadata #> '{handoff,team}', 'note', NEW.metadata #> '{handoff,note}'
      )
    ),
    (
      NEW.team_id is distinct from OLD.team_id,
      case when NEW.team_id is null then 'removed_from_team' else 'given_to_team' end,
      jsonb_build_object('team_id', NEW.team_id, 'previous_team_id', OLD.team_id)
    ),
    (
      NEW.assignee_id is distinct from OLD.assignee_id,
      case when NEW.assignee_id is null then 'unassigned' else 'assigned' end,
      jsonb_build_object('user_id', NEW.assignee_id, 'previous_user_id', OLD.assignee_id)
    ),
    (
      NEW.status = 'open' and OLD.status = 'open' and NEW.handed_over_at is null and OLD.handed_over_at is not null,
      'returned_to_chatbot', '{}'
    ),
    (
      NEW.status = 'open' and NEW.snoozed_until is distinct from OLD.snoozed_until,
      case when NEW.snoozed_until is null then 'snooze_ended' else 'snoozed' end,
      jsonb_build_object('until', nullif(NEW.snoozed_until, 'infinity'))
    ),
    (NEW.status <> 'open' and NEW.status <> OLD.status, NEW.status::text, '{}')
  ) as e (has_happened, event, details)
  where e.has_happened;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__record_notices() is
  E'Records what has happened to a conversation, for tg_conversations__write_notices() at the end of the statement.';
--! EndIncluded conversations/tg_conversations__record_notices.sql
--! Included conversations/tg_conversations__write_notices.sql
create or replace function app_private.tg_conversations__write_notices() returns trigger as $$
declare
  v_user_id uuid := app_hidden.current_user_id();
  v_actor text;
begin
  perform from app_private.conversation_notices n where n.transaction_id = pg_current_xact_id() limit 1;
  if not found then
    return null;
  end if;
  v_actor := coalesce(
    (select u.name from app_public.users u where u.id = v_user_id), (app_hidden.current_api_key()).name
  );

  with recorded as (
    delete from app_private.conversation_notices n
    where n.transaction_id = pg_current_xact_id()
    returning n.*
  )
  insert into app_public.messages (
    tenant_id, conversation_id, direction, author, type, user_id, content, preview
  )
  select
    r.tenant_id, r.conversation_id, 'internal', 'system', 'system', v_user_id,
    jsonb_strip_nulls(jsonb_build_object('event', r.event, 'by', v_user_id, 'body', w.body)) || r.details,
    left(w.body, 1000)
  from recorded r
  -- Deleting a tenant deletes all it has.
  join app_public.tenants t on t.id = r.tenant_id
  cross join lateral (
    select case
      when r.event = 'assigned' and r.details ->> 'user_id' = v_user_id::text then 'Taken'
      else app_private.notice_text(r.event, r.details, t.time_zone)
    end || coalesce(' by ' || v_actor, '') as body
  ) w
  order by r.id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__write_notices() is
  E'Writes what has happened to conversations into their threads, as internal messages: once per statement.';
--! EndIncluded conversations/tg_conversations__write_notices.sql
--! Included conversations/conversations.policies.sql
drop policy if exists tenant_isolation on app_public.conversations;
create policy tenant_isolation on app_public.conversations as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.conversations;
create policy select_member on app_public.conversations for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.conversations;
create policy insert_agent on app_public.conversations for insert to parley_visitor
  with check ((select app_hidden.may('send')));
drop policy if exists update_agent on app_public.conversations;
create policy update_agent on app_public.conversations for update to parley_visitor
  using ((select app_hidden.may('send')));
grant select on app_public.conversations to parley_visitor;
grant insert (contact_id, channel_id, team_id, assignee_id, metadata) on app_public.conversations to parley_visitor;
grant update (status, team_id, assignee_id, handed_over_at, snoozed_until, chatbot_paused_until, metadata)
  on app_public.conversations to parley_visitor;
-- No update of read_at and unread_count: mark_conversation_read() sets the two together.
-- No delete: conversations are archived. To erase a customer, delete the contact.
--! EndIncluded conversations/conversations.policies.sql
--! Included conversations/conversation_participants.policies.sql
drop policy if exists tenant_isolation on app_public.conversation_participants;
create policy tenant_isolation on app_public.conversation_participants as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.conversation_participants;
create policy select_member on app_public.conversation_participants for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.conversation_participants;
create policy insert_agent on app_public.conversation_participants for insert to parley_visitor
  with check ((select app_hidden.may('send')));
drop policy if exists delete_agent on app_public.conversation_participants;
create policy delete_agent on app_public.conversation_participants for delete to parley_visitor
  using ((select app_hidden.may('send')));
grant select, delete on app_public.conversation_participants to parley_visitor;
grant insert (conversation_id, user_id) on app_public.conversation_participants to parley_visitor;
--! EndIncluded conversations/conversation_participants.policies.sql
--! Included conversations/presences.policies.sql
drop policy if exists tenant_isolation on app_public.presences;
create policy tenant_isolation on app_public.presences as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));

drop policy if exists select_member on app_public.presences;
create policy select_member on app_public.presences for select to parley_visitor
  using (expires_at > now());

-- No insert, update or delete: show_presence() and end_presence() write it.
grant select on app_public.presences to parley_visitor;
--! EndIncluded conversations/presences.policies.sql

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

--! Included conversations/closing_rule_of.sql
create or replace function app_private.closing_rule_of(tenant_id uuid, channel_id uuid, team_id uuid)
returns table (
  reopened_by app_public.reopening,
  returns_to app_public.return_target,
  closes_after interval,
  closes_unanswered boolean
) as $$
  select r.reopened_by, r.returns_to, r.closes_after, r.closes_unanswered
  from (
    select
      x.reopened_by, x.returns_to, x.closes_after, x.closes_unanswered,
      (x.team_id is not null)::int * 2 + (x.channel_id is not null)::int as precision
    from app_public.closing_rules x
    where x.tenant_id = $1
    and (x.channel_id is null or x.channel_id = $2)
    and (x.team_id is null or x.team_id = $3)
    union all
    select 'message', 'assignee', null, false, -1
  ) r
  order by r.precision desc
  limit 1
$$ language sql stable;
-- A set, and no pinned search_path, so that it can be inlined.

comment on function app_private.closing_rule_of(uuid, uuid, uuid) is
  E'The closing rule for the conversations of a channel and a team: the most specific one, or what applies without a '
   'rule.';
--! EndIncluded conversations/closing_rule_of.sql
--! Included conversations/reopen_conversations.sql
create or replace function app_private.reopen_conversations(conversation_ids uuid[]) returns void as $$
  update app_public.conversations c set
    status = 'open',
    team_id = case when n.returns_to in ('assignee', 'team') then c.team_id end,
    assignee_id = case when n.returns_to = 'assignee' then n.assignee_id end,
    handed_over_at = case when n.returns_to <> 'chatbot' then now() end
  from (
    select
      v.id,
      m.user_id as assignee_id,
      -- What nobody had returns to the chatbot.
      case
        when r.returns_to = 'assignee' and v.assignee_id is null and v.team_id is null then 'chatbot'
        else r.returns_to
      end as returns_to
    from app_public.conversations v
    cross join lateral app_private.closing_rule_of(v.tenant_id, v.channel_id, v.team_id) r
    left join app_public.memberships m
      on m.tenant_id = v.tenant_id and m.user_id = v.assignee_id and m.is_active and m.is_available
    where v.id = any (conversation_ids) and r.reopened_by = 'message'
  ) n
  where c.id = n.id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reopen_conversations(uuid[]) is
  E'Opens closed conversations in which the customer has written, as the closing rules say. A team that gets one '
   'assigns it as its assignment says. The caller has locked the conversations.';
--! EndIncluded conversations/reopen_conversations.sql
--! Included conversations/close_inactive_conversations.sql
create or replace function app_private.close_inactive_conversations(batch_size int) returns int as $$
declare
  v_ids uuid[];
begin
  -- One that is locked is not inactive.
  v_ids := array(
    select c.id
    from app_public.conversations c
    where c.id = any (array(
      select v.id
      from (
        select x.tenant_id, min(x.closes_after) as closes_after
        from app_public.closing_rules x
        where x.closes_after is not null
        group by x.tenant_id
      ) soonest
      join app_public.conversations v
        on v.tenant_id = soonest.tenant_id and v.status = 'open' and v.last_activity_at < now() - soonest.closes_after
      cross join lateral app_private.closing_rule_of(v.tenant_id, v.channel_id, v.team_id) r
      where greatest(v.last_activity_at, v.updated_at) < now() - r.closes_after
      and v.snoozed_until is null
      and (v.waiting_since is null or r.closes_unanswered)
      limit batch_size
    ))
    -- Checked again after the lock: whatever changes a conversation in the meantime is activity.
    and c.status = 'open' and c.updated_at < now() - interval '5 minutes'
    order by c.id
    for no key update skip locked
  );
  update app_public.conversations c set status = 'closed' where c.id = any (v_ids);
  return cardinality(v_ids);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.close_inactive_conversations(int) is
  E'Closes up to batch_size conversations that have not changed for as long as their closing rule says. Returns how '
   'many; there may be more if it is batch_size.';
--! EndIncluded conversations/close_inactive_conversations.sql
--! Included conversations/end_snoozes.sql
create or replace function app_private.end_snoozes(batch_size int) returns int as $$
declare
  v_ended int;
begin
  update app_public.conversations c set snoozed_until = null
  where c.id = any (array(
    select d.id
    from app_public.conversations d
    where d.id = any (array(
      select s.id
      from app_public.conversations s
      where s.snoozed_until <= now()
      order by s.snoozed_until
      limit batch_size
    ))
    order by d.id
    for no key update skip locked
  ))
  and c.snoozed_until <= now();
  get diagnostics v_ended = row_count;
  return v_ended;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.end_snoozes(int) is
  E'Ends up to batch_size snoozes whose time has come, so that subscriptions show the conversations. Returns how many.';
--! EndIncluded conversations/end_snoozes.sql
--! Included messages/message_effects.sql
-- The effects of a message, one function for each. They are inlined into the statements that store messages: they have
-- no pinned search_path, and are immutable because they compare enums without casting them to text. A type that a new
-- version of the Graph API adds has content of its own.

create or replace function app_private.has_own_content(type app_public.message_type, content jsonb)
returns boolean as $$
  -- Not changes of earlier messages, notices of the provider, or the opening of a chat. (Lists instead of a case, whose
  -- branches would each cost set-up time in every statement.)
  select type not in ('edit', 'revoke', 'reaction', 'system', 'request_welcome', 'media_placeholder')
    and (type <> 'unsupported' or coalesce(content ->> 'type', '') not in ('edit', 'revoke'))
$$ language sql immutable;

comment on function app_private.has_own_content(app_public.message_type, jsonb) is
  E'Whether a message has content of its own. A customer''s message with content counts as unread and reopens a '
   'closed conversation.';

create or replace function app_private.opens_window(
  direction app_public.message_direction,
  origin app_public.message_origin,
  type app_public.message_type,
  content jsonb
) returns boolean as $$
  select direction = 'inbound' and origin = 'live' and (
    app_private.has_own_content(type, content) or type = 'reaction' and coalesce(content ->> 'emoji', '') <> ''
  )
$$ language sql immutable;

comment on function app_private.opens_window(
  app_public.message_direction, app_public.message_origin, app_public.message_type, jsonb
) is
  E'Whether a message opens the reply window: a customer''s live message with content of its own, or a reaction.';

create or replace function app_private.needs_attention(
  direction app_public.message_direction,
  origin app_public.message_origin,
  type app_public.message_type,
  content jsonb
) returns boolean as $$
  select direction = 'inbound' and origin = 'live' and app_private.has_own_content(type, content)
$$ language sql immutable;

comment on function app_private.needs_attention(
  app_public.message_direction, app_public.message_origin, app_public.message_type, jsonb
) is
  E'Whether a message counts as unread and opens a closed conversation: a customer''s live message with content of '
   'its own.';

create or replace function app_private.is_answer(
  direction app_public.message_direction,
  origin app_public.message_origin,
  type app_public.message_type,
  author app_public.message_author
) returns boolean as $$
  select direction = 'outbound' and author in ('user', 'chatbot') and origin in ('live', 'echo') and type <> 'reaction'
$$ language sql immutable;

comment on function app_private.is_answer(
  app_public.message_direction, app_public.message_origin, app_public.message_type, app_public.message_author
) is
  E'Whether a message answers what the customer wrote before it: a message of a user or a chatbot other than a '
   'reaction.';

create or replace function app_private.is_listed(
  direction app_public.message_direction,
  origin app_public.message_origin,
  type app_public.message_type,
  content jsonb
) returns boolean as $$
  select direction <> 'internal' and origin <> 'group' and type not in ('edit', 'revoke')
    and (type <> 'reaction' or coalesce(content ->> 'emoji', '') <> '')
$$ language sql immutable;

comment on function app_private.is_listed(
  app_public.message_direction, app_public.message_origin, app_public.message_type, jsonb
) is
  E'Whether a message becomes the last message of its conversation. Internal messages do not. Edits and deletions do '
   'not: they change what the list shows of the message they refer to. Removed reactions do not, and messages in a '
   'group do not, because they are not part of the private thread.';

create or replace function app_hidden.is_users_answer(
  direction app_public.message_direction,
  author app_public.message_author,
  origin app_public.message_origin
) returns boolean as $$
  select direction = 'outbound' and author = 'user' and origin in ('live', 'echo')
$$ language sql immutable;

comment on function app_hidden.is_users_answer(
  app_public.message_direction, app_public.message_author, app_public.message_origin
) is
  E'Whether a message is one that a person of the business has sent now, here or in the phone app. It pauses the '
   'chatbot.';

grant execute on function app_hidden.is_users_answer(
  app_public.message_direction, app_public.message_author, app_public.message_origin
) to parley_visitor;

create or replace function app_private.wakes_chatbot(
  direction app_public.message_direction,
  origin app_public.message_origin,
  type app_public.message_type
) returns boolean as $$
  select direction = 'inbound' and origin = 'live' and type in (
    'text', 'interactive', 'button', 'image', 'video', 'audio', 'document', 'sticker', 'location', 'contacts', 'order'
  )
$$ language sql immutable;

comment on function app_private.wakes_chatbot(
  app_public.message_direction, app_public.message_origin, app_public.message_type
) is
  E'Whether a chatbot handles a message. Chatbots do not handle reactions, edits, and types that this version does '
   'not support.';
--! EndIncluded messages/message_effects.sql
--! Included messages/message_preview.sql
create or replace function app_hidden.order_preview(content jsonb) returns text as $$
  select case o.items when 0 then '[order]' when 1 then '[order: 1 item]' else '[order: ' || o.items || ' items]' end
  from (
    -- Quantities are numbers or strings of digits; any other quantity counts as one.
    select coalesce(sum(case when p.quantity ~ '^[0-9]{1,6}$' then p.quantity::int else 1 end), 0) as items
    from (
      select e ->> 'quantity' as quantity
      from jsonb_array_elements(
        case jsonb_typeof(content -> 'product_items') when 'array' then content -> 'product_items' else '[]' end
      ) e
    ) p
  ) o
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.order_preview(jsonb) is E'A short form of an order, for example "[order: 2 items]".';

grant execute on function app_hidden.order_preview(jsonb) to parley_visitor;

create or replace function app_hidden.visible_text(input text) returns text as $$
  -- Spaces and invisible characters: a message that has nothing else is shown as one without text.
  select nullif(btrim(
    input,
    E' \n\r\t\u000b\f\u00a0\u00ad\u034f\u061c\u115f\u1160\u180e'
      '\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
      '\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u202f\u205f\u2060\u2061\u2062'
      '\u2063\u2064\u2066\u2067\u2068\u2069\u2800\u3000\u3164\ufeff\uffa0'
  ), '')
$$ language sql immutable parallel safe;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.visible_text(text) is
  E'A text without spaces and invisible characters at its ends; null if nothing is left.';

grant execute on function app_hidden.visible_text(text) to parley_visitor;

create or replace function app_hidden.rare_preview(type app_public.message_type, content jsonb) returns text as $$
begin
  return coalesce(
    -- The text of the message.
    app_hidden.visible_text(
      case type
        when 'system' then content ->> 'body'
        when 'note' then content ->> 'body'
        when 'reaction' then content ->> 'emoji'
        when 'button' then coalesce(nullif(content ->> 'text', ''), content ->> 'payload')
        when 'order' then concat_ws(' ', app_hidden.order_preview(content), content ->> 'text')
        when 'location' then coalesce(
          nullif(content ->> 'name', ''), nullif(content ->> 'address', ''),
          '[location: ' || (content ->> 'latitude') || ', ' || (content ->> 'longitude') || ']'
        )
        when 'document' then coalesce(nullif(content ->> 'caption', ''), content ->> 'filename')
        when 'contacts' then concat_ws(
          ', ', content #>> '{contacts,0,name,formatted_name}', content #>> '{contacts,1,name,formatted_name}',
          content #>> '{contacts,2,name,formatted_name}'
        )
        when 'edit' then coalesce(
          content #>> array['message', content #>> '{message,type}', 'body'],
          content #>> array['message', content #>> '{message,type}', 'caption']
        )
        when 'interactive' then coalesce(
          content #>> '{button_reply,title}', content #>> '{list_reply,title}', content #>> '{nfm_reply,body}',
          '[call permission: ' || (content #>> '{call_permission_reply,response}') || ']', content #>> '{body,text}'
        )
        else content ->> 'caption'
      end
    ),
    -- A placeholder for a message without text.
    '[' || case type
      when 'audio' then case content ->> 'voice' when 'true' then 'voice' else 'audio' end
      when 'reaction' then 'reaction removed'
      when 'revoke' then 'deleted'
      when 'edit' then 'edited'
      when 'request_welcome' then 'chat opened'
      when 'media_placeholder' then 'media'
      when 'interactive' then case
        when content ? 'nfm_reply' then 'form' else replace(coalesce(content ->> 'type', 'interactive'), '_', ' ')
      end
      -- The content is the whole message object, which has the provider's type.
      when 'unknown' then coalesce(nullif(content ->> 'type', ''), 'unknown')
      else type::text
    end || ']'
  );
end;
$$ language plpgsql stable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.rare_preview(app_public.message_type, jsonb) is
  E'message_preview() of a message that is neither a text nor a template.';

grant execute on function app_hidden.rare_preview(app_public.message_type, jsonb) to parley_visitor;

create or replace function app_hidden.message_preview(type app_public.message_type, content jsonb) returns text as $$
  -- Only the most frequent types are inlined into the statement. Inlining all cases would cost more set-up time in each
  -- statement than storing a message.
  select left(coalesce(
    app_hidden.visible_text(case type when 'text' then content ->> 'body' when 'template' then content ->> 'name' end),
    app_hidden.rare_preview(type, content)
  ), 1000)
$$ language sql stable parallel safe;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.message_preview(app_public.message_type, jsonb) is
  E'A short form of a message, inbound or outbound, never empty: its text, or a placeholder such as "[image]", '
   '"[voice]" or "[order: 2 items]".';

grant execute on function app_hidden.message_preview(app_public.message_type, jsonb) to parley_visitor;
--! EndIncluded messages/message_preview.sql
--! Included messages/received_preview.sql
create or replace function app_hidden.received_preview(
  origin app_public.message_origin,
  type app_public.message_type,
  content jsonb
) returns text as $$
  -- A reader of a list must not mistake a message in a group for a private one.
  select case origin when 'group' then '[group] ' else '' end || app_hidden.message_preview(type, content)
$$ language sql stable;
-- No pinned search_path, so that it can be inlined; stable because message_preview() is.

comment on function app_hidden.received_preview(app_public.message_origin, app_public.message_type, jsonb) is
  E'The preview of a message from a provider.';

grant execute on function app_hidden.received_preview(app_public.message_origin, app_public.message_type, jsonb)
  to parley_visitor;
--! EndIncluded messages/received_preview.sql
--! Included messages/content/content_with_media.sql
create or replace function app_hidden.media_slot(type app_public.message_type, content jsonb) returns text[] as $$
  with slots as (
    select '{}'::text[] as path
    where type in ('image', 'video', 'audio', 'document', 'sticker')
    union all
    select array['header', content #>> '{header,type}']
    where type = 'interactive' and content #>> '{header,type}' in ('image', 'video', 'document')
    union all
    select array['components', (c.n - 1)::text, 'parameters', (p.n - 1)::text, lower(p.value ->> 'type')]
    from jsonb_array_elements(
      case when type = 'template' and jsonb_typeof(content -> 'components') = 'array'
        then content -> 'components' else '[]' end
    ) with ordinality c (value, n)
    cross join lateral jsonb_array_elements(
      case jsonb_typeof(c.value -> 'parameters') when 'array' then c.value -> 'parameters' else '[]' end
    ) with ordinality p (value, n)
    where lower(c.value ->> 'type') = 'header' and lower(p.value ->> 'type') in ('image', 'video', 'document')
  )
  select min(s.path)
  from slots s
  where coalesce(jsonb_typeof(content #> s.path), 'object') = 'object'
  and not coalesce(content #> s.path ?| '{id,link}', false)
  having count(*) = 1
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.media_slot(app_public.message_type, jsonb) is
  E'The path of the object of an outbound content that media_id fills in: the only media object without id and link. '
   'It is the content itself of a media message, or in the header of an interactive message or a template. Null if '
   'there is none, or more than one.';

grant execute on function app_hidden.media_slot(app_public.message_type, jsonb) to parley_visitor;


create or replace function app_hidden.content_with_media(
  type app_public.message_type,
  content jsonb,
  provider_media_id text,
  filename text default null,
  is_voice boolean default false
) returns jsonb as $$
declare
  v_slot text[] := app_hidden.media_slot(type, content);
  v_type text := coalesce(v_slot[cardinality(v_slot)], type::text);
  -- What the content says takes precedence.
  v_object jsonb := jsonb_strip_nulls(jsonb_build_object(
    'id', provider_media_id,
    'filename', case when v_type = 'document' then filename end,
    'voice', case when v_type = 'audio' and is_voice then true end
  )) || coalesce(content #> v_slot, '{}');
begin
  return case when v_slot = '{}' then v_object else jsonb_set(content, v_slot, v_object) end;
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.content_with_media(app_public.message_type, jsonb, text, text, boolean) is
  E'An outbound content with the provider''s id of its file, and with the name of a document and the mark of a voice '
   'note unless it has its own. Null if no object of the content can have them (media_slot).';

grant execute on function app_hidden.content_with_media(app_public.message_type, jsonb, text, text, boolean)
  to parley_visitor;
--! EndIncluded messages/content/content_with_media.sql
--! Included messages/content/length_problem.sql
create or replace function app_hidden.length_problem(name text, value jsonb, maximum int, required boolean default true)
returns text as $$
  select case
    when value is null or value = 'null' then case when required then name || ' must be given' end
    when jsonb_typeof(value) <> 'string' then name || ' must be a string'
    when required and btrim(value #>> '{}', E' \t\r\n') = '' then name || ' must not be empty'
    when length(value #>> '{}') > maximum
      then format('%s must have at most %s characters; it has %s', name, maximum, length(value #>> '{}'))
  end
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.length_problem(text, jsonb, int, boolean) is
  E'What is wrong with a text of a message, or null. maximum is in characters.';

grant execute on function app_hidden.length_problem(text, jsonb, int, boolean) to parley_visitor;
--! EndIncluded messages/content/length_problem.sql
--! Included messages/content/text_problem.sql
create or replace function app_hidden.text_problem(content jsonb) returns text as $$
  select coalesce(
    app_hidden.length_problem('body', content -> 'body', null),
    case when coalesce(jsonb_typeof(content -> 'preview_url'), 'boolean') <> 'boolean'
      then 'preview_url must be true or false' end
  )
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.text_problem(jsonb) is
  E'What is wrong with a text message, or null. {"body", "preview_url"?}. The maximum length depends on the kind of '
   'channel (tg_messages__refuse).';

grant execute on function app_hidden.text_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/text_problem.sql
--! Included messages/content/media_problem.sql
create or replace function app_hidden.media_problem(content jsonb, has_caption boolean) returns text as $$
  select case
    when (content ? 'id') = (content ? 'link')
    then 'exactly one of id and link must be given, unless the message has a media_id'
    when content ? 'id' and coalesce(content ->> 'id', '') !~ '^[^\s]{1,200}$'
    then 'id must be a media id (1 to 200 characters without spaces)'
    when content ? 'link' and coalesce(content ->> 'link', '') !~ '^https?://[^\s]+$'
      or length(content ->> 'link') > 2048
    then 'link must be an http(s) address of at most 2048 characters'
    when not has_caption and content ? 'caption' then 'caption must not be given for this type'
    else coalesce(
      app_hidden.length_problem('caption', content -> 'caption', 1024, required := false),
      app_hidden.length_problem('filename', content -> 'filename', 240, required := false)
    )
  end
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.media_problem(jsonb, boolean) is
  E'What is wrong with a media message, or null. {"id" or "link", "caption"?, "filename"?}.';

grant execute on function app_hidden.media_problem(jsonb, boolean) to parley_visitor;
--! EndIncluded messages/content/media_problem.sql
--! Included messages/content/location_problem.sql
create or replace function app_hidden.location_problem(content jsonb) returns text as $$
  select case
    when coalesce(content ->> 'latitude', '') !~ '^-?[0-9]{1,2}(\.[0-9]+)?$'
      or abs((content ->> 'latitude')::numeric) > 90
      then 'latitude must be a number from -90 to 90'
    when coalesce(content ->> 'longitude', '') !~ '^-?[0-9]{1,3}(\.[0-9]+)?$'
      or abs((content ->> 'longitude')::numeric) > 180
      then 'longitude must be a number from -180 to 180'
    else coalesce(
      app_hidden.length_problem('name', content -> 'name', 1000, required := false),
      app_hidden.length_problem('address', content -> 'address', 1000, required := false)
    )
  end
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.location_problem(jsonb) is
  E'What is wrong with a location, or null. {"latitude", "longitude", "name"?, "address"?}.';

grant execute on function app_hidden.location_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/location_problem.sql
--! Included messages/content/contacts_problem.sql
create or replace function app_hidden.contacts_problem(content jsonb) returns text as $$
  select case
    when jsonb_typeof(content -> 'contacts') is distinct from 'array' then 'contacts must be a list'
    when jsonb_array_length(content -> 'contacts') not between 1 and 257 then 'contacts must have 1 to 257 entries'
    when exists (
      select from jsonb_array_elements(content -> 'contacts') c
      where coalesce(c #>> '{name,formatted_name}', '') = ''
      or not (c -> 'name') ?| array['first_name', 'last_name', 'middle_name', 'suffix', 'prefix']
    ) then 'each contact must have name.formatted_name and one more part of the name'
  end
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.contacts_problem(jsonb) is
  E'What is wrong with contact cards, or null. {"contacts": [{"name": {"formatted_name", "first_name"?, …}, '
   '"phones"?, …}]}.';

grant execute on function app_hidden.contacts_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/contacts_problem.sql
--! Included messages/content/template_parameters_problem.sql
create or replace function app_hidden.template_parameters_problem(components jsonb) returns text as $$
  -- The components of a template and of its cards, with their paths.
  with component as (
    select 'components[' || c.n - 1 || ']' as path, c.value
    from jsonb_array_elements(components) with ordinality c (value, n)
  ),
  every_component as (
    select c.path, c.value from component c
    union all
    select c.path || '.cards[' || d.n - 1 || '].components[' || e.n - 1 || ']', e.value
    from component c
    cross join jsonb_array_elements(
      case jsonb_typeof(c.value -> 'cards') when 'array' then c.value -> 'cards' else '[]' end
    ) with ordinality d (value, n)
    cross join jsonb_array_elements(
      case jsonb_typeof(d.value -> 'components') when 'array' then d.value -> 'components' else '[]' end
    ) with ordinality e (value, n)
  ),
  parameter as (
    select c.path || '.parameters[' || p.n - 1 || ']' as path, p.value, lower(p.value ->> 'type') as type
    from every_component c
    cross join jsonb_array_elements(
      case jsonb_typeof(c.value -> 'parameters') when 'array' then c.value -> 'parameters' else '[]' end
    ) with ordinality p (value, n)
  ),
  texts as (
    select p.path || '.text' as path, p.value -> 'text' as value from parameter p where p.type = 'text'
    union all
    select p.path || '.coupon_code', p.value -> 'coupon_code' from parameter p where p.type = 'coupon_code'
    union all
    select p.path || '.currency.fallback_value', p.value #> '{currency,fallback_value}'
    from parameter p where p.type = 'currency'
    union all
    select p.path || '.date_time.fallback_value', p.value #> '{date_time,fallback_value}'
    from parameter p where p.type = 'date_time'
  )
  select coalesce(
    (select c.path || ' must be an object' from every_component c where jsonb_typeof(c.value) <> 'object' limit 1),
    (
      select c.path || '.parameters must be a list'
      from every_component c where coalesce(jsonb_typeof(c.value -> 'parameters'), 'array') <> 'array' limit 1
    ),
    (
      select w.path || case
        when coalesce(jsonb_typeof(w.value), 'null') <> 'string' or btrim(w.value #>> '{}', E' \n\r\t') = ''
        then ' must not be empty'
        else ' must not contain line breaks, tabs, or more than four spaces in a row'
      end
      from texts w
      where coalesce(jsonb_typeof(w.value), 'null') <> 'string'
      or btrim(w.value #>> '{}', E' \n\r\t') = ''
      or w.value #>> '{}' ~ '[\n\r\t]| {5}'
      order by w.path
      limit 1
    )
  )
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.template_parameters_problem(jsonb) is
  E'What is wrong with the components of a template message, or null. Meta refuses (132018, 100) a text parameter, in '
   'a header, a body, the address of a button or a card, that is empty or contains a line break, a tab or more than '
   'four consecutive spaces.';

grant execute on function app_hidden.template_parameters_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/template_parameters_problem.sql
--! Included messages/content/template_problem.sql
create or replace function app_hidden.template_problem(content jsonb) returns text as $$
  select case
    when coalesce(content ->> 'name', '') !~ '^[a-z0-9_]+$' or length(content ->> 'name') > 512
    then 'name must be 1 to 512 of the characters a-z, 0-9 and _'
    when coalesce(content #>> '{language,code}', '') !~ '^[A-Za-z]{2,3}(_[A-Za-z]{2,4})?$'
    then 'language.code must be a language code such as en_US'
    when coalesce(jsonb_typeof(content -> 'components'), 'array') <> 'array'
    then 'components must be a list'
    when coalesce(content -> 'components', '[]') <> '[]'
    then app_hidden.template_parameters_problem(content -> 'components')
  end
$$ language sql immutable parallel safe;
-- No pinned search_path, so that it can be inlined into check_message_content(), which has one.

comment on function app_hidden.template_problem(jsonb) is
  E'What is wrong with a template message, or null. {"name", "language": {"code"}, "components"?: […]}.';

grant execute on function app_hidden.template_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/template_problem.sql
--! Included messages/content/buttons_problem.sql
create or replace function app_hidden.buttons_problem(action jsonb) returns text as $$
  select case
    when jsonb_typeof(action -> 'buttons') is distinct from 'array' then 'action.buttons must be a list'
    when jsonb_array_length(action -> 'buttons') not between 1 and 3 then 'action.buttons must have 1 to 3 buttons'
    else (
      select case
        when count(distinct b #>> '{reply,title}') < count(*) then 'the titles of buttons must differ'
        when count(distinct b #>> '{reply,id}') < count(*) then 'the ids of buttons must differ'
        else min(coalesce(
          app_hidden.length_problem('a button''s reply.title', b #> '{reply,title}', 20),
          app_hidden.length_problem('a button''s reply.id', b #> '{reply,id}', 256)
        ))
      end
      from jsonb_array_elements(action -> 'buttons') b
    )
  end
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.buttons_problem(jsonb) is
  E'What is wrong with reply buttons, or null. 1 to 3 buttons; titles of at most 20 characters and ids of at most '
   '256, each used only once.';

grant execute on function app_hidden.buttons_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/buttons_problem.sql
--! Included messages/content/list_problem.sql
create or replace function app_hidden.list_problem(content jsonb) returns text as $$
declare
  v_sections jsonb := content #> '{action,sections}';
begin
  if jsonb_typeof(v_sections) is distinct from 'array' or jsonb_array_length(v_sections) not between 1 and 10 then
    return 'action.sections must have 1 to 10 sections';
  elsif exists (
    select from jsonb_array_elements(v_sections) s where jsonb_typeof(s -> 'rows') is distinct from 'array'
  ) then
    return 'the rows of a section must be a list';
  elsif coalesce(content #>> '{header,type}', 'text') <> 'text' then
    return 'the header of a list must be a text';
  end if;

  return coalesce(
    app_hidden.length_problem('action.button', content #> '{action,button}', 20),
    (
      select min(app_hidden.length_problem(
        'a section''s title', s -> 'title', 24, required := jsonb_array_length(v_sections) > 1
      ))
      from jsonb_array_elements(v_sections) s
    ),
    (
      select case
        when count(*) not between 1 and 10
          then format('a list must have 1 to 10 rows in all; this one has %s', count(*))
        when count(distinct r ->> 'id') < count(*) then 'the ids of rows must differ'
        else min(coalesce(
          app_hidden.length_problem('a row''s title', r -> 'title', 24),
          app_hidden.length_problem('a row''s id', r -> 'id', 200),
          app_hidden.length_problem('a row''s description', r -> 'description', 72, required := false)
        ))
      end
      from jsonb_array_elements(v_sections) s, jsonb_array_elements(s -> 'rows') r
    )
  );
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.list_problem(jsonb) is
  E'What is wrong with a list message, or null. At most 10 rows in all, with titles of 24 characters, descriptions of '
   '72 and ids of 200; a button of 20.';

grant execute on function app_hidden.list_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/list_problem.sql
--! Included messages/content/interactive_problem.sql
create or replace function app_hidden.interactive_problem(content jsonb) returns text as $$
declare
  v_type text := content ->> 'type';
  v_action jsonb := content -> 'action';
begin
  if v_type is null then
    return 'type must be button, list, cta_url, flow, location_request_message, …';
  elsif jsonb_typeof(v_action) is distinct from 'object' then
    return 'action must be an object';
  end if;

  return coalesce(
    app_hidden.length_problem(
      'body.text', content #> '{body,text}', case v_type when 'list' then 4096 else 1024 end,
      required := v_type not in ('product', 'catalog_message', 'carousel', 'call_permission_request', 'voice_call')
    ),
    app_hidden.length_problem('header.text', content #> '{header,text}', 60, required := false),
    app_hidden.length_problem('footer.text', content #> '{footer,text}', 60, required := false),
    case v_type
      when 'button' then app_hidden.buttons_problem(v_action)
      when 'list' then app_hidden.list_problem(content)
      when 'cta_url' then coalesce(
        app_hidden.length_problem('action.parameters.display_text', v_action #> '{parameters,display_text}', 20),
        case when coalesce(v_action #>> '{parameters,url}', '') !~ '^https?://[^\s]+$'
          then 'action.parameters.url must be an http(s) address' end
      )
      when 'location_request_message' then
        case when v_action ->> 'name' is distinct from 'send_location' then 'action.name must be send_location' end
      when 'flow' then coalesce(
        case when (v_action -> 'parameters' ? 'flow_id') is not distinct from (v_action -> 'parameters' ? 'flow_name')
          then 'exactly one of action.parameters.flow_id and flow_name must be given' end,
        app_hidden.length_problem('action.parameters.flow_cta', v_action #> '{parameters,flow_cta}', 30)
      )
    end
  );
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.interactive_problem(jsonb) is
  E'What is wrong with an interactive message, or null. Kinds that this version does not support are checked by the '
   'provider only.';

grant execute on function app_hidden.interactive_problem(jsonb) to parley_visitor;
--! EndIncluded messages/content/interactive_problem.sql
--! Included messages/check_message_content.sql
create or replace function app_hidden.check_message_content(
  type app_public.message_type,
  content jsonb,
  has_media boolean default false
) returns boolean as $$
declare
  -- A content with a file is checked as it will be sent.
  v_content jsonb := case when has_media then app_hidden.content_with_media(type, content, 'id') else content end;
  v_problem text := case type
    when 'text' then app_hidden.text_problem(v_content)
    when 'image' then app_hidden.media_problem(v_content, has_caption := true)
    when 'video' then app_hidden.media_problem(v_content, has_caption := true)
    when 'document' then app_hidden.media_problem(v_content, has_caption := true)
    when 'audio' then app_hidden.media_problem(v_content, has_caption := false)
    when 'sticker' then app_hidden.media_problem(v_content, has_caption := false)
    when 'location' then app_hidden.location_problem(v_content)
    when 'contacts' then app_hidden.contacts_problem(v_content)
    when 'interactive' then app_hidden.interactive_problem(v_content)
    when 'template' then app_hidden.template_problem(v_content)
    when 'reaction' then case
      when coalesce(v_content ->> 'message_id', '') = ''
      then 'message_id must be the provider''s id of the message to react to, which has one once it is sent'
      when jsonb_typeof(v_content -> 'emoji') is distinct from 'string'
      then 'emoji must be a string ("" removes the reaction)'
    end
    else 'messages of type ' || type || ' cannot be sent'
  end;
begin
  if v_content is null then
    v_problem := 'with media_id, the content must have exactly one media object without id and link';
  end if;
  if v_problem is null and octet_length(content::text) > 65536 then
    v_problem := 'content must be at most 64 KiB';
  end if;
  if v_problem is not null then
    raise exception 'Invalid % message: %', type, v_problem
      using errcode = 'PYCNT', hint = 'content must be the Graph API''s object for the type of the message.';
  end if;
  return true;
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.check_message_content(app_public.message_type, jsonb, boolean) is
  E'Checks an outbound content against the shapes and limits of the Graph API. Lengths are in characters. has_media: '
   'whether the message has a media_id, which stands for the id in the content''s media object. PYCNT: what is wrong.';

grant execute on function app_hidden.check_message_content(app_public.message_type, jsonb, boolean) to parley_visitor;
--! EndIncluded messages/check_message_content.sql
--! Included messages/content/note_content.sql
create or replace function app_hidden.note_content(body text, mentioned_user_ids uuid[]) returns jsonb as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'body', body,
    'mentions', case when cardinality(mentioned_user_ids) > 0 then to_jsonb(mentioned_user_ids) end
  ))
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.note_content(text, uuid[]) is E'The content of a note, which check_note() checks.';

grant execute on function app_hidden.note_content(text, uuid[]) to parley_visitor;
--! EndIncluded messages/content/note_content.sql
--! Included messages/content/check_note.sql
create or replace function app_hidden.check_note(content jsonb, has_media boolean) returns boolean as $$
declare
  v_problem text := coalesce(
    app_hidden.length_problem('body', content -> 'body', 16384, required := not has_media),
    case
      when not content ? 'mentions' then null
      when jsonb_typeof(content -> 'mentions') <> 'array' then 'mentions must be a list of ids of users'
      when jsonb_array_length(content -> 'mentions') > 100 then 'mentions must have at most 100 ids of users'
      when exists (
        select from jsonb_array_elements_text(content -> 'mentions') m (id)
        where m.id is null
        or m.id !~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$'
      ) then 'mentions must be ids of users'
    end
  );
begin
  if v_problem is null and octet_length(content::text) > 131072 then
    v_problem := 'content must be at most 128 KiB';
  end if;
  if v_problem is not null then
    raise exception 'Invalid note: %', v_problem
      using errcode = 'PYCNT', hint = 'content must be {"body": "…", "mentions": [<user id>, …]}.';
  end if;
  return true;
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.check_note(jsonb, boolean) is
  E'Checks the content of a note: {"body", "mentions"?}. body has at most 16,384 characters, and may be missing if the '
   'note has a file; mentions has at most 100 ids of users. PYCNT: what is wrong.';

grant execute on function app_hidden.check_note(jsonb, boolean) to parley_visitor;
--! EndIncluded messages/content/check_note.sql

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

--! Included operations/missing_partitions.sql
create or replace function app_private.missing_partitions(months_ahead int)
returns table (parent regclass, name text, from_id uuid, to_id uuid) as $$
  with parents as (
    select c.oid::regclass as class, c.relname
    from pg_partitioned_table p
    join pg_class c on c.oid = p.partrelid
    where c.relnamespace in ('app_public'::regnamespace, 'app_private'::regnamespace)
  ),
  wanted as (
    select
      p.class, p.relname || to_char(m.at at time zone 'UTC', '_YYYY_MM') as name,
      app_hidden.uuid_v7_floor(m.at) as from_id, app_hidden.uuid_v7_floor(m.at + interval '1 month') as to_id
    from parents p
    cross join generate_series(
      date_trunc('month', now(), 'UTC'),
      date_trunc('month', now(), 'UTC') + make_interval(months => months_ahead),
      interval '1 month'
    ) m (at)
    union all
    -- What is older than the installation: imported history, and ids without a usable time.
    select p.class, p.relname || '_before', null, app_hidden.uuid_v7_floor(date_trunc('month', now(), 'UTC'))
    from parents p
    where not exists (select from pg_inherits i where i.inhparent = p.class)
  )
  select w.class, w.name, w.from_id, w.to_id
  from wanted w
  where to_regclass(format('app_private.%I', w.name)) is null
$$ language sql stable set search_path to pg_catalog, pg_temp set timezone to 'UTC';

comment on function app_private.missing_partitions(int) is
  E'The missing ones of the partitions that this month and the next months_ahead months (UTC) need. from_id null: '
   'without a lower bound. Health checks look for those of this month and the next.';
--! EndIncluded operations/missing_partitions.sql
--! Included operations/ensure_partitions.sql
create or replace function app_private.ensure_partitions(months_ahead int default 3, at_most int default null)
returns setof text as $$
declare
  v_missing record;
begin
  -- Two processes may start at once: the second finds what the first has made.
  perform pg_advisory_xact_lock(hashtext('parley partitions'));

  for v_missing in
    select m.parent, m.name, m.from_id, m.to_id
    from app_private.missing_partitions(months_ahead) m
    order by m.name
    limit at_most
  loop
    -- Not "partition of", which locks out all readers and writers of the parent: attaching a separate table with the
    -- parent's columns, checks and indexes does not. It is empty, so that nothing is scanned. Attaching adds the
    -- parent's row triggers and foreign keys; for these it waits for writers of the tables they refer to.
    execute format('create table app_private.%I (like %s including all)', v_missing.name, v_missing.parent);
    execute format('alter table app_private.%I enable row level security', v_missing.name);
    -- Conversations are of very different lengths. A planner that expects an average one reads and sorts all messages
    -- of a long one for each page; one that expects a long one reads a page of any of them from the index.
    if v_missing.parent = 'app_public.messages'::regclass then
      execute format(
        'alter table app_private.%I alter column conversation_id set (n_distinct = 50)', v_missing.name
      );
    end if;
    execute format(
      'alter table %s attach partition app_private.%I for values from (%s) to (%L)',
      v_missing.parent, v_missing.name, coalesce(quote_literal(v_missing.from_id), 'minvalue'), v_missing.to_id
    );
    return next v_missing.name;
  end loop;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp set lock_timeout to '500ms';
-- A lock request that waits holds up all that come after it: rather try again (src/database/partitions.ts).

comment on function app_private.ensure_partitions(int, int) is
  E'Creates the partitions of this month and the following months (UTC) for every table that is partitioned by a '
   'version 7 id, and returns their names. Safe while messages arrive and while a dump runs. Waits at most half a '
   'second for a lock (55P03: try again). On a busy database, call it with at_most 1 until it returns nothing, each '
   'time in a transaction of its own, because each new partition holds its locks until the commit. Called at start '
   'and daily.';
--! EndIncluded operations/ensure_partitions.sql
do $$ begin perform app_private.ensure_partitions(); end; $$;

--! Included messages/tg_messages__fill_in.sql
create or replace function app_private.tg_messages__fill_in() returns trigger as $$
begin
  if NEW.tenant_id is null then
    -- Under the caller's own policies: a conversation of another tenant is not found.
    NEW.tenant_id := (select c.tenant_id from app_public.conversations c where c.id = NEW.conversation_id);
  end if;

  -- An empty content is refused with what it lacks, and may be filled in from a file.
  NEW.content := coalesce(NEW.content, '{}');

  if NEW.type = 'note' then
    NEW.direction := 'internal';
  end if;

  if NEW.author is null then
    NEW.user_id := case when NEW.direction <> 'inbound' then app_hidden.current_user_id() end;
    NEW.author := case
      when NEW.direction = 'inbound' then 'contact'
      when NEW.user_id is not null then 'user'
      else 'system'
    end;
    if NEW.user_id is null and app_hidden.current_api_key_hash() is not null then
      NEW.api_key_id := (app_hidden.current_api_key()).id;
    end if;
  end if;

  if NEW.type = 'reaction' and NEW.reply_to_id is not null and not NEW.content ? 'message_id' then
    NEW.content := NEW.content || jsonb_build_object('message_id', (
      select coalesce(m.provider_message_id, s.provider_message_id)
      from app_public.messages m
      left join app_public.message_statuses s on s.message_id = m.id
      where m.id = NEW.reply_to_id and m.conversation_id = NEW.conversation_id
    ));
  end if;

  NEW.preview := coalesce(NEW.preview, app_hidden.message_preview(NEW.type, NEW.content));
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__fill_in() is
  E'Fills in the tenant, the author and the preview of a message, so that an insert needs only conversation_id, type '
   'and content. A note is always internal. A reaction may name its message by reply_to_id instead of the provider''s '
   'id. Not called for rows that have all three.';
--! EndIncluded messages/tg_messages__fill_in.sql
--! Included messages/tg_messages__refuse_unknown_conversation.sql
create or replace function app_private.tg_messages__refuse_unknown_conversation() returns trigger as $$
begin
  raise exception 'The conversation does not exist' using errcode = 'PYNFD';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_messages__refuse_unknown_conversation() is
  E'Refuses (PYNFD) a message whose conversation does not exist or belongs to another tenant: tg_messages__fill_in() '
   'found no tenant for it.';
--! EndIncluded messages/tg_messages__refuse_unknown_conversation.sql
--! Included messages/tg_messages__refuse_change.sql
create or replace function app_private.tg_messages__refuse_change() returns trigger as $$
begin
  raise exception 'Messages must not be changed' using errcode = 'PYFIX', hint = 'Send another message instead.';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_messages__refuse_change() is
  E'Refuses updates of messages (PYFIX). Only conversation_id may change, when two contacts turn out to be the same '
   'person.';
--! EndIncluded messages/tg_messages__refuse_change.sql
--! Included messages/can_be_quoted.sql
create or replace function app_private.can_be_quoted(
  message_id uuid, conversation_id uuid, direction app_public.message_direction
) returns boolean as $$
  select exists (
    select from app_public.messages m
    where m.id = can_be_quoted.message_id and m.conversation_id = can_be_quoted.conversation_id
    and (can_be_quoted.direction = 'internal' or m.direction <> 'internal')
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;
-- The pinned search_path keeps it from being inlined: a statement that calls it for some rows only opens no partitions
-- for the others.

comment on function app_private.can_be_quoted(uuid, uuid, app_public.message_direction) is
  E'Whether a message of that direction in the conversation may quote the other message: it is stored in the same '
   'conversation. Internal messages are quoted by internal ones only.';
--! EndIncluded messages/can_be_quoted.sql
--! Included messages/refusal_message.sql
create or replace function app_private.refusal_message(code text, text_limit int) returns text as $$
  select case code
    when 'PYWIN' then 'The reply window is closed: until the customer writes, only a template may be sent'
    when 'PYOPT' then 'The contact is blocked or has opted out'
    when 'PYCHN' then 'A channel of this kind cannot send this type of message'
    when 'PYCNT' then format('On a channel of this kind, `body` must have at most %s characters', text_limit)
    when 'PYADR' then 'The contact has no address on this channel'
    when 'PYNFD' then 'The quoted message (reply_to_id) must be in this conversation, and not internal'
    when 'PYTPL' then 'The template is not approved'
  end
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.refusal_message(text, int) is
  E'The error message of a refused insert into messages, by error code.';
--! EndIncluded messages/refusal_message.sql
--! Included messages/tg_messages__refuse.sql
create or replace function app_private.tg_messages__refuse() returns trigger as $$
declare
  v_refused record;
begin
  -- Only messages that will be sent can be refused, and notes whose file or quoted message does not exist.
  perform from new_rows n where n.direction <> 'inbound' and n.origin = 'live' limit 1;
  if not found then
    return null;
  end if;

  -- One statement for all new rows, so that the rules add little to a bulk insert. Rows are joined by id alone, here
  -- and elsewhere: with tenant_id, the planner might join all rows of the tenant.
  select n.id, r.code, k.text_limit into v_refused
  from new_rows n
  join app_public.conversations c on c.id = n.conversation_id
  join app_public.contacts p on p.id = c.contact_id
  join app_public.channels ch on ch.id = c.channel_id
  join app_public.channel_kinds k on k.kind = ch.kind
  left join lateral (
    select t.status, t.category
    from app_public.templates t
    where n.type = 'template'
    and t.tenant_id = n.tenant_id
    and t.business_account_id = (
      select w.business_account_id from app_public.whatsapp_channels w where w.channel_id = c.channel_id
    )
    and t.name = n.content ->> 'name'
    and t.language = n.content #>> '{language,code}'
    -- A fence: it is looked up by its key, and only for a template. Flattened, each row may read all templates.
    offset 0
  ) t on true
  cross join lateral (
    select case
      when n.direction = 'outbound' and n.type <> all (k.message_types) then 'PYCHN'
      when n.type = 'text' and length(n.content ->> 'body') > k.text_limit then 'PYCNT'
      when n.media_id is not null
        and not app_private.require_media(n.tenant_id, n.media_id, ch.kind, n.type, n.content)
      then 'PYFIL'
      -- The provider would show the customer another customer's message, or a note.
      when n.reply_to_id is not null
        and not app_private.can_be_quoted(n.reply_to_id, n.conversation_id, n.direction)
      then 'PYNFD'
      when n.direction = 'internal' then null
      when p.is_blocked or p.opted_out_at is not null then 'PYOPT'
      when n.type <> 'template' and not app_hidden.is_window_open(c.window_expires_at, k.reply_window) then 'PYWIN'
      -- If the status of a template is unknown, the provider decides.
      when not app_hidden.is_sendable(t.status) then 'PYTPL'
      when t.category = 'marketing' and p.marketing_opted_out_at is not null then 'PYOPT'
      when (p.phone is null or 'phone' <> all (k.address_kinds)) and not exists (
        select from app_public.contact_identities i
        where i.contact_id = p.id and i.kind = any (k.address_kinds) and i.retired_at is null
      ) then 'PYADR'
    end as code
  ) r
  where n.direction <> 'inbound' and n.origin = 'live' and r.code is not null
  limit 1;

  if found then
    raise exception '%', app_private.refusal_message(v_refused.code, v_refused.text_limit)
      using errcode = v_refused.code, detail = format('message %s', v_refused.id);
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__refuse() is
  E'Enforces the rules of sending for every insert: by GraphQL, SQL or a chatbot. The rules depend on channel_kinds. '
   'PYCHN: the kind of channel cannot send this type of message. PYCNT: the text is too long, or the channel does not '
   'accept the file. PYNFD: the file does not exist, or the quoted message is not in the conversation. PYFIL, PYGON: '
   'the file is not stored. PYWIN: the reply window is closed, and the message is not a template. PYOPT: the contact '
   'is blocked or has opted out. PYTPL: the template is known and not approved. PYADR: the contact has no address on '
   'this kind of channel.';
--! EndIncluded messages/tg_messages__refuse.sql
--! Included messages/tg_messages__track_conversation.sql
create or replace function app_private.tg_messages__track_conversation() returns trigger as $$
declare
  -- Arrays, because a join with the new rows might be planned as a scan of all conversations.
  v_ids uuid[];
  v_first_id uuid;
  v_has_both boolean;
  v_late_ids uuid[];
  v_closed_ids uuid[];
  v_snoozed_ids uuid[];
  v_offered_ids uuid[];
  v_has_answers boolean;
  v_has_users boolean;
  v_has_ads boolean;
  v_change_ids uuid[];
  v_note_ids uuid[];
begin
  select
    array_agg(distinct n.conversation_id),
    min(n.id::text collate "C") filter (where n.origin in ('live', 'echo'))::uuid,
    bool_or(n.direction = 'inbound' and n.origin = 'live')
      and bool_or(n.direction = 'outbound' and n.origin in ('live', 'echo')),
    bool_or(app_hidden.is_users_answer(n.direction, n.author, n.origin)),
    bool_or(n.user_id is not null and n.author = 'user'),
    bool_or(jsonb_typeof(n.metadata -> 'referral') = 'object'),
    array_agg(n.id) filter (where n.type in ('reaction', 'edit', 'revoke')),
    array_agg(n.id) filter (where n.direction = 'internal' and n.type in ('note', 'edit'))
  into v_ids, v_first_id, v_has_both, v_has_answers, v_has_users, v_has_ads, v_change_ids, v_note_ids
  from new_rows n;

  -- By id, so that two batches about the same customers wait for each other: docs/architecture.md, "Locks".
  select
    -- If a new message is not the last one, or a statement has messages in both directions, then which messages are
    -- answered depends on the order of several.
    array_agg(l.id) filter (where l.last_message_id >= v_first_id or v_has_both),
    array_agg(l.id) filter (where l.status <> 'open'),
    array_agg(l.id) filter (where l.snoozed_until is not null),
    array_agg(l.id) filter (where l.free_entry_offered_until > now() - interval '7 days')
  into v_late_ids, v_closed_ids, v_snoozed_ids, v_offered_ids
  from (
    select c.id, c.last_message_id, c.status, c.snoozed_until, c.free_entry_offered_until
    from app_public.conversations c
    where c.id = any (v_ids)
    order by c.id
    for no key update
  ) l;

  -- Columns that every message changes, and that no trigger of conversations depends on.
  with changes as (
    select
      n.conversation_id,
      (array_agg(n.id order by n.id desc) filter (where n.is_listed))[1] as last_message_id,
      (array_agg(n.preview order by n.id desc) filter (where n.is_listed))[1] as last_message_preview,
      max(n.occurred_at) filter (where n.is_listed) as last_message_at,
      max(n.occurred_at) filter (where n.needs_attention) as customer_at,
      min(n.occurred_at) filter (where n.needs_attention) as first_customer_at,
      bool_or(n.is_answer) as is_answered,
      bool_or(n.is_answer and n.author = 'user') as is_answered_by_user,
      max(n.occurred_at) filter (where n.opens_window) as window_opened_at,
      array_agg(n.created_at) filter (where n.needs_attention) as attention_at
    from (
      select
        x.conversation_id, x.id, x.author, x.preview, x.occurred_at, x.created_at,
        app_private.is_listed(x.direction, x.origin, x.type, x.content) as is_listed,
        app_private.needs_attention(x.direction, x.origin, x.type, x.content) as needs_attention,
        app_private.opens_window(x.direction, x.origin, x.type, x.content) as opens_window,
        app_private.is_answer(x.direction, x.origin, x.type, x.author) as is_answer
      from new_rows x
    ) n
    group by n.conversation_id
  )
  update app_public.conversations c set
    -- By id, as lists of messages are ordered.
    last_message_id = greatest(c.last_message_id, n.last_message_id),
    last_message_preview = case
      when n.last_message_id is null or n.last_message_id < c.last_message_id then c.last_message_preview
      else n.last_message_preview
    end,
    last_message_at = greatest(c.last_message_at, n.last_message_at),
    last_customer_message_at = greatest(c.last_customer_message_at, n.customer_at),
    waiting_since = case
      when c.id = any (v_late_ids) then c.waiting_since
      when not n.is_answered then least(c.waiting_since, n.first_customer_at)
    end,
    waiting_for_person_since = case
      when c.id = any (v_late_ids) then c.waiting_for_person_since
      when not n.is_answered_by_user then least(c.waiting_for_person_since, n.first_customer_at)
    end,
    window_expires_at = case
      when n.window_opened_at is null then c.window_expires_at
      else greatest(
        c.window_expires_at, n.window_opened_at + (select w.* from app_private.reply_window_of(c.channel_id) w)
      )
    end,
    -- A message that arrived before the conversation was read, and was stored after, counts as read.
    unread_count = c.unread_count + (
      select count(*) from unnest(n.attention_at) at where at > coalesce(c.read_at, '-infinity')
    ),
    updated_at = greatest(now(), c.updated_at + interval '1 microsecond')
  from changes n
  where c.id = n.conversation_id and c.id = any (v_ids);

  -- Columns that few messages change, in statements that most batches do not need.
  if v_late_ids is not null then
    perform app_private.refresh_waiting(v_late_ids, v_first_id);
  end if;

  if v_closed_ids is not null then
    perform app_private.reopen_conversations(array(
      select distinct n.conversation_id from new_rows n
      where n.conversation_id = any (v_closed_ids)
      and app_private.needs_attention(n.direction, n.origin, n.type, n.content)
    ));
  end if;

  if v_snoozed_ids is not null then
    update app_public.conversations c set snoozed_until = null
    where c.id = any (v_snoozed_ids)
    and c.id = any (array(
      select n.conversation_id from new_rows n
      where app_private.needs_attention(n.direction, n.origin, n.type, n.content)
    ));
  end if;

  if v_has_answers then
    update app_public.conversations c set
      chatbot_paused_until = greatest(c.chatbot_paused_until, now() + app_private.chatbot_pause(c.tenant_id, c.id))
    where c.id = any (array(
      select n.conversation_id from new_rows n where app_hidden.is_users_answer(n.direction, n.author, n.origin)
    ));
  end if;

  -- A message that came from an advertisement offers free messages; the first answer within a day uses the offer. An
  -- answer from the phone app may be delivered up to a week later.
  if v_has_ads then
    update app_public.conversations c set
      free_entry_offered_until = greatest(c.free_entry_offered_until, n.occurred_at + interval '24 hours')
    from new_rows n
    where c.id = n.conversation_id and c.id = any (v_ids)
    and jsonb_typeof(n.metadata -> 'referral') = 'object'
    and app_private.opens_window(n.direction, n.origin, n.type, n.content);
  end if;

  if v_offered_ids is not null then
    update app_public.conversations c set
      free_entry_until = greatest(c.free_entry_until, n.occurred_at + interval '72 hours'),
      free_entry_offered_until = null
    from new_rows n
    where c.id = n.conversation_id and c.id = any (v_offered_ids)
    and n.direction = 'outbound' and n.origin in ('live', 'echo')
    and n.occurred_at between c.free_entry_offered_until - interval '24 hours' and c.free_entry_offered_until;
  end if;

  if v_has_users then
    insert into app_public.conversation_participants (tenant_id, conversation_id, user_id)
    select distinct n.tenant_id, n.conversation_id, n.user_id
    from new_rows n
    join app_public.memberships m on m.tenant_id = n.tenant_id and m.user_id = n.user_id
    where n.author = 'user'
    on conflict do nothing;
  end if;

  if v_change_ids is not null then
    perform app_private.store_message_changes(v_change_ids);
  end if;

  if v_note_ids is not null then
    perform app_private.store_mentions(v_note_ids);
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__track_conversation() is
  E'Updates conversations after an insert of messages: last message, reply window, free entry after an advertisement, '
   'unread count, wait for an answer, participants. A customer''s message opens the conversation again, as its '
   'closing rule says, and ends its snooze; a user''s message pauses the chatbot; a reaction, an edit or a deletion '
   'changes an earlier message; a note mentions users. message_effects.sql decides which message has which effect.';
--! EndIncluded messages/tg_messages__track_conversation.sql
--! Included messages/tg_messages__remove_state.sql
create or replace function app_private.tg_messages__remove_state() returns trigger as $$
declare
  v_ids uuid[] := array(select o.id from old_rows o);
begin
  delete from app_private.outbox o where o.message_id = any (v_ids);
  delete from app_public.message_statuses s where s.message_id = any (v_ids);
  delete from app_private.provider_ids p where p.message_id = any (v_ids);
  delete from app_public.message_changes c where c.id = any (v_ids);
  delete from app_public.mentions x where x.message_id = any (v_ids);
  insert into app_private.outdated_words (tenant_id, message_id)
  select o.tenant_id, o.id from old_rows o
  on conflict do nothing;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_messages__remove_state() is
  E'Deletes the statuses, outbox rows, provider''s ids, message_changes and mentions of deleted messages, and marks '
   'their words to be removed.';
--! EndIncluded messages/tg_messages__remove_state.sql
--! Included messages/report_changed_messages.sql
create or replace function app_private.report_changed_messages(tenant_id uuid, message_ids uuid[]) returns void as $$
  select app_private.notify_change(
    report_changed_messages.tenant_id, 'changed_messages', report_changed_messages.message_ids
  )
  where cardinality(report_changed_messages.message_ids) > 0
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.report_changed_messages(uuid, uuid[]) is
  E'Reports messages of a tenant that show something new, although their rows do not change: an edit, a reaction, a '
   'deletion by the author, a file that has arrived or has failed. Called once for each statement, never for each row.';
--! EndIncluded messages/report_changed_messages.sql
--! Included operations/database_identity.sql
create or replace function app_private.database_identity() returns text as $$
  select left(md5(concat_ws(' ',
    (select c.system_identifier from pg_control_system() c),
    (select d.oid from pg_database d where d.datname = current_database()),
    -- The timeline, which changes when a backup is restored or a standby is promoted.
    left(pg_walfile_name(pg_current_wal_lsn()), 8)
  )), 12)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.database_identity() is
  E'Twelve hex digits that differ between databases, and between a database and its restored backup: transaction ids '
   'of one mean nothing in another.';
--! EndIncluded operations/database_identity.sql
--! Included operations/write_change_cursor.sql
create or replace function app_private.write_change_cursor(since xid8) returns text as $$
  select concat_ws('.', app_private.database_identity(), trunc(extract(epoch from now())), write_change_cursor.since)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.write_change_cursor(xid8) is
  E'A cursor of changes, for a client that knows the changes of all transactions before this one. It contains the '
   'database and the time; read_change_cursor() checks them.';
--! EndIncluded operations/write_change_cursor.sql
--! Included operations/read_change_cursor.sql
create or replace function app_private.read_change_cursor(
  cursor text,
  out since xid8,
  out next_since xid8,
  out last_transaction xid8,
  out last_id uuid
) as $$
declare
  v_parts text[] := regexp_match(
    cursor, '^([0-9a-f]{12})\.([0-9]{1,12})\.([0-9]{1,18})(?:\.([0-9]{1,18})\.([0-9]{1,18})\.([0-9a-f]{32}))?$'
  );
begin
  if v_parts is null then
    raise exception '`cursor` must be what `changeCursor` or `changesSince` has returned' using errcode = 'PYREQ';
  end if;
  since := v_parts[3]::xid8;
  next_since := v_parts[4]::xid8;
  last_transaction := v_parts[5]::xid8;
  last_id := v_parts[6]::uuid;

  if v_parts[1] <> app_private.database_identity()
    or greatest(since, next_since) > pg_snapshot_xmax(pg_current_snapshot())
  then
    raise exception 'The database has been replaced or restored since the cursor was returned'
      using errcode = 'PYOLD';
  end if;
  -- delete_old_rows() keeps changes for a day longer, because a transaction may be older than the cursor.
  if to_timestamp(v_parts[2]::bigint) < now() - interval '2 days' then
    raise exception 'The cursor is more than two days old' using errcode = 'PYOLD';
  end if;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.read_change_cursor(text) is
  E'The contents of a cursor of changes: the changes of transactions before `since` are known. Between two pages also '
   'what `since` is after the last one, and the change up to which they were read. PYREQ: not a cursor. PYOLD: too '
   'old, or of another database.';
--! EndIncluded operations/read_change_cursor.sql
--! Included operations/change_cursor.sql
create or replace function app_public.change_cursor() returns text as $$
  select app_private.write_change_cursor(pg_snapshot_xmin(pg_current_snapshot()))
  where app_hidden.current_member_role() is not null
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.change_cursor() is
  E'The cursor of now, for changesSince. Request it before you load anything, in a request of its own: what the same '
   'request reads may be older than the cursor.';

grant execute on function app_public.change_cursor() to parley_visitor;
--! EndIncluded operations/change_cursor.sql
--! Included operations/changes_since.sql
create or replace function app_hidden.changes_since(cursor text) returns jsonb as $$
declare
  v_cursor record := app_private.read_change_cursor(changes_since.cursor);
  -- This function is stable, so it sees what the statement that calls it sees: a transaction that has not ended by now
  -- has an id of at least this, and its changes are returned after the last page of this round.
  v_next_since xid8 := coalesce(v_cursor.next_since, pg_snapshot_xmin(pg_current_snapshot()));
  v_page record;
  v_conversation_ids uuid[];
begin
  perform app_hidden.require_scope('read');

  with read as (
    select c.transaction_id, c.id, c.kind, c.ids
    from app_private.changes c
    where c.tenant_id = app_hidden.current_tenant_id()
    and c.transaction_id >= v_cursor.since
    and (v_cursor.last_id is null or (c.transaction_id, c.id) > (v_cursor.last_transaction, v_cursor.last_id))
    order by c.transaction_id, c.id
    limit 200
  ),
  -- An object that has changed several times counts once.
  objects as (
    select
      r.transaction_id, r.id, r.kind, o.id as object_id,
      row_number() over (partition by r.kind, o.id order by r.transaction_id, r.id) = 1 as is_first
    from read r, unnest(r.ids) o (id)
  ),
  counted as (
    select o.*, count(*) filter (where o.is_first) over (order by o.transaction_id, o.id) as so_far
    from objects o
  ),
  page as (
    select c.* from counted c where c.so_far <= 100
  )
  select
    (select count(*) = 200 from read) or exists (select from counted c where c.so_far > 100) as has_more,
    (
      select concat_ws('.', p.transaction_id, replace(p.id::text, '-', ''))
      from page p order by p.transaction_id desc, p.id desc limit 1
    ) as last,
    array(
      select distinct p.object_id from page p where p.kind in ('messages', 'changed_messages') order by p.object_id
    ) as message_ids,
    coalesce(
      (
        select jsonb_object_agg(k.kind, k.ids)
        from (select p.kind, jsonb_agg(distinct p.object_id) as ids from page p group by p.kind) k
      ),
      '{}'
    ) as ids
  into v_page;

  -- A message changes its conversation, too; no separate change is recorded for that. The bounds let Postgres prune
  -- partitions.
  select array_agg(distinct m.conversation_id)
  into v_conversation_ids
  from app_public.messages m
  where m.id = any (v_page.message_ids)
  and m.id between v_page.message_ids[1] and v_page.message_ids[cardinality(v_page.message_ids)];

  return jsonb_build_object(
    'cursor', case
      when v_page.has_more then concat_ws('.',
        split_part(changes_since.cursor, '.', 1), split_part(changes_since.cursor, '.', 2),
        v_cursor.since, v_next_since, v_page.last
      )
      else app_private.write_change_cursor(v_next_since)
    end,
    'has_more', v_page.has_more,
    'ids', v_page.ids || jsonb_build_object('conversations_of_messages', coalesce(v_conversation_ids, '{}'))
  );
end;
$$ language plpgsql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.changes_since(text) is
  E'A page of what has changed in the caller''s tenant since a cursor: up to 100 objects, as ids by kind (those of '
   'notify_change()), and the cursor of the next page. It skips nothing, and repeats what it has returned before where '
   'a transaction was open at that time.';

grant execute on function app_hidden.changes_since(text) to parley_visitor;
--! EndIncluded operations/changes_since.sql
--! Included operations/changed_ids.sql
create or replace function app_hidden.changed_ids(cursor text, kinds text[]) returns setof uuid as $$
declare
  v_since xid8 := (app_private.read_change_cursor(changed_ids.cursor)).since;
  v_ids uuid[];
begin
  perform app_hidden.require_scope('read');

  v_ids := array(
    select distinct o.id
    from app_private.changes c, unnest(c.ids) o (id)
    where c.tenant_id = (select app_hidden.current_tenant_id())
    and c.transaction_id >= v_since
    and (
      c.kind = any (changed_ids.kinds)
      or ('conversations_of_messages' = any (changed_ids.kinds) and c.kind in ('messages', 'changed_messages'))
    )
    limit 10001
  );
  if cardinality(v_ids) > 10000 then
    raise exception 'More than 10,000 objects have changed since the cursor'
      using errcode = 'PYLIM', hint = 'Use changesSince, which has pages, or load everything again.';
  end if;
  return query select unnest(v_ids);

  -- As in changes_since(): a message changes its conversation, too. The ids of messages are those of no conversation.
  if 'conversations_of_messages' = any (changed_ids.kinds) then
    return query select m.conversation_id from app_public.messages m where m.id in (select unnest(v_ids));
  end if;
end;
$$ language plpgsql stable security definer rows 100 set search_path to pg_catalog, pg_temp;

comment on function app_hidden.changed_ids(text, text[]) is
  E'The ids of what has changed in the caller''s tenant since a cursor, of these kinds (those of notify_change(), and '
   'conversations_of_messages); an id may be returned more than once. PYLIM: more than 10,000.';

grant execute on function app_hidden.changed_ids(text, text[]) to parley_visitor;
--! EndIncluded operations/changed_ids.sql
--! Included messages/apply_message_changes.sql
create or replace function app_private.apply_message_changes(change_ids uuid[]) returns void as $$
declare
  v_first uuid;
  v_last uuid;
  v_conversation_ids uuid[];
  v_changed record;
begin
  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select min(i::text collate "C")::uuid, max(i::text collate "C")::uuid into v_first, v_last from unnest(change_ids) i;

  -- Conversations before messages: docs/architecture.md, "Locks".
  v_conversation_ids := array(
    select distinct m.conversation_id from app_public.messages m
    where m.id = any (change_ids) and m.id between v_first and v_last
  );
  perform from app_public.conversations v where v.id = any (v_conversation_ids) order by v.id for no key update;

  for v_changed in
    with found as (
      update app_public.message_changes c set message_id = t.id
      from app_public.messages m, app_private.provider_ids p, app_public.messages t
      where c.id = any (change_ids)
      and m.id = c.id and m.id between v_first and v_last
      and p.hash = c.message_hash and t.id = p.message_id
      and t.id is distinct from c.message_id
      -- Others than the two parties of a conversation may know the provider's id of a message.
      and t.conversation_id = m.conversation_id
      and t.type not in ('reaction', 'edit', 'revoke')
      and (t.direction = m.direction or (c.type = 'reaction' and t.direction <> 'internal'))
      and (c.type <> 'edit' or t.type::text = m.content #>> '{message,type}')
      returning c.tenant_id, c.message_id, c.type
    ),
    outdated as (
      insert into app_private.outdated_words (tenant_id, message_id)
      select f.tenant_id, f.message_id from found f where f.type <> 'reaction'
      on conflict do nothing
    )
    select f.tenant_id, array_agg(distinct f.message_id) as message_ids from found f group by f.tenant_id
  loop
    perform app_private.report_changed_messages(v_changed.tenant_id, v_changed.message_ids);
  end loop;

  perform app_private.refresh_last_messages(v_conversation_ids);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_message_changes(uuid[]) is
  E'Finds the messages that these message_changes refer to, if they are stored and their authors may change them, '
   'marks their words to be renewed, reports them to subscriptions, and updates what lists show of their '
   'conversations. Called when a change is stored, and again when its message is.';
--! EndIncluded messages/apply_message_changes.sql
--! Included messages/store_message_changes.sql
create or replace function app_private.store_message_changes(message_ids uuid[]) returns void as $$
declare
  v_first uuid;
  v_last uuid;
begin
  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select min(i::text collate "C")::uuid, max(i::text collate "C")::uuid into v_first, v_last from unnest(message_ids) i;

  insert into app_public.message_changes (
    tenant_id, id, message_hash, type, is_inbound, author, user_id, emoji, content, occurred_at
  )
  select
    m.tenant_id, m.id, app_private.provider_id_hash(v.channel_id, r.provider_message_id), m.type,
    m.direction = 'inbound', m.author, m.user_id, r.emoji, r.content, m.occurred_at
  from app_public.messages m
  join app_public.conversations v on v.id = m.conversation_id
  cross join lateral (
    select
      case m.type when 'reaction' then m.content ->> 'message_id' else m.content ->> 'original_message_id' end
        as provider_message_id,
      case when m.type = 'reaction' then coalesce(m.content ->> 'emoji', '') end as emoji,
      case when m.type = 'edit' then m.content #> array['message', m.content #>> '{message,type}'] end as content
  ) r
  where m.id = any (message_ids) and m.id between v_first and v_last
  and r.provider_message_id is not null
  -- The longest emoji, a family or a flag, has ten characters.
  and case m.type
    when 'reaction'
    then length(r.emoji) <= 32 and coalesce(jsonb_typeof(m.content -> 'emoji'), 'null') in ('string', 'null')
    when 'edit' then jsonb_typeof(r.content) = 'object'
    else true
  end;

  perform app_private.apply_message_changes(message_ids);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.store_message_changes(uuid[]) is
  E'Stores the message_changes of new messages of the types reaction, edit and revoke, and applies them. A change that '
   'does not say what it changes, or how, remains a message without effect.';
--! EndIncluded messages/store_message_changes.sql
--! Included messages/tg_messages__notify_deleted.sql
create or replace function app_private.tg_messages__notify_deleted() returns trigger as $$
begin
  perform
    app_private.notify_change(r.tenant_id, 'deleted_messages', array_agg(r.id)),
    app_private.notify_change(r.tenant_id, 'conversations', array_agg(distinct r.conversation_id))
  from changed_rows r
  -- Deleting a conversation deletes its messages; that it is gone is enough to know.
  where exists (select from app_public.conversations c where c.id = r.conversation_id)
  group by r.tenant_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_messages__notify_deleted() is
  E'Notifies GraphQL subscriptions of messages that were deleted from conversations, once per statement.';
--! EndIncluded messages/tg_messages__notify_deleted.sql
--! Included messages/tg_messages__notify.sql
create or replace function app_private.tg_messages__notify() returns trigger as $$
begin
  -- Imported messages are recorded only: there may be very many, and they are no news.
  perform app_private.notify_change(n.tenant_id, 'messages', array_agg(n.id order by n.created_at), n.is_announced)
  from (select r.id, r.tenant_id, r.created_at, r.origin <> 'history' as is_announced from new_rows r) n
  group by n.tenant_id, n.is_announced;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__notify() is
  E'Notifies GraphQL subscriptions of new messages, once per statement.';
--! EndIncluded messages/tg_messages__notify.sql
--! Included messages/tg_messages__enqueue_send.sql
create or replace function app_private.tg_messages__enqueue_send() returns trigger as $$
begin
  insert into app_public.message_statuses (tenant_id, message_id, channel_id, author)
  select
    n.tenant_id, n.id, (select c.channel_id from app_public.conversations c where c.id = n.conversation_id), n.author
  from new_rows n
  where n.direction = 'outbound' and n.origin = 'live';

  if not found then
    return null;
  end if;

  insert into app_private.outbox (tenant_id, conversation_id, message_id, media_id)
  select n.tenant_id, n.conversation_id, n.id, n.media_id
  from new_rows n
  where n.direction = 'outbound' and n.origin = 'live';

  insert into app_private.outbox_lanes as l (tenant_id, conversation_id, channel_id, due_at)
  select c.tenant_id, c.id, c.channel_id, now()
  from app_public.conversations c
  where c.id in (select n.conversation_id from new_rows n where n.direction = 'outbound' and n.origin = 'live')
  order by c.id
  -- Only idle lanes: a lane that waits must continue to wait.
  on conflict (tenant_id, conversation_id) do update set due_at = least(l.due_at, excluded.due_at)
  where l.due_at = 'infinity';

  perform app_private.wake('send_messages');
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__enqueue_send() is
  E'Puts outbound messages in the outbox and wakes the sender.';
--! EndIncluded messages/tg_messages__enqueue_send.sql
--! Included messages/tg_message_statuses__record_opt_out.sql
create or replace function app_private.tg_message_statuses__record_opt_out() returns trigger as $$
begin
  perform app_private.set_marketing_preference(c.contact_id, false, NEW.failed_at, NEW.failed_at)
  from app_public.messages m
  join app_public.conversations c on c.id = m.conversation_id
  where m.id = NEW.message_id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_message_statuses__record_opt_out() is
  E'Records that a contact has opted out of marketing messages, as error 131050 reports. A repeated report does not '
   'override a later choice of the customer.';
--! EndIncluded messages/tg_message_statuses__record_opt_out.sql
--! Included messages/tg_message_statuses__notify.sql
create or replace function app_private.tg_message_statuses__notify() returns trigger as $$
begin
  perform app_private.notify_change(n.tenant_id, 'statuses', array_agg(n.message_id))
  from new_rows n
  join old_rows o on o.message_id = n.message_id
  where n.status <> o.status and n.status <> 'sending'
  group by n.tenant_id;

  -- A reaction that could not be sent does not show any more.
  if exists (select from new_rows n where n.status = 'failed') then
    perform app_private.report_changed_messages(c.tenant_id, array_agg(distinct c.message_id))
    from new_rows n
    join old_rows o on o.message_id = n.message_id and o.status <> 'failed'
    join app_public.message_changes c on c.id = n.message_id and c.message_id is not null
    where n.status = 'failed'
    group by c.tenant_id;
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_message_statuses__notify() is
  E'Notifies GraphQL subscriptions of changed statuses, and of messages whose reaction failed, once per statement.';
--! EndIncluded messages/tg_message_statuses__notify.sql
--! Included messages/move_messages.sql
create or replace function app_private.move_messages(tenant_id uuid, from_id uuid, to_id uuid) returns void as $$
declare
  v_moved_ids uuid[];
begin
  with moved as (
    update app_public.messages m set conversation_id = to_id
    where m.tenant_id = move_messages.tenant_id and m.conversation_id = from_id
    returning m.id
  )
  select array_agg(m.id) into v_moved_ids from moved m;
  -- Not announced: there may be very many. The deletion of their conversation is.
  if v_moved_ids is not null then
    perform app_private.notify_change(tenant_id, 'changed_messages', v_moved_ids, false);
  end if;

  -- Lanes before outbox before statuses: docs/architecture.md, "Locks".
  perform from app_private.outbox_lanes l
  where l.tenant_id = move_messages.tenant_id and l.conversation_id in (from_id, to_id)
  order by l.conversation_id
  for update;

  insert into app_private.outbox_lanes as l (tenant_id, conversation_id, channel_id, due_at, paced_until)
  select f.tenant_id, to_id, f.channel_id, f.due_at, f.paced_until
  from app_private.outbox_lanes f
  where f.tenant_id = move_messages.tenant_id and f.conversation_id = from_id
  on conflict on constraint outbox_lanes_pkey do update set
    due_at = least(l.due_at, excluded.due_at), paced_until = greatest(l.paced_until, excluded.paced_until);
  update app_private.outbox o set conversation_id = to_id
  where o.tenant_id = move_messages.tenant_id and o.conversation_id = from_id;

  -- If both conversations have an active run, the run of the kept one continues.
  update app_public.conversation_contexts x set
    status = 'stopped', completed_at = now(), completion_reason = 'contacts_merged'
  where x.tenant_id = move_messages.tenant_id and x.conversation_id = from_id and x.is_active
  and exists (
    select from app_public.conversation_contexts k
    where k.tenant_id = move_messages.tenant_id and k.conversation_id = to_id and k.is_active
  );
  update app_public.conversation_contexts x set conversation_id = to_id
  where x.tenant_id = move_messages.tenant_id and x.conversation_id = from_id;
  update app_public.mentions x set conversation_id = to_id
  where x.tenant_id = move_messages.tenant_id and x.conversation_id = from_id;
  update app_private.chatbot_events e set conversation_id = to_id
  where e.tenant_id = move_messages.tenant_id and e.conversation_id = from_id;

  -- If both are in the hands of users, the handoff of the kept one continues.
  update app_public.handoffs h set resolved_at = now(), outcome = 'merged'
  where h.conversation_id = from_id and h.resolved_at is null
  and exists (select from app_public.handoffs k where k.conversation_id = to_id and k.resolved_at is null);
  update app_public.handoffs h set conversation_id = to_id where h.conversation_id = from_id;

  insert into app_public.conversation_participants (tenant_id, conversation_id, user_id)
  select p.tenant_id, to_id, p.user_id
  from app_public.conversation_participants p
  where p.tenant_id = move_messages.tenant_id and p.conversation_id = from_id
  on conflict do nothing;

  update app_public.conversations k set
    last_message_id = greatest(k.last_message_id, f.last_message_id),
    last_message_preview = case when f.last_message_id > k.last_message_id or k.last_message_id is null
      then f.last_message_preview else k.last_message_preview end,
    last_message_at = greatest(k.last_message_at, f.last_message_at),
    last_customer_message_at = greatest(k.last_customer_message_at, f.last_customer_message_at),
    window_expires_at = greatest(k.window_expires_at, f.window_expires_at),
    free_entry_offered_until = greatest(k.free_entry_offered_until, f.free_entry_offered_until),
    free_entry_until = greatest(k.free_entry_until, f.free_entry_until),
    unread_count = k.unread_count + f.unread_count,
    team_id = coalesce(k.team_id, f.team_id),
    assignee_id = coalesce(k.assignee_id, f.assignee_id),
    previous_assignee_id = coalesce(k.previous_assignee_id, f.previous_assignee_id),
    handed_over_at = least(k.handed_over_at, f.handed_over_at),
    -- Visible if one of them is.
    snoozed_until = case
      when k.snoozed_until is not null and f.snoozed_until is not null then least(k.snoozed_until, f.snoozed_until)
    end,
    closed_through_id = greatest(k.closed_through_id, f.closed_through_id),
    chatbot_paused_until = greatest(k.chatbot_paused_until, f.chatbot_paused_until),
    metadata = f.metadata || k.metadata,
    status = least(k.status, f.status)
  from app_public.conversations f
  where k.id = to_id and f.id = from_id;

  perform app_private.refresh_waiting(array[to_id]);
  perform app_private.refresh_first_responses(array[to_id]);

  -- Changes of messages that were the other contact's.
  perform app_private.apply_message_changes(array(
    select m.id from app_public.messages m where m.conversation_id = to_id and m.type in ('reaction', 'edit', 'revoke')
  ));
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.move_messages(uuid, uuid, uuid) is
  E'Moves the content of one conversation into another, with its messages, outbox rows, mentions, chatbot runs '
   'and participants, when two contacts turn out to be the same person. Nothing else ever updates messages.';
--! EndIncluded messages/move_messages.sql
--! Included messages/messages_status.sql
create or replace function app_public.messages_status(message app_public.messages)
returns app_public.message_status as $$
  select s.status
  from app_public.message_statuses s
  where s.tenant_id = message.tenant_id and s.message_id = message.id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.messages_status(app_public.messages) is
  E'The outcome of an outbound message; null for an inbound one. Errors, times and pricing are in its messageStatus.';

grant execute on function app_public.messages_status(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_status.sql
--! Included messages/messages_message_status.sql
create or replace function app_public.messages_message_status(message app_public.messages)
returns setof app_public.message_statuses as $$
  select s.*
  from app_public.message_statuses s
  where s.message_id = message.id
  limit 1
$$ language sql stable rows 1;
-- No pinned search_path, so that it can be inlined. The limit keeps the planner from joining all statuses.

comment on function app_public.messages_message_status(app_public.messages) is
  E'The outcome of an outbound message, with errors, times and pricing; null for an inbound one.';

grant execute on function app_public.messages_message_status(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_message_status.sql
--! Included messages/messages_ack_status.sql
create or replace function app_public.messages_ack_status(message app_public.messages) returns int as $$
  select case app_public.messages_status(message)
    when 'failed' then -1
    when 'queued' then 0
    when 'sending' then 0
    when 'uncertain' then 0
    when 'sent' then 1
    when 'delivered' then 2
    when 'read' then 3
    when 'played' then 4
  end
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.messages_ack_status(app_public.messages) is
  E'status as a number: -1 failed, 0 not sent yet, 1 sent, 2 delivered, 3 read, 4 played. Null for an inbound message.';

grant execute on function app_public.messages_ack_status(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_ack_status.sql
--! Included messages/messages_role.sql
create or replace function app_public.messages_role(message app_public.messages) returns text as $$
  select case when message.direction <> 'internal' then case message.author
    when 'contact' then 'user'
    when 'chatbot' then 'assistant'
    when 'user' then 'assistant'
    when 'system' then 'system'
  end end
$$ language sql immutable set search_path to pg_catalog, pg_temp;

comment on function app_public.messages_role(app_public.messages) is
  E'The author as a role for language models: user, assistant or system. Null for internal messages, which '
   'a model must not see.';

grant execute on function app_public.messages_role(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_role.sql
--! Included messages/messages_current.sql
create or replace function app_public.messages_current(message app_public.messages)
returns table (current_content jsonb, current_preview text, edited_at timestamptz, revoked_at timestamptz) as $$
  select
    case
      when d.occurred_at is not null then null
      -- A caption that the edit does not have was removed.
      when e.content is not null then message.content - 'caption' || e.content
      else message.content
    end,
    case
      when d.occurred_at is not null then app_hidden.received_preview(message.origin, 'revoke', '{}')
      when e.content is not null
        then app_hidden.received_preview(message.origin, message.type, message.content - 'caption' || e.content)
      else message.preview
    end,
    e.occurred_at,
    d.occurred_at
  from (select) one
  left join lateral (
    select c.content, c.occurred_at
    from app_public.message_changes c
    where c.message_id = message.id and c.type = 'edit'
    order by c.occurred_at desc, c.id desc
    limit 1
  ) e on true
  left join lateral (
    select c.occurred_at
    from app_public.message_changes c
    where c.message_id = message.id and c.type = 'revoke'
    order by c.occurred_at
    limit 1
  ) d on true
$$ language sql stable rows 1;
-- No pinned search_path, so that it can be inlined. The limits keep the planner from joining all changes.

comment on function app_public.messages_current(app_public.messages) is
  E'What a message shows now: the content and its preview after the latest edit, or no content and "[deleted]" after '
   'its author has deleted it; and when it was last edited, and when deleted, by the provider''s clock.';

grant execute on function app_public.messages_current(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_current.sql
--! Included messages/messages_edits.sql
create or replace function app_public.messages_edits(message app_public.messages)
returns setof app_public.message_changes as $$
  select c.*
  from app_public.message_changes c
  where c.message_id = message.id and c.type = 'edit'
  order by c.occurred_at desc, c.id desc
  limit 20
$$ language sql stable rows 20;
-- No pinned search_path, so that it can be inlined. The limit keeps the planner from joining all changes.

comment on function app_public.messages_edits(app_public.messages) is
  E'The edits of a message, newest first, at most 20. The first is what the message shows now; content, at occurredAt, '
   'is what its author wrote originally.';

grant execute on function app_public.messages_edits(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_edits.sql
--! Included messages/messages_reactions.sql
create or replace function app_public.messages_reactions(message app_public.messages)
returns setof app_public.message_changes as $$
  select r.*
  from (values (true), (false)) d (is_inbound)
  cross join lateral (
    select c.*
    from app_public.message_changes c
    where c.message_id = message.id and c.type = 'reaction' and c.is_inbound = d.is_inbound
    and (c.is_inbound or not exists (
      select from app_public.message_statuses s where s.message_id = c.id and s.status = 'failed'
    ))
    order by c.occurred_at desc, c.id desc
    limit 1
  ) r
  where r.emoji <> ''
  order by r.occurred_at, r.id
$$ language sql stable rows 2;
-- No pinned search_path, so that it can be inlined. The limit keeps the planner from joining all changes.

comment on function app_public.messages_reactions(app_public.messages) is
  E'The reactions to a message, oldest first: at most one of the customer and one of the business, the latest by the '
   'provider''s time. Reactions that were taken back, or could not be sent, are left out.';

grant execute on function app_public.messages_reactions(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_reactions.sql
--! Included messages/messages_user.sql
create or replace function app_public.messages_user(message app_public.messages) returns setof app_public.users as $$
  select u.*
  from app_public.users u
  where u.id = message.user_id
  limit 1
$$ language sql stable rows 1;
-- No pinned search_path, so that it can be inlined.

comment on function app_public.messages_user(app_public.messages) is
  E'The user who wrote the message. Null if no user did, or if the user is not a member of the tenant any more.';

grant execute on function app_public.messages_user(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_user.sql
--! Included messages/message_changes_user.sql
create or replace function app_public.message_changes_user(change app_public.message_changes)
returns setof app_public.users as $$
  select u.*
  from app_public.users u
  where u.id = change.user_id
  limit 1
$$ language sql stable rows 1;
-- No pinned search_path, so that it can be inlined.

comment on function app_public.message_changes_user(app_public.message_changes) is
  E'The user who reacted. Null for a customer, for changes that were made in the phone app, and if the user is not a '
   'member of the tenant any more.';

grant execute on function app_public.message_changes_user(app_public.message_changes) to parley_visitor;
--! EndIncluded messages/message_changes_user.sql
--! Included messages/refresh_last_messages.sql
create or replace function app_private.refresh_last_messages(conversation_ids uuid[]) returns void as $$
  update app_public.conversations c set last_message_id = l.id, last_message_preview = l.current_preview
  from (
    select v.id as conversation_id, m.id, m.current_preview
    from app_public.conversations v
    left join lateral (
      select x.id, s.current_preview
      from app_public.messages x
      cross join lateral app_public.messages_current(x) s
      where x.conversation_id = v.id
      -- The last message is read first, and almost always remains the last one.
      and x.id <= v.last_message_id
      and app_private.is_listed(x.direction, x.origin, x.type, x.content)
      and (x.type <> 'reaction' or not exists (
        select from app_public.message_changes o
        join app_public.message_changes n
          on n.message_id = o.message_id and n.type = 'reaction' and n.is_inbound = o.is_inbound
          and (n.occurred_at, n.id) > (o.occurred_at, o.id)
        where o.id = x.id
      ))
      order by x.id desc
      limit 1
    ) m on true
    where v.id = any (conversation_ids)
  ) l
  where c.id = l.conversation_id
  and (c.last_message_id, c.last_message_preview) is distinct from (l.id, l.current_preview)
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.refresh_last_messages(uuid[]) is
  E'Sets the last message of conversations, and its preview, after an edit, a deletion, a reaction that was taken '
   'back, or the removal of a message. last_message_at, by which lists are ordered, stays. The caller has locked the '
   'conversations.';
--! EndIncluded messages/refresh_last_messages.sql
--! Included messages/refresh_waiting.sql
create or replace function app_private.refresh_waiting(conversation_ids uuid[], from_id uuid default null)
returns void as $$
  update app_public.conversations c set
    waiting_since = n.waiting_since,
    waiting_for_person_since = n.waiting_for_person_since
  from (
    select
      v.id,
      least(
        case when from_id is not null and coalesce(a.answer_id < from_id, true) then v.waiting_since end,
        min(m.occurred_at) filter (where a.answer_id is null or m.id > a.answer_id)
      ) as waiting_since,
      least(
        case when from_id is not null and coalesce(a.person_id < from_id, true) then v.waiting_for_person_since end,
        min(m.occurred_at) filter (where a.person_id is null or m.id > a.person_id)
      ) as waiting_for_person_since
    from app_public.conversations v
    cross join lateral (
      select
        greatest(v.closed_through_id, (
          select m.id
          from app_public.messages m
          where m.conversation_id = v.id and m.id >= coalesce(from_id, '00000000-0000-0000-0000-000000000000')
          and app_private.is_answer(m.direction, m.origin, m.type, m.author)
          order by m.id desc
          limit 1
        )) as answer_id,
        greatest(v.closed_through_id, (
          select m.id
          from app_public.messages m
          where m.conversation_id = v.id and m.id >= coalesce(from_id, '00000000-0000-0000-0000-000000000000')
          and app_private.is_answer(m.direction, m.origin, m.type, m.author) and m.author = 'user'
          order by m.id desc
          limit 1
        )) as person_id
    ) a
    left join app_public.messages m
      on m.conversation_id = v.id
      and m.id >= coalesce(
        greatest(from_id, a.person_id),
        '00000000-0000-0000-0000-000000000000'
      )
      and app_private.needs_attention(m.direction, m.origin, m.type, m.content)
    where v.id = any (conversation_ids)
    group by v.id, a.answer_id, a.person_id
  ) n
  where c.id = n.id
  and (c.waiting_since, c.waiting_for_person_since) is distinct from (n.waiting_since, n.waiting_for_person_since)
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.refresh_waiting(uuid[], uuid) is
  E'Computes since when conversations wait for an answer from their messages: all, after the removal of some; or those '
   'from from_id on, which are new or are newer than one that is new. Answers are compared by position: an answer '
   'that arrives late answers only what stands before it. The caller has locked the conversations.';
--! EndIncluded messages/refresh_waiting.sql
--! Included search/searchable_text.sql
create or replace function app_private.searchable_text(type app_public.message_type, content jsonb, preview text)
returns text as $$
begin
  if type in ('text', 'note') then
    return coalesce(content ->> 'body', preview);
  end if;
  return concat_ws(' ', preview, (
    select string_agg(v #>> '{}', ' ')
    from jsonb_path_query(
      content,
      '$.** ? (@.type() == "object").keyvalue() ? (@.value.type() == "string" && @.key like_regex "'
        '^(text|body|caption|filename|title|description|display_text|response_json|formatted_name|name|company|phone'
        '|email|address|street|city)$").value'
    ) v
  ));
end;
$$ language plpgsql immutable set search_path to pg_catalog, pg_temp;

comment on function app_private.searchable_text(app_public.message_type, jsonb, text) is
  E'What a search looks through in a message: its preview, and all texts that people see in its content: captions, '
   'names of files and places, headers, buttons, lists, values of templates, answers to forms, shared contacts.';

create or replace function app_private.words_of_messages(message_ids uuid[])
returns table (id uuid, partition oid, words text) as $$
declare
  v_first uuid;
  v_last uuid;
begin
  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select min(i::text collate "C")::uuid, max(i::text collate "C")::uuid into v_first, v_last from unnest(message_ids) i;

  return query
    select m.id, m.tableoid,
      app_hidden.search_words(app_private.searchable_text(m.type, s.current_content, s.current_preview))
    from app_public.messages m
    cross join lateral app_public.messages_current(m) s
    where m.id = any (message_ids) and m.id between v_first and v_last
    and m.type not in ('reaction', 'edit', 'revoke', 'system')
    and s.revoked_at is null;
end;
$$ language plpgsql stable rows 100 set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.words_of_messages(uuid[]) is
  E'The words that messages are found by now: after edits, and not those of messages that their authors have deleted. '
   'Not of reactions, edits and system messages. With the partition that each message is in.';
--! EndIncluded search/searchable_text.sql

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
--! Included search/store_message_words.sql
create or replace function app_private.store_message_words(tenant_id uuid, message_ids uuid[]) returns int as $$
declare
  -- A message counts as at least this many bytes, so a block has at most 64 messages: a tsvector has at most 256
  -- positions for each word, and 1 MiB in total.
  v_least_bytes constant int := 3125;
  v_block_bytes constant int := 200000;
  v_key text := app_hidden.search_key(tenant_id);
  v_count int;
begin
  with known as (
    select unnest(b.message_ids) as id
    from app_private.message_words b
    where b.tenant_id = store_message_words.tenant_id
    and b.id >= (select min(i::text collate "C")::uuid from unnest(store_message_words.message_ids) i)
    and b.first_id <= (select max(i::text collate "C")::uuid from unnest(store_message_words.message_ids) i)
  ),
  texts as (
    select t.*
    from app_private.words_of_messages(store_message_words.message_ids) t
    where t.words <> '' and t.id not in (select k.id from known k)
  ),
  divided as (
    select t.*, (
      sum(greatest(octet_length(t.words), v_least_bytes)) over (partition by t.partition order by t.id desc) - 1
    ) / v_block_bytes as block
    from texts t
  ),
  placed as (
    select d.*, ':' || row_number() over (partition by d.partition, d.block order by d.id desc) as position
    from divided d
  ),
  blocks as (
    select
      array_agg(p.id order by p.id desc) as ids,
      -- The input syntax of a tsvector: word:position.
      string_agg(v_key || replace(p.words, ' ', p.position || ' ' || v_key) || p.position, ' ') as words
    from placed p
    group by p.partition, p.block
  ),
  stored as (
    insert into app_private.message_words (tenant_id, id, first_id, message_ids, words)
    select store_message_words.tenant_id, b.ids[1], b.ids[cardinality(b.ids)], b.ids, b.words::tsvector
    from blocks b
    returning cardinality(message_words.message_ids) as messages
  )
  select coalesce(sum(s.messages), 0) into v_count from stored s;
  return v_count;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.store_message_words(uuid, uuid[]) is
  E'Stores the words of messages of a tenant, in blocks, and returns the number of messages. Messages that are in a '
   'block already, or have no words, are left out. A few thousand messages in one call cost least.';
--! EndIncluded search/store_message_words.sql
--! Included search/renew_message_words.sql
create or replace function app_private.renew_message_words(tenant_id uuid) returns void as $$
declare
  v_outdated uuid[] := array(
    select o.message_id from app_private.outdated_words o
    where o.tenant_id = renew_message_words.tenant_id
    order by o.message_id
    limit 500
    for update skip locked
  );
  v_message_ids uuid[];
begin
  if v_outdated = '{}' then
    return;
  end if;
  with removed as (
    delete from app_private.message_words w
    where w.tenant_id = renew_message_words.tenant_id
    and w.id = any (array(
      select b.id
      from unnest(v_outdated) o (message_id)
      cross join lateral (
        -- Mostly the first one, as a tenant's blocks overlap only where messages were imported.
        select x.id from app_private.message_words x
        where x.tenant_id = renew_message_words.tenant_id
        and x.id >= o.message_id and x.first_id <= o.message_id and o.message_id = any (x.message_ids)
        order by x.id
        limit 1
      ) b
    ))
    returning w.message_ids
  )
  select array_agg(i.id) into v_message_ids from removed r, unnest(r.message_ids) i (id);
  if v_message_ids is not null then
    perform app_private.store_message_words(tenant_id, v_message_ids);
  end if;
  delete from app_private.outdated_words o where o.message_id = any (v_outdated);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.renew_message_words(uuid) is
  E'Stores the blocks of words again that contain messages of a tenant that were edited, deleted by their authors, or '
   'erased.';
--! EndIncluded search/renew_message_words.sql
--! Included search/index_messages.sql
create or replace function app_private.index_messages(tenant_id uuid) returns int as $$
declare
  v_progress app_private.search_progress;
  v_new record;
  v_count int;
begin
  select p.* into v_progress from app_private.search_progress p
  where p.tenant_id = index_messages.tenant_id
  for update skip locked;
  -- Another worker is indexing this tenant.
  if not found then
    return 0;
  end if;

  -- In a restored database, transaction ids begin again. Those of earlier changes may be greater than all new ones.
  if v_progress.database_identity is distinct from app_private.database_identity() then
    update app_private.changes c set transaction_id = '0'
    where c.tenant_id = index_messages.tenant_id and c.transaction_id >= pg_snapshot_xmax(pg_current_snapshot());
    update app_private.search_progress p set
      database_identity = app_private.database_identity(), transaction_id = default, change_id = default
    where p.tenant_id = index_messages.tenant_id
    returning p.* into v_progress;
  end if;

  perform app_private.renew_message_words(tenant_id);

  with read as (
    select
      c.transaction_id, c.id, c.changed_at, case when c.kind = 'messages' then c.ids else '{}' end as message_ids
    from app_private.changes c
    where c.tenant_id = index_messages.tenant_id
    and (c.transaction_id, c.id) > (v_progress.transaction_id, v_progress.change_id)
    -- All transactions before this one have ended, so nothing is added to what has been read.
    and c.transaction_id < pg_snapshot_xmin(pg_current_snapshot())
    order by c.transaction_id, c.id
    limit 5000
  ),
  counted as (
    select r.*, sum(cardinality(r.message_ids)) over (order by r.transaction_id, r.id) as messages from read r
  )
  select
    count(*) as changes, min(c.changed_at) as oldest_at, max(c.changed_at) as newest_at,
    (array_agg(c.transaction_id order by c.transaction_id desc, c.id desc))[1] as transaction_id,
    (array_agg(c.id order by c.transaction_id desc, c.id desc))[1] as change_id,
    array(select i.id from counted m, unnest(m.message_ids) i (id) where m.messages <= 4096) as message_ids
  into v_new
  from counted c
  where c.messages <= 4096;

  -- A few messages wait until there are enough for a block, because a search reads them as they are.
  if v_new.changes = 0 or (
    cardinality(v_new.message_ids) between 1 and 63 and v_new.changes < 5000
    and v_new.oldest_at > now() - interval '12 hours'
  ) then
    update app_private.search_progress p set look_at = now() + interval '30 seconds'
    where p.tenant_id = index_messages.tenant_id;
    return 0;
  end if;

  v_count := app_private.store_message_words(tenant_id, v_new.message_ids);
  update app_private.search_progress p set
    transaction_id = v_new.transaction_id, change_id = v_new.change_id, indexed_until = v_new.newest_at,
    error = null,
    -- After the other tenants.
    look_at = now()
  where p.tenant_id = index_messages.tenant_id;
  return v_count;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.index_messages(uuid) is
  E'Stores the words of a tenant''s new messages, at most some 4,000 at a time, and renews those of changed messages. '
   'Returns the number of new messages. What is new is read from the changes that are recorded anyway, so storing a '
   'message costs nothing more.';

create or replace function app_private.index_due_messages(out tenants int, out failed_tenant_ids uuid[]) as $$
declare
  v_due uuid;
  v_messages int := 0;
begin
  tenants := 0;
  failed_tenant_ids := '{}';
  insert into app_private.search_progress (tenant_id)
  select t.id from app_public.tenants t
  where not exists (select from app_private.search_progress p where p.tenant_id = t.id)
  on conflict do nothing;

  for v_due in
    select p.tenant_id from app_private.search_progress p where p.look_at <= now() order by p.look_at limit 100
  loop
    begin
      v_messages := v_messages + app_private.index_messages(v_due);
    exception when others then
      update app_private.search_progress p set error = sqlerrm, look_at = now() + interval '10 minutes'
      where p.tenant_id = v_due;
      failed_tenant_ids := failed_tenant_ids || v_due;
    end;
    tenants := tenants + 1;
    exit when v_messages >= 4096;
  end loop;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.index_due_messages() is
  E'Indexes the messages of tenants whose turn it is, the one that has waited longest first. A tenant whose messages '
   'cannot be indexed does not delay the others: it is one of failed_tenant_ids, search_progress has the error, and it '
   'is tried again after ten minutes. tenants: how many were looked at; call it until that is 0. Each worker calls it '
   'every few seconds, and not as a job, because jobs may be what is delayed.';

create or replace function app_private.index_all_messages() returns bigint as $$
declare
  v_partition regclass;
  v_batch record;
  v_count bigint := 0;
begin
  insert into app_private.search_progress as p (tenant_id, database_identity, transaction_id, indexed_until)
  select t.id, app_private.database_identity(), pg_snapshot_xmin(pg_current_snapshot()), now()
  from app_public.tenants t
  on conflict on constraint search_progress_pkey do update set
    database_identity = excluded.database_identity, transaction_id = excluded.transaction_id, change_id = default,
    indexed_until = excluded.indexed_until, error = null;

  for v_partition in
    select i.inhrelid::regclass from pg_inherits i where i.inhparent = 'app_public.messages'::regclass order by 1
  loop
    for v_batch in execute format(
      'select n.tenant_id, array_agg(n.id) as ids
       from (
         select m.tenant_id, m.id, row_number() over (partition by m.tenant_id order by m.id) / 4096 as batch
         from %s m
       ) n
       group by n.tenant_id, n.batch',
      v_partition
    )
    loop
      v_count := v_count + app_private.store_message_words(v_batch.tenant_id, v_batch.ids);
    end loop;
  end loop;
  return v_count;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.index_all_messages() is
  E'Stores the words of all messages that have none, and returns the number of messages: after rows were copied in '
   'with triggers disabled, or after "truncate app_private.message_words", which a new rule of search_words() '
   'requires. Takes 15 to 30 microseconds for each message, in one transaction.';
--! EndIncluded search/index_messages.sql
--! Included search/messages_with_terms.sql
create or replace function app_private.messages_with_terms(message_ids uuid[], terms text[]) returns setof uuid as $$
  select w.id
  from app_private.words_of_messages(messages_with_terms.message_ids) w
  where w.words <> '' and w.words::tsvector @@ app_hidden.search_query(messages_with_terms.terms)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.messages_with_terms(uuid[], text[]) is
  E'Which of these messages contain all terms now.';
--! EndIncluded search/messages_with_terms.sql
--! Included search/find_in_blocks.sql
create or replace function app_private.find_in_blocks(
  tenant_id uuid, block_ids uuid[], terms text[], from_id uuid, below_id uuid
) returns setof uuid as $$
  with terms as materialized (
    -- A fence: their words are computed once, and not for each word of a block.
    select
      t.number, t.term like '%:*' as is_prefix,
      app_hidden.search_key(tenant_id) || regexp_replace(t.term, ':\*$', '') as word
    from unnest(find_in_blocks.terms) with ordinality t (term, number)
  ),
  blocks as (
    select w.message_ids, w.words
    from app_private.message_words w
    where w.tenant_id = find_in_blocks.tenant_id and w.id = any (block_ids)
    and w.id between block_ids[cardinality(block_ids)] and block_ids[1]
    -- Distance 0: all terms in one message, which is a position in the block.
    and w.words @@ app_hidden.search_query(find_in_blocks.terms, app_hidden.search_key(tenant_id), ' <0> ')
  )
  select i.id
  from blocks b
  cross join lateral (
    select p.position
    from unnest(b.words) w
    join terms t on starts_with(w.lexeme, t.word) and (t.is_prefix or w.lexeme = t.word)
    cross join lateral unnest(w.positions) p (position)
    group by p.position
    having count(distinct t.number) = cardinality(find_in_blocks.terms)
  ) found
  cross join lateral (select b.message_ids[found.position] as id) i
  where i.id >= from_id and i.id < below_id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_in_blocks(uuid, uuid[], text[], uuid, uuid) is
  E'The messages in blocks of a tenant, given newest first, that contain all terms.';
--! EndIncluded search/find_in_blocks.sql
--! Included search/find_in_index.sql
create or replace function app_private.find_in_index(
  tenant_id uuid, terms text[], from_id uuid, below_id uuid, at_most int, out message_ids uuid[], out searched_from uuid
) as $$
declare
  -- Most searches are for frequent words, or for recent messages.
  v_first_blocks constant int := 8;
  v_step int := v_first_blocks;
  v_most_blocks constant int := 2000;
  v_query tsquery := app_hidden.search_query(terms, app_hidden.search_key(tenant_id));
  v_block_ids uuid[];
  v_next_id uuid;
  v_done int := 0;
begin
  message_ids := '{}';
  v_block_ids := array(
    select w.id from app_private.message_words w
    where w.tenant_id = find_in_index.tenant_id and w.id >= from_id and w.first_id < below_id
    order by w.id desc
    limit v_first_blocks + 1
  );
  loop
    message_ids := message_ids || array(
      select app_private.find_in_blocks(
        tenant_id, v_block_ids[v_done + 1 : v_done + v_step], terms, from_id, below_id
      )
    );
    v_done := v_done + v_step;
    -- The blocks that are left contain no message after this one.
    v_next_id := v_block_ids[v_done + 1];
    searched_from := (
      select case when w.first_id > v_next_id then w.first_id else w.id end
      from app_private.message_words w
      where w.tenant_id = find_in_index.tenant_id and w.id = v_block_ids[v_done] and v_next_id is not null
    );
    exit when searched_from is null or v_done >= v_most_blocks
      or (select count(*) from unnest(message_ids) m (id) where m.id >= searched_from) > at_most;
    if v_done = v_first_blocks then
      v_block_ids := v_block_ids[:v_done] || array(
        -- A fence: the index on words is much better than the primary key.
        with blocks as materialized (
          select w.tenant_id, w.id, w.first_id from app_private.message_words w
          where w.words @@ v_query and w.id >= from_id and w.id <= v_next_id
        )
        select b.id from blocks b
        where b.tenant_id = find_in_index.tenant_id and b.first_id < below_id
        order by b.id desc
        limit v_most_blocks + 16
      );
      v_step := 16;
    end if;
  end loop;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.find_in_index(uuid, text[], uuid, uuid, int) is
  E'The indexed messages of a tenant from from_id up to below_id that contain all terms: more than the at_most '
   'newest, or all. searched_from: if not null, only those from it on.';
--! EndIncluded search/find_in_index.sql
--! Included search/find_in_conversation.sql
create or replace function app_private.find_in_conversation(
  tenant_id uuid, conversation_id uuid, terms text[], from_id uuid, below_id uuid, at_most int,
  out message_ids uuid[], out searched_from uuid
) as $$
declare
  v_step constant int := 500;
  v_most constant int := 5000;
  v_ids uuid[];
  v_done int := 0;
begin
  message_ids := '{}';
  loop
    v_ids := array(
      select m.id from app_public.messages m
      where m.conversation_id = find_in_conversation.conversation_id and m.tenant_id = find_in_conversation.tenant_id
      and m.id >= from_id and m.id < coalesce(searched_from, below_id)
      order by m.id desc
      limit v_step
    );
    message_ids := message_ids || array(select app_private.messages_with_terms(v_ids, terms));
    v_done := v_done + v_step;
    searched_from := case when cardinality(v_ids) = v_step then v_ids[v_step] end;
    exit when searched_from is null or v_done >= v_most or cardinality(message_ids) > at_most;
  end loop;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.find_in_conversation(uuid, uuid, text[], uuid, uuid, int) is
  E'find_in_index() for the messages of one conversation, which are read without an index of words.';
--! EndIncluded search/find_in_conversation.sql
--! Included search/find_unindexed.sql
create or replace function app_private.find_unindexed(
  tenant_id uuid, terms text[], from_id uuid, below_id uuid, out message_ids uuid[], out complete_until timestamptz
) as $$
declare
  v_most_changes constant int := 5000;
  v_most constant int := 1000;
  v_progress app_private.search_progress;
  v_new record;
begin
  select p.* into v_progress from app_private.search_progress p where p.tenant_id = find_unindexed.tenant_id;

  with read as (
    select c.transaction_id, c.id, case when c.kind = 'messages' then c.ids else '{}' end as message_ids
    from app_private.changes c
    where c.tenant_id = find_unindexed.tenant_id
    and (c.transaction_id, c.id) > (
      coalesce(v_progress.transaction_id, '0'), coalesce(v_progress.change_id, '00000000-0000-0000-0000-000000000000')
    )
    order by c.transaction_id desc, c.id desc
    limit v_most_changes
  ),
  counted as (
    select r.*, sum(cardinality(r.message_ids)) over (order by r.transaction_id desc, r.id desc) as messages from read r
  )
  select
    count(*) < v_most_changes and coalesce(max(c.messages), 0) <= v_most as is_complete,
    array(select i.id from counted m, unnest(m.message_ids) i (id) where m.messages <= v_most) as ids
  into v_new
  from counted c;

  message_ids := array(
    select app_private.messages_with_terms(
      array(
        select i.id
        from (
          select unnest(v_new.ids)
          union
          (
            select o.message_id from app_private.outdated_words o
            where o.tenant_id = find_unindexed.tenant_id
            limit v_most
          )
        ) i (id)
        where i.id >= from_id and i.id < below_id
      ),
      terms
    )
  );
  complete_until := case when v_new.is_complete then now() else v_progress.indexed_until end;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.find_unindexed(uuid, text[], uuid, uuid) is
  E'The messages of a tenant that are not in the index yet, or have changed since, and contain all terms. Of very '
   'many, the last ones. complete_until: messages that were stored until then are either indexed or were read here; '
   'null if nothing is indexed.';
--! EndIncluded search/find_unindexed.sql
--! Included search/find_messages.sql
create or replace function app_private.find_messages(
  tenant_id uuid,
  query text,
  conversation_id uuid default null,
  since timestamptz default null,
  until timestamptz default null,
  before uuid default null,
  at_most int default 50,
  out message_ids uuid[],
  out next_before uuid,
  out complete_until timestamptz
) as $$
declare
  v_terms text[] := app_hidden.search_terms(query);
  v_from_id uuid := coalesce(app_hidden.uuid_v7_floor(since), '00000000-0000-0000-0000-000000000000');
  v_below_id uuid := least(before, app_hidden.uuid_v7_floor(until), 'ffffffff-ffff-ffff-ffff-ffffffffffff');
  v_found record;
  v_unindexed record;
begin
  message_ids := '{}';
  complete_until := now();
  if v_terms = '{}' or v_from_id >= v_below_id then
    return;
  end if;

  if conversation_id is not null then
    v_found := app_private.find_in_conversation(
      tenant_id, conversation_id, v_terms, v_from_id, v_below_id, at_most
    );
    message_ids := v_found.message_ids;
  else
    v_found := app_private.find_in_index(tenant_id, v_terms, v_from_id, v_below_id, at_most);
    v_unindexed := app_private.find_unindexed(tenant_id, v_terms, v_from_id, v_below_id);
    message_ids := v_found.message_ids || v_unindexed.message_ids;
    complete_until := v_unindexed.complete_until;
  end if;

  message_ids := array(
    select distinct m.id from unnest(message_ids) m (id)
    where v_found.searched_from is null or m.id >= v_found.searched_from
    order by m.id desc
    limit at_most + 1
  );
  next_before := case
    when cardinality(message_ids) > at_most then message_ids[at_most]
    -- So many messages were read in vain that the search ends for now.
    else v_found.searched_from
  end;
  -- Without what was edited, deleted or erased since it was indexed.
  message_ids := array(
    select m.id from app_private.messages_with_terms(message_ids[:at_most], v_terms) m (id) order by m.id desc
  );
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_messages(uuid, text, uuid, timestamptz, timestamptz, uuid, int) is
  E'A page of the messages of a tenant that contain all words of a query, newest first. next_before: the argument '
   'before of the next page, null on the last one. A page may have fewer messages than at_most, or none, and still '
   'have a next one: the search of a page reads a bounded number of messages. complete_until: messages that were '
   'stored until then were searched; now, unless indexing is far behind.';
--! EndIncluded search/find_messages.sql
--! Included search/search_messages.sql
create or replace function app_hidden.find_messages(
  query text, conversation_id uuid, since timestamptz, until timestamptz, before uuid, at_most int,
  out message_ids uuid[], out next_before uuid, out complete_until timestamptz
) as $$
declare
  v_tenant_id uuid := app_hidden.require_scope('read');
begin
  if at_most is null or at_most not between 1 and 100 then
    raise exception 'A page must have 1 to 100 messages' using errcode = 'PYLIM';
  end if;
  select f.message_ids, f.next_before, f.complete_until
  into message_ids, next_before, complete_until
  from app_private.find_messages(v_tenant_id, query, conversation_id, since, until, before, at_most) f;
end;
$$ language plpgsql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.find_messages(text, uuid, timestamptz, timestamptz, uuid, int) is
  E'app_private.find_messages() in the caller''s tenant. PYDEN: not signed in. PYLIM: more than 100 messages.';

grant execute on function app_hidden.find_messages(text, uuid, timestamptz, timestamptz, uuid, int) to parley_visitor;


create or replace function app_public.search_messages(
  query text,
  conversation_id uuid default null,
  since timestamptz default null,
  until timestamptz default null,
  before uuid default null,
  at_most int default 50
) returns setof app_public.messages as $$
  select m.*
  from app_hidden.find_messages(query, conversation_id, since, until, before, at_most) f
  join app_public.messages m
    on m.id = any (f.message_ids) and m.id between f.message_ids[cardinality(f.message_ids)] and f.message_ids[1]
  order by m.id desc
$$ language sql stable rows 50 set search_path to pg_catalog, pg_temp;

comment on function app_public.search_messages(text, uuid, timestamptz, timestamptz, uuid, int) is
  E'Messages that contain all words of a query, newest first, at most at_most (1 to 100). A word is found in upper or '
   'lower case, with or without accents, and also as the beginning of a longer word, except in quotation marks. '
   'Optionally in one conversation, and since (inclusive) or until (exclusive) a time. before: the id of the last '
   'message of the previous page. PYREQ: the query has more than 200 characters or 32 words. PYLIM: at_most. PYDEN: '
   'not signed in.';

grant execute on function app_public.search_messages(text, uuid, timestamptz, timestamptz, uuid, int) to parley_visitor;
--! EndIncluded search/search_messages.sql
--! Included messages/idempotency_key.sql
create or replace function app_hidden.claim_idempotency_key(tenant_id uuid, key text, request_hash bytea)
returns uuid as $$
declare
  v_claimed app_private.idempotency_keys;
begin
  perform app_hidden.require_scope_in(tenant_id, 'send', 'conversation');

  -- If two requests use the key at the same time, the second waits here until the first commits.
  insert into app_private.idempotency_keys as k (tenant_id, key, message_id, request_hash)
  values (
    claim_idempotency_key.tenant_id,
    claim_idempotency_key.key,
    app_hidden.uuid_v7_floor(to_timestamp(0)),
    claim_idempotency_key.request_hash
  )
  on conflict on constraint idempotency_keys_pkey do nothing;
  if found then
    return null;
  end if;

  select k.* into v_claimed
  from app_private.idempotency_keys k
  where k.tenant_id = claim_idempotency_key.tenant_id and k.key = claim_idempotency_key.key;
  if v_claimed.request_hash <> claim_idempotency_key.request_hash then
    raise exception 'This idempotency key was used for another message' using errcode = 'PYIDM';
  end if;
  return v_claimed.message_id;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.claim_idempotency_key(uuid, text, bytea) is
  E'Claims an idempotency key. Returns null if the key is new, otherwise the message that was sent with it. PYIDM: '
   'the key belongs to another request. PYNFD: the tenant is not the caller''s. PYDEN: agents only.';

grant execute on function app_hidden.claim_idempotency_key(uuid, text, bytea) to parley_visitor;

create or replace function app_hidden.store_idempotency_key(tenant_id uuid, key text, message_id uuid)
returns void as $$
begin
  perform app_hidden.require_scope_in(tenant_id, 'send', 'conversation');

  update app_private.idempotency_keys k set message_id = store_idempotency_key.message_id
  where k.tenant_id = store_idempotency_key.tenant_id and k.key = store_idempotency_key.key;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.store_idempotency_key(uuid, text, uuid) is
  E'Stores the message that was sent with a claimed key. PYNFD: the tenant is not the caller''s. PYDEN: agents only.';

grant execute on function app_hidden.store_idempotency_key(uuid, text, uuid) to parley_visitor;

create or replace function app_public.messages_idempotency_key(message app_public.messages) returns text as $$
  select k.key
  from app_private.idempotency_keys k
  where k.message_id = message.id
  and k.tenant_id = message.tenant_id
  -- The row may have been made up by the caller.
  and (app_hidden.is_program() or k.tenant_id = app_hidden.current_tenant_id())
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.messages_idempotency_key(app_public.messages) is
  E'The idempotencyKey that the message was sent with, for as long as the key is remembered (eight days). Null if it '
   'was sent without one. A client that shows a message before it is sent recognises it by its key.';

grant execute on function app_public.messages_idempotency_key(app_public.messages) to parley_visitor;
--! EndIncluded messages/idempotency_key.sql
--! Included messages/send_message.sql
create or replace function app_public.send_message(
  conversation_id uuid,
  content jsonb default '{}',
  type app_public.message_type default 'text',
  reply_to_id uuid default null,
  idempotency_key text default null,
  media_id uuid default null
) returns app_public.messages as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
  v_earlier_id uuid;
  v_message app_public.messages;
begin
  if type = 'note' then
    raise exception 'A note is not sent' using errcode = 'PYCNT', hint = 'Use addNote.';
  end if;

  if idempotency_key is not null then
    v_earlier_id := app_hidden.claim_idempotency_key(
      v_conversation.tenant_id, idempotency_key,
      sha256(convert_to(
        concat_ws(E'\x1f', conversation_id, type, content, reply_to_id, 'media ' || media_id), 'UTF8'
      ))
    );
    if v_earlier_id is not null then
      select m.* into v_message
      from app_public.messages m
      where m.tenant_id = v_conversation.tenant_id and m.id = v_earlier_id;
      return v_message;
    end if;
  end if;

  insert into app_public.messages (conversation_id, type, content, reply_to_id, media_id)
  values (
    send_message.conversation_id, send_message.type, send_message.content, send_message.reply_to_id,
    send_message.media_id
  )
  returning * into v_message;

  if idempotency_key is not null then
    perform app_hidden.store_idempotency_key(v_conversation.tenant_id, idempotency_key, v_message.id);
  end if;
  return v_message;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.send_message(uuid, jsonb, app_public.message_type, uuid, text, uuid) is
  E'Sends a message. PYWIN, PYOPT, PYTPL, PYADR, PYCHN, PYCNT; PYFIL, PYGON; PYIDM; PYNFD, PYDEN. content: the Graph '
   'API''s own object of the type. type: the type of the message; defaults to text. reply_to_id: the message that it '
   'quotes; a reaction, {"emoji": "👍"}, is to that message. media_id: a file to send. It takes the place of id or '
   'link in the media object of the content that has neither: the content itself of an image, video, audio, document '
   'or sticker, which may then be left out, or the one in the header of an interactive message or a template. '
   'idempotency_key: 1 to 200 characters, kept for eight days. Repeating the request with the same key returns the '
   'same message instead of sending it again; another request with the same key is refused (PYIDM).';

grant execute on function app_public.send_message(uuid, jsonb, app_public.message_type, uuid, text, uuid)
  to parley_visitor;
--! EndIncluded messages/send_message.sql
--! Included messages/remove_from_outbox.sql
create or replace function app_private.remove_from_outbox(message_ids uuid[]) returns int as $$
declare
  v_conversation_ids uuid[];
  v_unclaimed int;
begin
  with deleted as (
    delete from app_private.outbox o
    where o.message_id = any (message_ids)
    returning o.conversation_id, o.state
  )
  select array_agg(d.conversation_id), count(*) filter (where d.state <> 'sending')
  into v_conversation_ids, v_unclaimed
  from deleted d;
  if v_conversation_ids is null then
    return 0;
  end if;

  update app_private.outbox_lanes l set
    due_at = case
      -- Not exists(), which might be planned as a scan of the whole outbox.
      when (
        select o.message_id from app_private.outbox o where o.conversation_id = l.conversation_id limit 1
      ) is null then 'infinity'
      when l.paced_until > now() then now() + interval '6 seconds'
      else now()
    end
  where l.conversation_id = any (v_conversation_ids);
  return v_unclaimed;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.remove_from_outbox(uuid[]) is
  E'Deletes these messages from the outbox, so that the next messages of their conversations are due. Returns the '
   'number of deleted messages that were not being sent: for these, the caller must wake a sender. The caller must '
   'have locked the lanes.';
--! EndIncluded messages/remove_from_outbox.sql
--! Included messages/store_early_statuses.sql
create or replace function app_private.store_early_statuses(statuses jsonb, known_ids uuid[]) returns void as $$
  insert into app_private.early_statuses (channel_id, provider_message_id, status, occurred_at, details)
  select
    s.channel_id, s.provider_message_id, s.status, least(min(s.occurred_at), clock_timestamp()),
    (array_agg(s.details))[1]
  from rows from (
    jsonb_to_recordset(statuses) as (
      channel_id uuid, provider_message_id text, status app_public.message_status, occurred_at timestamptz,
      error jsonb, pricing jsonb
    )
  ) with ordinality s1 (channel_id, provider_message_id, status, occurred_at, error, pricing, n)
  cross join lateral (
    select s1.channel_id, s1.provider_message_id, s1.status, s1.occurred_at,
      jsonb_build_object('error', s1.error, 'pricing', s1.pricing) as details
  ) s
  where known_ids[s1.n] is null and s1.provider_message_id is not null
  group by s.channel_id, s.provider_message_id, s.status
  order by s.channel_id, s.provider_message_id, s.status
  on conflict do nothing
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.store_early_statuses(jsonb, uuid[]) is
  E'Stores statuses whose message is not known yet (known_ids is null at their position).';
--! EndIncluded messages/store_early_statuses.sql
--! Included shared/uuid_v7_time.sql
create or replace function app_hidden.uuid_v7_time(id uuid) returns timestamptz as $$
  -- The inverse of uuid_v7(): 48 bits of milliseconds, the version, 12 bits of 1/4096 of a millisecond.
  select to_timestamp(
    ('x' || left(replace(id::text, '-', ''), 12) || substr(id::text, 16, 3))::bit(60)::bigint / 4096000.0
  )
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.uuid_v7_time(uuid) is
  E'The instant in a version 7 id, to the microsecond. For a message: its place in the conversation.';

grant execute on function app_hidden.uuid_v7_time(uuid) to parley_visitor;
--! EndIncluded shared/uuid_v7_time.sql
--! Included messages/provider_id_hash.sql
create or replace function app_private.provider_id_hash(channel_id uuid, provider_message_id text) returns uuid as $$
  select md5(channel_id::text || E'\x1f' || provider_message_id)::uuid
$$ language sql immutable parallel safe;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.provider_id_hash(uuid, text) is
  E'The key of provider_ids: 16 bytes for a channel and a provider''s id of a message. It identifies the message; it '
   'does not keep the id secret.';
--! EndIncluded messages/provider_id_hash.sql
--! Included messages/message_by_provider_id.sql
create or replace function app_hidden.find_message_id(channel_id uuid, provider_message_id text) returns uuid as $$
  select p.message_id
  from app_private.provider_ids p
  where p.hash = app_private.provider_id_hash(channel_id, provider_message_id)
$$ language sql stable strict security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.find_message_id(uuid, text) is
  E'The id of the message that the provider knows by this id. The policies of messages decide who may read it.';

grant execute on function app_hidden.find_message_id(uuid, text) to parley_visitor;

create or replace function app_public.message_by_provider_id(channel_id uuid, provider_message_id text)
returns app_public.messages as $$
  select m.*
  from app_public.messages m
  where m.id = (
    select app_hidden.find_message_id(
      message_by_provider_id.channel_id, message_by_provider_id.provider_message_id
    )
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.message_by_provider_id(uuid, text) is
  E'The message, inbound or outbound, that the provider knows by this id (for WhatsApp: wamid). Null if there is '
   'none. provider_message_id: the id of the provider.';

grant execute on function app_public.message_by_provider_id(uuid, text) to parley_visitor;
--! EndIncluded messages/message_by_provider_id.sql
--! Included messages/messages_quoted_message.sql
create or replace function app_public.messages_quoted_message(message app_public.messages)
returns setof app_public.messages as $$
  select q.*
  from (
    select coalesce(
      message.reply_to_id,
      case when message.metadata #>> '{context,id}' is not null then app_hidden.find_message_id(
        (select v.channel_id from app_public.conversations v where v.id = message.conversation_id),
        message.metadata #>> '{context,id}'
      ) end
    ) as id
    -- A fence: the id is looked up once, and not again in each partition.
    offset 0
  ) k
  join app_public.messages q on q.id = k.id
  where q.conversation_id = message.conversation_id
  limit 1
$$ language sql stable rows 1;
-- No pinned search_path, so that it can be inlined.

comment on function app_public.messages_quoted_message(app_public.messages) is
  E'The message that this one quotes. Null if it quotes none, or one that is not stored in this conversation.';

grant execute on function app_public.messages_quoted_message(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_quoted_message.sql
--! Included messages/message_id_at.sql
create or replace function app_private.message_id_at(position_at timestamptz, hash uuid) returns uuid as $$
  -- The layout of uuid_v7(), with the hash of the provider's id instead of random bits.
  select (
    overlay(lpad(to_hex((extract(epoch from position_at) * 4096000)::bigint), 15, '0') placing '7' from 13 for 0)
    || 'a' || substr(hash::text, 21)
  )::uuid
$$ language sql stable parallel safe;
-- No pinned search_path, and stable as extract() is, so that it can be inlined.

comment on function app_private.message_id_at(timestamptz, uuid) is
  E'The id (UUID version 7) of a provider''s message at this position in the conversation. hash is that of '
   'provider_ids.';
--! EndIncluded messages/message_id_at.sql
--! Included messages/late_position.sql
create or replace function app_private.late_position(
  conversation_id uuid,
  written_at timestamptz,
  arrived_at timestamptz,
  quoted_hash uuid
) returns timestamptz as $$
  select greatest(
    case when written_at < arrived_at - interval '3 seconds' then written_at else arrived_at end,
    -- After messages that arrived earlier and were written earlier or in the same second. The provider's times are
    -- whole seconds: a message that took 2.9 seconds is positioned 2.9 seconds after one that took 3.1, and a quoting
    -- message is positioned later by the difference of the clocks.
    (
      select app_hidden.uuid_v7_time(e.id) + interval '2 microseconds'
      from (
        select m.id, m.occurred_at
        from app_public.messages m
        where m.conversation_id = late_position.conversation_id
        and m.id >= app_hidden.uuid_v7_floor(written_at)
        and m.id < app_hidden.uuid_v7_floor(written_at + interval '1 minute')
      ) e
      where e.occurred_at <= written_at
      order by e.id desc
      limit 1
    ),
    -- After the quoted message: the clocks may differ by more than the customer needs to answer.
    (
      select app_hidden.uuid_v7_time(p.message_id) + interval '2 microseconds'
      from app_private.provider_ids p
      where p.hash = quoted_hash
    )
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.late_position(uuid, timestamptz, timestamptz, uuid) is
  E'The position in its conversation, as a time, of a message that arrived late or quotes another one (quoted_hash: '
   'that of provider_ids). It is when the message was written, if that is more than three seconds before it arrived; '
   'otherwise when it arrived. It is never before a message of the same second that arrived earlier, nor before the '
   'quoted message.';
--! EndIncluded messages/late_position.sql
--! Included messages/claim_message_id.sql
create or replace function app_private.claim_message_id(
  conversation_id uuid,
  provider_message_id text,
  occurred_at timestamptz
) returns uuid as $$
  insert into app_private.provider_ids (hash, message_id)
  select
    h.hash,
    app_private.message_id_at(
      app_private.late_position(c.id, occurred_at, statement_timestamp(), null)
      -- Keeps the order of the calls, because times of other systems may be in whole seconds.
      + (clock_timestamp() - statement_timestamp()),
      h.hash
    )
  from app_public.conversations c
  cross join lateral (select app_private.provider_id_hash(c.channel_id, provider_message_id) as hash) h
  where c.id = claim_message_id.conversation_id
  on conflict (hash) do nothing
  returning message_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.claim_message_id(uuid, text, timestamptz) is
  E'The id for inserting a message that was written in another system, at its position in the conversation. Null if '
   'the message is stored already. provider_message_id is the id of the message in that system. Call it in the '
   'statement that inserts the message.';
--! EndIncluded messages/claim_message_id.sql
--! Included messages/remove_echoes.sql
create or replace function app_private.remove_echoes(message_ids uuid[], hashes uuid[]) returns boolean as $$
declare
  v_echoes app_public.messages[];
  v_ids uuid[];
  v_conversation_ids uuid[];
begin
  select array_agg(m), array_agg(m.id), array_agg(distinct m.conversation_id)
  into v_echoes, v_ids, v_conversation_ids
  from unnest(message_ids, hashes) k (message_id, hash)
  join app_private.provider_ids p on p.hash = k.hash and p.message_id <> k.message_id
  join app_public.messages m on m.id = p.message_id
  where m.direction = 'outbound' and m.origin <> 'live';
  if v_ids is null then
    return false;
  end if;

  perform from app_public.conversations c where c.id = any (v_conversation_ids) order by c.id for no key update;
  delete from app_public.messages m where m.id = any (v_ids);

  perform app_private.refresh_last_messages(v_conversation_ids);
  perform app_private.refresh_waiting(v_conversation_ids);
  perform app_private.refresh_first_responses(v_conversation_ids);
  -- register_provider_ids() applies them to the sent messages.
  update app_public.message_changes c set message_id = null where c.message_id = any (v_ids);

  -- The echo of the chatbot's own message had paused the chatbot.
  update app_public.conversations c set chatbot_paused_until = null
  from unnest(v_echoes) e
  where c.id = e.conversation_id
  and c.chatbot_paused_until
    between e.created_at + app_private.chatbot_pause(c.tenant_id, c.id) - interval '10 seconds'
    and e.created_at + app_private.chatbot_pause(c.tenant_id, c.id);
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.remove_echoes(uuid[], uuid[]) is
  E'Deletes messages that were stored as echoes, or as history, of outbound messages before the provider''s ids of '
   'these were known (by position), and ends the chatbot pause that they caused. Returns whether there were any.';
--! EndIncluded messages/remove_echoes.sql
--! Included messages/register_provider_ids.sql
create or replace function app_private.register_provider_ids(message_ids uuid[], provider_message_ids text[])
returns void as $$
declare
  v_ids uuid[];
  v_hashes uuid[];
  v_first uuid;
  v_last uuid;
  v_registered int;
  v_early_ids uuid[];
begin
  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select min(i::text collate "C")::uuid, max(i::text collate "C")::uuid into v_first, v_last from unnest(message_ids) i;

  select array_agg(k.message_id order by k.hash), array_agg(k.hash order by k.hash)
  into v_ids, v_hashes
  from (
    select distinct on (h.hash) h.hash, m.id as message_id
    from unnest(message_ids, provider_message_ids) g (message_id, provider_message_id)
    join app_public.messages m on m.id = g.message_id and m.id between v_first and v_last
    join app_public.conversations c on c.id = m.conversation_id
    cross join lateral (select app_private.provider_id_hash(c.channel_id, g.provider_message_id) as hash) h
    where g.provider_message_id is not null
    order by h.hash
  ) k;

  insert into app_private.provider_ids (hash, message_id)
  select k.hash, k.message_id
  from unnest(v_hashes, v_ids) k (hash, message_id)
  on conflict (hash) do nothing;
  get diagnostics v_registered = row_count;

  -- Either an id is stored already, or an echo was stored before it: then the sent message is kept.
  if v_registered < cardinality(v_hashes) and app_private.remove_echoes(v_ids, v_hashes) then
    insert into app_private.provider_ids (hash, message_id)
    select k.hash, k.message_id
    from unnest(v_hashes, v_ids) k (hash, message_id)
    on conflict (hash) do nothing;
  end if;

  -- Reactions that arrived before the id of their message was known.
  v_early_ids := array(
    select c.id from app_public.message_changes c where c.message_hash = any (v_hashes) and c.message_id is null
  );
  if v_early_ids <> '{}' then
    perform app_private.apply_message_changes(v_early_ids);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.register_provider_ids(uuid[], text[]) is
  E'Stores the provider''s ids of outbound messages, by position; null where the provider has not returned one.';
--! EndIncluded messages/register_provider_ids.sql
--! Included messages/lock_lanes.sql
create or replace function app_private.lock_lanes(message_ids uuid[]) returns void as $$
declare
  v_conversation_ids uuid[] := array(
    select o.conversation_id from app_private.outbox o where o.message_id = any (message_ids)
  );
begin
  perform from app_private.outbox_lanes l
  where l.conversation_id = any (v_conversation_ids)
  order by l.conversation_id
  for update;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.lock_lanes(uuid[]) is
  E'Locks the lanes of the conversations of these messages in the outbox. Called before the outbox and the statuses '
   'are locked: docs/architecture.md, "Locks".';
--! EndIncluded messages/lock_lanes.sql
--! Included messages/keeps_error.sql
create or replace function app_private.keeps_error(status app_public.message_status) returns boolean as $$
  select status in ('queued', 'sending', 'uncertain', 'failed')
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.keeps_error(app_public.message_status) is
  E'Whether a message with this status keeps its error: it has failed, or it is still being sent and has the error of '
   'the last attempt. A message that the provider has accepted has no error.';
--! EndIncluded messages/keeps_error.sql
--! Included messages/find_status_messages.sql
create or replace function app_private.find_status_messages(statuses jsonb)
returns table (message_ids uuid[], has_new_ids boolean) as $$
  select
    array_agg(coalesce(own.message_id, theirs.message_id) order by s.n),
    bool_or(own.message_id is not null and own.provider_message_id is distinct from s.provider_message_id)
  from rows from (
    jsonb_to_recordset($1) as (tenant_id uuid, channel_id uuid, message_id uuid, provider_message_id text)
  ) with ordinality s (tenant_id, channel_id, message_id, provider_message_id, n)
  left join lateral (
    select m.message_id, m.provider_message_id
    from app_public.message_statuses m
    where m.message_id = s.message_id and m.tenant_id = s.tenant_id
  ) own on true
  left join lateral (
    select m.message_id
    from app_private.provider_ids p
    join app_public.message_statuses m on m.message_id = p.message_id
    where own.message_id is null
    and p.hash = app_private.provider_id_hash(s.channel_id, s.provider_message_id)
    and m.tenant_id = s.tenant_id
    -- Prevents merging into the outer query, so that a message found by Parley's own id is not looked up again.
    limit 1
  ) theirs on true
$$ language sql stable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.find_status_messages(jsonb) is
  E'The message of each status, by position: found by Parley''s own id, which the provider returns, otherwise by the '
   'provider''s id; null if it is not known. has_new_ids: for some message that was found by Parley''s id, the '
   'provider''s id is not stored yet. Part of apply_statuses().';
--! EndIncluded messages/find_status_messages.sql
--! Included messages/merge_statuses.sql
create or replace function app_private.merge_statuses(statuses jsonb, message_ids uuid[], latest timestamptz)
returns table (
  tenant_id uuid,
  message_id uuid,
  status app_public.message_status,
  provider_message_id text,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  played_at timestamptz,
  failed_at timestamptz,
  error jsonb,
  pricing jsonb,
  priced_status app_public.message_status
) as $$
  select
    s.tenant_id,
    $2[s.n] as message_id,
    max(s.status) as status,
    max(s.provider_message_id) as provider_message_id,
    min(s.at) filter (where s.status = 'sent') as sent_at,
    min(s.at) filter (where s.status = 'delivered') as delivered_at,
    min(s.at) filter (where s.status = 'read') as read_at,
    min(s.at) filter (where s.status = 'played') as played_at,
    min(s.at) filter (where s.status = 'failed') as failed_at,
    (array_agg(s.error order by s.at) filter (where s.error is not null))[1] as error,
    (array_agg(s.pricing order by s.status desc) filter (where s.pricing is not null))[1] as pricing,
    max(s.status) filter (where s.pricing is not null) as priced_status
  from (
    -- Never later than the database's clock, as with messages.
    select x.*, least(x.occurred_at, $3) as at
    from rows from (
      jsonb_to_recordset($1) as (
        tenant_id uuid, provider_message_id text, status app_public.message_status, occurred_at timestamptz,
        error jsonb, pricing jsonb
      )
    ) with ordinality x (tenant_id, provider_message_id, status, occurred_at, error, pricing, n)
  ) s
  where $2[s.n] is not null
  group by s.tenant_id, $2[s.n]
$$ language sql stable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.merge_statuses(jsonb, uuid[], timestamptz) is
  E'Merges the statuses of each message into one row. message_ids is as returned by find_status_messages(); later '
   'times are replaced by latest. Part of apply_statuses().';
--! EndIncluded messages/merge_statuses.sql
--! Included messages/apply_statuses.sql
create or replace function app_private.apply_statuses(statuses jsonb, out applied int, out unknown int[]) as $$
declare
  v_now timestamptz := clock_timestamp();
  v_ids uuid[];
  v_first uuid;
  v_last uuid;
  v_has_new_ids boolean;
begin
  -- v_ids has the order of the statuses, so that the statements below can join them by position.
  select f.message_ids, f.has_new_ids into v_ids, v_has_new_ids from app_private.find_status_messages(statuses) f;

  applied := 0;
  -- A status without a message arrived before the response with the provider's id, or is not of a message of Parley.
  if array_position(v_ids, null) is not null then
    unknown := array(select i.n from unnest(v_ids) with ordinality i (id, n) where i.id is null);
    perform app_private.store_early_statuses(statuses, v_ids);
  end if;

  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select min(i::text collate "C")::uuid, max(i::text collate "C")::uuid into v_first, v_last from unnest(v_ids) i;
  if v_first is null then
    return;
  end if;

  if v_has_new_ids then
    perform app_private.register_provider_ids(
      v_ids,
      array(
        select s ->> 'provider_message_id' from jsonb_array_elements(statuses) with ordinality e (s, n) order by n
      )
    );
  end if;

  -- Lanes before statuses: docs/architecture.md, "Locks".
  perform app_private.lock_lanes(v_ids);

  perform from app_public.message_statuses m
  where m.message_id = any (v_ids) and m.message_id between v_first and v_last
  order by m.message_id
  for no key update;

  update app_public.message_statuses m set
    status = greatest(m.status, r.status),
    provider_message_id = coalesce(m.provider_message_id, r.provider_message_id),
    duplicate_provider_message_ids = case
      when r.provider_message_id <> m.provider_message_id
        and r.provider_message_id <> all (coalesce(m.duplicate_provider_message_ids, '{}'))
      then m.duplicate_provider_message_ids || r.provider_message_id
      else m.duplicate_provider_message_ids
    end,
    sent_at = least(m.sent_at, r.sent_at),
    delivered_at = least(m.delivered_at, r.delivered_at),
    read_at = least(m.read_at, r.read_at),
    played_at = least(m.played_at, r.played_at),
    -- Either the message failed and has an error, or it arrived and has none.
    failed_at = case when greatest(m.status, r.status) = 'failed' then least(m.failed_at, r.failed_at) end,
    error_code = case
      when not app_private.keeps_error(greatest(m.status, r.status)) then null
      when r.failed_at is null or m.failed_at <= r.failed_at and m.error_code not like 'PY%' then m.error_code
      else coalesce(r.error ->> 'code', 'unknown')
    end,
    error = case
      when not app_private.keeps_error(greatest(m.status, r.status)) then null
      when r.failed_at is null or m.failed_at <= r.failed_at and m.error_code not like 'PY%' then m.error
      else r.error
    end,
    -- The pricing of the latest status; an earlier status that arrives late does not replace it.
    pricing = case
      when r.priced_status >= m.status then r.pricing
      else coalesce(m.pricing, r.pricing)
    end,
    updated_at = now()
  from app_private.merge_statuses(statuses, v_ids, v_now) r
  where m.tenant_id = r.tenant_id and m.message_id = r.message_id and m.message_id between v_first and v_last;
  get diagnostics applied = row_count;

  -- The provider has these messages, so their conversations need not wait for a sender that died or lost the response.
  if app_private.remove_from_outbox(v_ids) > 0 then
    perform graphile_worker.add_jobs(array[app_private.job('send_messages')]);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_statuses(jsonb) is
  E'Applies statuses: [{"tenant_id", "channel_id", "message_id"?, "provider_message_id"?, "status", "occurred_at", '
   '"error"?, "pricing"?}]. They may arrive in any order and more than once; the result is the same. applied: the '
   'number of messages updated. unknown: the positions (from 1) of statuses whose message is not known; they are '
   'stored in early_statuses.';
--! EndIncluded messages/apply_statuses.sql
--! Included messages/apply_early_statuses.sql
create or replace function app_private.apply_early_statuses(provider_message_ids text[]) returns void as $$
declare
  v_statuses jsonb;
begin
  with matched as (
    delete from app_private.early_statuses p
    using app_private.provider_ids k, app_public.message_statuses m
    where p.provider_message_id = any (provider_message_ids)
    and k.hash = app_private.provider_id_hash(p.channel_id, p.provider_message_id)
    and m.message_id = k.message_id
    returning m.tenant_id, p.channel_id, m.message_id, p.provider_message_id, p.status, p.occurred_at, p.details
  )
  select jsonb_agg(jsonb_build_object(
    'tenant_id', u.tenant_id,
    'channel_id', u.channel_id,
    'message_id', u.message_id,
    'provider_message_id', u.provider_message_id,
    'status', u.status,
    'occurred_at', u.occurred_at,
    'error', u.details -> 'error',
    'pricing', u.details -> 'pricing'
  ))
  into v_statuses
  from matched u;

  if v_statuses is not null then
    perform app_private.apply_statuses(v_statuses);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_early_statuses(text[]) is
  E'Applies the early statuses of messages whose provider''s ids are known now.';
--! EndIncluded messages/apply_early_statuses.sql
--! Included messages/channel_pace.sql
create or replace function app_private.channel_pace(channel app_public.channels, state app_private.channel_states)
returns int as $$
  select coalesce(
    channel.messages_per_second,
    -- A cubic curve through the refused rate: it starts at 0.7 of that rate, approaches it within seconds, stays close
    -- to it, and after 12 seconds without a refusal rises faster and faster: 1.1 times after 20 s, 3.4 times after
    -- 36 s, 10 times after 50 s.
    least(
      state.learned_messages_per_second * (
        1 + 0.3 * (greatest(extract(epoch from now() - state.learned_at), 0)::float8 / 12 - 1) ^ 3
      ),
      100000
    )::int,
    100000
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.channel_pace(app_public.channels, app_private.channel_states) is
  E'Messages per second that may be sent: the limit that a user has set; otherwise the limit assumed after a rate '
   'limit error, which is raised again within a minute without errors; otherwise unlimited (100,000).';
--! EndIncluded messages/channel_pace.sql
--! Included messages/request_media_uploads.sql
create or replace function app_private.request_media_uploads(channel_id uuid, message_ids uuid[]) returns void as $$
  with requested as (
    insert into app_private.media_uploads (tenant_id, channel_id, media_id)
    select distinct o.tenant_id, request_media_uploads.channel_id, o.media_id
    from app_private.outbox o
    where o.message_id = any (message_ids)
    -- An upload that is under way serves these messages as well.
    on conflict on constraint media_uploads_one_per_file do nothing
    returning 1
  )
  select from graphile_worker.add_jobs(array(
    select app_private.job('upload_media', json_build_object('channelId', request_media_uploads.channel_id))
    from requested
    limit 1
  ))
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.request_media_uploads(uuid, uuid[]) is
  E'Has the files of these messages uploaded to the provider of the channel: once for each file, however many messages '
   'wait for it. Until then the lanes of the messages are not due. Part of claim_from_channel().';
--! EndIncluded messages/request_media_uploads.sql
--! Included messages/claim_from_channel.sql
create or replace function app_private.claim_from_channel(
  channel_id uuid,
  pace_clock timestamptz,
  pace int,
  uncertain_policy app_public.uncertain_policy,
  most int,
  lease interval,
  sender_id uuid
) returns uuid[] as $$
declare
  -- The token bucket holds the messages of a quarter of a second, but at least one. If pace_clock is in the future,
  -- because the server's clock was set back, the bucket is full.
  v_clock timestamptz := greatest(
    case when pace_clock <= clock_timestamp() + interval '1 second' then pace_clock end,
    clock_timestamp() - greatest(0.25, 1.0 / pace) * interval '1 second'
  );
  v_tokens int := floor(extract(epoch from clock_timestamp() - v_clock) * pace + 0.001);
  v_lanes uuid[];
  v_head_ids uuid[];
  v_waiting_ids uuid[];
  v_message_ids uuid[] := '{}';
begin
  loop
    select array_agg(l.conversation_id) into v_lanes
    from (
      select l.conversation_id
      from app_private.outbox_lanes l
      where l.channel_id = claim_from_channel.channel_id and l.due_at <= now() and l.due_at < 'infinity'
      order by l.due_at
      limit least(most, v_tokens) - cardinality(v_message_ids)
      for update skip locked
    ) l;
    if v_lanes is null then
      exit;
    end if;

    -- Only the oldest message of a conversation, and only if none of its messages is being sent.
    with heads as (
      select
        h.message_id,
        h.media_id is not null and not app_private.has_provider_media(h.media_id, claim_from_channel.channel_id)
          as is_waiting
      from unnest(v_lanes) lane (conversation_id)
      cross join lateral (
        select o.conversation_id, o.message_id, o.state, o.media_id
        from app_private.outbox o
        where o.conversation_id = lane.conversation_id
        -- An uncertain message delays later ones for a minute, and for longer only if it may be sent again.
        and not (
          o.state = 'uncertain'
          and o.uncertain_at < now() - interval '1 minute'
          and claim_from_channel.uncertain_policy = 'fail'
        )
        order by o.message_id
        limit 1
      ) h
      where h.state = 'queued'
    )
    select array_agg(h.message_id) filter (where not h.is_waiting), array_agg(h.message_id) filter (where h.is_waiting)
    into v_head_ids, v_waiting_ids
    from heads h;

    -- By ids alone: joined with the lanes, each message was searched for in the whole outbox.
    with sending as (
      update app_private.outbox o set
        state = 'sending',
        attempts = o.attempts + 1,
        lease_until = clock_timestamp() + lease,
        sender_id = claim_from_channel.sender_id
      where o.message_id = any (v_head_ids) and o.state = 'queued'
      returning o.message_id
    )
    select v_message_ids || array_agg(s.message_id) into v_message_ids from sending s;

    update app_private.outbox_lanes l set due_at = 'infinity'
    where l.conversation_id = any (v_lanes);

    -- Messages that wait for their files leave their places to others.
    exit when v_waiting_ids is null;
    perform app_private.request_media_uploads(channel_id, v_waiting_ids);
  end loop;

  if v_message_ids <> '{}' then
    update app_private.channel_states s set
      pace_clock = v_clock + cardinality(v_message_ids) * (1.0 / pace) * interval '1 second'
    where s.channel_id = claim_from_channel.channel_id;
  end if;
  return v_message_ids;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.claim_from_channel(
  uuid, timestamptz, int, app_public.uncertain_policy, int, interval, uuid
) is
  E'Claims the oldest message of each conversation of a channel that is due, at most as many as the send rate and '
   'most allow. Returns their ids. Where the provider does not have the file of a message yet, the conversation waits '
   'until it is uploaded. The caller must have locked the channel''s state. Part of claim_outbox().';
--! EndIncluded messages/claim_from_channel.sql
--! Included messages/claim_outbox.sql
create or replace function app_private.claim_outbox(
  batch_size int,
  lease interval,
  share int default null,
  busy_channel_ids uuid[] default '{}',
  sender_id uuid default null
)
returns table (
  message_id uuid,
  tenant_id uuid,
  conversation_id uuid,
  channel_id uuid,
  channel_kind app_public.channel_kind,
  type app_public.message_type,
  content jsonb,
  phone text,
  bsuid text,
  reply_to_provider_message_id text,
  attempts int
) as $$
declare
  v_channel record;
  v_message_ids uuid[] := '{}';
begin
  -- Channel by channel, because each has its own send rate. Only one sender at a time claims messages of a channel;
  -- others continue with the other channels.
  for v_channel in
    select c.id, c.uncertain_policy, s.pace_clock, app_private.channel_pace(c, s) as pace
    from app_private.channel_states s
    join app_public.channels c on c.id = s.channel_id
    join app_public.tenants t on t.id = c.tenant_id
    where c.status = 'active'
    and t.status = 'active'
    and s.paused_until <= now()
    and c.id <> all (busy_channel_ids)
    and exists (
      select from app_private.outbox_lanes l
      where l.channel_id = c.id and l.due_at <= now() and l.due_at < 'infinity'
    )
    order by s.pace_clock
    for update of s skip locked
  loop
    exit when cardinality(v_message_ids) >= batch_size;
    v_message_ids := v_message_ids || app_private.claim_from_channel(
      v_channel.id, v_channel.pace_clock, v_channel.pace, v_channel.uncertain_policy,
      least(batch_size - cardinality(v_message_ids), share), lease, sender_id
    );
  end loop;

  if cardinality(v_message_ids) = 0 then
    return;
  end if;

  update app_public.message_statuses m set
    status = greatest(m.status, 'sending'), attempts = m.attempts + 1, sending_at = now(), updated_at = now()
  from app_private.outbox o
  where o.message_id = any (v_message_ids) and m.message_id = o.message_id;

  return query select c.* from app_private.claimed_messages(v_message_ids) c;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;
-- Planned once, with what it calls: migrations/README.md, "SQL that runs for every message".

comment on function app_private.claim_outbox(int, interval, int, uuid[], uuid) is
  E'Claims up to batch_size due messages for sending: the oldest message of each conversation, as many of each '
   'channel as its send rate allows, at most share (null: no limit), and none of busy_channel_ids. They have the '
   'status "sending" and a lease of this duration by the database''s clock. If the sender dies, reconcile_outbox() '
   'resolves them.';
--! EndIncluded messages/claim_outbox.sql
--! Included messages/read_outcomes.sql
create or replace function app_private.read_outcomes(outcomes jsonb)
returns table (
  tenant_id uuid,
  message_id uuid,
  kind text,
  provider_message_id text,
  error_code text,
  error jsonb,
  retry_in_ms double precision,
  is_pair_limit boolean
) as $$
  select * from jsonb_to_recordset(outcomes) as r (
    tenant_id uuid, message_id uuid, kind text, provider_message_id text, error_code text, error jsonb,
    retry_in_ms double precision, is_pair_limit boolean
  )
$$ language sql immutable rows 100 set search_path to pg_catalog, pg_temp;

comment on function app_private.read_outcomes(jsonb) is E'The rows of the argument of record_outcomes().';
--! EndIncluded messages/read_outcomes.sql
--! Included messages/record_outcomes.sql
create or replace function app_private.status_after(kind text, status app_public.message_status)
returns app_public.message_status as $$
  select case kind
    when 'sent' then greatest(status, 'sent')
    when 'failed' then greatest(status, 'failed')
    when 'uncertain' then greatest(status, 'uncertain')
    -- The only step back: the message was not sent.
    else case when status = 'sending' then 'queued' else status end
  end
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.status_after(text, app_public.message_status) is
  E'The status of a message after an outcome of its sending (record_outcomes() lists the kinds). It never goes back, '
   'except from sending to queued.';

create or replace function app_private.record_outcomes(outcomes jsonb) returns void as $$
declare
  v_ids uuid[];
  v_first uuid;
  v_last uuid;
  v_final_ids uuid[];
  v_provider_message_ids text[];
begin
  -- Contacts are locked before the outbox.
  if outcomes @? '$[*].recipient' then
    perform app_private.save_recipients(outcomes);
  end if;

  if outcomes @? '$[*].may_lack_media' then
    outcomes := app_private.renew_media(outcomes);
  end if;

  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select
    array_agg(r.message_id),
    min(r.message_id::text collate "C")::uuid,
    max(r.message_id::text collate "C")::uuid,
    array_agg(r.message_id) filter (where r.kind in ('sent', 'failed')),
    array_agg(r.provider_message_id)
  into v_ids, v_first, v_last, v_final_ids, v_provider_message_ids
  from app_private.read_outcomes(outcomes) r;

  perform app_private.register_provider_ids(v_ids, v_provider_message_ids);

  perform app_private.lock_lanes(v_ids);

  if cardinality(v_final_ids) is distinct from cardinality(v_ids) then
    with r as (select * from app_private.read_outcomes(outcomes)),
    retried as (
      -- The provider has certainly not processed these: they may be sent again.
      update app_private.outbox o set state = 'queued', lease_until = null
      from r
      where o.message_id = r.message_id and o.state = 'sending' and r.kind = 'retry'
      returning o.conversation_id, r.retry_in_ms, r.is_pair_limit
    ),
    uncertain as (
      update app_private.outbox o set state = 'uncertain', uncertain_at = now(), lease_until = null
      from r
      where o.message_id = r.message_id and o.state = 'sending' and r.kind = 'uncertain'
    )
    update app_private.outbox_lanes l set
      due_at = now() + coalesce(d.retry_in_ms, 0) * interval '1 millisecond',
      paced_until = case when d.is_pair_limit then now() + interval '10 minutes' else l.paced_until end
    from retried d
    where l.conversation_id = d.conversation_id;
  end if;

  perform from app_public.message_statuses m
  where m.message_id = any (v_ids) and m.message_id between v_first and v_last
  order by m.message_id
  for no key update;

  -- Including messages that a status has removed from the outbox in the meantime.
  update app_public.message_statuses m set
    status = app_private.status_after(r.kind, m.status),
    provider_message_id = coalesce(m.provider_message_id, r.provider_message_id),
    duplicate_provider_message_ids = case
      when r.provider_message_id <> m.provider_message_id
        and r.provider_message_id <> all (coalesce(m.duplicate_provider_message_ids, '{}'))
      then m.duplicate_provider_message_ids || r.provider_message_id
      else m.duplicate_provider_message_ids
    end,
    sent_at = case when r.kind = 'sent' then least(m.sent_at, now()) else m.sent_at end,
    failed_at = case when app_private.status_after(r.kind, m.status) = 'failed' then coalesce(m.failed_at, now()) end,
    -- The error of a failed status is kept. A message that was sent in the end, or arrived, has no error.
    error_code = case
      when not app_private.keeps_error(app_private.status_after(r.kind, m.status)) then null
      when m.status = 'failed' then m.error_code
      else coalesce(r.error_code, m.error_code)
    end,
    error = case
      when not app_private.keeps_error(app_private.status_after(r.kind, m.status)) then null
      when m.status = 'failed' then m.error
      else coalesce(r.error, m.error)
    end,
    updated_at = now()
  from app_private.read_outcomes(outcomes) r
  where m.message_id = r.message_id
  and m.tenant_id = r.tenant_id
  and m.message_id between v_first and v_last;

  perform app_private.remove_from_outbox(v_final_ids);

  if exists (select from app_private.early_statuses p where p.provider_message_id = any (v_provider_message_ids)) then
    perform app_private.apply_early_statuses(v_provider_message_ids);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;
-- Planned once, with what it calls: migrations/README.md, "SQL that runs for every message".

comment on function app_private.record_outcomes(jsonb) is
  E'Records the outcomes of claimed messages: [{"tenant_id", "message_id", "kind": "sent" | "failed" | "retry" | '
   '"uncertain", "provider_message_id"?, "error_code"?, "error"?, "retry_in_ms"?, "is_pair_limit"?, '
   '"may_lack_media"?, "recipient"?: customer}]. A status that arrived earlier is kept.';
--! EndIncluded messages/record_outcomes.sql
--! Included messages/release_claims.sql
create or replace function app_private.release_claims(sender_id uuid, known_ids uuid[]) returns void as $$
  select app_private.record_outcomes(jsonb_agg(jsonb_build_object(
    'tenant_id', o.tenant_id, 'message_id', o.message_id, 'kind', 'retry'
  )))
  from app_private.outbox o
  where o.state = 'sending' and o.sender_id = release_claims.sender_id and o.message_id <> all (known_ids)
  having count(*) > 0
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.release_claims(uuid, uuid[]) is
  E'Queues messages again that a sender claimed but never received because its connection broke: they were certainly '
   'not sent. known_ids are the messages that the sender did receive.';
--! EndIncluded messages/release_claims.sql
--! Included messages/pause_channel.sql
create or replace function app_private.pause_channel(
  channel_id uuid,
  duration interval,
  posted_ago interval default '0'
) returns void as $$
  update app_private.channel_states s set
    paused_until = greatest(s.paused_until, now() + duration),
    paused_at = now(),
    learned_messages_per_second = case
      when not n.is_newer then s.learned_messages_per_second
      else greatest(
        least(app_private.channel_pace(c, s), 1000)
          -- Refused again as soon as sending continued: the rate is far too high.
          * case when s.learned_at > now() - interval '2 seconds' then 0.6 else 1 end,
        10
      )::int
    end,
    learned_at = case when n.is_newer then now() + duration else s.learned_at end
  from app_public.channels c
  -- A burst of requests gets many refusals. Those of requests from before the rate was lowered are ignored.
  cross join lateral (
    select coalesce(now() - posted_ago >= x.learned_at, true) as is_newer
    from app_private.channel_states x
    where x.channel_id = c.id
  ) n
  where c.id = s.channel_id
  and s.channel_id = pause_channel.channel_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.pause_channel(uuid, interval, interval) is
  E'Pauses sending on a channel after a rate limit error. posted_ago is the age of the refused request. Afterwards '
   'sending continues at 0.7 of the refused rate, which rises again (channel_pace), but never below 10 messages a '
   'second: slower sending is not limited by the rate.';

create or replace function app_private.suspend_channel(channel_id uuid, duration interval) returns void as $$
  update app_private.channel_states s set paused_until = greatest(s.paused_until, now() + duration), paused_at = now()
  where s.channel_id = suspend_channel.channel_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.suspend_channel(uuid, interval) is
  E'Pauses sending on a channel because the provider does not answer. Afterwards sending continues at the same rate.';
--! EndIncluded messages/pause_channel.sql
--! Included messages/next_send_in.sql
create or replace function app_private.next_send_in(max_wait_ms int) returns int as $$
declare
  v_next timestamptz;
  v_wait_ms int;
begin
  -- A channel's next message can be sent when it is due, sending is not paused, and the send rate has a token.
  select min(greatest(
    n.due_at, s.paused_until,
    least(s.pace_clock, clock_timestamp()) + interval '1 second' / app_private.channel_pace(c, s)
  ))
  into v_next
  from app_private.channel_states s
  join app_public.channels c on c.id = s.channel_id and c.status = 'active'
  join app_public.tenants t on t.id = c.tenant_id and t.status = 'active'
  cross join lateral (
    select l.due_at from app_private.outbox_lanes l
    where l.channel_id = c.id and l.due_at < 'infinity'
    order by l.due_at
    limit 1
  ) n;
  if v_next is null then
    return null;
  end if;

  -- If a message is due now but was not claimed, another sender is holding the lock: try again in 10 ms.
  v_wait_ms := greatest(ceil(extract(epoch from v_next - clock_timestamp()) * 1000), 10);
  if v_wait_ms <= max_wait_ms then
    return v_wait_ms;
  end if;

  perform app_private.wake_later('send_messages', v_next);
  return null;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.next_send_in(int) is
  E'The number of milliseconds until the next message of the outbox is due, if that is at most max_wait_ms. Otherwise '
   'null; if a message is due later, a job is scheduled for that time.';
--! EndIncluded messages/next_send_in.sql
--! Included messages/reconcile_outbox.sql
create or replace function app_private.reconcile_outbox(max_age interval default '10 minutes')
returns table (orphaned int, resent int, failed int) as $$
declare
  v_overdue jsonb;
  v_conversation_ids uuid[] := array(
    select distinct o.conversation_id
    from app_private.outbox o
    where (o.state = 'sending' and o.lease_until < clock_timestamp()) or o.state = 'uncertain'
  );
begin
  -- Reactions that were stored while the provider's id of their message was being stored. They were written after it
  -- was sent, but may have been delivered late. Conversations before lanes.
  perform app_private.apply_message_changes(array_agg(c.id))
  from app_public.message_changes c
  where c.id >= app_hidden.uuid_v7_floor(now() - interval '1 day')
  and c.message_id is null
  and exists (select from app_private.provider_ids p where p.hash = c.message_hash)
  and (select m.created_at from app_public.messages m where m.id = c.id) > now() - interval '5 minutes'
  having count(*) > 0;

  -- All lanes at once, because the steps below need them in one order: docs/architecture.md, "Locks".
  perform from app_private.outbox_lanes l
  where l.conversation_id = any (v_conversation_ids)
  order by l.conversation_id
  for update;

  -- The sender of these crashed before it recorded their outcome. They may have been sent.
  select
    jsonb_agg(jsonb_build_object('tenant_id', o.tenant_id, 'message_id', o.message_id, 'kind', 'uncertain')),
    count(*)
  into v_overdue, orphaned
  from app_private.outbox o
  where o.state = 'sending' and o.lease_until < clock_timestamp();
  if v_overdue is not null then
    perform app_private.record_outcomes(v_overdue);
  end if;

  -- Early statuses that were stored while the sender was storing the provider's id of their message.
  perform app_private.apply_early_statuses(array_agg(p.provider_message_id))
  from app_private.early_statuses p
  where (
    select m.message_id
    from app_private.provider_ids k
    join app_public.message_statuses m on m.message_id = k.message_id
    where k.hash = app_private.provider_id_hash(p.channel_id, p.provider_message_id)
  ) is not null
  having count(*) > 0;

  -- No status has arrived for these although webhooks arrive: the channel's policy decides. At most one more attempt.
  select jsonb_agg(jsonb_build_object(
    'tenant_id', d.tenant_id,
    'message_id', d.message_id,
    'kind', case when d.is_resent then 'retry' else 'failed' end,
    'error_code', case when not d.is_resent then 'PYUNC' end
  )), count(*) filter (where d.is_resent), count(*) filter (where not d.is_resent)
  into v_overdue, resent, failed
  from (
    select o.tenant_id, o.message_id, ch.uncertain_policy = 'resend' and o.attempts < 2 as is_resent
    from app_private.outbox o
    join app_public.conversations c on c.id = o.conversation_id
    join app_public.channels ch on ch.id = c.channel_id
    join app_private.channel_states s on s.channel_id = c.channel_id
    where o.state = 'uncertain'
    and o.uncertain_at < now() - max_age
    and s.last_webhook_at > o.uncertain_at + max_age / 2
  ) d;
  if v_overdue is not null then
    update app_private.outbox o set state = 'sending'
    from jsonb_to_recordset(v_overdue) as r (message_id uuid)
    where o.message_id = r.message_id;
    perform app_private.record_outcomes(v_overdue);
  end if;

  -- Continue with the messages after those that remain uncertain (see claim_outbox()).
  v_conversation_ids := array(
    select distinct o.conversation_id
    from app_private.outbox o
    where o.state = 'uncertain' and o.uncertain_at < now() - interval '1 minute'
  );
  update app_private.outbox_lanes l set due_at = now()
  where l.conversation_id = any (v_conversation_ids)
  and l.due_at = 'infinity'
  and (
    select q.message_id from app_private.outbox q
    where q.conversation_id = l.conversation_id and q.state = 'queued'
    limit 1
  ) is not null;

  return next;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reconcile_outbox(interval) is
  E'Resolves messages whose outcome was never recorded. Messages whose sender died become uncertain (orphaned). '
   'Messages that have been uncertain for longer than max_age, although webhooks arrived, are sent once more (resent) '
   'or fail with PYUNC (failed), as the channel''s uncertain_policy says. Returns the number of each. Also '
   'applies reactions that were stored while the provider''s id of their message was. Called every minute.';
--! EndIncluded messages/reconcile_outbox.sql
--! Included messages/store_mentions.sql
create or replace function app_private.store_mentions(message_ids uuid[]) returns void as $$
declare
  v_first uuid;
  v_last uuid;
begin
  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  select min(i::text collate "C")::uuid, max(i::text collate "C")::uuid into v_first, v_last from unnest(message_ids) i;

  -- An edit mentions further users in the note that it changes.
  insert into app_public.mentions (tenant_id, user_id, message_id, conversation_id)
  select distinct m.tenant_id, u.id::uuid, coalesce(c.message_id, m.id), m.conversation_id
  from app_public.messages m
  left join app_public.message_changes c on c.id = m.id
  cross join jsonb_array_elements_text(
    case m.type when 'note' then m.content -> 'mentions' else m.content #> '{message,note,mentions}' end
  ) u (id)
  where m.id = any (message_ids) and m.id between v_first and v_last
  on conflict do nothing;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.store_mentions(uuid[]) is
  E'Stores the mentions of new notes, and those that edits of notes add. Users who are not members of the tenant '
   'violate the foreign key.';
--! EndIncluded messages/store_mentions.sql
--! Included messages/add_note.sql
create or replace function app_public.add_note(
  conversation_id uuid,
  body text default null,
  mentioned_user_ids uuid[] default '{}',
  media_id uuid default null,
  reply_to_id uuid default null
) returns app_public.messages as $$
  insert into app_public.messages (conversation_id, type, content, media_id, reply_to_id)
  values (
    (app_hidden.require_conversation(add_note.conversation_id)).id, 'note',
    app_hidden.note_content(add_note.body, add_note.mentioned_user_ids), add_note.media_id, add_note.reply_to_id
  )
  returning messages
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.add_note(uuid, text, uuid[], uuid, uuid) is
  E'Adds a note to a conversation: a message for the team, which the customer never sees. PYCNT. PYFIL, PYGON. '
   'PYNFD. PYCON: a mentioned user is not a member. PYDEN: agents only. body: the text, at most 16,384 characters; '
   'it may be missing if there is a file. mentioned_user_ids: members whose attention the note needs, at most 100; '
   'an "@name" in the text has no effect. reply_to_id: the message that the note is about. media_id: the file of the '
   'note.';

grant execute on function app_public.add_note(uuid, text, uuid[], uuid, uuid) to parley_visitor;
--! EndIncluded messages/add_note.sql
--! Included messages/change_note.sql
create or replace function app_private.require_note(
  message_id uuid, others_need app_public.api_key_scope default null
) returns app_public.messages as $$
declare
  v_note app_public.messages;
  v_is_own boolean;
begin
  select m.* into v_note
  from app_public.messages m
  where m.id = require_note.message_id and m.type = 'note'
  and not exists (select from app_public.message_changes c where c.message_id = m.id and c.type = 'revoke');
  -- Programs share what they have written: with an API key and in SQL, no user is the author.
  v_is_own := app_hidden.is_program() or v_note.user_id is not distinct from app_hidden.current_user_id();

  perform app_hidden.require_scope_in(
    case when v_is_own or others_need is not null then v_note.tenant_id end,
    case when v_is_own then 'send' else others_need end,
    'note'
  );
  return v_note;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.require_note(uuid, app_public.api_key_scope) is
  E'A note that the caller may change: their own or, with the scope others_need, another user''s. PYNFD: there is no '
   'such note, it is deleted, or it is another user''s and others_need is null. PYDEN.';


create or replace function app_private.change_note(
  note app_public.messages, type app_public.message_type, content jsonb
) returns void as $$
  -- A note is known by its own id, where other messages are known by the provider's.
  insert into app_private.provider_ids (hash, message_id)
  select app_private.provider_id_hash(v.channel_id, note.id::text), note.id
  from app_public.conversations v
  where v.id = note.conversation_id
  on conflict do nothing;

  insert into app_public.messages (conversation_id, direction, type, content)
  values (
    note.conversation_id, 'internal', change_note.type,
    content || jsonb_build_object('original_message_id', note.id)
  );
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.change_note(app_public.messages, app_public.message_type, jsonb) is
  E'Changes a note as customers change their messages: by a message of type edit or revoke.';
--! EndIncluded messages/change_note.sql
--! Included messages/edit_note.sql
create or replace function app_public.edit_note(
  message_id uuid, body text default null, mentioned_user_ids uuid[] default '{}'
) returns app_public.messages as $$
declare
  v_note app_public.messages := app_private.require_note(message_id);
  v_content jsonb := app_hidden.note_content(body, mentioned_user_ids);
begin
  perform app_hidden.check_note(v_content, v_note.media_id is not null);
  perform app_private.change_note(
    v_note, 'edit', jsonb_build_object('message', jsonb_build_object('type', 'note', 'note', v_content))
  );
  return v_note;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.edit_note(uuid, text, uuid[]) is
  E'Edits a note: currentContent shows the new text, edits the earlier ones. Users who are mentioned in addition are '
   'notified; mentions of the note that are left out stay. PYNFD: the caller has written no such note, or it is '
   'deleted. PYDEN: agents only. PYCNT. PYCON: a mentioned user is not a member. body: the new text. '
   'mentioned_user_ids: members whose attention the note needs in addition.';

grant execute on function app_public.edit_note(uuid, text, uuid[]) to parley_visitor;
--! EndIncluded messages/edit_note.sql
--! Included messages/delete_note.sql
create or replace function app_public.delete_note(message_id uuid) returns app_public.messages as $$
declare
  v_note app_public.messages := app_private.require_note(message_id, 'manage_all');
begin
  perform app_private.change_note(v_note, 'revoke', '{}');
  update app_public.mentions x set read_at = now() where x.message_id = v_note.id and x.read_at is null;
  return v_note;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.delete_note(uuid) is
  E'Deletes a note as customers delete messages: it is shown as "[deleted]", and content still has its text. Its '
   'mentions count as read. PYNFD: there is no such note, or it is deleted. PYDEN: another user''s note, '
   'and the caller is not an admin.';

grant execute on function app_public.delete_note(uuid) to parley_visitor;
--! EndIncluded messages/delete_note.sql
--! Included messages/mark_mentions_read.sql
create or replace function app_public.mark_mentions_read(conversation_id uuid default null)
returns setof app_public.mentions as $$
  update app_public.mentions x set read_at = now()
  where x.user_id = (select app_hidden.require_user())
  and x.tenant_id = (select app_hidden.current_tenant_id())
  and x.read_at is null
  and (mark_mentions_read.conversation_id is null or x.conversation_id = mark_mentions_read.conversation_id)
  returning x.*
$$ language sql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.mark_mentions_read(uuid) is
  E'Marks the caller''s unread mentions as read, in one conversation or in all, and returns them. PYKEY: users only.';

grant execute on function app_public.mark_mentions_read(uuid) to parley_visitor;
--! EndIncluded messages/mark_mentions_read.sql
--! Included messages/messages.policies.sql
drop policy if exists tenant_isolation on app_public.messages;
create policy tenant_isolation on app_public.messages as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.messages;
create policy select_member on app_public.messages for select to parley_visitor
  using (true);
drop policy if exists insert_agent on app_public.messages;
create policy insert_agent on app_public.messages for insert to parley_visitor
  with check ((select app_hidden.may('send')));
grant select on app_public.messages to parley_visitor;
grant insert (conversation_id, type, content, reply_to_id, media_id, metadata) on app_public.messages to parley_visitor;
-- No insert of direction, author and origin: users send messages in their own name only.
-- No update and no delete: messages never change. To erase a customer, delete the contact.
--! EndIncluded messages/messages.policies.sql
--! Included messages/message_statuses.policies.sql
drop policy if exists tenant_isolation on app_public.message_statuses;
create policy tenant_isolation on app_public.message_statuses as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.message_statuses;
create policy select_member on app_public.message_statuses for select to parley_visitor
  using (true);
grant select on app_public.message_statuses to parley_visitor;
-- Nothing else: the provider reports statuses, and functions of app_private write them.
--! EndIncluded messages/message_statuses.policies.sql
--! Included messages/message_changes.policies.sql
drop policy if exists tenant_isolation on app_public.message_changes;
create policy tenant_isolation on app_public.message_changes as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.message_changes;
create policy select_member on app_public.message_changes for select to parley_visitor
  using (true);
grant select on app_public.message_changes to parley_visitor;
-- Nothing else: changes follow from messages of the types reaction, edit and revoke.
--! EndIncluded messages/message_changes.policies.sql
--! Included messages/mentions.policies.sql
drop policy if exists tenant_isolation on app_public.mentions;
create policy tenant_isolation on app_public.mentions as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.mentions;
create policy select_member on app_public.mentions for select to parley_visitor
  using (true);
grant select on app_public.mentions to parley_visitor;
-- Nothing else: mentions follow from notes, and mark_mentions_read() marks the caller's own.
--! EndIncluded messages/mentions.policies.sql

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

--! Included messages/require_media.sql
create or replace function app_private.require_media(
  tenant_id uuid,
  media_id uuid,
  kind app_public.channel_kind,
  type app_public.message_type,
  content jsonb
) returns boolean as $$
declare
  v_slot text[] := app_hidden.media_slot(type, content);
  v_media app_public.media;
  v_problem text;
begin
  -- The lock keeps the file: a transaction that deletes its last message waits for this one, and then sees the message.
  select m.* into v_media
  from app_public.media m
  where m.id = require_media.media_id and m.tenant_id = require_media.tenant_id
  for key share;
  if not found then
    raise exception 'The file (media_id) does not exist' using errcode = 'PYNFD';
  elsif v_media.state = 'gone' then
    raise exception 'The file is gone' using errcode = 'PYGON';
  elsif v_media.state <> 'stored' then
    raise exception 'The file is not stored: its state is %', v_media.state using errcode = 'PYFIL';
  end if;

  -- A note may have any file: no channel has to accept it.
  v_problem := case when type <> 'note' then app_hidden.media_limit_problem(
    -- The file of a header has the type of its object.
    kind, coalesce(v_slot[cardinality(v_slot)]::app_public.message_type, type), v_media.mime_type, v_media.size
  ) end;
  if v_problem is not null then
    raise exception 'Invalid % message: %', type, v_problem using errcode = 'PYCNT';
  end if;
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.require_media(
  uuid, uuid, app_public.channel_kind, app_public.message_type, jsonb
) is
  E'Refuses a message whose file cannot be sent, and otherwise keeps the file until the end of the transaction. PYNFD: '
   'the tenant has no such media. PYFIL, PYGON: the file is not stored. PYCNT: the kind of channel does not accept the '
   'file for this type of message. Part of tg_messages__refuse().';
--! EndIncluded messages/require_media.sql
--! Included messages/provider_media.sql
-- Functions, because a subselect would cost every claim of a text the opening of these tables.

create or replace function app_private.has_provider_media(media_id uuid, channel_id uuid) returns boolean as $$
begin
  return exists (
    select from app_private.provider_media p
    where p.media_id = has_provider_media.media_id and p.channel_id = has_provider_media.channel_id
    -- Longer than it takes to send the message.
    and p.uploaded_at is not null and p.expires_at > now() + interval '1 day'
  );
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.has_provider_media(uuid, uuid) is
  E'Whether a file was uploaded to the provider of a channel, which keeps it for at least another day.';


create or replace function app_private.content_to_send(
  type app_public.message_type,
  content jsonb,
  media_id uuid,
  channel_id uuid
) returns jsonb as $$
declare
  v_content jsonb;
begin
  select app_hidden.content_with_media(
    content_to_send.type, content_to_send.content, p.provider_media_id, m.filename, m.is_voice
  )
  into v_content
  from app_private.provider_media p
  join app_public.media m on m.id = p.media_id
  where p.media_id = content_to_send.media_id and p.channel_id = content_to_send.channel_id;
  return coalesce(v_content, content);
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.content_to_send(app_public.message_type, jsonb, uuid, uuid) is
  E'The content of a message with the provider''s id of its file. Part of claimed_messages().';
--! EndIncluded messages/provider_media.sql
--! Included messages/messages_waiting_for_media.sql
create or replace function app_private.messages_waiting_for_media(channel_id uuid, media_id uuid) returns uuid[] as $$
  select array(
    select o.message_id
    from app_private.outbox o
    join app_private.outbox_lanes l on l.conversation_id = o.conversation_id
    where o.media_id = messages_waiting_for_media.media_id
    and l.channel_id = messages_waiting_for_media.channel_id
    and o.state = 'queued'
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.messages_waiting_for_media(uuid, uuid) is
  E'The messages of a channel that are not being sent yet and need this file.';
--! EndIncluded messages/messages_waiting_for_media.sql
--! Included messages/release_media_lanes.sql
create or replace function app_private.release_media_lanes(channel_id uuid, media_id uuid) returns void as $$
declare
  v_message_ids uuid[] := app_private.messages_waiting_for_media(channel_id, media_id);
begin
  -- A sender that is about to let one of these messages wait has locked its lane.
  perform app_private.lock_lanes(v_message_ids);

  update app_private.outbox_lanes l set due_at = now()
  where l.conversation_id = any (array(
    select o.conversation_id from app_private.outbox o where o.message_id = any (v_message_ids)
  ))
  and l.due_at = 'infinity';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.release_media_lanes(uuid, uuid) is
  E'Makes conversations due that wait for a file on a channel. The caller must start a sender.';


create or replace function app_private.fail_media_messages(
  channel_id uuid,
  media_id uuid,
  error_code text,
  error jsonb
) returns void as $$
begin
  perform app_private.record_outcomes(jsonb_agg(jsonb_build_object(
    'tenant_id', o.tenant_id, 'message_id', o.message_id, 'kind', 'failed',
    'error_code', fail_media_messages.error_code, 'error', fail_media_messages.error
  )))
  from app_private.outbox o
  where o.message_id = any (
    app_private.messages_waiting_for_media(fail_media_messages.channel_id, fail_media_messages.media_id)
  )
  having count(*) > 0;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.fail_media_messages(uuid, uuid, text, jsonb) is
  E'Records that the messages that wait for a file on a channel cannot be sent. The caller must start a sender for '
   'those after them.';
--! EndIncluded messages/release_media_lanes.sql
--! Included messages/end_media_upload.sql
create or replace function app_private.end_media_upload(
  upload_id uuid,
  provider_media_id text default null,
  kept_for interval default null
) returns boolean as $$
declare
  v_upload app_private.media_uploads;
begin
  delete from app_private.media_uploads u where u.id = upload_id returning u.* into v_upload;
  if not found then
    return false;
  end if;

  if provider_media_id is not null then
    insert into app_private.provider_media as p
      (tenant_id, media_id, channel_id, provider_media_id, uploaded_at, expires_at)
    select m.tenant_id, m.id, v_upload.channel_id, end_media_upload.provider_media_id, now(), now() + kept_for
    from app_public.media m
    where m.id = v_upload.media_id
    for key share
    on conflict on constraint provider_media_pkey do update set
      provider_media_id = excluded.provider_media_id,
      uploaded_at = excluded.uploaded_at,
      expires_at = excluded.expires_at;
  end if;
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.end_media_upload(uuid, text, interval) is
  E'Ends an upload, and stores the provider''s id of the file if it has one. After the commit the caller must call '
   'release_media_lanes() or fail_media_messages(): not in the same transaction, because a sender that has not seen '
   'this one could let another message wait for the ended upload. Returns false if the upload has ended already.';
--! EndIncluded messages/end_media_upload.sql
--! Included messages/claim_media_upload.sql
create or replace function app_private.claim_media_upload(channel_id uuid, job_id text)
returns table (
  id uuid,
  media_id uuid,
  attempts int,
  storage_key text,
  size int,
  mime_type text,
  filename text
) as $$
  with next as (
    select u.id
    from app_private.media_uploads u
    join app_public.channels ch on ch.id = u.channel_id
    join app_public.tenants t on t.id = u.tenant_id
    where u.channel_id = claim_media_upload.channel_id and u.due_at <= now()
    and ch.status = 'active' and t.status = 'active'
    order by u.due_at, u.id
    limit 1
    for update of u skip locked
  ),
  claimed as (
    update app_private.media_uploads u set
      attempts = u.attempts + 1, job_id = claim_media_upload.job_id, due_at = now() + interval '15 minutes'
    from next n
    where u.id = n.id
    returning u.id, u.media_id, u.attempts
  )
  select c.id, c.media_id, c.attempts, f.storage_key, f.size, m.mime_type, m.filename
  from claimed c
  left join app_public.media m on m.id = c.media_id
  left join app_private.media_files f on f.tenant_id = m.tenant_id and f.sha256 = m.sha256
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.claim_media_upload(uuid, text) is
  E'Claims the next upload of a channel that is due, for longer than an upload takes, unless the channel sends no '
   'messages at present. storage_key is null if the file is not stored any more.';


create or replace function app_private.return_media_uploads(channel_id uuid, job_id text) returns void as $$
  update app_private.media_uploads u set job_id = null, due_at = now()
  where u.channel_id = return_media_uploads.channel_id and u.job_id = return_media_uploads.job_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.return_media_uploads(uuid, text) is
  E'Makes uploads due again that a job has claimed: the worker that ran the job has died, and it runs again.';
--! EndIncluded messages/claim_media_upload.sql
--! Included messages/postpone_media_upload.sql
create or replace function app_private.postpone_media_upload(upload_id uuid, wait interval) returns void as $$
  with postponed as (
    update app_private.media_uploads u set job_id = null, due_at = now() + wait
    where u.id = upload_id
    returning u.id, u.channel_id, u.due_at
  )
  select from graphile_worker.add_jobs(array(
    select app_private.job(
      'upload_media',
      json_build_object('channelId', p.channel_id),
      -- The job replaces that of others that were postponed.
      (
        select least(p.due_at, min(u.due_at))
        from app_private.media_uploads u
        where u.channel_id = p.channel_id and u.id <> p.id and u.job_id is null
      ),
      app_private.job_key('upload_media', p.channel_id)
    )
    from postponed p
  ))
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.postpone_media_upload(uuid, interval) is
  E'Has an upload that failed tried again later.';
--! EndIncluded messages/postpone_media_upload.sql
--! Included messages/reconcile_media_uploads.sql
create or replace function app_private.reconcile_media_uploads() returns void as $$
declare
  v_conversation_ids uuid[] := array(
    select distinct o.conversation_id
    from app_private.outbox o
    join app_private.outbox_lanes l on l.conversation_id = o.conversation_id
    where o.media_id is not null
    and o.state = 'queued'
    and l.due_at = 'infinity'
    and not exists (
      select from app_private.media_uploads u where u.media_id = o.media_id and u.channel_id = l.channel_id
    )
  );
begin
  -- A job that is replaced while a worker runs it does not run again if that worker dies.
  update app_private.media_uploads u set job_id = null, due_at = now()
  where u.job_id is not null
  and not exists (
    select from graphile_worker.jobs j
    where j.id::text = u.job_id and (j.locked_at is not null or j.attempts < j.max_attempts)
  );

  -- Their job may be there, and waits for a slot: then this one does nothing.
  perform graphile_worker.add_jobs(array_agg(app_private.job(
    'upload_media', json_build_object('channelId', c.id), key => app_private.job_key('upload_media', c.id)
  )))
  from (
    select distinct u.channel_id
    from app_private.media_uploads u
    join app_public.channels ch on ch.id = u.channel_id and ch.status = 'active'
    where u.due_at < now() - interval '1 minute'
  ) c (id)
  having count(*) > 0;

  -- If they wait for something else than a file, a sender makes them wait again.
  perform from app_private.outbox_lanes l
  where l.conversation_id = any (v_conversation_ids)
  order by l.conversation_id
  for update;
  update app_private.outbox_lanes l set due_at = now()
  where l.conversation_id = any (v_conversation_ids) and l.due_at = 'infinity';
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reconcile_media_uploads() is
  E'Adds jobs for uploads that have lost theirs. Makes conversations due that wait for a file although no upload is '
   'under way: the worker died between the end of the upload and their release. Called every minute.';
--! EndIncluded messages/reconcile_media_uploads.sql
--! Included messages/renew_media.sql
create or replace function app_private.renew_media(outcomes jsonb) returns jsonb as $$
  with outdated as (
    select e.n, p.media_id, p.channel_id, p.uploaded_at < o.created_at as is_current
    from jsonb_array_elements(outcomes) with ordinality e (value, n)
    join app_private.outbox o on o.message_id = (e.value ->> 'message_id')::uuid
    join app_private.outbox_lanes l on l.conversation_id = o.conversation_id
    join app_private.provider_media p on p.media_id = o.media_id and p.channel_id = l.channel_id
    join app_public.message_statuses s on s.message_id = o.message_id
    where e.value ? 'may_lack_media'
    and p.uploaded_at not between o.created_at and s.sending_at
  ),
  forgotten as (
    update app_private.provider_media p set expires_at = '-infinity'
    from outdated d
    where p.media_id = d.media_id and p.channel_id = d.channel_id and d.is_current
  )
  select jsonb_agg(case when d.n is null then e.value else e.value || '{"kind": "retry"}' end order by e.n)
  from jsonb_array_elements(outcomes) with ordinality e (value, n)
  left join outdated d on d.n = e.n
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.renew_media(jsonb) is
  E'Outcomes of sending, where a refusal that may mean that the provider does not have the file is a retry if the file '
   'was uploaded before the message was written: the provider may have deleted it, so it is uploaded again. A file '
   'that was uploaded for the message is not, so this happens once. Part of record_outcomes().';
--! EndIncluded messages/renew_media.sql
--! Included media/media_files.sql
create or replace function app_private.keep_media_file(tenant_id uuid, sha256 bytea, size int, storage_key text)
returns boolean as $$
declare
  v_kept_key text;
begin
  if storage_key is null then
    perform
    from app_private.media_files f
    where f.tenant_id = keep_media_file.tenant_id and f.sha256 = keep_media_file.sha256
    for key share;
    return found;
  end if;

  delete from app_private.unused_media_files u
  where u.storage_key = keep_media_file.storage_key and u.remove_at > clock_timestamp();
  if not found then
    return false;
  end if;

  -- An update that changes nothing locks the row of an equal file, or waits until it is removed and inserts another.
  insert into app_private.media_files as f (tenant_id, sha256, size, storage_key)
  values (keep_media_file.tenant_id, keep_media_file.sha256, keep_media_file.size, keep_media_file.storage_key)
  on conflict on constraint media_files_pkey do update set size = f.size
  returning f.storage_key into v_kept_key;
  if v_kept_key <> storage_key then
    insert into app_private.unused_media_files (storage_key) values (keep_media_file.storage_key);
  end if;
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.keep_media_file(uuid, bytea, int, text) is
  E'Records that a tenant''s file is stored, so that a media row can refer to it in the same transaction. storage_key '
   'is where the caller has written it, after inserting the key into unused_media_files and committing that; null if '
   'the caller relies on an equal file. If another transaction has stored an equal file first, that one is used, and '
   'the caller''s is removed. Returns false, and the caller must write the file again, if no equal file is stored or '
   'the written one is due for removal.';


create or replace function app_private.replace_lost_file(lost_key text, storage_key text) returns void as $$
  with replaced as (
    update app_private.media_files f set storage_key = replace_lost_file.storage_key
    from app_private.unused_media_files u
    where f.storage_key = lost_key
    and u.storage_key = replace_lost_file.storage_key and u.remove_at > clock_timestamp()
    returning 1
  ),
  used as (
    delete from app_private.unused_media_files u
    using replaced r
    where u.storage_key = replace_lost_file.storage_key
  )
  insert into app_private.unused_media_files (storage_key, remove_at)
  select lost_key, now() + interval '1 day' from replaced
  on conflict do nothing
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.replace_lost_file(text, text) is
  E'Has all media that use a file which the storage has lost use an equal one, which the caller has written as for '
   'keep_media_file(). If the lost file appears again, as when a folder is mounted again, it is removed. Does '
   'nothing if another transaction has replaced or removed it first.';


create or replace function app_private.release_media_files(tenant_ids uuid[], sha256s bytea[]) returns void as $$
begin
  -- First the locks: a file that another transaction is about to use is seen as used by the next statement.
  perform
  from app_private.media_files f
  join (select distinct * from unnest(tenant_ids, sha256s)) r (tenant_id, sha256)
    on f.tenant_id = r.tenant_id and f.sha256 = r.sha256
  order by f.tenant_id, f.sha256
  for update of f;

  delete from app_private.media_files f
  using (select distinct * from unnest(tenant_ids, sha256s)) r (tenant_id, sha256)
  where f.tenant_id = r.tenant_id and f.sha256 = r.sha256
  and not exists (select from app_public.media m where m.tenant_id = f.tenant_id and m.sha256 = f.sha256);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.release_media_files(uuid[], bytea[]) is
  E'Deletes the rows of files that no media row refers to any more, out of these (by position); a trigger then notes '
   'that the files are to be removed. Two transactions that stop using one file, or one that stops and one that '
   'begins, wait for each other at the row of the file.';


create or replace function app_private.tg_media_files__note_unused() returns trigger as $$
begin
  insert into app_private.unused_media_files (storage_key) select o.storage_key from old_rows o;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_media_files__note_unused() is
  E'Notes that stored files are to be removed once the transaction has committed. The task remove_media_files removes '
   'them.';
--! EndIncluded media/media_files.sql
--! Included media/clean_filename.sql
create or replace function app_private.clean_filename(name text) returns text as $$
  select case
    when length(n.clean) <= 230 then n.clean
    else left(n.clean, 230 - length(n.extension)) || n.extension
  end
  from (
    select c.clean, coalesce(substring(c.clean from '\.[^.]{1,10}$'), '') as extension
    from (
      select btrim(
        translate(
          regexp_replace(
            -- Not more than can matter: the time that the next steps take must not depend on the sender.
            regexp_replace(normalize(left(name, 500) || right(substr(name, 501), 500)), '^.*[/\\]', ''),
            '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]', '', 'g'
          ),
          '<>:"|?*', '_______'
        ),
        E' .\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\ufeff'
      ) as clean
    ) c
  ) n
$$ language sql immutable strict parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_private.clean_filename(text) is
  E'A name that is safe to show and to save under, as cleanFilename() makes of the names of uploads: without '
   'directories, control characters and marks that reverse the direction of text, at most 230 characters with its '
   'extension. Empty if nothing is left.';
--! EndIncluded media/clean_filename.sql
--! Included media/add_received_media.sql
create or replace function app_private.names_file(type app_public.message_type, content jsonb) returns boolean as $$
  select type in ('image', 'video', 'audio', 'document', 'sticker')
    and length(content ->> 'id') between 1 and 200
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.names_file(app_public.message_type, jsonb) is
  E'Whether a message from a provider has a file that can be fetched: content has the provider''s id of it.';


create or replace function app_private.enqueue_fetch_media(media_ids uuid[], run_at timestamptz default null)
returns void as $$
  select graphile_worker.add_jobs(array_agg(app_private.job(
    'fetch_media', json_build_object('mediaId', i), run_at, app_private.job_key('fetch_media', i)
  )))
  from unnest(media_ids) i
  having count(*) > 0
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.enqueue_fetch_media(uuid[], timestamptz) is
  E'Adds a job for each of these files that fetches it from its provider, now or at run_at. It replaces one that is '
   'waiting.';


create or replace function app_private.add_received_media(message_ids uuid[]) returns void as $$
declare
  -- Bounds, so that only the relevant partitions are opened (= any() alone does not prune).
  v_first uuid := (select min(i::text collate "C")::uuid from unnest(message_ids) i);
  v_last uuid := (select max(i::text collate "C")::uuid from unnest(message_ids) i);
  v_ids uuid[];
begin
  with received as (
    insert into app_public.media (
      tenant_id, id, type, mime_type, filename, is_voice, channel_id, state, error_code, error
    )
    select
      m.tenant_id,
      m.media_id,
      m.type,
      nullif(left(m.content ->> 'mime_type', 255), ''),
      nullif(app_private.clean_filename(m.content ->> 'filename'), ''),
      m.content ->> 'voice' is not distinct from 'true',
      c.channel_id,
      case when h.media_limit = 0 then 'failed' else 'pending' end::app_public.media_state,
      case when h.media_limit = 0 then 'PYMAX' end,
      case when h.media_limit = 0 then 'Files of this channel are fetched on request only' end
    from app_public.messages m
    join app_public.conversations c on c.id = m.conversation_id
    join app_public.channels h on h.id = c.channel_id
    where m.id = any (message_ids) and m.id between v_first and v_last
    returning tenant_id, id, channel_id, state
  ),
  ids as (
    insert into app_private.provider_media (tenant_id, media_id, channel_id, provider_media_id, expires_at)
    select r.tenant_id, r.id, r.channel_id, m.content ->> 'id', now() + k.received_media_lifetime
    from received r
    join app_public.messages m on m.id = r.id and m.id between v_first and v_last
    join app_public.channels h on h.id = r.channel_id
    join app_public.channel_kinds k on k.kind = h.kind
  )
  select array_agg(r.id) filter (where r.state = 'pending') into v_ids from received r;
  perform app_private.enqueue_fetch_media(v_ids);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.add_received_media(uuid[]) is
  E'Adds the media of messages that a provider has just delivered, and jobs that fetch them. The file of a received '
   'message has the id of the message, so it cannot be added twice.';
--! EndIncluded media/add_received_media.sql
--! Included media/end_fetching.sql
create or replace function app_private.lock_fetching(media_id uuid, attempt int) returns app_public.media as $$
  select d.*
  from app_public.media d
  where d.id = lock_fetching.media_id and d.state = 'pending' and d.attempts = attempt
  for no key update
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.lock_fetching(uuid, int) is
  E'Locks a received file that an attempt is fetching. Null if it is not pending any more, or another attempt has '
   'begun.';


create or replace function app_private.end_fetching(media app_public.media) returns void as $$
  update app_private.provider_media p set leased_until = '-infinity'
  where p.media_id = media.id and p.channel_id = media.channel_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.end_fetching(app_public.media) is
  E'Ends the lease of a received file, so that another attempt may begin.';


create or replace function app_private.report_changed_media(media app_public.media) returns void as $$
  select app_private.report_changed_messages(
    media.tenant_id, array(select m.id from app_public.messages m where m.media_id = media.id)
  )
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.report_changed_media(app_public.media) is
  E'Reports the messages of a file: they show that it has arrived, why it has not, or that it is being fetched again.';
--! EndIncluded media/end_fetching.sql
--! Included media/claim_media.sql
create or replace function app_private.claim_media(claimed_id uuid, lease interval)
returns table (
  media_id uuid,
  tenant_id uuid,
  attempt int,
  channel_kind app_public.channel_kind,
  channel_id uuid,
  provider_media_id text,
  url text,
  announced_sha256 text,
  max_size int
) as $$
declare
  v_media app_public.media;
  v_provided app_private.provider_media;
begin
  select d.* into v_media from app_public.media d where d.id = claimed_id for no key update;
  select p.* into v_provided
  from app_private.provider_media p
  where p.media_id = v_media.id and p.channel_id = v_media.channel_id;
  if v_provided.media_id is null or v_media.state <> 'pending' then
    return;
  end if;
  -- Another worker is fetching the file, or died while it did.
  if v_provided.leased_until > clock_timestamp() then
    perform app_private.enqueue_fetch_media(array[v_media.id], v_provided.leased_until);
    return;
  end if;

  update app_private.provider_media p set leased_until = clock_timestamp() + lease
  where p.media_id = v_media.id and p.channel_id = v_media.channel_id;
  update app_public.media d set attempts = d.attempts + 1 where d.id = v_media.id;

  return query
  select
    v_media.id,
    v_media.tenant_id,
    v_media.attempts + 1,
    h.kind,
    h.id,
    v_provided.provider_media_id,
    -- The provider's address is valid for a few minutes only.
    case when v_media.attempts = 0 and v_media.created_at > now() - interval '4 minutes' then m.content ->> 'url' end,
    m.content ->> 'sha256',
    case when not v_provided.ignores_limit then h.media_limit end
  from app_public.channels h
  left join app_public.messages m on m.id = v_media.id
  where h.id = v_media.channel_id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.claim_media(uuid, interval) is
  E'Claims a received file for fetching, so that no other worker fetches it during the lease, and returns what is '
   'known of it. No row: the file is not pending any more, or another worker has it; then a job runs when that lease '
   'ends.';


create or replace function app_private.renew_media_lease(media_id uuid, attempt int, lease interval)
returns void as $$
  update app_private.provider_media p set leased_until = clock_timestamp() + lease
  from app_public.media d
  where d.id = renew_media_lease.media_id and d.state = 'pending' and d.attempts = attempt
  and p.media_id = d.id and p.channel_id = d.channel_id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.renew_media_lease(uuid, int, interval) is
  E'Prolongs the lease of an attempt that is still fetching a file.';
--! EndIncluded media/claim_media.sql
--! Included media/claim_new_media.sql
create or replace function app_private.claim_new_media(of_tenant_id uuid, lease interval)
returns table (
  media_id uuid,
  tenant_id uuid,
  attempt int,
  channel_kind app_public.channel_kind,
  channel_id uuid,
  provider_media_id text,
  url text,
  announced_sha256 text,
  max_size int
) as $$
declare
  v_id uuid;
begin
  select d.id into v_id
  from app_public.media d
  join app_private.provider_media p on p.media_id = d.id and p.channel_id = d.channel_id
  where d.tenant_id = of_tenant_id and d.state = 'pending' and d.attempts = 0 and p.leased_until < clock_timestamp()
  order by d.created_at
  limit 1
  for no key update of d skip locked;

  return query select c.* from app_private.claim_media(v_id, lease) c;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.claim_new_media(uuid, interval) is
  E'Claims the oldest received file of a tenant that no attempt to fetch was made for yet, as claim_media() does.';


create or replace function app_private.reconcile_received_media() returns void as $$
  select app_private.enqueue_fetch_media(array_agg(d.id))
  from app_public.media d
  join app_private.provider_media p on p.media_id = d.id and p.channel_id = d.channel_id
  where d.state = 'pending'
  and d.created_at < now() - interval '1 minute'
  and p.leased_until < now()
  and not exists (
    select from graphile_worker.jobs j
    -- One that has used up its attempts does not run again.
    where j.key = app_private.job_key('fetch_media', d.id) and j.attempts < j.max_attempts
  )
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reconcile_received_media() is
  E'Adds jobs for received files that have none: the worker that fetched them for another file''s job has died. Called '
   'every minute.';
--! EndIncluded media/claim_new_media.sql
--! Included media/record_fetched_media.sql
create or replace function app_private.record_fetched_media(
  media_id uuid, attempt int, sha256 bytea, size int, mime_type text, storage_key text
) returns boolean as $$
declare
  v_media app_public.media := app_private.lock_fetching(media_id, attempt);
begin
  if v_media.id is null then
    -- Nothing will use the file that the caller has written.
    update app_private.unused_media_files u set remove_at = now()
    where u.storage_key = record_fetched_media.storage_key;
    return true;
  end if;
  if not app_private.keep_media_file(v_media.tenant_id, sha256, size, storage_key) then
    return false;
  end if;

  update app_public.media d set
    state = 'stored', sha256 = record_fetched_media.sha256, size = record_fetched_media.size, stored_at = now(),
    mime_type = coalesce(nullif(left(record_fetched_media.mime_type, 255), ''), d.mime_type),
    error_code = null, error = null
  where d.id = v_media.id;
  perform app_private.end_fetching(v_media);
  perform app_private.report_changed_media(v_media);
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.record_fetched_media(uuid, int, bytea, int, text, text) is
  E'Records that a received file is stored, by the attempt that claim_media() returned; storage_key is as for '
   'keep_media_file(), whose result is returned. True also if the file is not wanted any more: its message was '
   'deleted, or another attempt has begun.';
--! EndIncluded media/record_fetched_media.sql
--! Included media/record_fetch_failure.sql
create or replace function app_private.record_fetch_failure(
  media_id uuid, attempt int, state app_public.media_state, error_code text, error text, retry_after interval
) returns void as $$
declare
  v_media app_public.media := app_private.lock_fetching(media_id, attempt);
  -- 4 s, 16 s, 64 s, … up to six hours.
  v_retry_at timestamptz := now() + greatest(
    retry_after, least(interval '6 hours', interval '1 second' * 4 ^ least(attempt, 10))
  );
  v_retries boolean;
begin
  if v_media.id is null then
    return;
  end if;
  v_retries := state = 'pending' and exists (
    select from app_private.provider_media p
    where p.media_id = v_media.id and p.channel_id = v_media.channel_id and p.expires_at > v_retry_at
  );
  update app_public.media d set
    state = case
      when record_fetch_failure.state = 'pending' and not v_retries then 'failed' else record_fetch_failure.state
    end,
    error_code = record_fetch_failure.error_code,
    error = record_fetch_failure.error
  where d.id = v_media.id;
  perform app_private.end_fetching(v_media);
  if v_retries then
    perform app_private.enqueue_fetch_media(array[v_media.id], v_retry_at);
  else
    perform app_private.report_changed_media(v_media);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.record_fetch_failure(
  uuid, int, app_public.media_state, text, text, interval
) is
  E'Records that a received file was not fetched, by the attempt that claim_media() returned. state pending: it is '
   'fetched again, after retry_after or later, as long as the provider keeps it; after that it has failed. gone: the '
   'provider does not have it any more.';
--! EndIncluded media/record_fetch_failure.sql
--! Included media/fetch_media.sql
create or replace function app_hidden.request_media(tenant_id uuid, media_id uuid) returns app_public.media as $$
declare
  v_media app_public.media;
  v_requested app_public.media;
begin
  perform app_hidden.require_scope_in(tenant_id, 'send', 'file');
  select d.* into v_media
  from app_public.media d
  where d.tenant_id = request_media.tenant_id and d.id = request_media.media_id
  for no key update;
  if v_media.state = 'stored' then
    return v_media;
  end if;

  update app_private.provider_media p set ignores_limit = true
  where p.media_id = v_media.id and p.channel_id = v_media.channel_id and p.expires_at > now();
  if not found then
    raise exception 'The provider does not have the file any more' using errcode = 'PYGON';
  end if;
  update app_public.media d set state = 'pending', error_code = null, error = null
  where d.id = v_media.id and d.state <> 'pending'
  returning d.* into v_requested;
  if found then
    v_media := v_requested;
    perform app_private.report_changed_media(v_media);
  end if;
  perform app_private.enqueue_fetch_media(array[v_media.id]);
  return v_media;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.request_media(uuid, uuid) is
  E'The privileged part of fetch_media(): changes rows that users cannot change. PYNFD: not a file of the caller''s '
   'tenant. PYDEN: agents only. PYGON: the provider does not have it any more.';

grant execute on function app_hidden.request_media(uuid, uuid) to parley_visitor;


create or replace function app_public.fetch_media(media_id uuid) returns app_public.media as $$
declare
  v_media app_public.media;
begin
  select d.* into v_media from app_public.media d where d.id = fetch_media.media_id;
  -- Of a file that the caller cannot see, the tenant is null: PYNFD.
  return app_hidden.request_media(v_media.tenant_id, fetch_media.media_id);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.fetch_media(uuid) is
  E'Fetches a received file from its provider again: one that failed, is larger than the limit of its channel, '
   'or was removed at the end of its retention. On WhatsApp this is possible for seven days after the message '
   'arrived. A file that is stored is returned as it is; one that is pending is fetched now. PYNFD. PYDEN: agents '
   'only. PYGON: the provider does not have the file any more, or it was uploaded.';

grant execute on function app_public.fetch_media(uuid) to parley_visitor;
--! EndIncluded media/fetch_media.sql
--! Included media/remove_media.sql
create or replace function app_private.remove_expired_media(max_files int) returns int as $$
declare
  v_ids uuid[];
  v_tenant_ids uuid[];
  v_sha256s bytea[];
begin
  select array_agg(o.id), array_agg(o.tenant_id), array_agg(o.sha256)
  into v_ids, v_tenant_ids, v_sha256s
  from (
    select d.id, d.tenant_id, d.sha256
    from app_public.tenants t
    join app_public.media d on d.tenant_id = t.id and d.stored_at < now() - t.media_retention
    where t.media_retention is not null
    order by d.id
    limit max_files
    for update of d skip locked
  ) o;

  update app_public.media d set
    state = 'gone', sha256 = null, stored_at = null,
    error_code = 'PYGON', error = 'The file was removed at the end of its retention'
  where d.id = any (v_ids);
  perform app_private.release_media_files(v_tenant_ids, v_sha256s);
  return coalesce(cardinality(v_ids), 0);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.remove_expired_media(int) is
  E'Removes files whose tenant keeps them no longer (media_retention), up to a number of files. Their media rows stay. '
   'Returns the number of files.';


create or replace function app_private.delete_unused_media() returns int as $$
declare
  v_ids uuid[];
  v_deleted int;
begin
  -- First the locks: a message that another transaction has sent in the meantime is seen by the next statement.
  v_ids := array(
    select d.id
    from app_public.media d
    where d.created_at < now() - interval '1 day'
    -- "is not null" makes the partial index usable for a scan of all messages with files.
    and not exists (select from app_public.messages m where m.media_id = d.id and m.media_id is not null)
    and not exists (select from app_public.canned_replies r where r.media_id = d.id)
    for update skip locked
  );
  delete from app_public.media d
  where d.id = any (v_ids)
  and not exists (select from app_public.messages m where m.media_id = d.id)
  and not exists (select from app_public.canned_replies r where r.media_id = d.id);
  get diagnostics v_deleted = row_count;
  return v_deleted;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.delete_unused_media() is
  E'Deletes media that no message and no canned reply uses: uploads that were not sent within a day, and files of '
   'messages whose partition was dropped. Returns the number of rows.';
--! EndIncluded media/remove_media.sql
--! Included media/add_uploaded_media.sql
create or replace function app_private.add_uploaded_media(
  tenant_id uuid,
  user_id uuid,
  type app_public.message_type,
  mime_type text,
  filename text,
  is_voice boolean,
  sha256 bytea,
  size int,
  storage_key text
) returns uuid as $$
declare
  v_id uuid;
begin
  if not app_private.keep_media_file(
    add_uploaded_media.tenant_id,
    add_uploaded_media.sha256,
    add_uploaded_media.size,
    add_uploaded_media.storage_key
  ) then
    return null;
  end if;
  insert into app_public.media (
    tenant_id, state, type, mime_type, filename, is_voice, sha256, size, user_id, stored_at
  )
  values (
    add_uploaded_media.tenant_id, 'stored', add_uploaded_media.type, add_uploaded_media.mime_type,
    add_uploaded_media.filename, add_uploaded_media.is_voice, add_uploaded_media.sha256, add_uploaded_media.size,
    add_uploaded_media.user_id, now()
  )
  returning id into v_id;
  return v_id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.add_uploaded_media(
  uuid, uuid, app_public.message_type, text, text, boolean, bytea, int, text
) is
  E'Adds a file that a user has uploaded, and returns its id. storage_key is as for keep_media_file(); null is '
   'returned if the caller must write the file first.';
--! EndIncluded media/add_uploaded_media.sql
--! Included media/tg_messages__remove_media.sql
create or replace function app_private.tg_messages__remove_media() returns trigger as $$
declare
  v_ids uuid[] := array(select o.media_id from old_rows o where o.media_id is not null);
begin
  if v_ids = '{}' then
    return null;
  end if;
  -- First the locks: a message that another transaction has sent or deleted is seen by the next statement.
  perform from app_public.media d where d.id = any (v_ids) order by d.id for update;
  delete from app_public.media d
  using old_rows o
  where d.id = o.media_id and d.tenant_id = o.tenant_id
  and not exists (select from app_public.messages m where m.media_id = d.id and m.tenant_id = d.tenant_id)
  and not exists (select from app_public.canned_replies r where r.media_id = d.id and r.tenant_id = d.tenant_id);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_messages__remove_media() is
  E'Deletes the media of deleted messages, unless other messages or canned replies use them.';
--! EndIncluded media/tg_messages__remove_media.sql
--! Included media/tg_media__release_files.sql
create or replace function app_private.tg_media__release_files() returns trigger as $$
begin
  perform app_private.release_media_files(array_agg(o.tenant_id), array_agg(o.sha256))
  from old_rows o
  where o.sha256 is not null
  having count(*) > 0;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_media__release_files() is
  E'Releases the files of deleted media: those that no other media row uses are removed from the storage.';
--! EndIncluded media/tg_media__release_files.sql
--! Included media/media.policies.sql
drop policy if exists tenant_isolation on app_public.media;
create policy tenant_isolation on app_public.media as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.media;
create policy select_member on app_public.media for select to parley_visitor
  using (true);
grant select on app_public.media to parley_visitor;
-- Nothing else: the program receives and stores files.
--! EndIncluded media/media.policies.sql
--! Included messages/messages_media.sql
create or replace function app_public.messages_media(message app_public.messages) returns setof app_public.media as $$
  select f.*
  from app_public.media f
  where f.id = message.media_id
  limit 1
$$ language sql stable rows 1;
-- No pinned search_path, so that it can be inlined.

comment on function app_public.messages_media(app_public.messages) is
  E'The file of the message. Null if it has none.';

grant execute on function app_public.messages_media(app_public.messages) to parley_visitor;
--! EndIncluded messages/messages_media.sql

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

--! Included figures/counted_delivery.sql
create or replace function app_hidden.counted_delivery(
  status app_public.message_status, error_code text, pricing jsonb
) returns table (error_code text, price_category text, price_type text, is_billable boolean) as $$
  -- A provider may report anything, and the key of an index must not be long.
  select
    coalesce(left(case when counted_delivery.status = 'failed' then counted_delivery.error_code end, 60), ''),
    coalesce(left(pricing ->> 'category', 60), ''),
    coalesce(left(pricing ->> 'type', 60), ''),
    -- Providers have announced that "billable" will be removed; the type then says it.
    coalesce(pricing -> 'billable' = 'true', pricing ->> 'type' = 'regular', false)
$$ language sql immutable rows 1;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.counted_delivery(app_public.message_status, text, jsonb) is
  E'The columns by which delivery_stats distinguishes messages, from those of message_statuses. Empty where there is '
   'no error or no pricing.';

grant execute on function app_hidden.counted_delivery(app_public.message_status, text, jsonb) to parley_visitor;
--! EndIncluded figures/counted_delivery.sql
--! Included figures/tg_conversations__track_handoff.sql
create or replace function app_private.tg_conversations__track_handoff() returns trigger as $$
begin
  if NEW.handed_over_at is null then
    -- The team and the assignee stay those of before, although the same statement may remove them.
    update app_public.handoffs h set
      resolved_at = now(),
      resolved_by_id = app_hidden.current_user_id(),
      outcome = (case NEW.status when 'open' then 'returned' else 'closed' end)::app_public.handoff_outcome
    where h.conversation_id = NEW.id and h.resolved_at is null;
    return null;
  end if;

  insert into app_public.handoffs as h (tenant_id, conversation_id, team_id, assignee_id, handed_over_at)
  values (NEW.tenant_id, NEW.id, NEW.team_id, NEW.assignee_id, NEW.handed_over_at)
  on conflict (conversation_id) where resolved_at is null do update set
    team_id = excluded.team_id,
    assignee_id = excluded.assignee_id,
    handed_over_at = least(h.handed_over_at, excluded.handed_over_at);

  -- Also a run that this transaction has ended: a chatbot ends it and hands the conversation over in one turn.
  update app_public.conversation_contexts x set has_user = true
  where x.conversation_id = NEW.id and (x.is_active or x.completed_at = now()) and not x.has_user;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__track_handoff() is
  E'Records in handoffs how long a conversation is in the hands of users, and with whom. A run of a chatbot in the '
   'conversation has a user from then on.';
--! EndIncluded figures/tg_conversations__track_handoff.sql
--! Included figures/refresh_first_responses.sql
create or replace function app_private.refresh_first_responses(conversation_ids uuid[]) returns void as $$
  update app_public.handoffs h set
    -- greatest() ignores nulls.
    first_response_at = case when m.id is not null then greatest(m.occurred_at, h.handed_over_at) end,
    first_response_user_id = m.user_id,
    first_response_team_id = case when m.id is not null then coalesce(h.first_response_team_id, h.team_id) end
  from app_public.handoffs o
  left join lateral (
    select r.id, r.occurred_at, r.user_id
    from app_public.messages r
    where r.conversation_id = o.conversation_id
    and r.id >= app_hidden.uuid_v7_floor(date_trunc('second', o.handed_over_at))
    and r.occurred_at >= date_trunc('second', o.handed_over_at)
    and r.author = 'user' and app_private.is_answer(r.direction, r.origin, r.type, r.author)
    order by r.occurred_at, r.id
    limit 1
  ) m on true
  where o.conversation_id = any (conversation_ids) and o.resolved_at is null and h.id = o.id
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.refresh_first_responses(uuid[]) is
  E'Finds the first responses of open handoffs in their messages, after some of these were removed or '
   'moved.';
--! EndIncluded figures/refresh_first_responses.sql
--! Included figures/tg_messages__count.sql
create or replace function app_private.tg_messages__count() returns trigger as $$
declare
  v_has_users boolean;
begin
  with counted as (
    insert into app_hidden.message_activity (tenant_id, channel_id, occurred_at, direction, author, type, count)
    select
      m.tenant_id, m.channel_id, date_bin('15 minutes', m.occurred_at, 'epoch'), m.direction, m.author, m.type,
      count(*)
    from (
      select
        n.tenant_id, n.occurred_at, n.direction, n.author, n.type,
        (select c.channel_id from app_public.conversations c where c.id = n.conversation_id) as channel_id
      from new_rows n
      where n.direction <> 'internal'
    ) m
    group by 1, 2, 3, 4, 5, 6
    returning author
  )
  select bool_or(c.author = 'user') into v_has_users from counted c;

  if v_has_users then
    update app_public.handoffs h set
      first_response_at = greatest(a.occurred_at, h.handed_over_at),
      first_response_user_id = a.user_id,
      first_response_team_id = coalesce(h.first_response_team_id, h.team_id)
    from (
      select distinct on (o.id) o.id, n.occurred_at, n.user_id
      from new_rows n
      cross join lateral (
        -- The one during which the message was written; answers from the phone app may be reported late, in any order.
        select l.id, l.handed_over_at, l.first_response_at, l.resolved_at
        from app_public.handoffs l
        where l.conversation_id = n.conversation_id and l.tenant_id = n.tenant_id
        -- The phone app's clock has whole seconds.
        and date_trunc('second', l.handed_over_at) <= n.occurred_at
        order by l.handed_over_at desc
        limit 1
      ) o
      where n.author = 'user' and app_private.is_answer(n.direction, n.origin, n.type, n.author)
      and n.occurred_at <= coalesce(o.resolved_at, 'infinity')
      and greatest(n.occurred_at, o.handed_over_at) < coalesce(o.first_response_at, 'infinity')
      order by o.id, n.occurred_at, n.id
    ) a
    where h.id = a.id;

    update app_public.conversation_contexts x set has_user = true
    where x.conversation_id = any (array(
      select n.conversation_id from new_rows n where app_hidden.is_users_answer(n.direction, n.author, n.origin)
    ))
    and x.is_active and not x.has_user;
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__count() is
  E'Adds new messages to message_activity, in one row for each combination that differs in more than the number. Times '
   'are cut to a quarter of an hour, by which all time zones differ. A user''s message is the first response of the '
   'handoff during which it was written, unless that has an earlier one, and makes the run of a chatbot one with a '
   'user.';
--! EndIncluded figures/tg_messages__count.sql
--! Included figures/tg_messages__count_deleted.sql
create or replace function app_private.tg_messages__count_deleted() returns trigger as $$
begin
  insert into app_hidden.message_activity (tenant_id, channel_id, occurred_at, direction, author, type, count)
  select
    o.tenant_id, c.channel_id, date_bin('15 minutes', o.occurred_at, 'epoch'), o.direction, o.author, o.type,
    -count(*)
  from old_rows o
  -- Deleted with their conversation, messages are subtracted before it: tg_conversations__count_deleted().
  join app_public.conversations c on c.id = o.conversation_id
  where o.direction <> 'internal'
  group by 1, 2, 3, 4, 5, 6;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_messages__count_deleted() is
  E'Subtracts deleted messages from message_activity.';
--! EndIncluded figures/tg_messages__count_deleted.sql
--! Included figures/tg_conversations__count_deleted.sql
create or replace function app_private.tg_conversations__count_deleted() returns trigger as $$
begin
  insert into app_hidden.message_activity (tenant_id, channel_id, occurred_at, direction, author, type, count)
  select
    m.tenant_id, OLD.channel_id, date_bin('15 minutes', m.occurred_at, 'epoch'), m.direction, m.author, m.type,
    -count(*)
  from app_public.messages m
  where m.conversation_id = OLD.id and m.direction <> 'internal'
  group by 1, 2, 3, 4, 5, 6;
  return OLD;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__count_deleted() is
  E'Subtracts the messages of a conversation that is being deleted from the figures. The messages are deleted after '
   'the conversation, when its channel is not known any more.';
--! EndIncluded figures/tg_conversations__count_deleted.sql
--! Included figures/tg_message_statuses__count.sql
create or replace function app_private.tg_message_statuses__count() returns trigger as $$
begin
  insert into app_hidden.delivery_activity (
    tenant_id, channel_id, queued_at, author, status, error_code, pricing, count
  )
  select s.tenant_id, s.channel_id, s.queued_at, s.author, s.status, s.error_code, s.pricing, sum(s.change)
  from (
    select
      o.tenant_id, o.channel_id, date_bin('15 minutes', o.created_at, 'epoch') as queued_at, o.author, o.status,
      o.error_code, o.pricing, -1 as change
    from old_rows o
    where o.status >= 'sent'
    union all
    select
      n.tenant_id, n.channel_id, date_bin('15 minutes', n.created_at, 'epoch'), n.author, n.status, n.error_code,
      n.pricing, 1
    from new_rows n
    where n.status >= 'sent'
  ) s
  group by 1, 2, 3, 4, 5, 6, 7
  having sum(s.change) <> 0;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_message_statuses__count() is
  E'Moves messages in delivery_activity from their previous status to the present one. Messages count from the moment '
   'when they are sent or have failed.';
--! EndIncluded figures/tg_message_statuses__count.sql
--! Included figures/tg_message_statuses__count_deleted.sql
create or replace function app_private.tg_message_statuses__count_deleted() returns trigger as $$
begin
  insert into app_hidden.delivery_activity (
    tenant_id, channel_id, queued_at, author, status, error_code, pricing, count
  )
  select
    o.tenant_id, o.channel_id, date_bin('15 minutes', o.created_at, 'epoch'), o.author, o.status, o.error_code,
    o.pricing, -count(*)
  from old_rows o
  where o.status >= 'sent'
  group by 1, 2, 3, 4, 5, 6, 7;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_message_statuses__count_deleted() is
  E'Subtracts deleted messages from delivery_activity.';
--! EndIncluded figures/tg_message_statuses__count_deleted.sql
--! Included figures/tg_tenants__refuse_unknown_time_zone.sql
create or replace function app_private.tg_tenants__refuse_unknown_time_zone() returns trigger as $$
begin
  -- Not a check constraint, because the names depend on the server: a dump must be restored on another one, too.
  if not exists (select from pg_timezone_names z where z.name = NEW.time_zone) then
    raise exception '`timeZone` must be the name of a time zone, such as "Europe/Berlin"' using errcode = 'PYCON';
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_tenants__refuse_unknown_time_zone() is
  E'Refuses time zones that pg_timezone_names does not have (PYCON).';
--! EndIncluded figures/tg_tenants__refuse_unknown_time_zone.sql
--! Included figures/tg_tenants__recount_figures.sql
create or replace function app_private.tg_tenants__recount_figures() returns trigger as $$
begin
  perform graphile_worker.add_jobs(array[app_private.job(
    'recount_figures',
    json_build_object('tenantId', NEW.id),
    key => app_private.job_key('recount_figures', NEW.id)
  )]);
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_tenants__recount_figures() is
  E'Has the figures of a tenant counted by the days of its new time zone.';
--! EndIncluded figures/tg_tenants__recount_figures.sql
--! Included figures/daily_messages.sql
create or replace view app_hidden.daily_messages with (security_invoker = true) as
  select s.tenant_id, s.day, s.channel_id, s.direction, s.author, s.type, s.count
  from app_hidden.message_stats s
  union all
  select
    a.tenant_id, (a.occurred_at at time zone t.time_zone)::date, a.channel_id, a.direction, a.author, a.type, a.count
  from app_hidden.message_activity a
  join app_public.tenants t on t.id = a.tenant_id;

comment on view app_hidden.daily_messages is
  E'The messages of each day in the tenant''s time zone, whether they have been rolled up or not. A combination may '
   'have several rows: add their counts.';

grant select on app_hidden.daily_messages to parley_visitor;
--! EndIncluded figures/daily_messages.sql
--! Included figures/daily_deliveries.sql
create or replace view app_hidden.daily_deliveries with (security_invoker = true) as
  select
    s.tenant_id, s.day, s.channel_id, s.author, s.status, s.error_code, s.price_category, s.price_type, s.is_billable,
    s.count
  from app_hidden.delivery_stats s
  union all
  select
    a.tenant_id, (a.queued_at at time zone t.time_zone)::date, a.channel_id, a.author, a.status, d.error_code,
    d.price_category, d.price_type, d.is_billable, a.count
  from app_hidden.delivery_activity a
  join app_public.tenants t on t.id = a.tenant_id
  cross join lateral app_hidden.counted_delivery(a.status, a.error_code, a.pricing) d;

comment on view app_hidden.daily_deliveries is
  E'The messages sent on each day in the tenant''s time zone by their outcome, whether this has been rolled '
   'up or not. A combination may have several rows: add their counts.';

grant select on app_hidden.daily_deliveries to parley_visitor;
--! EndIncluded figures/daily_deliveries.sql
--! Included figures/roll_up_figures.sql
create or replace function app_private.roll_up_figures(batch_size int default 10000) returns int as $$
  with messages as (
    delete from app_hidden.message_activity a
    where a.ctid = any (array(
      select b.ctid from app_hidden.message_activity b limit batch_size for update skip locked
    ))
    returning a.*
  ),
  deliveries as (
    delete from app_hidden.delivery_activity a
    where a.ctid = any (array(
      select b.ctid from app_hidden.delivery_activity b limit batch_size for update skip locked
    ))
    returning a.*
  ),
  counted_messages as (
    insert into app_hidden.message_stats as s (tenant_id, day, channel_id, direction, author, type, count)
    select
      a.tenant_id, (a.occurred_at at time zone t.time_zone)::date, a.channel_id, a.direction, a.author, a.type,
      sum(a.count)
    from messages a
    join app_public.tenants t on t.id = a.tenant_id
    group by 1, 2, 3, 4, 5, 6
    -- In a fixed order, so that concurrent calls do not deadlock.
    order by 1, 2, 3, 4, 5, 6
    on conflict on constraint message_stats_pkey do update set count = s.count + excluded.count
  ),
  counted_deliveries as (
    insert into app_hidden.delivery_stats as s (
      tenant_id, day, channel_id, author, status, error_code, price_category, price_type, is_billable, count
    )
    select
      a.tenant_id, (a.queued_at at time zone t.time_zone)::date, a.channel_id, a.author, a.status, d.error_code,
      d.price_category, d.price_type, d.is_billable, sum(a.count)
    from deliveries a
    join app_public.tenants t on t.id = a.tenant_id
    cross join lateral app_hidden.counted_delivery(a.status, a.error_code, a.pricing) d
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    order by 1, 2, 3, 4, 5, 6, 7, 8, 9
    on conflict on constraint delivery_stats_pkey do update set count = s.count + excluded.count
  )
  select (select count(*) from messages)::int + (select count(*) from deliveries)::int
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.roll_up_figures(int) is
  E'Adds message_activity and delivery_activity to message_stats and delivery_stats, at most batch_size rows of each, '
   'and removes them. Returns the number of rows. Readers see each row once, before and after.';
--! EndIncluded figures/roll_up_figures.sql
--! Included figures/recount_figures.sql
create or replace function app_private.first_counted_day() returns date as $$
  with partitions as (
    select
      to_date(substring(c.relname from '_(\d{4}_\d{2})$'), 'YYYY_MM') as month,
      substring(pg_get_expr(c.relpartbound, c.oid) from $re$MINVALUE\) TO \('([0-9a-f-]{36})'$re$) as first_id
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'app_public.messages'::regclass
  )
  select case
    when min(p.month) <= (app_hidden.uuid_v7_time(max(p.first_id)::uuid) at time zone 'UTC')::date
    then '-infinity'
    -- A day later, because the months of partitions begin at midnight in UTC.
    else coalesce(min(p.month) + 1, '-infinity')
  end
  from partitions p
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.first_counted_day() is
  E'The first day whose messages can be counted again. Days before it have lost messages, because their partitions '
   'were dropped; their figures stay. -infinity: no partition was dropped.';

create or replace function app_private.recount_figures(tenant_id uuid default null) returns int as $$
declare
  v_first_day date := app_private.first_counted_day();
  v_messages int;
  v_deliveries int;
begin
  -- Two calls at once would both add the same differences. Roll-ups and messages may proceed.
  perform pg_advisory_xact_lock(hashtext('parley recount_figures'));

  -- The difference is added instead of replacing the counts, so that what is counted at the same time is not lost: one
  -- statement sees the messages and what has been counted of them at one moment.
  with differences as (
    select d.tenant_id, d.day, d.channel_id, d.direction, d.author, d.type, sum(d.count) as count
    from (
      select
        m.tenant_id, (m.occurred_at at time zone t.time_zone)::date as day, c.channel_id, m.direction, m.author, m.type,
        count(*) as count
      from app_public.messages m
      join app_public.conversations c on c.id = m.conversation_id
      join app_public.tenants t on t.id = m.tenant_id
      where m.direction <> 'internal'
      and (recount_figures.tenant_id is null or m.tenant_id = recount_figures.tenant_id)
      group by 1, 2, 3, 4, 5, 6
      union all
      select k.tenant_id, k.day, k.channel_id, k.direction, k.author, k.type, -k.count
      from app_hidden.daily_messages k
      where recount_figures.tenant_id is null or k.tenant_id = recount_figures.tenant_id
    ) d
    where d.day >= v_first_day
    group by 1, 2, 3, 4, 5, 6
    having sum(d.count) <> 0
  )
  insert into app_hidden.message_stats as s (tenant_id, day, channel_id, direction, author, type, count)
  select d.* from differences d
  order by 1, 2, 3, 4, 5, 6
  on conflict on constraint message_stats_pkey do update set count = s.count + excluded.count;
  get diagnostics v_messages = row_count;

  with differences as (
    select
      d.tenant_id, d.day, d.channel_id, d.author, d.status, d.error_code, d.price_category, d.price_type,
      d.is_billable, sum(d.count) as count
    from (
      select
        m.tenant_id, (m.created_at at time zone t.time_zone)::date as day, m.channel_id, m.author, m.status,
        k.error_code, k.price_category, k.price_type, k.is_billable, count(*) as count
      from app_public.message_statuses m
      join app_public.tenants t on t.id = m.tenant_id
      cross join lateral app_hidden.counted_delivery(m.status, m.error_code, m.pricing) k
      where m.status >= 'sent'
      and (recount_figures.tenant_id is null or m.tenant_id = recount_figures.tenant_id)
      group by 1, 2, 3, 4, 5, 6, 7, 8, 9
      union all
      select
        k.tenant_id, k.day, k.channel_id, k.author, k.status, k.error_code, k.price_category, k.price_type,
        k.is_billable, -k.count
      from app_hidden.daily_deliveries k
      where recount_figures.tenant_id is null or k.tenant_id = recount_figures.tenant_id
    ) d
    where d.day >= v_first_day
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9
    having sum(d.count) <> 0
  )
  insert into app_hidden.delivery_stats as s (
    tenant_id, day, channel_id, author, status, error_code, price_category, price_type, is_billable, count
  )
  select d.* from differences d
  order by 1, 2, 3, 4, 5, 6, 7, 8, 9
  on conflict on constraint delivery_stats_pkey do update set count = s.count + excluded.count;
  get diagnostics v_deliveries = row_count;

  return v_messages + v_deliveries;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.recount_figures(uuid) is
  E'Counts the messages of a tenant, or of all tenants, and corrects the figures by the difference. Needed after a '
   'change of the time zone, and after rows were written without triggers. Messages may be stored at the same time. '
   'Returns the number of counts that were wrong. Figures of days whose partitions were dropped stay as they are.';
--! EndIncluded figures/recount_figures.sql
--! Included figures/message_stats.policies.sql
drop policy if exists tenant_isolation on app_hidden.message_stats;
create policy tenant_isolation on app_hidden.message_stats as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_hidden.message_stats;
create policy select_member on app_hidden.message_stats for select to parley_visitor
  using (true);
grant select on app_hidden.message_stats to parley_visitor;
-- Nothing else: roll_up_figures() and recount_figures() write it.
--! EndIncluded figures/message_stats.policies.sql
--! Included figures/message_activity.policies.sql
drop policy if exists tenant_isolation on app_hidden.message_activity;
create policy tenant_isolation on app_hidden.message_activity as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_hidden.message_activity;
create policy select_member on app_hidden.message_activity for select to parley_visitor
  using (true);
grant select on app_hidden.message_activity to parley_visitor;
-- Nothing else: triggers write it, and roll_up_figures() removes what it has added to message_stats.
--! EndIncluded figures/message_activity.policies.sql
--! Included figures/delivery_stats.policies.sql
drop policy if exists tenant_isolation on app_hidden.delivery_stats;
create policy tenant_isolation on app_hidden.delivery_stats as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_hidden.delivery_stats;
create policy select_member on app_hidden.delivery_stats for select to parley_visitor
  using (true);
grant select on app_hidden.delivery_stats to parley_visitor;
-- Nothing else: roll_up_figures() and recount_figures() write it.
--! EndIncluded figures/delivery_stats.policies.sql
--! Included figures/delivery_activity.policies.sql
drop policy if exists tenant_isolation on app_hidden.delivery_activity;
create policy tenant_isolation on app_hidden.delivery_activity as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_hidden.delivery_activity;
create policy select_member on app_hidden.delivery_activity for select to parley_visitor
  using (true);
grant select on app_hidden.delivery_activity to parley_visitor;
-- Nothing else: triggers write it, and roll_up_figures() removes what it has added to delivery_stats.
--! EndIncluded figures/delivery_activity.policies.sql
--! Included figures/figure_days.sql
create or replace function app_hidden.figure_days(
  tenant app_public.tenants,
  since date,
  until date,
  out first_day date,
  out last_day date,
  out begins_at timestamptz,
  out ends_at timestamptz
) as $$
begin
  last_day := coalesce(until, (now() at time zone tenant.time_zone)::date);
  first_day := coalesce(since, last_day - 29);
  if not (isfinite(first_day) and isfinite(last_day)) or last_day - first_day >= 400 then
    raise exception '`since` and `until` must be at most 400 days apart' using errcode = 'PYLIM';
  end if;
  begins_at := first_day::timestamp at time zone tenant.time_zone;
  ends_at := (last_day + 1)::timestamp at time zone tenant.time_zone;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.figure_days(app_public.tenants, date, date) is
  E'The days that figures are asked for: by default the last 30 until today, in the tenant''s time zone, and '
   'when they begin and end. Computed here and not in the conditions of a query, because row level security would '
   'prevent conditions that compute something from using an index. PYLIM: more than 400 days.';

grant execute on function app_hidden.figure_days(app_public.tenants, date, date) to parley_visitor;
--! EndIncluded figures/figure_days.sql
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
--! Included figures/tenants_message_figures.sql
create or replace function app_public.tenants_message_figures(
  tenant app_public.tenants,
  since date default null,
  until date default null,
  by app_public.message_grouping[] default '{day}'
)
returns setof app_public.message_figure as $$
  select
    case when 'day' = any (by) then m.day end,
    case when 'channel' = any (by) then m.channel_id end,
    case when 'direction' = any (by) then m.direction end,
    case when 'author' = any (by) then m.author end,
    case when 'type' = any (by) then m.type end,
    sum(m.count)::int
  from app_hidden.figure_days(tenant, since, until) p
  join app_hidden.daily_messages m on m.tenant_id = tenant.id and m.day between p.first_day and p.last_day
  group by 1, 2, 3, 4, 5
  having sum(m.count) <> 0
  order by 1, 2, 3, 4, 5
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_message_figures(
  app_public.tenants, date, date, app_public.message_grouping[]
) is
  E'The number of messages by the day on which they were written, in the tenant''s time zone. PYLIM: more than 400 '
   'days. Imported messages count, and so do reactions, edits and deletions by the author, which are messages of '
   'these types. since: the first day; by default 29 days before until. until: the last day; by default today. by: '
   'what to distinguish. An empty list gives the total.';

grant execute on function app_public.tenants_message_figures(
  app_public.tenants, date, date, app_public.message_grouping[]
) to parley_visitor;
--! EndIncluded figures/tenants_message_figures.sql
--! Included figures/tenants_delivery_figures.sql
create or replace function app_public.tenants_delivery_figures(
  tenant app_public.tenants,
  since date default null,
  until date default null,
  by app_public.delivery_grouping[] default '{day}'
)
returns setof app_public.delivery_figure as $$
  select
    f.day, f.channel_id, f.author, f.messages, f.sent, f.failed, f.delivered, f.read,
    f.delivered::float8 / f.messages, f.read::float8 / nullif(f.delivered, 0)
  from (
    select
      case when 'day' = any (by) then d.day end as day,
      case when 'channel' = any (by) then d.channel_id end as channel_id,
      case when 'author' = any (by) then d.author end as author,
      sum(d.count)::int as messages,
      coalesce(sum(d.count) filter (where d.status <> 'failed'), 0)::int as sent,
      coalesce(sum(d.count) filter (where d.status = 'failed'), 0)::int as failed,
      coalesce(sum(d.count) filter (where d.status >= 'delivered'), 0)::int as delivered,
      coalesce(sum(d.count) filter (where d.status >= 'read'), 0)::int as read
    from app_hidden.figure_days(tenant, since, until) p
    join app_hidden.daily_deliveries d on d.tenant_id = tenant.id and d.day between p.first_day and p.last_day
    group by 1, 2, 3
    having sum(d.count) <> 0
  ) f
  order by 1, 2, 3
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_delivery_figures(
  app_public.tenants, date, date, app_public.delivery_grouping[]
) is
  E'The outcome of messages that Parley sent, by the day on which they were queued: a status that arrives days later '
   'changes the figures of that day. PYLIM: more than 400 days. since: the first day; by default 29 days before '
   'until. until: the last day; by default today. by: what to distinguish. An empty list gives the total.';

grant execute on function app_public.tenants_delivery_figures(
  app_public.tenants, date, date, app_public.delivery_grouping[]
) to parley_visitor;

create or replace function app_public.tenants_failure_figures(
  tenant app_public.tenants,
  since date default null,
  until date default null,
  by app_public.delivery_grouping[] default '{}'
)
returns setof app_public.failure_figure as $$
  select
    case when 'day' = any (by) then d.day end,
    case when 'channel' = any (by) then d.channel_id end,
    case when 'author' = any (by) then d.author end,
    d.error_code,
    sum(d.count)::int
  from app_hidden.figure_days(tenant, since, until) p
  join app_hidden.daily_deliveries d on d.tenant_id = tenant.id and d.day between p.first_day and p.last_day
  where d.status = 'failed'
  group by 1, 2, 3, 4
  having sum(d.count) <> 0
  order by 1, 2, 3, 5 desc, 4
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_failure_figures(
  app_public.tenants, date, date, app_public.delivery_grouping[]
) is
  E'The number of messages that have failed, by the error_code of their status, the most frequent first. PYLIM: more '
   'than 400 days. since: the first day; by default 29 days before until. until: the last day; by default today. by: '
   'what to distinguish. An empty list, the default, gives the figures of all days together.';

grant execute on function app_public.tenants_failure_figures(
  app_public.tenants, date, date, app_public.delivery_grouping[]
) to parley_visitor;

create or replace function app_public.tenants_price_figures(
  tenant app_public.tenants,
  since date default null,
  until date default null,
  by app_public.delivery_grouping[] default '{}'
)
returns setof app_public.price_figure as $$
  select
    case when 'day' = any (by) then d.day end,
    case when 'channel' = any (by) then d.channel_id end,
    case when 'author' = any (by) then d.author end,
    d.price_category,
    d.price_type,
    d.is_billable,
    sum(d.count)::int
  from app_hidden.figure_days(tenant, since, until) p
  join app_hidden.daily_deliveries d on d.tenant_id = tenant.id and d.day between p.first_day and p.last_day
  where (d.price_category, d.price_type) <> ('', '')
  group by 1, 2, 3, 4, 5, 6
  having sum(d.count) <> 0
  order by 1, 2, 3, 7 desc, 4, 5, 6
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_price_figures(
  app_public.tenants, date, date, app_public.delivery_grouping[]
) is
  E'The number of messages for which the provider reported a pricing, by its category (marketing, utility, …), its '
   'type (regular, free_customer_service, …) and whether they are charged. Providers report no amounts: multiply by '
   'the prices of your contract. PYLIM: more than 400 days. since: the first day; by default 29 days before until. '
   'until: the last day; by default today. by: what to distinguish. An empty list, the default, gives the figures of '
   'all days together.';

grant execute on function app_public.tenants_price_figures(
  app_public.tenants, date, date, app_public.delivery_grouping[]
) to parley_visitor;
--! EndIncluded figures/tenants_delivery_figures.sql
--! Included figures/handoffs.policies.sql
drop policy if exists tenant_isolation on app_public.handoffs;
create policy tenant_isolation on app_public.handoffs as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.handoffs;
create policy select_member on app_public.handoffs for select to parley_visitor
  using (true);
grant select on app_public.handoffs to parley_visitor;
-- Nothing else: handoffs follow from conversations and messages.
--! EndIncluded figures/handoffs.policies.sql
--! Included figures/tenants_handoff_figures.sql
create or replace function app_public.tenants_handoff_figures(
  tenant app_public.tenants,
  since date default null,
  until date default null,
  by app_public.handoff_grouping[] default '{}'
)
returns setof app_public.handoff_figure as $$
  select
    g.day, g.team_id, g.user_id, g.handoffs,
    g.responses, g.average_response, g.responded[1], g.responded[2],
    g.resolutions, g.average_resolution, g.resolved[1], g.resolved[2]
  from (
    select
      case when 'day' = any (by) then (h.handed_over_at at time zone tenant.time_zone)::date end as day,
      case when 'team' = any (by) then e.team_id end as team_id,
      case when 'user' = any (by) then e.user_id end as user_id,
      count(*) filter (where k.kind = 'handoff')::int as handoffs,
      count(*) filter (where k.kind = 'response')::int as responses,
      avg(e.seconds) filter (where k.kind = 'response') as average_response,
      percentile_cont(array[0.5, 0.9]) within group (order by e.seconds) filter (where k.kind = 'response')
        as responded,
      count(*) filter (where k.kind = 'resolution')::int as resolutions,
      avg(e.seconds) filter (where k.kind = 'resolution') as average_resolution,
      percentile_cont(array[0.5, 0.9]) within group (order by e.seconds) filter (where k.kind = 'resolution')
        as resolved
    from app_hidden.figure_days(tenant, since, until) p
    join app_public.handoffs h
      on h.tenant_id = tenant.id
      and h.handed_over_at >= p.begins_at and h.handed_over_at < p.ends_at
    -- One handoff may belong to several: to the user who answered first, and to the one who closed it.
    cross join (values ('handoff'), ('response'), ('resolution')) k (kind)
    cross join lateral (
      select
        case k.kind when 'response' then h.first_response_team_id else h.team_id end as team_id,
        case k.kind
          when 'response' then h.first_response_user_id
          when 'resolution' then coalesce(h.resolved_by_id, h.assignee_id)
          else h.assignee_id
        end as user_id,
        case k.kind
          when 'response' then date_part('epoch', h.first_response_at - h.handed_over_at)
          when 'resolution' then date_part('epoch', h.resolved_at - h.handed_over_at)
          else 0
        end as seconds
    ) e
    where e.seconds is not null and h.outcome is distinct from 'merged'
    group by 1, 2, 3
  ) g
  order by g.day, g.team_id, g.user_id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_handoff_figures(
  app_public.tenants, date, date, app_public.handoff_grouping[]
) is
  E'How fast users handled the conversations that were handed over to them, by the day of the handover; chatbots do '
   'not count. The times begin with the handover. A first response counts for the user who wrote it (null: in the '
   'phone app), and for the team that had the conversation then. A resolution, which is closing the conversation or '
   'giving it back to the chatbot, counts for the user who did it, or, if a rule did it, for the assignee, and for the '
   'last team. handoffs counts for the last team and assignee. p90: nine of ten were as fast or faster. PYLIM: more '
   'than 400 days. since: the first day; by default 29 days before until. '
   'until: the last day; by default today. by: what to distinguish. An empty list gives the total.';

grant execute on function app_public.tenants_handoff_figures(
  app_public.tenants, date, date, app_public.handoff_grouping[]
) to parley_visitor;
--! EndIncluded figures/tenants_handoff_figures.sql
--! Included figures/tenants_waiting_figures.sql
create or replace function app_public.tenants_waiting_figures(tenant app_public.tenants)
returns setof app_public.waiting_figure as $$
  select true, c.team_id, c.assignee_id, count(*)::int, count(w.since)::int, min(w.since)
  from app_public.handoffs h
  join app_public.conversations c on c.id = h.conversation_id
  cross join lateral (select case when c.snoozed_until is null then c.waiting_for_person_since end as since) w
  where h.tenant_id = tenant.id and h.resolved_at is null
  group by 2, 3
  union all
  select false, null, null, count(*)::int, count(*)::int, min(c.waiting_since)
  from app_public.conversations c
  where c.tenant_id = tenant.id and c.waiting_since is not null and c.handed_over_at is null
  and c.snoozed_until is null
  having count(*) > 0
  order by 1 desc, 2, 3
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_waiting_figures(app_public.tenants) is
  E'Customers who are waiting now. One figure for each team and assignee counts the conversations that are in their '
   'hands, and how many of these wait for an answer of a user, the first since waiting_since. The one without '
   'is_handed_over has the others, which neither a user nor a chatbot has answered. Snoozed conversations do not wait.';

grant execute on function app_public.tenants_waiting_figures(app_public.tenants) to parley_visitor;
--! EndIncluded figures/tenants_waiting_figures.sql
--! Included figures/tenants_conversation_figures.sql
create or replace function app_public.tenants_conversation_figures(tenant app_public.tenants)
returns setof app_public.conversation_figure as $$
  select
    c.status,
    count(*)::int,
    count(*) filter (where c.last_activity_at > now() - interval '1 hour')::int,
    count(*) filter (where c.last_activity_at > now() - interval '1 day')::int,
    count(*) filter (where c.last_activity_at > now() - interval '7 days')::int,
    count(*) filter (where c.last_activity_at > now() - interval '30 days')::int
  from app_public.conversations c
  where c.tenant_id = tenant.id
  group by c.status
  order by c.status
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_conversation_figures(app_public.tenants) is
  E'The number of conversations by status, and how many of these had their last message within the last hour, 24 '
   'hours, 7 days and 30 days.';

grant execute on function app_public.tenants_conversation_figures(app_public.tenants) to parley_visitor;
--! EndIncluded figures/tenants_conversation_figures.sql
--! Included figures/message_counts.sql
create or replace function app_public.conversations_message_figures(conversation app_public.conversations)
returns app_public.message_count as $$
  select
    count(*) filter (where m.direction = 'inbound')::int,
    count(*) filter (where m.direction = 'outbound')::int,
    min(m.occurred_at),
    max(m.occurred_at)
  from app_public.messages m
  where m.conversation_id = conversation.id and m.direction <> 'internal'
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.conversations_message_figures(app_public.conversations) is
  E'The number of messages in the conversation, from and to the customer, and when the first and the last were '
   'written. Counted when it is asked for.';

grant execute on function app_public.conversations_message_figures(app_public.conversations) to parley_visitor;

create or replace function app_public.contacts_message_figures(contact app_public.contacts)
returns app_public.message_count as $$
  select
    coalesce(sum(f.inbound), 0)::int, coalesce(sum(f.outbound), 0)::int, min(f.first_message_at), max(f.last_message_at)
  from app_public.conversations c
  cross join lateral app_public.conversations_message_figures(c) f
  where c.contact_id = contact.id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.contacts_message_figures(app_public.contacts) is
  E'The number of messages from and to the contact, in all conversations, and when the first and the last were '
   'written. Counted when it is asked for.';

grant execute on function app_public.contacts_message_figures(app_public.contacts) to parley_visitor;
--! EndIncluded figures/message_counts.sql

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

--! Included chatbots/node_kinds.sql
create or replace function app_hidden.node_kinds(nodes jsonb) returns text[] as $$
  select array(
    select distinct k.kind
    from jsonb_array_elements(case jsonb_typeof(nodes) when 'array' then nodes else '[]' end) n
    -- In old exports, the type may stand in data only.
    cross join lateral (select coalesce(nullif(n ->> 'type', ''), n #>> '{data,type}') as kind) k
    where k.kind is not null
    order by k.kind
  )
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.node_kinds(jsonb) is E'The kinds of the nodes of a graph, each once.';

grant execute on function app_hidden.node_kinds(jsonb) to parley_visitor;
--! EndIncluded chatbots/node_kinds.sql

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

--! Included chatbots/pause_length.sql
create or replace function app_private.pause_length(settings jsonb) returns interval as $$
  select make_interval(secs => coalesce(
    case when jsonb_typeof(settings -> 'pauseSeconds') = 'number' then
      case when (settings -> 'pauseSeconds')::numeric >= 0
        then least((settings -> 'pauseSeconds')::numeric, 365 * 86400)
      end
    end,
    3600
  )::float8)
$$ language sql immutable set search_path to pg_catalog, pg_temp;

comment on function app_private.pause_length(jsonb) is
  E'How long a chatbot with these settings is silent after a user''s message: pauseSeconds, at most a year; it '
   'defaults to an hour. chatbotSettings() is the same rule; both run against tests/cases/pause_settings.json.';
--! EndIncluded chatbots/pause_length.sql
--! Included chatbots/chatbot_pause.sql
create or replace function app_private.chatbot_pause(tenant_id uuid, conversation_id uuid) returns interval as $$
  select coalesce(
    (
      select app_private.pause_length(v.settings)
      from app_public.conversation_contexts x
      join app_public.chatbot_versions v on v.id = x.version_id
      where x.conversation_id = chatbot_pause.conversation_id and x.is_active
    ),
    app_private.pause_length('{}')
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.chatbot_pause(uuid, uuid) is
  E'How long a user''s message in this conversation pauses the chatbot: as set in the version of the active run, or '
   'the default.';
--! EndIncluded chatbots/chatbot_pause.sql
--! Included chatbots/tg_messages__enqueue_chatbot.sql
create or replace function app_private.tg_messages__enqueue_chatbot() returns trigger as $$
begin
  insert into app_private.chatbot_events (tenant_id, conversation_id, message_id, created_at)
  select n.tenant_id, n.conversation_id, n.id, n.created_at
  from new_rows n
  where app_private.wakes_chatbot(n.direction, n.origin, n.type)
  and (
    exists (select from app_public.chatbots b where b.tenant_id = n.tenant_id and b.status = 'active')
    or exists (
      select from app_public.conversation_contexts x
      where x.conversation_id = n.conversation_id and x.is_active
    )
  )
  order by n.created_at;

  if found then
    perform app_private.wake('advance_chatbots');
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_messages__enqueue_chatbot() is
  E'Queues customers'' messages for the chatbot task and wakes it once per statement.';
--! EndIncluded chatbots/tg_messages__enqueue_chatbot.sql
--! Included chatbots/tg_message_statuses__enqueue_chatbot.sql
create or replace function app_private.tg_message_statuses__enqueue_chatbot() returns trigger as $$
begin
  perform from new_rows n where n.status = 'failed' limit 1;
  if not found then
    return null;
  end if;

  insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, payload)
  select
    m.tenant_id, m.conversation_id, 'send_failed', x.id,
    jsonb_build_object('nodeId', m.metadata ->> 'node_id', 'reason', n.error_code)
  from new_rows n
  join old_rows o on o.message_id = n.message_id
  join app_public.messages m on m.id = n.message_id
  join app_public.conversation_contexts x
    on x.tenant_id = m.tenant_id and x.id = (m.metadata ->> 'context_id')::uuid and x.is_active
  where n.status = 'failed' and o.status <> 'failed' and m.author = 'chatbot';

  if found then
    perform app_private.wake('advance_chatbots');
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.tg_message_statuses__enqueue_chatbot() is
  E'Queues an event for the chatbot whose message failed, so that its run ends with a reason instead of waiting for an '
   'answer.';
--! EndIncluded chatbots/tg_message_statuses__enqueue_chatbot.sql
--! Included chatbots/read_graphs.sql
create or replace function app_hidden.read_chatbot_graphs(chatbot_ids uuid[])
returns table (id uuid, nodes jsonb, edges jsonb, settings jsonb) as $$
  select c.id, c.nodes, c.edges, c.settings
  from app_public.chatbots c
  where c.id = any (chatbot_ids)
  and (
    app_hidden.is_program()
    or c.tenant_id = app_hidden.current_tenant_id() and app_hidden.may('manage_all')
  )
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.read_chatbot_graphs(uuid[]) is
  E'The graphs of drafts, for admins of their tenant only, because a graph may contain credentials. Other users get '
   'no rows. The owner of the database can read all.';

grant execute on function app_hidden.read_chatbot_graphs(uuid[]) to parley_visitor;

create or replace function app_hidden.read_version_graphs(version_ids uuid[])
returns table (id uuid, nodes jsonb, edges jsonb, settings jsonb, subflows jsonb, flows jsonb) as $$
  select v.id, v.nodes, v.edges, v.settings, v.subflows, v.flows
  from app_public.chatbot_versions v
  where v.id = any (version_ids)
  and (
    app_hidden.is_program()
    or v.tenant_id = app_hidden.current_tenant_id() and app_hidden.may('manage_all')
  )
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.read_version_graphs(uuid[]) is
  E'The graphs of published versions, with the same restriction as read_chatbot_graphs().';

grant execute on function app_hidden.read_version_graphs(uuid[]) to parley_visitor;
--! EndIncluded chatbots/read_graphs.sql
--! Included chatbots/graphs_called_by.sql
create or replace function app_hidden.graphs_called_by(tenant_id uuid, nodes jsonb) returns jsonb as $$
  -- The graphs that the nodes call, the graphs that those call, and so on: of each chatbot the latest version, or the
  -- draft if it was never published.
  with recursive called (id, nodes, edges) as (
    select null::uuid, graphs_called_by.nodes, '[]'::jsonb
    union
    select c.id, coalesce(l.nodes, d.nodes), coalesce(l.edges, d.edges)
    from called k
    cross join jsonb_array_elements(k.nodes) n (node)
    join app_public.chatbots c
      on c.tenant_id = graphs_called_by.tenant_id and c.id::text = n.node #>> '{data,chatbotId}'
    cross join app_hidden.read_chatbot_graphs(array[c.id]) d
    left join lateral (
      select g.nodes, g.edges
      from app_public.chatbot_versions w
      cross join app_hidden.read_version_graphs(array[w.id]) g
      where w.tenant_id = c.tenant_id and w.chatbot_id = c.id
      order by w.number desc
      limit 1
    ) l on true
  )
  select coalesce(jsonb_object_agg(k.id, jsonb_build_object('nodes', k.nodes, 'edges', k.edges)), '{}')
  from called k
  where k.id is not null
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.graphs_called_by(uuid, jsonb) is
  E'The graphs of the chatbots that these nodes name in data.chatbotId, directly or through other graphs, in the '
   'format of chatbot_versions.subflows: {"<chatbot id>": {"nodes", "edges"}}. Graphs that the caller may not read '
   'are missing.';

grant execute on function app_hidden.graphs_called_by(uuid, jsonb) to parley_visitor;
--! EndIncluded chatbots/graphs_called_by.sql
--! Included chatbots/publish_chatbot.sql
create or replace function app_private.publish_chatbot(chatbot_id uuid) returns app_public.chatbot_versions as $$
declare
  v_chatbot app_public.chatbots;
  v_version app_public.chatbot_versions;
begin
  -- Concurrent publications wait for each other here, and get successive numbers.
  select c.* into v_chatbot
  from app_public.chatbots c
  where c.id = publish_chatbot.chatbot_id
  for no key update;
  if v_chatbot.id is null then
    raise exception 'There is no such chatbot' using errcode = 'PYNFD';
  end if;

  insert into app_public.chatbot_versions (
    tenant_id, chatbot_id, number, nodes, edges, settings, subflows, flows, published_by
  )
  select
    v_chatbot.tenant_id, v_chatbot.id, 1 + coalesce(max(v.number), 0),
    v_chatbot.nodes, v_chatbot.edges, v_chatbot.settings,
    app_hidden.graphs_called_by(v_chatbot.tenant_id, v_chatbot.nodes),
    (
      select coalesce(jsonb_object_agg(f.whatsapp_flow_id, jsonb_build_object(
        'status', upper(f.status::text), 'firstScreen', f.flow_json #> '{screens,0,id}'
      )), '{}')
      from app_public.whatsapp_flows f
      where f.tenant_id = v_chatbot.tenant_id
      and f.whatsapp_flow_id in (
        select n.node #>> '{data,whatsappFlowId}' from jsonb_array_elements(v_chatbot.nodes) n (node)
      )
    ),
    (app_hidden.current_membership()).user_id
  from app_public.chatbot_versions v
  where v.tenant_id = v_chatbot.tenant_id and v.chatbot_id = v_chatbot.id
  returning * into v_version;
  return v_version;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.publish_chatbot(uuid) is
  E'Publishes the draft as the next version, with the graphs that it calls and the forms that it sends. The program '
   'validates the graph first. PYNFD.';
--! EndIncluded chatbots/publish_chatbot.sql
--! Included chatbots/activate_chatbot.sql
create or replace function app_private.activate_chatbot(version_id uuid, is_exclusive boolean default true)
returns app_public.chatbots as $$
declare
  v_version app_public.chatbot_versions;
  v_chatbot app_public.chatbots;
begin
  select v.* into v_version from app_public.chatbot_versions v where v.id = activate_chatbot.version_id;
  if v_version.id is null then
    raise exception 'There is no such version of a chatbot' using errcode = 'PYNFD';
  end if;

  -- Concurrent activations wait for each other, because the second must see the chatbot that the first has activated.
  perform from app_public.tenants t where t.id = v_version.tenant_id for no key update;

  update app_public.chatbots c set status = 'draft'
  where is_exclusive and c.tenant_id = v_version.tenant_id and c.status = 'active' and c.id <> v_version.chatbot_id;

  update app_public.chatbots c set status = 'active', active_version_id = v_version.id
  where c.id = v_version.chatbot_id
  returning c.* into v_chatbot;
  return v_chatbot;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.activate_chatbot(uuid, boolean) is
  E'Makes a version the one that answers new conversations. is_exclusive: the tenant''s other chatbots become '
   'inactive; otherwise trigger rules decide among the active ones. Runs in progress end on the version they began '
   'with. PYNFD.';
--! EndIncluded chatbots/activate_chatbot.sql
--! Included chatbots/begin_chatbot_turns.sql
create or replace function app_private.begin_chatbot_turns(taker_id uuid, event_ids uuid[]) returns void as $$
begin
  -- The record must survive a crash of the worker, not of the database, so the commit does not wait for the disk.
  perform set_config('synchronous_commit', 'off', true);

  update app_private.chatbot_turn_takers t set event_ids = begin_chatbot_turns.event_ids, began_at = clock_timestamp()
  where t.id = taker_id;
  if found then
    return;
  end if;

  -- Once for each worker: deletes the records of earlier workers whose events have all been handled.
  delete from app_private.chatbot_turn_takers t
  where not exists (select from app_private.chatbot_events e where e.id = any (t.event_ids));
  insert into app_private.chatbot_turn_takers (id, event_ids) values (taker_id, begin_chatbot_turns.event_ids);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.begin_chatbot_turns(uuid, uuid[]) is
  E'Records which events a worker is about to handle, in a transaction of its own. If the process dies of one of '
   'them, the record remains and counts as an attempt. save_chatbot_turns() clears it in the transaction of the turns.';
--! EndIncluded chatbots/begin_chatbot_turns.sql
--! Included chatbots/chatbot_contact.sql
create or replace function app_hidden.chatbot_contact(contact app_public.contacts) returns jsonb as $$
  select jsonb_build_object(
    'id', contact.id, 'name', coalesce(contact.name, contact.profile_name), 'phone', contact.phone,
    'email', contact.email, 'language', contact.language, 'metadata', contact.metadata
  )
$$ language sql stable;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.chatbot_contact(app_public.contacts) is
  E'A contact in the form that chatbots read: the value of the variable `contact`.';

grant execute on function app_hidden.chatbot_contact(app_public.contacts) to parley_visitor;
--! EndIncluded chatbots/chatbot_contact.sql
--! Included chatbots/turn_events.sql
create or replace function app_private.turn_events(conversation_id uuid, tried_ids uuid[])
returns table (events jsonb) as $$
  select jsonb_agg(jsonb_build_object(
    'id', e.id, 'kind', e.kind, 'context_id', e.context_id, 'payload', e.payload,
    'age_ms', extract(epoch from clock_timestamp() - e.created_at) * 1000, 'message_id', e.message_id,
    'type', m.type, 'content', m.content, 'referral', m.metadata -> 'referral',
    'tries', cardinality(array_positions($2, e.id))
  ) order by e.created_at, e.id)
  from (
    select x.*
    from app_private.chatbot_events x
    where x.conversation_id = $1
    -- Events that are held until a user is done must not count towards the limit.
    and x.due_at < 'infinity'
    order by x.created_at, x.id
    -- A flood of messages must not make a turn endless.
    limit 100
  ) e
  left join app_public.messages m on m.id = e.message_id
$$ language sql stable;
-- A set, and no pinned search_path, so that it can be inlined.

comment on function app_private.turn_events(uuid, uuid[]) is
  E'The events of a conversation''s next turn, in order; null if there are none. tries of an event is how often '
   'tried_ids contains it. Part of claim_chatbot_turns().';
--! EndIncluded chatbots/turn_events.sql
--! Included chatbots/lock_waiting_conversations.sql
create or replace function app_private.lock_waiting_conversations(batch_size int) returns uuid[] as $$
declare
  v_window int;
  v_waiting uuid[];
  v_ids uuid[];
begin
  -- First the conversations of the oldest events; if other transactions have locked all of these, all conversations.
  foreach v_window in array array[batch_size * 4, null] loop
    v_waiting := array(
      select distinct e.conversation_id
      from (
        select x.conversation_id
        from app_private.chatbot_events x
        where x.due_at <= clock_timestamp()
        order by x.due_at
        limit v_window
      ) e
    );
    select array_agg(c.id) into v_ids
    from (
      select c.id
      from app_public.conversations c
      where c.id = any (v_waiting)
      order by c.id
      limit batch_size
      -- This lock serializes the turns of a conversation. A conversation that is locked is left to the transaction that
      -- has the lock.
      for no key update skip locked
    ) c;
    exit when v_ids is not null;
  end loop;
  return v_ids;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.lock_waiting_conversations(int) is
  E'Locks up to batch_size conversations that have a due event and are not locked by another transaction, those with '
   'the oldest events first. Returns their ids, or null if there are none. Part of claim_chatbot_turns().';
--! EndIncluded chatbots/lock_waiting_conversations.sql
--! Included chatbots/claim_chatbot_turns.sql
create or replace function app_private.claim_chatbot_turns(batch_size int, taker_id uuid default null)
returns table (
  tenant_id uuid,
  conversation_id uuid,
  contact jsonb,
  is_silent boolean,
  context jsonb,
  previous jsonb,
  is_first_message boolean,
  candidate_version_ids uuid[],
  events jsonb
) as $$
declare
  v_ids uuid[] := app_private.lock_waiting_conversations(batch_size);
  v_tried uuid[];
begin
  -- Read after locking: a worker that had these conversations before has committed, or has died.
  v_tried := array(
    select unnest(t.event_ids) from app_private.chatbot_turn_takers t where t.id is distinct from taker_id
  );

  return query
    select
      c.tenant_id,
      c.id,
      app_hidden.chatbot_contact(p),
      c.handed_over_at is not null or coalesce(c.chatbot_paused_until > now(), false),
      case when x.id is not null then to_jsonb(x) end,
      (
        select jsonb_build_object('version_id', l.version_id, 'replies', l.state -> 'replies')
        from app_public.conversation_contexts l
        where x.id is null and l.conversation_id = c.id and l.tenant_id = c.tenant_id
        order by l.created_at desc
        limit 1
      ),
      -- Whether a message that starts a run is the contact's first message in this conversation.
      x.id is null and not exists (
        select from app_public.messages f
        where f.conversation_id = c.id and f.direction = 'inbound' and f.origin = 'live'
        and f.id < (
          select min(e.message_id::text)::uuid from app_private.chatbot_events e
          where e.conversation_id = c.id
        )
      ),
      (
        select array_agg(b.active_version_id order by b.created_at)
        from app_public.chatbots b
        where b.tenant_id = c.tenant_id and b.status = 'active'
      ),
      (select e.events from app_private.turn_events(c.id, v_tried) e)
    from app_public.conversations c
    join app_public.contacts p on p.id = c.contact_id
    left join app_public.conversation_contexts x on x.conversation_id = c.id and x.is_active
    where c.id = any (v_ids)
    and exists (
      select from app_private.chatbot_events e where e.conversation_id = c.id and e.due_at < 'infinity'
    );
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;
-- Planned once, with what it calls: migrations/README.md, "SQL that runs for every message".

comment on function app_private.claim_chatbot_turns(int, uuid) is
  E'Locks up to batch_size conversations with due events, and returns everything that a turn needs. Events are not '
   'deleted: save_chatbot_turns() does that in the same transaction. tries of an event is the number of workers that '
   'began to handle it and did not finish.';
--! EndIncluded chatbots/claim_chatbot_turns.sql
--! Included chatbots/save_runs.sql
create or replace function app_private.save_runs(runs jsonb) returns void as $$
begin
  -- In order: a conversation has one active run, so a run must end before the next one of the same turn starts.
  insert into app_public.conversation_contexts as x (
    id, tenant_id, conversation_id, chatbot_id, version_id, status, current_node_id, variables, node_history,
    node_outputs, waiting, state, outcome, completion_reason, expires_at, started_at, completed_at
  )
  select
    r.id, v.tenant_id, r.conversation_id, v.chatbot_id, v.id, r.status, r.current_node_id, r.variables, r.node_history,
    r.node_outputs, r.waiting, r.state, r.outcome, r.completion_reason, r.expires_at, r.started_at,
    case when r.status not in ('running', 'waiting') then now() end
  from rows from (
    jsonb_to_recordset(runs) as (
      id uuid, conversation_id uuid, version_id uuid, status app_public.run_status, current_node_id text,
      variables jsonb, node_history jsonb, node_outputs jsonb, waiting jsonb, state jsonb, outcome text,
      completion_reason text, expires_at timestamptz, started_at timestamptz
    )
  ) with ordinality r (
    id, conversation_id, version_id, status, current_node_id, variables, node_history, node_outputs, waiting, state,
    outcome, completion_reason, expires_at, started_at, n
  )
  join app_public.chatbot_versions v on v.id = r.version_id
  order by r.n
  on conflict (id) do update set
    version_id = excluded.version_id,
    status = excluded.status,
    current_node_id = excluded.current_node_id,
    variables = excluded.variables,
    node_history = excluded.node_history,
    node_outputs = excluded.node_outputs,
    waiting = excluded.waiting,
    state = excluded.state,
    outcome = excluded.outcome,
    completion_reason = excluded.completion_reason,
    expires_at = excluded.expires_at,
    completed_at = excluded.completed_at;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.save_runs(jsonb) is
  E'Stores the state of runs after their turns: [{"id", "conversation_id", "version_id", "status", "current_node_id", '
   '"variables", "node_history", "node_outputs", "waiting", "state", "outcome", "completion_reason", "expires_at", '
   '"started_at"}]. Part of save_chatbot_turns().';
--! EndIncluded chatbots/save_runs.sql
--! Included chatbots/send_replies.sql
create or replace function app_private.send_replies(replies jsonb) returns void as $$
begin
  insert into app_public.messages (tenant_id, conversation_id, author, type, content, preview, metadata)
  select
    (select c.tenant_id from app_public.conversations c where c.id = r.conversation_id),
    r.conversation_id, 'chatbot', r.type, r.content, app_hidden.message_preview(r.type, r.content), r.metadata
  from rows from (
    jsonb_to_recordset(replies) as (conversation_id uuid, type app_public.message_type, content jsonb, metadata jsonb)
  ) with ordinality r (conversation_id, type, content, metadata, n)
  order by r.n;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.send_replies(jsonb) is
  E'Sends a chatbot''s messages in this order: [{"conversation_id", "type", "content", "metadata"}]. The rules of '
   'sending apply. Part of save_chatbot_turns().';
--! EndIncluded chatbots/send_replies.sql
--! Included chatbots/set_run_timers.sql
create or replace function app_private.set_run_timers(timers jsonb) returns void as $$
begin
  -- A run has at most one timer; its job's key is the run.
  perform graphile_worker.add_jobs(array_agg(app_private.job(
    'ring_chatbot_timer', json_build_object('contextId', t.context_id), t.run_at,
    app_private.job_key('ring_chatbot_timer', t.context_id)
  )))
  from jsonb_to_recordset(timers) as t (context_id uuid, run_at timestamptz)
  where t.run_at is not null
  having count(*) > 0;

  perform graphile_worker.remove_job(app_private.job_key('ring_chatbot_timer', t.context_id))
  from jsonb_to_recordset(timers) as t (context_id uuid, run_at timestamptz)
  where t.run_at is null;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.set_run_timers(jsonb) is
  E'Sets the timers of runs, [{"context_id", "run_at"}], or clears them ("run_at": null). Part of '
   'save_chatbot_turns().';
--! EndIncluded chatbots/set_run_timers.sql
--! Included chatbots/hand_over_conversations.sql
create or replace function app_private.hand_over_conversations(handoffs jsonb) returns void as $$
begin
  update app_public.conversations c set
    status = 'open',
    team_id = coalesce(h.team_id, c.team_id),
    assignee_id = coalesce(h.user_id, case when h.team_id is null then c.assignee_id end),
    handed_over_at = now(),
    metadata = c.metadata || jsonb_build_object('handoff', jsonb_strip_nulls(jsonb_build_object(
      'team', h.team, 'note', h.note, 'nodeId', h.node_id, 'at', now()
    )))
  from (
    select
      r.conversation_id, r.team, r.note, r.node_id, m.user_id,
      (
        select t.id
        from app_public.teams t
        where t.tenant_id = o.tenant_id and (lower(t.name) = lower(r.team) or t.id::text = r.team)
        order by lower(t.name) = lower(r.team) desc
        limit 1
      ) as team_id
    from jsonb_to_recordset(handoffs) as r (conversation_id uuid, user_id text, team text, note text, node_id text)
    join app_public.conversations o on o.id = r.conversation_id
    left join app_public.memberships m on m.tenant_id = o.tenant_id and m.user_id::text = r.user_id and m.is_active
  ) h
  where c.id = h.conversation_id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.hand_over_conversations(jsonb) is
  E'Hands conversations to a user, to a team by its name or id, or to users in general, and stores the handoff in '
   'their metadata.handoff: [{"conversation_id", "user_id", "team", "note", "node_id"}]. From then on the chatbot '
   'is silent; a closed conversation is opened. A user or team that does not exist is ignored. Part of '
   'save_chatbot_turns().';
--! EndIncluded chatbots/hand_over_conversations.sql
--! Included chatbots/delay_bursts.sql
create or replace function app_private.delay_bursts(bursts jsonb) returns void as $$
begin
  -- All events of the conversation wait, because further messages of the burst may follow.
  update app_private.chatbot_events e set due_at = clock_timestamp() + make_interval(secs => b.delay_ms / 1000)
  from jsonb_to_recordset(bursts) as b (conversation_id uuid, delay_ms float8)
  where e.conversation_id = b.conversation_id;

  perform graphile_worker.add_jobs(array_agg(app_private.job(
    'advance_chatbots', run_at => clock_timestamp() + make_interval(secs => b.delay_ms / 1000),
    key => app_private.job_key('advance_chatbots', b.conversation_id)
  )))
  from jsonb_to_recordset(bursts) as b (conversation_id uuid, delay_ms float8);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.delay_bursts(jsonb) is
  E'Postpones the events of conversations in which more messages are expected: [{"conversation_id", "delay_ms"}]. '
   'Part of save_chatbot_turns().';
--! EndIncluded chatbots/delay_bursts.sql
--! Included chatbots/hold_events.sql
create or replace function app_private.hold_events(holds jsonb) returns void as $$
begin
  -- resume_chatbot() releases these: its job calls it, or the end of the assignment.
  update app_private.chatbot_events e set due_at = 'infinity'
  from jsonb_to_recordset(holds) as h (event_ids jsonb)
  cross join jsonb_array_elements_text(h.event_ids) i (id)
  where e.id = i.id::uuid;

  perform graphile_worker.add_jobs(array_agg(app_private.job(
    'resume_chatbot', json_build_object('conversationId', c.id), c.chatbot_paused_until,
    app_private.job_key('resume_chatbot', c.id)
  )))
  from jsonb_to_recordset(holds) as h (conversation_id uuid)
  join app_public.conversations c on c.id = h.conversation_id
  where c.chatbot_paused_until is not null
  having count(*) > 0;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.hold_events(jsonb) is
  E'Holds events until a user is done with their conversation: [{"conversation_id", "event_ids"}]. Part of '
   'save_chatbot_turns().';
--! EndIncluded chatbots/hold_events.sql
--! Included chatbots/save_chatbot_turns.sql
create or replace function app_private.save_chatbot_turns(
  event_ids uuid[],
  contexts jsonb,
  replies jsonb,
  timers jsonb,
  calls jsonb,
  handoffs jsonb,
  contact_changes jsonb,
  activity jsonb default '[]',
  bursts jsonb default '[]',
  holds jsonb default '[]',
  set_asides jsonb default '[]',
  taker_id uuid default null
) returns void as $$
begin
  -- The caller runs the sender right after its commit.
  perform app_private.take_over_waking();

  delete from app_private.chatbot_events e where e.id = any (event_ids);

  update app_private.chatbot_turn_takers t set event_ids = '{}' where t.id = taker_id;

  -- Most turns need few of these statements.
  if contexts <> '[]' then
    perform app_private.save_runs(contexts);
  end if;
  if replies <> '[]' then
    perform app_private.send_replies(replies);
  end if;
  if timers <> '[]' then
    perform app_private.set_run_timers(timers);
  end if;
  if calls <> '[]' then
    -- Requests are made by jobs after the commit, so that the waiting run is stored before the response arrives.
    perform graphile_worker.add_jobs(array_agg(
      app_private.job('call_for_chatbot', json_build_object('contextId', c.context_id))
    ))
    from jsonb_to_recordset(calls) as c (context_id uuid);
  end if;
  if handoffs <> '[]' then
    perform app_private.hand_over_conversations(handoffs);
  end if;
  if contact_changes <> '[]' then
    perform app_private.change_contacts(contact_changes);
  end if;
  if activity <> '[]' then
    insert into app_private.chatbot_activity (tenant_id, version_id, steps)
    select v.tenant_id, v.id, a.steps
    from jsonb_to_recordset(activity) as a (version_id uuid, steps jsonb)
    join app_public.chatbot_versions v on v.id = a.version_id;
  end if;
  if set_asides <> '[]' then
    update app_private.chatbot_events e set due_at = 'infinity', set_aside_reason = s.reason
    from jsonb_to_recordset(set_asides) as s (event_id uuid, reason text)
    where e.id = s.event_id;
  end if;
  if bursts <> '[]' then
    perform app_private.delay_bursts(bursts);
  end if;
  if holds <> '[]' then
    perform app_private.hold_events(holds);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;
-- Planned once, with what it calls: migrations/README.md, "SQL that runs for every message".

comment on function app_private.save_chatbot_turns(
  uuid[], jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, jsonb, uuid
) is
  E'Saves the results of turns, in the transaction that claimed them. The handled events (event_ids) are deleted. The '
   'other arguments are lists; the functions that take them describe their format: save_runs(), send_replies(), '
   'set_run_timers(), hand_over_conversations(), change_contacts(), delay_bursts(), hold_events(). calls: '
   '[{"context_id"}], the runs that wait for a request. activity: [{"version_id", "steps"}], to be counted. '
   'set_asides: [{"event_id", "reason"}], events that are not tried again. taker_id: the worker whose record of '
   'begin_chatbot_turns() is cleared.';
--! EndIncluded chatbots/save_chatbot_turns.sql
--! Included chatbots/notify_chatbot.sql
create or replace function app_hidden.notify_chatbot(tenant_id uuid, conversation_id uuid, kind text, payload jsonb)
returns void as $$
begin
  perform app_hidden.require_scope_in(tenant_id, 'send', 'conversation');
  if kind not in ('start', 'stop', 'skip') then
    raise exception '`kind` must be start, stop or skip, not "%"', left(kind, 20) using errcode = 'PYREQ';
  end if;

  insert into app_private.chatbot_events (tenant_id, conversation_id, kind, payload)
  values (notify_chatbot.tenant_id, notify_chatbot.conversation_id, notify_chatbot.kind, notify_chatbot.payload);
  perform app_private.wake('advance_chatbots');
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.notify_chatbot(uuid, uuid, text, jsonb) is
  E'The privileged part of start_chatbot(), stop_chatbot_run() and skip_chatbot_node(): stores an event for the '
   'chatbot task. PYNFD: the tenant is not the caller''s. PYDEN: agents only. PYREQ: kind must be start, stop or skip.';

grant execute on function app_hidden.notify_chatbot(uuid, uuid, text, jsonb) to parley_visitor;
--! EndIncluded chatbots/notify_chatbot.sql
--! Included chatbots/start_chatbot.sql
create or replace function app_public.start_chatbot(conversation_id uuid, chatbot_id uuid, variables jsonb default '{}')
returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
  v_version_id uuid;
begin
  if jsonb_typeof(variables) <> 'object' then
    raise exception '`variables` must be a JSON object' using errcode = 'PYREQ';
  end if;

  select coalesce(c.active_version_id, (
    select v.id from app_public.chatbot_versions v
    where v.tenant_id = c.tenant_id and v.chatbot_id = c.id
    order by v.number desc
    limit 1
  )) into v_version_id
  from app_public.chatbots c
  where c.tenant_id = v_conversation.tenant_id and c.id = start_chatbot.chatbot_id;
  if v_version_id is null then
    raise exception 'There is no such chatbot, or it has never been published' using errcode = 'PYNFD';
  end if;

  perform app_hidden.notify_chatbot(
    v_conversation.tenant_id, v_conversation.id, 'start',
    jsonb_build_object('versionId', v_version_id, 'variables', variables)
  );

  -- A user who starts a chatbot is done with the conversation, so the pause ends, and the handover if it is not
  -- assigned. After the event was stored: the run that the new one replaces must not be continued.
  update app_public.conversations c set
    chatbot_paused_until = case when c.chatbot_paused_until <= now() then c.chatbot_paused_until end,
    team_id = case when c.assignee_id is not null then c.team_id end,
    handed_over_at = case when c.assignee_id is not null then c.handed_over_at end
  where c.id = v_conversation.id
  and (c.chatbot_paused_until > now() or c.assignee_id is null and c.handed_over_at is not null);
  select c.* into v_conversation from app_public.conversations c where c.id = v_conversation.id;
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.start_chatbot(uuid, uuid, jsonb) is
  E'Starts a run of a chatbot in a conversation, regardless of its triggers. It ends the run in progress and any '
   'pause. If the conversation is assigned to a user, the run sends its first messages and continues when the '
   'conversation is given back; if it only belongs to a team, the chatbot takes it back. Outside the 24-hour window '
   'the first message must be a template (PYWIN ends the run). PYNFD: the conversation does not exist, or the '
   'chatbot is not published. PYREQ: variables must be a JSON object. PYDEN: agents only. variables: a JSON object '
   'that is set before the first node; names of system variables (customer_phone, contact, callback_url, …) are '
   'ignored.';

grant execute on function app_public.start_chatbot(uuid, uuid, jsonb) to parley_visitor;
--! EndIncluded chatbots/start_chatbot.sql
--! Included chatbots/deactivate_chatbot.sql
create or replace function app_public.deactivate_chatbot(chatbot_id uuid) returns app_public.chatbots as $$
declare
  v_chatbot app_public.chatbots;
begin
  select c.* into v_chatbot
  from app_public.chatbots c
  where c.id = deactivate_chatbot.chatbot_id;
  perform app_hidden.require_scope_in(v_chatbot.tenant_id, 'manage_all', 'chatbot');

  update app_public.chatbots c set status = case when c.status = 'active' then 'draft' else c.status end
  where c.id = v_chatbot.id
  returning c.* into v_chatbot;
  return v_chatbot;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.deactivate_chatbot(uuid) is
  E'Deactivates a chatbot: no new runs start, and runs in progress continue to completion (stopChatbotRun ends one). '
   'A chatbot that is inactive already is not changed. PYNFD, PYDEN: admins only.';

grant execute on function app_public.deactivate_chatbot(uuid) to parley_visitor;
--! EndIncluded chatbots/deactivate_chatbot.sql
--! Included chatbots/stop_chatbot_run.sql
create or replace function app_public.stop_chatbot_run(conversation_id uuid, reason text default 'manually_stopped')
returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
begin
  perform app_hidden.notify_chatbot(
    v_conversation.tenant_id, v_conversation.id, 'stop', jsonb_build_object('reason', left(reason, 200))
  );
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.stop_chatbot_run(uuid, text) is
  E'Ends the run in progress in a conversation and stores the reason. It is not an error if there is none. PYNFD, '
   'PYDEN: agents only. reason: why the run ends.';

grant execute on function app_public.stop_chatbot_run(uuid, text) to parley_visitor;
--! EndIncluded chatbots/stop_chatbot_run.sql
--! Included chatbots/skip_chatbot_node.sql
create or replace function app_public.skip_chatbot_node(conversation_id uuid) returns app_public.conversations as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
begin
  perform app_hidden.notify_chatbot(v_conversation.tenant_id, v_conversation.id, 'skip', '{}');
  return v_conversation;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.skip_chatbot_node(uuid) is
  E'Continues the run of a conversation at the next node, without what it waits for. PYNFD, PYDEN: agents only.';

grant execute on function app_public.skip_chatbot_node(uuid) to parley_visitor;
--! EndIncluded chatbots/skip_chatbot_node.sql
--! Included chatbots/event_after_pause.sql
create or replace function app_hidden.event_after_pause(
  waiting_for text, after_pause text, was_paused boolean, is_open boolean, is_due boolean
) returns text as $$
  select case
    -- The rules of the handoff continue the run.
    when waiting_for = 'handoff' then null
    when was_paused and after_pause = 'end' then 'stop'
    -- If the conversation is closed, the customer is not asked again; an answer is still handled.
    when was_paused and is_open and waiting_for in ('answer', 'flow') then 'resume'
    when is_due then 'timer'
  end
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.event_after_pause(text, text, boolean, boolean, boolean) is
  E'The event that continues a run when a user is done with its conversation; null if there is none. was_paused: the '
   'run has not taken a turn since the pause. is_open: the conversation is open. is_due: the run''s timer was due in '
   'the meantime. eventAfterPause() is the same rule; both run against tests/cases/pause_ends.json.';

grant execute on function app_hidden.event_after_pause(text, text, boolean, boolean, boolean) to parley_visitor;
--! EndIncluded chatbots/event_after_pause.sql
--! Included chatbots/resume_chatbot.sql
create or replace function app_private.resume_chatbot(conversation_id uuid, is_pause_cut boolean default false)
returns boolean as $$
  with released_conversation as (
    select c.tenant_id, c.id, c.chatbot_paused_until, c.status
    from app_public.conversations c
    where c.id = resume_chatbot.conversation_id
    and c.handed_over_at is null
    -- A pause that was extended in the meantime has a job of its own.
    and coalesce(c.chatbot_paused_until, '-infinity') <= now()
  ),
  -- Events that arrived in the meantime: results of requests, callbacks.
  released_events as (
    update app_private.chatbot_events e set due_at = clock_timestamp()
    from released_conversation g
    where e.tenant_id = g.tenant_id and e.conversation_id = g.id and e.due_at = 'infinity'
    and e.set_aside_reason is null
    returning true
  ),
  continued as (
    insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, payload)
    select
      x.tenant_id, x.conversation_id, w.kind, x.id,
      case w.kind when 'stop' then '{"reason": "taken_over"}'::jsonb else '{}' end
    from released_conversation g
    join app_public.conversation_contexts x
      on x.tenant_id = g.tenant_id and x.conversation_id = g.id and x.is_active
    join app_public.chatbot_versions v on v.tenant_id = x.tenant_id and v.id = x.version_id
    cross join lateral (
      -- A run takes no turn during a pause, so a run that has taken one since has been continued already.
      select is_pause_cut or coalesce(g.chatbot_paused_until > x.updated_at, false) as is_after_pause
    ) p
    cross join lateral (
      select app_hidden.event_after_pause(
        x.waiting_for, v.after_pause, p.is_after_pause, g.status = 'open', x.expires_at <= now()
      ) as kind
    ) w
    where w.kind is not null
    returning true
  )
  select exists (select from released_events) or exists (select from continued)
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.resume_chatbot(uuid, boolean) is
  E'Called when a user is done with a conversation: the pause after their message is over (is_pause_cut: before '
   'its time), or the conversation was given back. After a pause the run asks its question again (in an open '
   'conversation) or ends, as after_pause of its version says. Timers that fired and events that arrived during '
   'the pause are handled now. Returns whether there is anything to do; false while users are still in charge.';
--! EndIncluded chatbots/resume_chatbot.sql
--! Included chatbots/receive_callback.sql
create or replace function app_private.receive_callback(context_id uuid, payload jsonb) returns boolean as $$
declare
  v_is_stored boolean;
begin
  insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, payload)
  select x.tenant_id, x.conversation_id, 'callback', x.id, receive_callback.payload
  from app_public.conversation_contexts x
  where x.id = receive_callback.context_id and x.is_active
  -- Limited, so that a caller that repeats its callback endlessly does not fill the table.
  and (
    select count(*) from (
      select from app_private.chatbot_events e
      where e.tenant_id = x.tenant_id and e.conversation_id = x.conversation_id
      limit 100
    ) waiting
  ) < 100
  returning true into v_is_stored;

  if v_is_stored then
    perform app_private.wake('advance_chatbots');
  end if;
  return coalesce(v_is_stored, false);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.receive_callback(uuid, jsonb) is
  E'Stores a callback that was received at a run''s address. Returns false if the run has ended, or if too many '
   'callbacks are waiting.';
--! EndIncluded chatbots/receive_callback.sql
--! Included chatbots/tg_conversation_contexts__take_back.sql
create or replace function app_private.tg_conversation_contexts__take_back() returns trigger as $$
begin
  update app_public.conversations c set team_id = null, handed_over_at = null
  where c.id = NEW.conversation_id and c.assignee_id is null and c.handed_over_at is not null;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversation_contexts__take_back() is
  E'Puts the chatbot in charge again when its run has waited for a handoff in vain, unless a user has taken the '
   'conversation.';
--! EndIncluded chatbots/tg_conversation_contexts__take_back.sql
--! Included chatbots/tg_conversations__enqueue_chatbot.sql
create or replace function app_private.tg_conversations__enqueue_chatbot() returns trigger as $$
declare
  v_context app_public.conversation_contexts;
  v_was_paused boolean := coalesce(OLD.chatbot_paused_until > now(), false);
  v_is_paused boolean := coalesce(NEW.chatbot_paused_until > now(), false);
begin
  select x.* into v_context
  from app_public.conversation_contexts x
  where x.tenant_id = NEW.tenant_id and x.conversation_id = NEW.id and x.is_active;

  if v_context.waiting_for = 'handoff' then
    if OLD.handed_over_at is not null and NEW.handed_over_at is null then
      insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id)
      values (NEW.tenant_id, NEW.id, 'handoff_ended', v_context.id);
      perform app_private.wake('advance_chatbots');
    end if;
  elsif v_context.id is not null
    and v_is_paused
    and OLD.chatbot_paused_until is distinct from NEW.chatbot_paused_until
  then
    perform graphile_worker.add_jobs(array[
      app_private.job(
        'resume_chatbot', json_build_object('conversationId', NEW.id), NEW.chatbot_paused_until,
        app_private.job_key('resume_chatbot', NEW.id)
      )
    ]);
  elsif v_was_paused and not v_is_paused then
    -- A user has ended the pause early.
    perform graphile_worker.remove_job(app_private.job_key('resume_chatbot', NEW.id));
  end if;

  if (v_was_paused or OLD.handed_over_at is not null) and not v_is_paused and NEW.handed_over_at is null then
    if app_private.resume_chatbot(NEW.id, v_was_paused) then
      perform app_private.wake('advance_chatbots');
    end if;
  end if;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_conversations__enqueue_chatbot() is
  E'Notifies the chatbot of changes that users make to a conversation. A handoff ends when the conversation is '
   'given back or closed. A pause schedules a job for its end; ending the pause early removes the job. When '
   'users are done, the events that waited are handled.';
--! EndIncluded chatbots/tg_conversations__enqueue_chatbot.sql
--! Included chatbots/activate_version.sql
create or replace function app_public.activate_version(
  version_id uuid,
  running_contexts app_public.running_contexts default 'finish',
  is_exclusive boolean default true
) returns app_public.chatbots as $$
declare
  v_version app_public.chatbot_versions;
  v_chatbot app_public.chatbots;
begin
  select v.* into v_version
  from app_public.chatbot_versions v
  where v.id = activate_version.version_id;
  perform app_hidden.require_scope_in(v_version.tenant_id, 'manage_all', 'version of a chatbot');

  v_chatbot := app_private.activate_chatbot(v_version.id, is_exclusive);

  -- As events, which each run handles in a turn of its own, so that a run does not change during a turn.
  if running_contexts in ('move', 'restart') then
    insert into app_private.chatbot_events (tenant_id, conversation_id, kind, context_id, payload)
    select x.tenant_id, x.conversation_id, running_contexts::text, x.id, jsonb_build_object('versionId', v_version.id)
    from app_public.conversation_contexts x
    where x.tenant_id = v_version.tenant_id and x.chatbot_id = v_version.chatbot_id
    and x.status in ('running', 'waiting') and x.version_id <> v_version.id
    order by x.id;
    if found then
      perform app_private.wake('advance_chatbots');
    end if;
  end if;
  return v_chatbot;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.activate_version(uuid, app_public.running_contexts, boolean) is
  E'Makes a version, a former one too, the one that answers new conversations. PYNFD, PYDEN: admins only. '
   'version_id: the id of the version. running_contexts: the fate of runs of the chatbot''s other versions; it '
   'defaults to finish. is_exclusive: whether the tenant''s other chatbots become inactive; it defaults to true. If '
   'not, trigger rules decide.';

grant execute on function app_public.activate_version(uuid, app_public.running_contexts, boolean) to parley_visitor;
--! EndIncluded chatbots/activate_version.sql
--! Included chatbots/save_draft.sql
create or replace function app_hidden.save_draft(chatbot_id uuid, draft jsonb) returns app_public.chatbots as $$
declare
  v_chatbot app_public.chatbots;
  v_expected timestamptz := draft ->> 'expectedUpdatedAt';
  v_id uuid;
begin
  if save_draft.chatbot_id is null then
    insert into app_public.chatbots (tenant_id, name, description, nodes, edges, settings)
    values (
      app_hidden.require_scope('manage_all'), draft ->> 'name', draft ->> 'description',
      draft -> 'nodes', draft -> 'edges', coalesce(draft -> 'settings', '{}')
    )
    returning * into v_chatbot;
  else
    select c.* into v_chatbot from app_public.chatbots c where c.id = save_draft.chatbot_id;
    perform app_hidden.require_scope_in(v_chatbot.tenant_id, 'manage_all', 'chatbot');

    update app_public.chatbots c set
      name = coalesce(draft ->> 'name', c.name),
      description = case when draft ? 'description' then draft ->> 'description' else c.description end,
      nodes = coalesce(draft -> 'nodes', c.nodes),
      edges = coalesce(draft -> 'edges', c.edges),
      settings = coalesce(draft -> 'settings', c.settings)
    -- Checked where the row is locked: of two saves that expect the same state, the second one finds it changed.
    where c.id = v_chatbot.id and c.updated_at = coalesce(v_expected, c.updated_at)
    returning c.id into v_id;

    select c.* into v_chatbot from app_public.chatbots c where c.id = v_chatbot.id;
    if v_id is null and v_chatbot.id is not null then
      raise exception 'The chatbot has been changed since `expectedUpdatedAt`'
        using errcode = 'PYUPD', column = 'expected_updated_at',
          detail = to_char(v_chatbot.updated_at, 'YYYY-MM-DD"T"HH24:MI:SS.USTZH:TZM');
    end if;
  end if;
  return v_chatbot;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.save_draft(uuid, jsonb) is
  E'The privileged part of the saveChatbot mutation: updates the given ones of {"name", "description", "nodes", '
   '"edges", "settings"}, or inserts a new chatbot if chatbot_id is null. "expectedUpdatedAt": refused if the chatbot '
   'has been changed since then (PYUPD). PYNFD, PYDEN: admins only.';

grant execute on function app_hidden.save_draft(uuid, jsonb) to parley_visitor;
--! EndIncluded chatbots/save_draft.sql
--! Included chatbots/publish_draft.sql
create or replace function app_hidden.publish_draft(chatbot_id uuid) returns app_public.chatbot_versions as $$
declare
  v_chatbot app_public.chatbots;
begin
  select c.* into v_chatbot from app_public.chatbots c where c.id = publish_draft.chatbot_id;
  perform app_hidden.require_scope_in(v_chatbot.tenant_id, 'manage_all', 'chatbot');
  return app_private.publish_chatbot(v_chatbot.id);
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.publish_draft(uuid) is
  E'The privileged part of the publishChatbot mutation, which validates the draft first. PYNFD, PYDEN: admins only.';

grant execute on function app_hidden.publish_draft(uuid) to parley_visitor;
--! EndIncluded chatbots/publish_draft.sql
--! Included chatbots/roll_up_chatbot_activity.sql
create or replace function app_private.roll_up_chatbot_activity(batch_size int default 10000) returns int as $$
  with taken as (
    delete from app_private.chatbot_activity a
    where a.id in (
      select b.id from app_private.chatbot_activity b order by b.id limit batch_size for update skip locked
    )
    returning a.tenant_id, a.version_id, a.steps
  ),
  counted as (
    insert into app_private.chatbot_stats as s (tenant_id, version_id, kind, node_id, exit, bucket, count)
    select t.tenant_id, t.version_id, p.kind, p.node, p.exit, p.bucket, count(*)
    from taken t
    join app_public.chatbot_versions v on v.tenant_id = t.tenant_id and v.id = t.version_id
    cross join jsonb_to_recordset(t.steps) as p (kind text, node text, exit text, bucket int)
    group by 1, 2, 3, 4, 5, 6
    -- In a fixed order, so that concurrent calls do not deadlock.
    order by 1, 2, 3, 4, 5, 6
    on conflict on constraint chatbot_stats_pkey do update set count = s.count + excluded.count
  )
  select count(*)::int from taken
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.roll_up_chatbot_activity(int) is
  E'Adds the turns in chatbot_activity to chatbot_stats and removes them. Returns the number of turns. Readers see '
   'each turn once, before and after.';
--! EndIncluded chatbots/roll_up_chatbot_activity.sql
--! Included chatbots/read_chatbot_stats.sql
create or replace function app_hidden.read_chatbot_stats(version_id uuid)
returns table (kind text, node_id text, exit text, bucket int, count int) as $$
  select a.kind, a.node_id, a.exit, a.bucket, sum(a.count)::int
  from app_public.chatbot_versions v
  cross join lateral (
    select s.kind, s.node_id, s.exit, s.bucket, s.count
    from app_private.chatbot_stats s
    where s.tenant_id = v.tenant_id and s.version_id = v.id
    union all
    select p.kind, p.node, p.exit, p.bucket, 1
    from app_private.chatbot_activity t
    cross join jsonb_to_recordset(t.steps) as p (kind text, node text, exit text, bucket int)
    where t.tenant_id = v.tenant_id and t.version_id = v.id
  ) a
  where v.id = read_chatbot_stats.version_id
  and (
    app_hidden.is_program()
    or v.tenant_id = app_hidden.current_tenant_id() and app_hidden.may('read')
  )
  group by 1, 2, 3, 4
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.read_chatbot_stats(uuid) is
  E'The counts of a version of the caller''s tenant, whether they have been rolled up or not. The owner of the '
   'database can read those of all tenants.';

grant execute on function app_hidden.read_chatbot_stats(uuid) to parley_visitor;
--! EndIncluded chatbots/read_chatbot_stats.sql
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
--! Included chatbots/chatbot_node_stats.sql
create or replace function app_public.chatbot_node_stats(version_id uuid)
returns setof app_public.chatbot_node_stat as $$
  with stats as materialized (
    select s.* from app_hidden.read_chatbot_stats(chatbot_node_stats.version_id) s where s.kind <> 'ended'
  ),
  nodes as (
    select
      s.node_id,
      coalesce(sum(s.count) filter (where s.kind in ('passed', 'entered')), 0)::int as entered,
      coalesce(sum(s.count) filter (where s.kind = 'dropped'), 0)::int as dropped
    from stats s
    group by s.node_id
  )
  select
    n.node_id,
    n.entered,
    (
      select coalesce(jsonb_object_agg(e.exit, e.count), '{}')
      from (
        select s.exit, sum(s.count)::int as count
        from stats s
        where s.node_id = n.node_id and s.kind in ('passed', 'left')
        group by s.exit
      ) e
    ),
    n.dropped,
    n.dropped::float8 / nullif(n.entered, 0),
    (
      -- The geometric middle of the bucket that contains the median.
      select 2 ^ (h.bucket - 0.5) / 1000
      from (
        select x.bucket, sum(x.count) over (order by x.bucket) as passed, sum(x.count) over () as total
        from (
          select s.bucket, s.count from stats s where s.node_id = n.node_id and s.kind in ('passed', 'left')
        ) x
      ) h
      where h.passed * 2 >= h.total
      order by h.bucket
      limit 1
    )
  from nodes n
  order by n.entered desc, n.node_id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.chatbot_node_stats(uuid) is
  E'Statistics of each node over the runs of a version, the most visited node first; updated as runs proceed. '
   'version_id: the id of the version.';

grant execute on function app_public.chatbot_node_stats(uuid) to parley_visitor;
--! EndIncluded chatbots/chatbot_node_stats.sql
--! Included chatbots/chatbot_outcome_stats.sql
create or replace function app_public.chatbot_outcome_stats(version_id uuid)
returns setof app_public.chatbot_outcome_stat as $$
  with stats as materialized (
    -- Rows of kind ended have the status in node_id and the outcome in exit.
    select s.* from app_hidden.read_chatbot_stats(chatbot_outcome_stats.version_id) s where s.kind = 'ended'
  )
  select
    o.node_id,
    o.exit,
    sum(o.count)::int,
    (
      -- The geometric middle of the bucket that contains the median.
      select 2 ^ (h.bucket - 0.5) / 1000
      from (
        select x.bucket, sum(x.count) over (order by x.bucket) as passed, sum(x.count) over () as total
        from (
          select s.bucket, s.count from stats s where s.node_id = o.node_id and s.exit = o.exit
        ) x
      ) h
      where h.passed * 2 >= h.total
      order by h.bucket
      limit 1
    )
  from stats o
  group by o.node_id, o.exit
  order by 3 desc, 1, 2
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.chatbot_outcome_stats(uuid) is
  E'Ended runs of a version by status and outcome, the most frequent first, with their median duration. version_id: '
   'the id of the version.';

grant execute on function app_public.chatbot_outcome_stats(uuid) to parley_visitor;
--! EndIncluded chatbots/chatbot_outcome_stats.sql
--! Included chatbots/reserve_ai_call.sql
create or replace function app_private.reserve_ai_call(
  context_id uuid,
  model text,
  tokens int,
  tokens_per_day int,
  tokens_per_conversation int
) returns uuid as $$
declare
  v_context app_public.conversation_contexts;
  v_id uuid;
begin
  select x.* into v_context from app_public.conversation_contexts x where x.id = reserve_ai_call.context_id;

  -- One at a time for each tenant, so that two requests cannot both use the rest of a budget. The lock is held for this
  -- transaction only, not during the request.
  perform pg_advisory_xact_lock(hashtextextended('ai_calls:' || v_context.tenant_id, 0));

  insert into app_private.ai_calls (tenant_id, conversation_id, context_id, model, tokens)
  select v_context.tenant_id, v_context.conversation_id, v_context.id, reserve_ai_call.model, reserve_ai_call.tokens
  from (
    select
      coalesce(b.tokens_per_day, reserve_ai_call.tokens_per_day) as per_day,
      coalesce(b.tokens_per_conversation, reserve_ai_call.tokens_per_conversation) as per_conversation
    from (select) one
    left join app_private.ai_budgets b on b.tenant_id = v_context.tenant_id
  ) budget
  where reserve_ai_call.tokens + (
    select coalesce(sum(a.tokens), 0) from app_private.ai_calls a
    where a.tenant_id = v_context.tenant_id and a.created_at > now() - interval '1 day'
  ) <= budget.per_day
  and reserve_ai_call.tokens + (
    select coalesce(sum(a.tokens), 0) from app_private.ai_calls a
    where a.tenant_id = v_context.tenant_id and a.conversation_id = v_context.conversation_id
    and a.created_at > now() - interval '1 day'
  ) <= budget.per_conversation
  returning id into v_id;
  return v_id;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reserve_ai_call(uuid, text, int, int, int) is
  E'Reserves tokens of the budgets for one request to a language model. Returns its id, or null if the budget is '
   'exhausted. A row of ai_budgets takes precedence over tokens_per_day and tokens_per_conversation, which are the '
   'configured limits.';
--! EndIncluded chatbots/reserve_ai_call.sql
--! Included chatbots/record_ai_usage.sql
create or replace function app_private.record_ai_usage(call_id uuid, tokens int) returns void as $$
  update app_private.ai_calls a set tokens = record_ai_usage.tokens where a.id = record_ai_usage.call_id;
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.record_ai_usage(uuid, int) is
  E'Records how many tokens a request to a language model used. If it is never called, the reserved tokens count for '
   'a day.';
--! EndIncluded chatbots/record_ai_usage.sql
--! Included chatbots/chatbot_timers.sql
create or replace view app_public.chatbot_timers with (security_invoker = true) as
  select
    x.tenant_id, x.conversation_id, x.id as context_id, x.chatbot_id, x.current_node_id as node_id, t.kind, t.rings_at,
    c.handed_over_at is not null and t.kind <> 'handoff_timeout' as is_held
  from app_public.conversation_contexts x
  join app_public.conversations c on c.tenant_id = x.tenant_id and c.id = x.conversation_id
  join app_public.chatbot_versions v on v.tenant_id = x.tenant_id and v.id = x.version_id
  cross join lateral (
    select case
      when c.chatbot_paused_until > now() and x.waiting_for is distinct from 'handoff' then c.chatbot_paused_until
    end as at
  ) pause_end
  cross join lateral (
    select app_hidden.event_after_pause(x.waiting_for, v.after_pause, pause_end.at is not null, true, false) as event
  ) pause
  cross join lateral (
    -- Timers do not fire during a pause. Afterwards a question is asked again, with a new timer; other timers continue.
    select x.timer_kind as kind, greatest(x.expires_at, pause_end.at) as rings_at
    where x.expires_at is not null and pause.event is null
    union all
    select v.after_pause, pause_end.at
    where pause.event is not null
  ) t
  where x.is_active;

comment on view app_public.chatbot_timers is
  E'The timers of active runs, and the ends of pauses. Order by RINGS_AT to see which fires next.';
comment on column app_public.chatbot_timers.conversation_id is E'The conversation of the run.';
comment on column app_public.chatbot_timers.context_id is E'The run.';
comment on column app_public.chatbot_timers.chatbot_id is E'The chatbot of the run.';
comment on column app_public.chatbot_timers.node_id is
  E'The id of the node at which the run waits. Null if it has not reached a node.';
comment on column app_public.chatbot_timers.kind is
  E'The purpose of the run''s timer; or resume, end: the pause after a user''s message ends, and the run continues or '
   'ends.';
comment on column app_public.chatbot_timers.rings_at is E'When the timer fires; not before the end of a pause.';
comment on column app_public.chatbot_timers.is_held is
  E'True if users are in charge of the conversation: the timer fires when it is given back to the chatbot, if rings_at '
   'has passed by then.';

grant select on app_public.chatbot_timers to parley_visitor;
--! EndIncluded chatbots/chatbot_timers.sql
--! Included chatbots/chatbots.policies.sql
drop policy if exists tenant_isolation on app_public.chatbots;
create policy tenant_isolation on app_public.chatbots as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.chatbots;
create policy select_member on app_public.chatbots for select to parley_visitor
  using (true);
drop policy if exists update_admin on app_public.chatbots;
create policy update_admin on app_public.chatbots for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.chatbots;
create policy delete_admin on app_public.chatbots for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select (
  id, tenant_id, name, description, status, node_kinds, metadata, active_version_id, created_at, updated_at
) on app_public.chatbots to parley_visitor;
grant delete on app_public.chatbots to parley_visitor;
grant update (name, description, metadata) on app_public.chatbots to parley_visitor;
-- No select of nodes, edges and settings: a graph may contain credentials. Admins read it with read_chatbot_graphs().
-- No insert, and no update of the graph: saveChatbot checks the graph first.
--! EndIncluded chatbots/chatbots.policies.sql
--! Included chatbots/chatbot_versions.policies.sql
drop policy if exists tenant_isolation on app_public.chatbot_versions;
create policy tenant_isolation on app_public.chatbot_versions as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.chatbot_versions;
create policy select_member on app_public.chatbot_versions for select to parley_visitor
  using (true);
grant select (id, tenant_id, chatbot_id, number, after_pause, published_by, created_at)
  on app_public.chatbot_versions to parley_visitor;
-- No select of the graph, as on chatbots: admins read it with read_version_graphs().
-- Nothing else: versions never change.
--! EndIncluded chatbots/chatbot_versions.policies.sql
--! Included chatbots/conversation_contexts.policies.sql
drop policy if exists tenant_isolation on app_public.conversation_contexts;
create policy tenant_isolation on app_public.conversation_contexts as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.conversation_contexts;
create policy select_member on app_public.conversation_contexts for select to parley_visitor
  using (true);
grant select (
  id, tenant_id, conversation_id, chatbot_id, version_id, status, is_active, current_node_id, variables,
  node_history, node_outputs, waiting_for, timer_kind, outcome, completion_reason, has_user, expires_at, started_at,
  completed_at, created_at, updated_at
) on app_public.conversation_contexts to parley_visitor;
-- No select of waiting and state: a request that a run waits for contains the graph's credentials.
-- Nothing else: only the chatbot task writes runs.
--! EndIncluded chatbots/conversation_contexts.policies.sql
--! Included figures/tenants_chatbot_figures.sql
create or replace function app_public.tenants_chatbot_figures(
  tenant app_public.tenants,
  since date default null,
  until date default null,
  by app_public.chatbot_grouping[] default '{}'
)
returns setof app_public.chatbot_figure as $$
  select
    case when 'day' = any (by) then (x.completed_at at time zone tenant.time_zone)::date end,
    case when 'chatbot' = any (by) then x.chatbot_id end,
    count(*)::int,
    count(*) filter (where x.status = 'completed')::int,
    count(*) filter (where x.status = 'expired')::int,
    count(*) filter (where x.status = 'stopped')::int,
    count(*) filter (where x.status = 'failed')::int,
    count(*) filter (where x.has_user)::int,
    count(*) filter (where not x.has_user)::float8 / count(*)
  from app_hidden.figure_days(tenant, since, until) p
  join app_public.conversation_contexts x
    on x.tenant_id = tenant.id
    and x.completed_at >= p.begins_at and x.completed_at < p.ends_at
  group by 1, 2
  order by 1, 2
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.tenants_chatbot_figures(
  app_public.tenants, date, date, app_public.chatbot_grouping[]
) is
  E'The runs of chatbots by the day on which they ended. with_user: a user took part, because the conversation was '
   'handed over during the run or at its end, or a user wrote. containment: the share of the other runs. PYLIM: more '
   'than 400 days. since: the first day; by default 29 days before until. until: the last day; by default today. by: '
   'what to distinguish. An empty list gives the total.';

grant execute on function app_public.tenants_chatbot_figures(
  app_public.tenants, date, date, app_public.chatbot_grouping[]
) to parley_visitor;
--! EndIncluded figures/tenants_chatbot_figures.sql

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
--! Included messages/claimed_messages.sql
create or replace function app_private.claimed_messages(message_ids uuid[])
returns table (
  message_id uuid,
  tenant_id uuid,
  conversation_id uuid,
  channel_id uuid,
  channel_kind app_public.channel_kind,
  type app_public.message_type,
  content jsonb,
  phone text,
  bsuid text,
  reply_to_provider_message_id text,
  attempts int
) as $$
  select
    m.id, m.tenant_id, c.id, c.channel_id, ch.kind, m.type,
    case
      when o.media_id is null then m.content
      else app_private.content_to_send(m.type, m.content, o.media_id, c.channel_id)
    end,
    case when a.kind = 'phone' then a.value end, case when a.kind <> 'phone' then a.value end,
    coalesce(r.provider_message_id, rs.provider_message_id),
    o.attempts
  from unnest($1) claimed (id)
  join app_private.outbox o on o.message_id = claimed.id
  -- Internal messages have no outbox rows. If one ever had, it would not be sent.
  join app_public.messages m on m.id = o.message_id and m.direction = 'outbound'
  join app_public.conversations c on c.id = o.conversation_id
  join app_public.channels ch on ch.id = c.channel_id
  join app_public.channel_kinds k on k.kind = ch.kind
  -- The address that was last heard from, and never a retired one. Of several with the same time, the preferred kind.
  left join lateral (
    select x.kind, x.value
    from app_public.contact_identities x
    where x.contact_id = c.contact_id and x.kind = any (k.address_kinds) and x.retired_at is null
    order by
      -- The provider refuses user ids for authentication templates (131062).
      x.kind = 'phone' and m.type = 'template' and exists (
        select from app_public.whatsapp_channels w
        join app_public.templates t on t.tenant_id = m.tenant_id and t.business_account_id = w.business_account_id
        where w.channel_id = c.channel_id
        and t.name = m.content ->> 'name'
        and t.language = m.content #>> '{language,code}'
        and t.category = 'authentication'
      ) desc,
      x.last_heard_at desc nulls last,
      array_position(k.address_kinds, x.kind)
    limit 1
  ) a on true
  left join app_public.messages r on r.id = m.reply_to_id and r.tenant_id = m.tenant_id
  left join app_public.message_statuses rs on rs.message_id = m.reply_to_id and rs.tenant_id = m.tenant_id
$$ language sql stable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.claimed_messages(uuid[]) is
  E'The data that a sender needs to send claimed messages. Part of claim_outbox().';
--! EndIncluded messages/claimed_messages.sql
--! Included templates/is_sendable.sql
create or replace function app_hidden.is_sendable(status app_public.template_status) returns boolean as $$
  select status in ('approved', 'unknown')
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_hidden.is_sendable(app_public.template_status) is
  E'Whether a template may be sent. If its status is unknown, the provider decides.';

grant execute on function app_hidden.is_sendable(app_public.template_status) to parley_visitor;
--! EndIncluded templates/is_sendable.sql
--! Included templates/template_status_of.sql
create or replace function app_private.template_status_of(name text) returns app_public.template_status as $$
  select e.status
  from unnest(enum_range(null::app_public.template_status)) e (status)
  where e.status::text = case upper(name)
    -- Meta's names of events that are not statuses of their own.
    when 'REINSTATED' then 'approved'
    when 'UNLOCKED' then 'approved'
    when 'FLAGGED' then 'approved'
    when 'LOCKED' then 'disabled'
    else lower(name)
  end
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.template_status_of(text) is
  E'The template status for Meta''s name of a status or event; null if this version does not support it.';
--! EndIncluded templates/template_status_of.sql
--! Included templates/apply_template_update.sql
create or replace function app_private.apply_template_update(change jsonb) returns boolean as $$
  insert into app_public.templates as t (
    tenant_id, business_account_id, name, language, provider_template_id,
    status, status_reason, status_at, category, category_at, quality_rating, quality_rating_at,
    components, components_at
  )
  select
    (change ->> 'tenant_id')::uuid,
    change ->> 'business_account_id',
    change ->> 'name',
    change ->> 'language',
    change ->> 'provider_template_id',
    -- No status, or one that this version does not support: Meta decides when it is sent.
    coalesce(s.status, 'unknown'),
    case when s.status is not null then change ->> 'status_reason' end,
    case when s.status is not null then h.reported_at end,
    c.category,
    case when c.category is not null then h.reported_at end,
    change ->> 'quality_rating',
    case when change ->> 'quality_rating' is not null then h.reported_at end,
    coalesce(nullif(change -> 'components', 'null'), '[]'),
    case when nullif(change -> 'components', 'null') is not null then h.reported_at end
  from (values (coalesce((change ->> 'heard_at')::timestamptz, now()))) h (reported_at)
  cross join (values (app_private.template_status_of(change ->> 'status'))) s (status)
  left join (
    select e::app_public.template_category as category from unnest(enum_range(null::app_public.template_category)) e
  ) c on c.category::text = lower(change ->> 'category')
  where change ->> 'name' is not null
  and change ->> 'language' is not null
  and change ->> 'business_account_id' is not null
  on conflict (tenant_id, business_account_id, name, language) do update set
    provider_template_id = coalesce(excluded.provider_template_id, t.provider_template_id),
    -- Only columns that the report contains, and only if it is not older than the stored value: excluded.…_at is null
    -- for the other columns.
    status = case when excluded.status_at >= coalesce(t.status_at, '-infinity') then excluded.status else t.status end,
    status_reason = case
      when excluded.status_at >= coalesce(t.status_at, '-infinity') then excluded.status_reason
      else t.status_reason
    end,
    status_at = greatest(t.status_at, excluded.status_at),
    category = case
      when excluded.category_at >= coalesce(t.category_at, '-infinity') then excluded.category
      else t.category
    end,
    category_at = greatest(t.category_at, excluded.category_at),
    quality_rating = case
      when excluded.quality_rating_at >= coalesce(t.quality_rating_at, '-infinity') then excluded.quality_rating
      else t.quality_rating
    end,
    quality_rating_at = greatest(t.quality_rating_at, excluded.quality_rating_at),
    components = case
      when excluded.components_at >= coalesce(t.components_at, '-infinity') then excluded.components
      else t.components
    end,
    components_at = greatest(t.components_at, excluded.components_at)
  returning true
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_template_update(jsonb) is
  E'Applies a report of Meta on a template: {"tenant_id", "business_account_id", "name", "language", "heard_at"?, '
   '"provider_template_id"?, "status"?, "status_reason"?, "category"?, "quality_rating"?, "components"?}. A value '
   'that is older than the stored value of its column is ignored. Returns null if name, language or '
   'business_account_id is missing.';
--! EndIncluded templates/apply_template_update.sql
--! Included templates/templates.policies.sql
drop policy if exists tenant_isolation on app_public.templates;
create policy tenant_isolation on app_public.templates as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.templates;
create policy select_member on app_public.templates for select to parley_visitor
  using (true);
grant select on app_public.templates to parley_visitor;
-- Nothing else yet: templates are managed at Meta, whose webhooks report them.
--! EndIncluded templates/templates.policies.sql

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

--! Included flows/tg_data_sources__clear_token_flag.sql
create or replace function app_private.tg_data_sources__clear_token_flag() returns trigger as $$
begin
  NEW.has_auth_token := false;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_data_sources__clear_token_flag() is
  E'Marks a data source whose base_url or auth_type changes as having no token. tg_data_sources__remove_token() '
   'deletes the token itself.';
--! EndIncluded flows/tg_data_sources__clear_token_flag.sql
--! Included flows/tg_data_sources__deactivate_without_token.sql
create or replace function app_private.tg_data_sources__deactivate_without_token() returns trigger as $$
begin
  NEW.is_active := false;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_data_sources__deactivate_without_token() is
  E'Deactivates a data source whose token is missing, until set_data_source_token() is called.';
--! EndIncluded flows/tg_data_sources__deactivate_without_token.sql
--! Included flows/tg_data_sources__remove_token.sql
create or replace function app_private.tg_data_sources__remove_token() returns trigger as $$
begin
  delete from app_private.data_source_secrets k where k.data_source_id = NEW.id;
  return null;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_data_sources__remove_token() is
  E'Deletes the token of a data source whose base_url or auth_type has changed.';
--! EndIncluded flows/tg_data_sources__remove_token.sql
--! Included flows/set_data_source_token.sql
create or replace function app_hidden.set_data_source_token(data_source_id uuid, envelope text)
returns app_public.data_sources as $$
declare
  v_source app_public.data_sources;
begin
  select s.* into v_source
  from app_public.data_sources s
  where s.id = set_data_source_token.data_source_id;
  perform app_hidden.require_scope_in(v_source.tenant_id, 'manage_all', 'data source');

  insert into app_private.data_source_secrets as x (data_source_id, auth_token)
  values (v_source.id, envelope)
  on conflict on constraint data_source_secrets_pkey do update set auth_token = excluded.auth_token;

  update app_public.data_sources s set has_auth_token = true, is_active = true
  where s.id = v_source.id
  returning s.* into v_source;
  return v_source;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.set_data_source_token(uuid, text) is
  E'The privileged part of the setDataSourceToken mutation: stores an envelope sealed by the program and activates '
   'the data source. PYNFD, PYDEN: admins only.';

grant execute on function app_hidden.set_data_source_token(uuid, text) to parley_visitor;
--! EndIncluded flows/set_data_source_token.sql
--! Included flows/clear_data_source_token.sql
create or replace function app_public.clear_data_source_token(data_source_id uuid) returns app_public.data_sources as $$
declare
  v_source app_public.data_sources;
begin
  select s.* into v_source
  from app_public.data_sources s
  where s.id = clear_data_source_token.data_source_id;
  perform app_hidden.require_scope_in(v_source.tenant_id, 'manage_all', 'data source');

  delete from app_private.data_source_secrets k where k.data_source_id = v_source.id;

  update app_public.data_sources s set has_auth_token = false, is_active = s.is_active and s.auth_type = 'none'
  where s.id = v_source.id
  returning s.* into v_source;
  return v_source;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.clear_data_source_token(uuid) is
  E'Deletes a data source''s token. A data source that needs a token is inactive from then on. PYNFD, PYDEN: admins '
   'only.';

grant execute on function app_public.clear_data_source_token(uuid) to parley_visitor;
--! EndIncluded flows/clear_data_source_token.sql
--! Included flows/set_google_account.sql
create or replace function app_hidden.set_google_account(account jsonb) returns app_public.google_accounts as $$
declare
  v_member app_public.memberships;
  v_account app_public.google_accounts;
begin
  select m.* into v_member
  from app_public.memberships m
  where m.tenant_id = app_hidden.current_tenant_id() and m.user_id = (account ->> 'user_id')::uuid and m.is_active;
  perform app_hidden.require_scope_in(v_member.tenant_id, 'manage_all', 'member');

  insert into app_public.google_accounts as g (tenant_id, user_id, email, has_refresh_token, access_token_expires_at)
  values (
    v_member.tenant_id, v_member.user_id, account ->> 'email', account ->> 'refresh_token' is not null,
    (account ->> 'access_token_expires_at')::timestamptz
  )
  on conflict on constraint google_accounts_pkey do update set
    email = coalesce(excluded.email, g.email),
    status = 'connected',
    status_reason = null,
    -- Google returns a refresh token with the first consent only.
    has_refresh_token = excluded.has_refresh_token or g.has_refresh_token,
    access_token_expires_at = excluded.access_token_expires_at
  returning * into v_account;

  insert into app_private.google_account_secrets as k (tenant_id, user_id, access_token, refresh_token)
  values (v_member.tenant_id, v_member.user_id, account ->> 'access_token', account ->> 'refresh_token')
  on conflict on constraint google_account_secrets_pkey do update set
    access_token = excluded.access_token,
    refresh_token = coalesce(excluded.refresh_token, k.refresh_token);
  return v_account;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.set_google_account(jsonb) is
  E'The privileged part of the connectGoogleCalendar mutation: {"user_id", "email"?, "access_token", '
   '"refresh_token"?, "access_token_expires_at"?}, with the tokens as envelopes sealed by the program. PYNFD: there '
   'is no such member. PYDEN: admins only.';

grant execute on function app_hidden.set_google_account(jsonb) to parley_visitor;
--! EndIncluded flows/set_google_account.sql
--! Included flows/disconnect_google_calendar.sql
create or replace function app_public.disconnect_google_calendar(user_id uuid default null)
returns app_public.google_accounts as $$
declare
  v_own_id uuid := app_hidden.current_user_id();
  v_account app_public.google_accounts;
begin
  select g.* into v_account
  from app_public.google_accounts g
  where g.tenant_id = app_hidden.current_tenant_id()
  and g.user_id = coalesce(disconnect_google_calendar.user_id, v_own_id);
  perform app_hidden.require_scope_in(
    v_account.tenant_id,
    case when v_account.user_id = v_own_id then 'read' else 'manage_all' end::app_public.api_key_scope,
    'Google account'
  );

  delete from app_public.google_accounts g
  where g.tenant_id = v_account.tenant_id and g.user_id = v_account.user_id;
  return v_account;
end;
$$ language plpgsql volatile security definer set search_path to pg_catalog, pg_temp;

comment on function app_public.disconnect_google_calendar(uuid) is
  E'Deletes a Google account with its tokens: the caller''s own, or as an admin that of any member. The grant at '
   'Google remains; revoke it in the account''s security settings. PYNFD, PYDEN.';

grant execute on function app_public.disconnect_google_calendar(uuid) to parley_visitor;
--! EndIncluded flows/disconnect_google_calendar.sql
--! Included flows/chatbot_data_source.sql
create or replace function app_private.chatbot_data_source(tenant_id uuid, data_source_id text, connection_id text)
returns table (id uuid, type app_public.data_source_type, base_url text, auth_type app_public.data_source_auth,
  auth_header_name text, headers jsonb, timeout_ms int, auth_token text, connection jsonb) as $$
  select
    s.id, s.type, s.base_url, s.auth_type, s.auth_header_name, s.headers, s.timeout_ms, k.auth_token,
    case when c.id is not null then to_jsonb(c) end
  from (select chatbot_data_source.connection_id as id) wanted
  left join app_public.data_source_connections c
    on c.tenant_id = chatbot_data_source.tenant_id and c.id::text = wanted.id and c.is_active
  join app_public.data_sources s
    on s.tenant_id = chatbot_data_source.tenant_id and s.is_active
    and s.id::text = coalesce(c.data_source_id::text, chatbot_data_source.data_source_id)
  left join app_private.data_source_secrets k on k.data_source_id = s.id;
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.chatbot_data_source(uuid, text, text) is
  E'The data needed to call a data source, or a connection of one, from a chatbot: of its own tenant, and only while '
   'it is active. Ids are texts, because graphs are written by users and may contain invalid ids.';
--! EndIncluded flows/chatbot_data_source.sql
--! Included flows/chatbot_calendar.sql
create or replace function app_private.chatbot_calendar(tenant_id uuid, owner_id uuid, wanted text)
returns table (
  user_id uuid, status app_public.google_account_status, access_token text, access_token_expires_at timestamptz
) as $$
  select g.user_id, g.status, k.access_token, g.access_token_expires_at
  from app_public.google_accounts g
  join app_private.google_account_secrets k on k.tenant_id = g.tenant_id and k.user_id = g.user_id
  join app_public.memberships m on m.tenant_id = g.tenant_id and m.user_id = g.user_id and m.is_active
  where g.tenant_id = chatbot_calendar.tenant_id
  and (chatbot_calendar.wanted is null or g.user_id::text = wanted or g.email = wanted)
  -- The owner of the chatbot; otherwise the owner of the tenant whose account was connected first.
  order by g.user_id = chatbot_calendar.owner_id desc nulls last, m.role = 'owner' desc, g.created_at
  limit 1;
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.chatbot_calendar(uuid, uuid, text) is
  E'The Google account that a chatbot''s calendar node reads: that of the member named by wanted (id or address); '
   'otherwise that of owner_id (who published the chatbot); otherwise that of an owner of the tenant.';
--! EndIncluded flows/chatbot_calendar.sql
--! Included flows/renew_google_account.sql
create or replace function app_private.renew_google_account(
  tenant_id uuid,
  user_id uuid,
  access_token text,
  refresh_token text,
  expires_in float8
) returns void as $$
  update app_public.google_accounts g set
    status = 'connected',
    status_reason = null,
    -- Access tokens expire in less than a year. The case is needed because least() ignores null.
    access_token_expires_at = case
      when expires_in is not null then now() + make_interval(secs => least(greatest(expires_in, 0), 31536000))
    end
  where g.tenant_id = renew_google_account.tenant_id and g.user_id = renew_google_account.user_id;

  update app_private.google_account_secrets k set
    access_token = renew_google_account.access_token,
    refresh_token = coalesce(renew_google_account.refresh_token, k.refresh_token)
  where k.tenant_id = renew_google_account.tenant_id and k.user_id = renew_google_account.user_id;
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.renew_google_account(uuid, uuid, text, text, float8) is
  E'Stores a renewed access token, and a refresh token if there is a new one, as envelopes. expires_in is in seconds; '
   'null if unknown. The caller must have locked the account.';
--! EndIncluded flows/renew_google_account.sql
--! Included flows/find_chatbot_references.sql
create or replace function app_hidden.find_chatbot_references(chatbot_id uuid, "named" jsonb)
returns table (kind text, id text, state text) as $$
  with tenant as (
    select c.tenant_id as id
    from app_public.chatbots c
    where c.id = find_chatbot_references.chatbot_id
    and (
      app_hidden.is_program()
      or c.tenant_id = app_hidden.current_tenant_id() and app_hidden.may('manage_all')
    )
  ),
  n as (
    select distinct r.kind, r.id from jsonb_to_recordset("named") as r (kind text, id text)
  )
  select n.kind, n.id, case f.status when 'published' then 'active' when 'draft' then 'draft' else 'inactive' end
  from n
  join app_public.whatsapp_flows f on f.whatsapp_flow_id = n.id
  where n.kind = 'flow' and f.tenant_id = (select t.id from tenant t)

  union all
  select n.kind, n.id, case when s.is_active then 'active' else 'inactive' end
  from n
  join app_public.data_sources s on s.id::text = n.id
  where n.kind = 'data_source' and s.tenant_id = (select t.id from tenant t)

  union all
  select n.kind, n.id, case when d.is_active and s.is_active then 'active' else 'inactive' end
  from n
  join app_public.data_source_connections d on d.id::text = n.id
  join app_public.data_sources s on s.tenant_id = d.tenant_id and s.id = d.data_source_id
  where n.kind = 'connection' and d.tenant_id = (select t.id from tenant t)

  union all
  select n.kind, n.id, 'active'
  from n
  join app_public.chatbots c on c.id::text = n.id
  where n.kind = 'chatbot' and c.tenant_id = (select t.id from tenant t)

  union all
  select n.kind, n.id, case when bool_or(app_hidden.is_sendable(m.status)) then 'active' else 'inactive' end
  from n
  join app_public.templates m on m.name || '/' || m.language = n.id
  where n.kind = 'template' and m.tenant_id = (select t.id from tenant t)
  group by n.kind, n.id

  union all
  select n.kind, n.id, case when bool_or(g.status = 'connected' and m.is_active) then 'active' else 'inactive' end
  from n
  join app_public.google_accounts g on n.id in ('', g.user_id::text, g.email)
  join app_public.memberships m on m.tenant_id = g.tenant_id and m.user_id = g.user_id
  where n.kind = 'calendar' and g.tenant_id = (select t.id from tenant t)
  group by n.kind, n.id

  union all
  select n.kind, n.id, case when m.is_active then 'active' else 'inactive' end
  from n
  join app_public.memberships m on m.user_id::text = n.id
  where n.kind = 'member' and m.tenant_id = (select t.id from tenant t)

  union all
  select distinct n.kind, n.id, 'active'
  from n
  join app_public.groups g on lower(g.name) = lower(n.id) or g.id::text = n.id
  where n.kind = 'group' and g.tenant_id = (select t.id from tenant t)

  union all
  select distinct n.kind, n.id, 'active'
  from n
  join app_public.teams t on lower(t.name) = lower(n.id) or t.id::text = n.id
  where n.kind = 'team' and t.tenant_id = (select t.id from tenant t)

  union all
  select n.kind, n.id, 'active'
  from n
  join app_public.tags t on t.id::text = n.id
  where n.kind = 'tag' and t.tenant_id = (select t.id from tenant t)
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.find_chatbot_references(uuid, jsonb) is
  E'The state of the objects that a chatbot''s graph names, in its own tenant: [{"kind", "id"}], as the program lists '
   'them. state: active, inactive (exists, but cannot be used now) or draft. An object that does not exist has no '
   'row. For admins of the tenant, and for the owner of the database.';

grant execute on function app_hidden.find_chatbot_references(uuid, jsonb) to parley_visitor;
--! EndIncluded flows/find_chatbot_references.sql
--! Included flows/whatsapp_flows.policies.sql
drop policy if exists tenant_isolation on app_public.whatsapp_flows;
create policy tenant_isolation on app_public.whatsapp_flows as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.whatsapp_flows;
create policy select_member on app_public.whatsapp_flows for select to parley_visitor
  using (true);
drop policy if exists insert_admin on app_public.whatsapp_flows;
create policy insert_admin on app_public.whatsapp_flows for insert to parley_visitor
  with check ((select app_hidden.may('manage_all')));
drop policy if exists update_admin on app_public.whatsapp_flows;
create policy update_admin on app_public.whatsapp_flows for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.whatsapp_flows;
create policy delete_admin on app_public.whatsapp_flows for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.whatsapp_flows to parley_visitor;
grant insert (
  whatsapp_flow_id, name, description, status, categories, flow_json, endpoint_uri, data_source_id, metadata
) on app_public.whatsapp_flows to parley_visitor;
grant update (
  whatsapp_flow_id, name, description, status, categories, flow_json, endpoint_uri, data_source_id, metadata
) on app_public.whatsapp_flows to parley_visitor;
-- No insert or update of preview_url and is_synced_from_meta: Meta reports them.
--! EndIncluded flows/whatsapp_flows.policies.sql
--! Included flows/data_sources.policies.sql
drop policy if exists tenant_isolation on app_public.data_sources;
create policy tenant_isolation on app_public.data_sources as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_admin on app_public.data_sources;
create policy select_admin on app_public.data_sources for select to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists insert_admin on app_public.data_sources;
create policy insert_admin on app_public.data_sources for insert to parley_visitor
  with check ((select app_hidden.may('manage_all')));
drop policy if exists update_admin on app_public.data_sources;
create policy update_admin on app_public.data_sources for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.data_sources;
create policy delete_admin on app_public.data_sources for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.data_sources to parley_visitor;
grant insert (name, description, type, base_url, auth_type, auth_header_name, headers, config, is_active, timeout_ms)
  on app_public.data_sources to parley_visitor;
grant update (name, description, type, base_url, auth_type, auth_header_name, headers, config, is_active, timeout_ms)
  on app_public.data_sources to parley_visitor;
-- No insert or update of has_auth_token: set_data_source_token() sets it. Agents must not see headers and addresses.
--! EndIncluded flows/data_sources.policies.sql
--! Included flows/data_source_connections.policies.sql
drop policy if exists tenant_isolation on app_public.data_source_connections;
create policy tenant_isolation on app_public.data_source_connections as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_admin on app_public.data_source_connections;
create policy select_admin on app_public.data_source_connections for select to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists insert_admin on app_public.data_source_connections;
create policy insert_admin on app_public.data_source_connections for insert to parley_visitor
  with check ((select app_hidden.may('manage_all')));
drop policy if exists update_admin on app_public.data_source_connections;
create policy update_admin on app_public.data_source_connections for update to parley_visitor
  using ((select app_hidden.may('manage_all')));
drop policy if exists delete_admin on app_public.data_source_connections;
create policy delete_admin on app_public.data_source_connections for delete to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select, delete on app_public.data_source_connections to parley_visitor;
grant insert (
  name, description, data_source_id, endpoint, method, default_params, default_body, data_key, transform_config,
  depends_on_connection_id, param_mapping, is_active
) on app_public.data_source_connections to parley_visitor;
grant update (
  name, description, data_source_id, endpoint, method, default_params, default_body, data_key, transform_config,
  depends_on_connection_id, param_mapping, is_active
) on app_public.data_source_connections to parley_visitor;
--! EndIncluded flows/data_source_connections.policies.sql
--! Included flows/google_accounts.policies.sql
drop policy if exists tenant_isolation on app_public.google_accounts;
create policy tenant_isolation on app_public.google_accounts as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.google_accounts;
create policy select_member on app_public.google_accounts for select to parley_visitor
  using (true);
grant select on app_public.google_accounts to parley_visitor;
-- Nothing else: connectGoogleCalendar stores an account with its tokens, disconnectGoogleCalendar deletes both.
--! EndIncluded flows/google_accounts.policies.sql

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

--! Included filters/ids_by_text.sql
create or replace function app_hidden.message_ids_by_text(query text) returns uuid[] as $$
  select f.message_ids from app_private.find_messages(app_hidden.require_scope('read'), query, at_most => 1000) f
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.message_ids_by_text(text) is
  E'The 1,000 newest messages of the caller''s tenant that contain all words of a query, for the field "text" of '
   'filters (PYDEN: not signed in).';

grant execute on function app_hidden.message_ids_by_text(text) to parley_visitor;


create or replace function app_hidden.contact_ids_by_text(query text) returns uuid[] as $$
  select f.contact_ids from app_private.find_contacts(app_hidden.require_scope('read'), query, at_most => 1000) f
$$ language sql stable security definer set search_path to pg_catalog, pg_temp;

comment on function app_hidden.contact_ids_by_text(text) is
  E'The 1,000 newest contacts of the caller''s tenant that contain all words of a query, for the field "text" of '
   'filters (PYDEN: not signed in).';

grant execute on function app_hidden.contact_ids_by_text(text) to parley_visitor;


create or replace function app_hidden.conversation_ids_by_text(query text) returns uuid[] as $$
  select array(
    select v.id from app_public.conversations v where v.contact_id = any (app_hidden.contact_ids_by_text(query))
    union
    select m.conversation_id
    from (select app_hidden.message_ids_by_text(query) as ids) f
    join app_public.messages m
      on m.id = any (f.ids) and m.id between f.ids[cardinality(f.ids)] and f.ids[1]
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.conversation_ids_by_text(text) is
  E'The conversations of the contacts and messages that the field "text" of filters finds.';

grant execute on function app_hidden.conversation_ids_by_text(text) to parley_visitor;
--! EndIncluded filters/ids_by_text.sql
--! Included filters/filterable_fields.sql
create or replace function app_hidden.filterable_fields() returns table (
  kind app_public.filter_kind, name text, type text, "value" text, source text, link text, choices regtype
) as $$
  -- {row} is the alias of the row that is filtered, {related} that of a row to which a relation leads. A field with a
  -- source has the values of all rows of the source that the link finds. A relation has no value; its type is a kind of
  -- filter.
  values
    ('contacts'::app_public.filter_kind, 'name', 'text', '{row}.name', null, null, null::pg_catalog.regtype),
    ('contacts', 'profileName', 'text', '{row}.profile_name', null, null, null),
    ('contacts', 'username', 'text', '{row}.username', null, null, null),
    ('contacts', 'phone', 'phone', '{row}.phone', null, null, null),
    ('contacts', 'email', 'text', '{row}.email', null, null, null),
    ('contacts', 'externalRef', 'text', '{row}.external_ref', null, null, null),
    ('contacts', 'language', 'text', '{row}.language', null, null, null),
    ('contacts', 'isBlocked', 'boolean', '{row}.is_blocked', null, null, null),
    ('contacts', 'optedOutAt', 'time', '{row}.opted_out_at', null, null, null),
    ('contacts', 'marketingOptedOutAt', 'time', '{row}.marketing_opted_out_at', null, null, null),
    ('contacts', 'createdAt', 'time', '{row}.created_at', null, null, null),
    ('contacts', 'metadata', 'json', '{row}.metadata', null, null, null),
    ('contacts', 'tag', 'tag', 'x.tag_id', 'app_public.contact_tags x', 'x.contact_id = {row}.id', null),
    ('contacts', 'group', 'group', 'x.group_id', 'app_public.group_contacts x', 'x.contact_id = {row}.id', null),
    ('contacts', 'text', 'search', 'app_hidden.contact_ids_by_text', null, null, null),
    ('contacts', 'conversation', 'conversations', null,
      'app_public.conversations {related}', '{related}.contact_id = {row}.id', null),

    ('conversations', 'status', 'choice', '{row}.status', null, null, 'app_public.conversation_status'),
    ('conversations', 'channel', 'channel', '{row}.channel_id', null, null, null),
    ('conversations', 'channelKind', 'choice', 'x.kind', 'app_public.channels x', 'x.id = {row}.channel_id',
      'app_public.channel_kind'),
    ('conversations', 'assignee', 'user', '{row}.assignee_id', null, null, null),
    ('conversations', 'team', 'team', '{row}.team_id', null, null, null),
    ('conversations', 'participant', 'user', 'x.user_id',
      'app_public.conversation_participants x', 'x.conversation_id = {row}.id', null),
    ('conversations', 'chatbot', 'chatbot', 'x.chatbot_id',
      'app_public.conversation_contexts x', 'x.conversation_id = {row}.id and x.is_active', null),
    ('conversations', 'unreadCount', 'number', '{row}.unread_count', null, null, null),
    ('conversations', 'isUnread', 'boolean', '{row}.unread_count > 0', null, null, null),
    ('conversations', 'isHandedOver', 'boolean', '{row}.handed_over_at is not null', null, null, null),
    ('conversations', 'handedOverAt', 'time', '{row}.handed_over_at', null, null, null),
    ('conversations', 'waitingSince', 'time', '{row}.waiting_since', null, null, null),
    ('conversations', 'waitingForPersonSince', 'time', '{row}.waiting_for_person_since', null, null, null),
    ('conversations', 'isSnoozed', 'boolean', '{row}.snoozed_until > now()', null, null, null),
    ('conversations', 'snoozedUntil', 'time', '{row}.snoozed_until', null, null, null),
    ('conversations', 'isWindowOpen', 'boolean',
      '({row}.window_expires_at > now() or {row}.channel_id in (
        select x.id
        from app_public.channels x
        join app_public.channel_kinds k on k.kind = x.kind
        where k.reply_window is null
      ))', null, null, null),
    ('conversations', 'windowExpiresAt', 'time', '{row}.window_expires_at', null, null, null),
    ('conversations', 'lastActivityAt', 'time', '{row}.last_activity_at', null, null, null),
    ('conversations', 'lastCustomerMessageAt', 'time', '{row}.last_customer_message_at', null, null, null),
    ('conversations', 'closedAt', 'time', '{row}.closed_at', null, null, null),
    ('conversations', 'createdAt', 'time', '{row}.created_at', null, null, null),
    ('conversations', 'metadata', 'json', '{row}.metadata', null, null, null),
    ('conversations', 'tag', 'tag', 'x.tag_id',
      'app_public.contact_tags x', 'x.contact_id = {row}.contact_id', null),
    ('conversations', 'group', 'group', 'x.group_id',
      'app_public.group_contacts x', 'x.contact_id = {row}.contact_id', null),
    ('conversations', 'language', 'text', 'x.language', 'app_public.contacts x', 'x.id = {row}.contact_id', null),
    ('conversations', 'text', 'search', 'app_hidden.conversation_ids_by_text', null, null, null),
    ('conversations', 'contact', 'contacts', null,
      'app_public.contacts {related}', '{related}.id = {row}.contact_id', null),

    ('messages', 'direction', 'choice', '{row}.direction', null, null, 'app_public.message_direction'),
    ('messages', 'author', 'choice', '{row}.author', null, null, 'app_public.message_author'),
    ('messages', 'user', 'user', '{row}.user_id', null, null, null),
    ('messages', 'type', 'choice', '{row}.type', null, null, 'app_public.message_type'),
    ('messages', 'origin', 'choice', '{row}.origin', null, null, 'app_public.message_origin'),
    ('messages', 'time', 'messageTime', '{row}.id', null, null, null),
    ('messages', 'status', 'choice', 'x.status', 'app_public.message_statuses x', 'x.message_id = {row}.id',
      'app_public.message_status'),
    ('messages', 'errorCode', 'text', 'x.error_code', 'app_public.message_statuses x', 'x.message_id = {row}.id',
      null),
    ('messages', 'content', 'json', '{row}.content', null, null, null),
    ('messages', 'metadata', 'json', '{row}.metadata', null, null, null),
    ('messages', 'text', 'search', 'app_hidden.message_ids_by_text', null, null, null),
    ('messages', 'conversation', 'conversations', null,
      'app_public.conversations {related}', '{related}.id = {row}.conversation_id', null)
$$ language sql stable parallel safe;
-- No pinned search_path, so that it can be inlined: it names all it uses with its schema.

comment on function app_hidden.filterable_fields() is
  E'The fields of filters, and the relations between the kinds of filters: the only expressions on rows that '
   'compile_filter() writes into a condition. A new field is a line here.';

grant execute on function app_hidden.filterable_fields() to parley_visitor;
--! EndIncluded filters/filterable_fields.sql
--! Included filters/filter_operators.sql
create or replace function app_hidden.filter_operators()
returns table (name text, types text[], form text, test text, is_negated boolean) as $$
  -- {value} is a value of the field, {operand} what it is compared with. The form of the operand is one value, a list
  -- of values, a number, or yes: true or false. A negated operator matches where the test does not hold, also if the
  -- field is empty.
  values
    ('is', '{text,number,choice,json,tag,group,team,user,channel,chatbot}'::pg_catalog.text[],
      'one', '{value} = {operand}', false),
    ('isNot', '{text,number,choice,json,tag,group,team,user,channel,chatbot}',
      'one', '{value} = {operand}', true),
    ('is', '{phone}', 'one', '{row}.id = any ((select app_hidden.contact_ids_by_phone({operand}))::uuid[])', false),
    ('isNot', '{phone}', 'one', '{row}.id = any ((select app_hidden.contact_ids_by_phone({operand}))::uuid[])', true),
    ('is', '{boolean}', 'yes', '{value}', false),
    ('in', '{text,phone,number,choice,json,tag,group,team,user,channel,chatbot}',
      'list', '{value} = {operand}', false),
    ('notIn', '{text,phone,number,choice,json,tag,group,team,user,channel,chatbot}',
      'list', '{value} = {operand}', true),
    ('contains', '{text,phone}', 'one', 'strpos(lower({value}), lower({operand})) > 0', false),
    ('startsWith', '{text,phone}', 'one', 'starts_with(lower({value}), lower({operand}))', false),
    ('contains', '{json}', 'one', '{value} @> {operand}', false),
    ('atLeast', '{number}', 'one', '{value} >= {operand}', false),
    ('atMost', '{number}', 'one', '{value} <= {operand}', false),
    ('atLeast', '{json}', 'number', '({value} >= {operand} and jsonb_typeof({value}) = ''number'')', false),
    ('atMost', '{json}', 'number', '({value} <= {operand} and jsonb_typeof({value}) = ''number'')', false),
    ('before', '{time,messageTime}', 'one', '{value} < {operand}', false),
    ('after', '{time,messageTime}', 'one', '{value} >= {operand}', false),
    -- The value is a function that finds ids. In a subselect, so that it is called once.
    ('matches', '{search}', 'one', '{row}.id = any ((select {value}({operand}))::uuid[])', false),
    ('isEmpty', '{text,phone,json,time,tag,group,team,user,chatbot}', 'yes', '{value} is not null', true)
$$ language sql immutable parallel safe;
-- No pinned search_path, so that it can be inlined: it names all it uses with its schema.

comment on function app_hidden.filter_operators() is
  E'The operators of filters, for each type of field: what compile_filter() writes into a condition.';

grant execute on function app_hidden.filter_operators() to parley_visitor;
--! EndIncluded filters/filter_operators.sql
--! Included filters/filter_fields.sql
create or replace function app_public.filter_fields(kind app_public.filter_kind)
returns setof app_public.filter_field as $$
  select
    f.name,
    case f.type when 'messageTime' then 'time' else f.type end,
    array(select o.name from app_hidden.filter_operators() o where f.type = any (o.types)),
    array(select e.enumlabel::text from pg_enum e where e.enumtypid = f.choices order by e.enumsortorder)
  from app_hidden.filterable_fields() f
  where f.kind = filter_fields.kind
  order by f.name
$$ language sql stable rows 40 set search_path to pg_catalog, pg_temp;

comment on function app_public.filter_fields(app_public.filter_kind) is
  E'The fields and relations by which contacts, conversations or messages can be filtered, for a form that builds '
   'filters.';

grant execute on function app_public.filter_fields(app_public.filter_kind) to parley_visitor;
--! EndIncluded filters/filter_fields.sql
--! Included filters/refuse_filter.sql
create or replace function app_hidden.refuse_filter(path text, must text) returns void as $$
begin
  raise exception '`%` %', path, must using errcode = 'PYFLT';
end;
$$ language plpgsql immutable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.refuse_filter(text, text) is
  E'Refuses a filter (PYFLT): the part at this path, which begins with "$" for the whole filter, must be different.';

grant execute on function app_hidden.refuse_filter(text, text) to parley_visitor;
--! EndIncluded filters/refuse_filter.sql
--! Included filters/filter_time.sql
create or replace function app_hidden.filter_time(value text) returns timestamptz as $$
declare
  v_zone text := coalesce(
    (select t.time_zone from app_public.tenants t where t.id = (select app_hidden.current_tenant_id())), 'UTC'
  );
  v_now timestamp := now() at time zone v_zone;
  v_length text[] := regexp_match(value, '^(?:in )?(\d{1,4} (?:minute|hour|day|week|month|year))s?(?: ago)?$');
begin
  return case
    when value = 'now' then now()
    when value = 'today' then date_trunc('day', v_now) at time zone v_zone
    when value = 'yesterday' then (date_trunc('day', v_now) - interval '1 day') at time zone v_zone
    when value = 'tomorrow' then (date_trunc('day', v_now) + interval '1 day') at time zone v_zone
    when v_length is not null and value ~ '^\d.* ago$' then (v_now - v_length[1]::interval) at time zone v_zone
    when v_length is not null and value ~ '^in .*[^o]$' then (v_now + v_length[1]::interval) at time zone v_zone
    when value ~ '^\d{4}-\d\d-\d\d$' then value::timestamp at time zone v_zone
    when value ~ '^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$' then value::timestamptz
  end;
exception
  -- There is no 30 February, and no time zone is 16 hours from UTC.
  when datetime_field_overflow or invalid_time_zone_displacement_value then return null;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_time(text) is
  E'The instant that a filter means by now, today, yesterday, tomorrow, "2 days ago", "in 2 hours", a date, or an '
   'instant in ISO 8601; null for anything else. Days begin and are counted in the time zone of the caller''s tenant.';

grant execute on function app_hidden.filter_time(text) to parley_visitor;
--! EndIncluded filters/filter_time.sql
--! Included filters/filter_value.sql
create or replace function app_hidden.filter_value(field_type text, choices regtype, given jsonb, path text)
returns jsonb as $$
declare
  v_text text := given #>> '{}';
  v_choices text[];
begin
  case field_type
    when 'number' then
      if not (jsonb_typeof(given) = 'number' and v_text ~ '^-?\d{1,9}$') then
        perform app_hidden.refuse_filter(path, 'must be a whole number of at most nine digits');
      end if;
      return given;
    when 'json' then
      if octet_length(given::text) > 2000 then
        perform app_hidden.refuse_filter(path, 'must have at most 2,000 bytes');
      end if;
      return given;
    else
      if jsonb_typeof(given) is distinct from 'string' or length(v_text) not between 1 and 500 then
        perform app_hidden.refuse_filter(path, 'must be a string of 1 to 500 characters');
      end if;
  end case;

  case
    when field_type = 'choice' then
      v_choices := array(select e.enumlabel from pg_enum e where e.enumtypid = choices order by e.enumsortorder);
      if v_text <> all (v_choices) then
        perform app_hidden.refuse_filter(path, 'must be one of: ' || array_to_string(v_choices, ', '));
      end if;
    when field_type in ('time', 'messageTime') then
      v_text := app_hidden.filter_time(v_text);
      if v_text is null then
        perform app_hidden.refuse_filter(
          path, 'must be a time: "2026-11-28T09:30:00Z", "2026-11-28", "today", "2 days ago" or "in 2 hours"'
        );
      end if;
      if field_type = 'messageTime' then
        v_text := app_hidden.uuid_v7_floor(v_text::timestamptz);
      end if;
    when field_type = 'search' then
      begin
        perform app_hidden.search_terms(v_text);
      exception when sqlstate 'PYREQ' then
        perform app_hidden.refuse_filter(path, 'must have at most 200 characters and 32 words');
      end;
    else null;
  end case;
  return to_jsonb(v_text);
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_value(text, regtype, jsonb, text) is
  E'A value that a filter compares a field of this type with, as compile_filter() binds it (PYFLT if it is not valid).';

grant execute on function app_hidden.filter_value(text, regtype, jsonb, text) to parley_visitor;
--! EndIncluded filters/filter_value.sql
--! Included filters/filter_references.sql
create or replace function app_hidden.filter_references(field_type text, names text[]) returns uuid[] as $$
  select case field_type
    when 'tag' then array(select t.id from app_public.tags t where array[t.id::text, lower(t.name)] && n.lower)
    when 'group' then array(select g.id from app_public.groups g where array[g.id::text, lower(g.name)] && n.lower)
    when 'team' then array(select t.id from app_public.teams t where array[t.id::text, lower(t.name)] && n.lower)
    when 'channel' then array(select c.id from app_public.channels c where array[c.id::text, lower(c.name)] && n.lower)
    when 'chatbot' then array(select c.id from app_public.chatbots c where array[c.id::text, lower(c.name)] && n.lower)
    when 'user' then array(
      select m.user_id
      from app_public.memberships m
      where m.user_id::text = any (n.lower) or 'me' = any (n.lower) and m.user_id = case
        when app_hidden.current_api_key_hash() is null then app_hidden.current_user_id()
        else app_hidden.require_user()
      end
    )
  end
  from (select array(select lower(name) from unnest(names) name)) n (lower)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_references(text, text[]) is
  E'The ids of the rows that a filter names, by id or by name regardless of case; "me" is the caller (PYKEY: an API '
   'key is not a user). A name that does not exist has none, so a filter goes on working when a tag is deleted.';

grant execute on function app_hidden.filter_references(text, text[]) to parley_visitor;
--! EndIncluded filters/filter_references.sql
--! Included filters/filter_operand.sql
create or replace function app_hidden.filter_operand(
  field_type text, choices regtype, form text, given jsonb, path text
) returns jsonb as $$
declare
  v_values jsonb;
  v_ids uuid[];
begin
  if form = 'yes' then
    if jsonb_typeof(given) <> 'boolean' then
      perform app_hidden.refuse_filter(path, 'must be true or false');
    end if;
    return given;
  end if;

  if form = 'number' and jsonb_typeof(given) <> 'number' then
    perform app_hidden.refuse_filter(path, 'must be a number');
  end if;

  if form = 'list' then
    if jsonb_typeof(given) <> 'array' or jsonb_array_length(given) not between 1 and 100 then
      perform app_hidden.refuse_filter(path, 'must be a list of 1 to 100 values');
    end if;
    v_values := (
      select jsonb_agg(app_hidden.filter_value(field_type, choices, v.value, format('%s[%s]', path, v.ordinality - 1)))
      from jsonb_array_elements(given) with ordinality v
    );
  else
    v_values := jsonb_build_array(app_hidden.filter_value(field_type, choices, given, path));
  end if;

  v_ids := app_hidden.filter_references(field_type, array(select jsonb_array_elements_text(v_values)));
  if v_ids is not null then
    v_values := to_jsonb(v_ids);
  end if;
  -- A single row is compared without a list, so that the planner knows how many rows refer to it.
  return case
    when jsonb_array_length(v_values) > 1 or form = 'list' and v_ids is null then v_values
    else coalesce(v_values -> 0, 'null')
  end;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_operand(text, regtype, text, jsonb, text) is
  E'What a leaf of a filter compares its field with, as compile_filter() binds it: a value, or an array of several '
   '(PYFLT if it is not valid). References are ids then.';

grant execute on function app_hidden.filter_operand(text, regtype, text, jsonb, text) to parley_visitor;
--! EndIncluded filters/filter_operand.sql
--! Included filters/filter_operand_sql.sql
create or replace function app_hidden.filter_operand_sql(
  field_type text, choices regtype, is_list boolean, leaf text
) returns text as $$
  select case
    when field_type = 'json' and is_list
      then format('any (array(select e from jsonb_array_elements(%s -> ''value'') e))', leaf)
    when field_type = 'json' then format('(%s -> ''value'')', leaf)
    when is_list
      then format('any (array(select e::%s from jsonb_array_elements_text(%s -> ''value'') e))', t.name, leaf)
    else format('(%s ->> ''value'')::%s', leaf, t.name)
  end
  from (
    select coalesce(choices::text, case field_type
      when 'text' then 'text'
      when 'phone' then 'text'
      when 'search' then 'text'
      when 'number' then 'int'
      when 'time' then 'timestamptz'
      else 'uuid'
    end)
  ) t (name)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_operand_sql(text, regtype, boolean, text) is
  E'The expression that reads the operand of a leaf, or its list of operands, from the bound values.';

grant execute on function app_hidden.filter_operand_sql(text, regtype, boolean, text) to parley_visitor;
--! EndIncluded filters/filter_operand_sql.sql
--! Included filters/filter_path_sql.sql
create or replace function app_hidden.filter_path_sql(keys jsonb, leaf text, path text) returns text as $$
begin
  if jsonb_typeof(keys) <> 'array' or jsonb_array_length(keys) not between 1 and 8 then
    perform app_hidden.refuse_filter(path, 'must be a list of 1 to 8 keys');
  elsif exists (
    select from jsonb_array_elements(keys) k
    where jsonb_typeof(k) <> 'string' or length(k #>> '{}') not between 1 and 100
  ) then
    perform app_hidden.refuse_filter(path, 'must contain keys of 1 to 100 characters');
  end if;
  return (
    select string_agg(format(' -> (%s -> ''path'' ->> %s)', leaf, i), '' order by i)
    from generate_series(0, jsonb_array_length(keys) - 1) i
  );
end;
$$ language plpgsql immutable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_path_sql(jsonb, text, text) is
  E'The operators that follow a path of keys, which are read from the bound values (PYFLT if the path is not valid).';

grant execute on function app_hidden.filter_path_sql(jsonb, text, text) to parley_visitor;
--! EndIncluded filters/filter_path_sql.sql
--! Included filters/with_bound_values.sql
create or replace function app_hidden.with_bound_values(condition text) returns text as $$
  select regexp_replace(condition, '\{(\d+)\}', '($1 -> \1)', 'g')
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.with_bound_values(text) is
  E'A condition of compile_filter() that reads the bound values from the first parameter of its statement.';

grant execute on function app_hidden.with_bound_values(text) to parley_visitor;
--! EndIncluded filters/with_bound_values.sql
--! Included filters/is_selective_test.sql
create or replace function app_hidden.is_selective_test(
  field_type text, form text, source text, condition text, bound jsonb
) returns boolean as $$
declare
  v_count int;
begin
  if source like 'app\_public.message\_statuses %' then
    -- A message has one status: the planner knows how many messages have this one.
    return true;
  elsif form = 'yes' or field_type not in ('tag', 'group', 'user', 'chatbot') then
    -- No index finds the rows of the source by the value.
    return false;
  end if;
  execute format('select count(*) from (select from %s where %s limit 1000) f', source,
    app_hidden.with_bound_values(condition))
  into v_count
  using bound;
  return v_count < 1000;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.is_selective_test(text, text, text, text, jsonb) is
  E'Whether it is fast to begin with the rows of the source of a field that satisfy a condition of a filter: there are '
   'fewer than 1,000, or the planner decides well.';

grant execute on function app_hidden.is_selective_test(text, text, text, text, jsonb) to parley_visitor;
--! EndIncluded filters/is_selective_test.sql
--! Included filters/exists_sql.sql
create or replace function app_hidden.exists_sql(source text, link text, condition text, is_selective boolean)
returns text as $$
  select format('exists (select from %s where %s and %s%s)', source, link, condition,
    case when not is_selective then ' {page}' else '' end)
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.exists_sql(text, text, text, boolean) is
  E'The condition that a linked row satisfies a condition, which is selective if few rows of a tenant satisfy it. '
   'compile_filter() explains {page}.';

grant execute on function app_hidden.exists_sql(text, text, text, boolean) to parley_visitor;
--! EndIncluded filters/exists_sql.sql
--! Included filters/compile_filter_leaf.sql
create or replace function app_hidden.compile_filter_leaf(
  kind app_public.filter_kind, filter jsonb, row_alias text, path text,
  inout bound jsonb, out condition text, out is_selective boolean
) as $$
declare
  v_field record;
  v_operator record;
  v_operand jsonb;
  v_leaf text := format('{%s}', jsonb_array_length(bound));
  v_is_list boolean;
begin
  select f.* into v_field
  from app_hidden.filterable_fields() f
  where f.kind = compile_filter_leaf.kind and to_jsonb(f.name) = filter -> 'field' and f.value is not null;
  if not found then
    perform app_hidden.refuse_filter(path || '.field', format('must be a field of %s: %s', kind, (
      select string_agg(f.name, ', ' order by f.name)
      from app_hidden.filterable_fields() f
      where f.kind = compile_filter_leaf.kind and f.value is not null
    )));
  end if;

  select o.*, filter -> o.name as given into v_operator
  from app_hidden.filter_operators() o
  where v_field.type = any (o.types) and filter ? o.name;
  if not found
    or (select count(*) from jsonb_object_keys(filter) k where k <> 'path' or v_field.type <> 'json') <> 2
  then
    perform app_hidden.refuse_filter(path, format('must have `field` and exactly one of: %s', (
      select string_agg(o.name, ', ') from app_hidden.filter_operators() o where v_field.type = any (o.types)
    )));
  end if;

  v_operand := app_hidden.filter_operand(
    v_field.type, v_field.choices, v_operator.form, v_operator.given, path || '.' || v_operator.name
  );
  v_is_list := case when v_field.type = 'json' then v_operator.form = 'list' else jsonb_typeof(v_operand) = 'array' end;
  if filter ? 'path' then
    v_field.value := v_field.value || app_hidden.filter_path_sql(filter -> 'path', v_leaf, path || '.path');
  end if;
  bound := bound || jsonb_build_object('value', v_operand, 'path', filter -> 'path');

  condition := replace(replace(v_operator.test, '{value}', v_field.value),
    '{operand}', app_hidden.filter_operand_sql(v_field.type, v_field.choices, v_is_list, v_leaf));
  if kind = 'messages' and v_field.name = 'status' and v_operator.name = 'is' and v_operand = '"failed"' then
    -- True of all of them, by a constraint, and what the index of failures needs.
    condition := condition || ' and x.error_code is not null';
  end if;
  is_selective := false;
  if v_field.source is not null then
    is_selective := app_hidden.is_selective_test(v_field.type, v_operator.form, v_field.source, condition, bound);
    condition := app_hidden.exists_sql(v_field.source, v_field.link, condition, is_selective);
  end if;
  condition := replace(condition, '{row}', row_alias);
  if v_operator.is_negated <> (v_operator.form = 'yes' and v_operand = 'false') then
    condition := format('(%s) is not true', condition);
    is_selective := false;
  end if;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.compile_filter_leaf(app_public.filter_kind, jsonb, text, text, jsonb) is
  E'Compiles a condition on one field, as compile_filter() does.';

grant execute on function app_hidden.compile_filter_leaf(app_public.filter_kind, jsonb, text, text, jsonb)
  to parley_visitor;
--! EndIncluded filters/compile_filter_leaf.sql
--! Included filters/compile_filter_part.sql
create or replace function app_hidden.compile_filter_part(
  kind app_public.filter_kind, filter jsonb, row_alias text, path text, depth int,
  inout bound jsonb, out condition text, out is_selective boolean
) as $$
declare
  v_key text;
  v_part record;
  v_relation record;
  v_conditions text[] := '{}';
  v_is_selective boolean;
begin
  if depth > 10 then
    perform app_hidden.refuse_filter(path, 'must not be nested more than 10 levels deep');
  elsif jsonb_typeof(filter) is distinct from 'object' then
    perform app_hidden.refuse_filter(path, 'must be an object');
  elsif filter ? 'field' then
    if jsonb_array_length(bound) = 100 then
      perform app_hidden.refuse_filter(path, 'must not be there: a filter has at most 100 conditions on fields');
    end if;
    select l.* into bound, condition, is_selective
    from app_hidden.compile_filter_leaf(kind, filter, row_alias, path, bound) l;
    return;
  end if;

  v_key := (select min(k) from jsonb_object_keys(filter) k having count(*) = 1);
  select f.* into v_relation
  from app_hidden.filterable_fields() f
  where f.kind = compile_filter_part.kind and f.name = v_key and f.value is null;
  if v_relation.name is not null then
    select p.* into bound, condition, is_selective
    from app_hidden.compile_filter_part(
      v_relation.type::app_public.filter_kind, filter -> v_key, 'related_' || depth, format('%s.%s', path, v_key),
      depth + 1, bound
    ) p;
    condition := app_hidden.exists_sql(
      replace(v_relation.source, '{related}', 'related_' || depth),
      replace(replace(v_relation.link, '{related}', 'related_' || depth), '{row}', row_alias),
      condition, is_selective
    );
  elsif v_key = 'not' then
    select p.* into bound, condition, is_selective
    from app_hidden.compile_filter_part(kind, filter -> 'not', row_alias, path || '.not', depth + 1, bound) p;
    condition := format('(%s) is not true', condition);
    is_selective := false;
  elsif v_key in ('all', 'any') then
    if jsonb_typeof(filter -> v_key) <> 'array' then
      perform app_hidden.refuse_filter(path || '.' || v_key, 'must be a list of filters');
    elsif filter = '{"any": []}' then
      perform app_hidden.refuse_filter(path || '.any', 'must be a list of filters, and not empty');
    end if;
    v_is_selective := v_key = 'any';
    for v_part in select * from jsonb_array_elements(filter -> v_key) with ordinality e (filter, number) loop
      select
        p.bound, v_conditions || p.condition,
        case v_key when 'all' then v_is_selective or p.is_selective else v_is_selective and p.is_selective end
      into bound, v_conditions, v_is_selective
      from app_hidden.compile_filter_part(
        kind, v_part.filter, row_alias, format('%s.%s[%s]', path, v_key, v_part.number - 1), depth + 1, bound
      ) p;
    end loop;
    is_selective := v_is_selective;
    condition := format('(%s)',
      coalesce(nullif(array_to_string(v_conditions, case v_key when 'all' then ' and ' else ' or ' end), ''), 'true'));
  else
    perform app_hidden.refuse_filter(path, 'must have `field` and an operator, or exactly one of: ' || (
      select string_agg(form, ', ')
      from (
        values ('all'), ('any'), ('not')
        union all
        select f.name
        from app_hidden.filterable_fields() f
        where f.kind = compile_filter_part.kind and f.value is null
      ) f (form)
    ));
  end if;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.compile_filter_part(app_public.filter_kind, jsonb, text, text, int, jsonb) is
  E'Compiles a part of a filter, as compile_filter() does, and appends the values of its leaves to those that are '
   'bound. path is where it stands in the whole filter, for errors.';

grant execute on function app_hidden.compile_filter_part(app_public.filter_kind, jsonb, text, text, int, jsonb)
  to parley_visitor;
--! EndIncluded filters/compile_filter_part.sql
--! Included filters/compile_filter.sql
create or replace function app_hidden.compile_filter(
  kind app_public.filter_kind, filter jsonb, is_for_page boolean default true, out condition text, out bound jsonb
) as $$
begin
  if octet_length(filter::text) > 20000 then
    perform app_hidden.refuse_filter('$', 'must have at most 20,000 bytes');
  end if;
  select p.condition, p.bound into condition, bound
  from app_hidden.compile_filter_part(kind, filter, '{row}', '$', 1, '[]') p;
  -- The planner does not know that linked rows belong to one tenant, and expects very few of them. For a page it would
  -- read and join all rows of the tenant. With "offset 0" it tests the rows in the order of the list instead, until the
  -- page is full.
  condition := replace(condition, ' {page}', case when is_for_page then ' offset 0' else '' end);
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.compile_filter(app_public.filter_kind, jsonb, boolean) is
  E'A filter as a condition of SQL (PYFLT if it is not valid). In the condition, {row} stands for the alias of a row '
   'of this kind, and {0}, {1}, … for the elements of bound, which are passed as parameters. The condition is composed '
   'of texts of filterable_fields() and filter_operators(): nothing that a filter contains is in it. The condition for '
   'a page finds the first rows of a list fast, the other one all rows.';

grant execute on function app_hidden.compile_filter(app_public.filter_kind, jsonb, boolean) to parley_visitor;
--! EndIncluded filters/compile_filter.sql
--! Included filters/filter_query.sql
create or replace function app_hidden.filter_query(
  kind app_public.filter_kind, filter jsonb, out query text, out bound jsonb
) as $$
  select
    format('select r.* from app_public.%I r where %s', kind,
      app_hidden.with_bound_values(replace(c.condition, '{row}', 'r'))),
    c.bound
  from app_hidden.compile_filter(kind, filter, is_for_page => false) c
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.filter_query(app_public.filter_kind, jsonb) is
  E'The query for the rows that a filter matches, to be executed with the bound values as its only parameter (PYFLT).';

grant execute on function app_hidden.filter_query(app_public.filter_kind, jsonb) to parley_visitor;
--! EndIncluded filters/filter_query.sql
--! Included filters/matching_contacts.sql
create or replace function app_hidden.matching_contacts(filter jsonb) returns setof app_public.contacts as $$
declare
  v_query record;
begin
  select q.* into v_query from app_hidden.filter_query('contacts', filter) q;
  return query execute v_query.query using v_query.bound;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.matching_contacts(jsonb) is
  E'The contacts that a filter matches, of those that the caller may see (PYFLT if the filter is not valid).';

grant execute on function app_hidden.matching_contacts(jsonb) to parley_visitor;
--! EndIncluded filters/matching_contacts.sql
--! Included filters/matching_conversations.sql
create or replace function app_hidden.matching_conversations(filter jsonb) returns setof app_public.conversations as $$
declare
  v_query record;
begin
  select q.* into v_query from app_hidden.filter_query('conversations', filter) q;
  return query execute v_query.query using v_query.bound;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.matching_conversations(jsonb) is
  E'The conversations that a filter matches, of those that the caller may see (PYFLT if the filter is not valid).';

grant execute on function app_hidden.matching_conversations(jsonb) to parley_visitor;
--! EndIncluded filters/matching_conversations.sql
--! Included filters/matching_messages.sql
create or replace function app_hidden.matching_messages(filter jsonb) returns setof app_public.messages as $$
declare
  v_query record;
begin
  select q.* into v_query from app_hidden.filter_query('messages', filter) q;
  return query execute v_query.query using v_query.bound;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.matching_messages(jsonb) is
  E'The messages that a filter matches, of those that the caller may see (PYFLT if the filter is not valid).';

grant execute on function app_hidden.matching_messages(jsonb) to parley_visitor;
--! EndIncluded filters/matching_messages.sql
--! Included filters/count_matching.sql
create or replace function app_hidden.count_matching(kind app_public.filter_kind, filter jsonb, maximum int)
returns int as $$
declare
  v_query record;
  v_count int;
begin
  select q.* into v_query from app_hidden.filter_query(kind, filter) q;
  execute format('select count(*) from (%s limit $2) m', v_query.query)
  into v_count
  using v_query.bound, maximum;
  return v_count;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp set max_parallel_workers_per_gather to 0;
-- Starting parallel workers would take longer than counting, and other statements need them more.

comment on function app_hidden.count_matching(app_public.filter_kind, jsonb, int) is
  E'How many rows a filter matches, of those that the caller may see. Counting ends at the maximum. PYFLT: the filter '
   'is not valid.';

grant execute on function app_hidden.count_matching(app_public.filter_kind, jsonb, int) to parley_visitor;
--! EndIncluded filters/count_matching.sql

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

--! Included filters/compile_view.sql
create or replace function app_hidden.compile_view(
  kind app_public.filter_kind, view_id uuid, out condition text, out bound jsonb
) as $$
begin
  select c.* into condition, bound
  from app_public.views v
  cross join lateral app_hidden.compile_filter(v.kind, v.filter) c
  where v.id = compile_view.view_id and v.kind = compile_view.kind;
  if not found then
    raise exception 'The view does not exist, or is not of %', kind using errcode = 'PYNFD';
  end if;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.compile_view(app_public.filter_kind, uuid) is
  E'The filter of a view as compile_filter() returns it. PYNFD: the caller sees no such view of this kind.';

grant execute on function app_hidden.compile_view(app_public.filter_kind, uuid) to parley_visitor;
--! EndIncluded filters/compile_view.sql
--! Included filters/views_count.sql
create or replace function app_public.views_count(view app_public.views) returns int as $$
begin
  if view.kind = 'messages' then
    return null;
  end if;
  return app_hidden.count_matching(view.kind, view.filter, 1000);
exception
  when sqlstate 'PYKEY' then
    -- An error would hide all other views of the list, too.
    return null;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.views_count(app_public.views) is
  E'How many contacts or conversations the view lists now. Counting ends at 1000, which means 1,000 or more. Null '
   'for views of messages, of which a tenant may have too many to count: read the figures. Also null if the filter '
   'names "me" and the caller is an API key.';

grant execute on function app_public.views_count(app_public.views) to parley_visitor;
--! EndIncluded filters/views_count.sql
--! Included filters/tg_views__refuse_invalid_filter.sql
create or replace function app_private.tg_views__refuse_invalid_filter() returns trigger as $$
begin
  perform app_hidden.compile_filter(NEW.kind, NEW.filter);
  return NEW;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_views__refuse_invalid_filter() is
  E'Refuses a view whose filter is not valid (PYFLT).';
--! EndIncluded filters/tg_views__refuse_invalid_filter.sql
--! Included filters/views.policies.sql
drop policy if exists tenant_isolation on app_public.views;
create policy tenant_isolation on app_public.views as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.views;
create policy select_member on app_public.views for select to parley_visitor
  using (user_id is null or user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists insert_self on app_public.views;
create policy insert_self on app_public.views for insert to parley_visitor
  with check (user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists insert_admin on app_public.views;
create policy insert_admin on app_public.views for insert to parley_visitor
  with check (user_id is null and (select app_hidden.may('manage_all')));
drop policy if exists update_self on app_public.views;
create policy update_self on app_public.views for update to parley_visitor
  using (user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists update_admin on app_public.views;
create policy update_admin on app_public.views for update to parley_visitor
  using (user_id is null and (select app_hidden.may('manage_all')));
drop policy if exists delete_self on app_public.views;
create policy delete_self on app_public.views for delete to parley_visitor
  using (user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists delete_admin on app_public.views;
create policy delete_admin on app_public.views for delete to parley_visitor
  using (user_id is null and (select app_hidden.may('manage_all')));
grant select, delete on app_public.views to parley_visitor;
grant insert (name, kind, filter, order_by, user_id) on app_public.views to parley_visitor;
-- No update of kind: a filter of one kind is not valid for another.
grant update (name, filter, order_by, user_id) on app_public.views to parley_visitor;
--! EndIncluded filters/views.policies.sql

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

--! Included inbound/derived_id.sql
create or replace function app_private.derived_id(parts text[]) returns uuid as $$
  select overlay(overlay(md5(array_to_string(parts, E'\x1f')) placing '8' from 13) placing 'a' from 17)::uuid
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_private.derived_id(text[]) is
  E'A version 8 id that is derived from the identity of a row, so that two transactions that insert the same row at '
   'the same time use the same id.';
--! EndIncluded inbound/derived_id.sql
--! Included inbound/read_identities.sql
create or replace function app_private.read_identities(customers jsonb)
returns table (
  n bigint,
  tenant_id uuid,
  kind app_public.identity_kind,
  value text,
  match_key text,
  is_alias boolean,
  phone text,
  profile_name text,
  username text,
  heard_at timestamptz
) as $$
  select
    c.n, c.tenant_id, i.kind, i.value, app_hidden.identity_match_key(i.kind, i.value), i.is_alias, c.phone,
    c.profile_name, c.username, coalesce(c.heard_at, now())
  from rows from (
    jsonb_to_recordset(customers) as (
      tenant_id uuid, phone text, phone_alias text, bsuid text, parent_bsuid text, external text, profile_name text,
      username text, heard_at timestamptz
    )
  ) with ordinality c (
    tenant_id, phone, phone_alias, bsuid, parent_bsuid, external, profile_name, username, heard_at, n
  )
  cross join lateral (
    values
      ('parent_bsuid'::app_public.identity_kind, c.parent_bsuid, false),
      ('bsuid', c.bsuid, false),
      ('phone', c.phone, false),
      ('phone', c.phone_alias, true),
      ('external', c.external, false)
  ) i (kind, value, is_alias)
  where i.value is not null
$$ language sql stable rows 100 set search_path to pg_catalog, pg_temp;

comment on function app_private.read_identities(jsonb) is
  E'The addresses of customers by position, the most trusted first: [{"tenant_id", "phone"?, "phone_alias"?, '
   '"bsuid"?, "parent_bsuid"?, "external"?, "profile_name"?, "username"?, "heard_at"?}]. heard_at is when the '
   'customer used them; it defaults to now. An alias is a second number that came with a message: it is stored if no '
   'contact has it, and never used to find a contact.';
--! EndIncluded inbound/read_identities.sql
--! Included inbound/identity_at.sql
create or replace function app_private.identity_at(
  tenant_id uuid,
  kind app_public.identity_kind,
  value text,
  at timestamptz
) returns setof app_public.contact_identities as $$
  select i.*
  from app_public.contact_identities i
  where i.tenant_id = $1 and i.kind = $2 and i.match_key = app_hidden.identity_match_key($2, $3)
  -- A retired number belongs to the next customer who writes from it. A user id is never given to another person.
  and (i.retired_at is null or i.retired_at >= $4 or i.kind <> 'phone')
$$ language sql stable rows 1;
-- A set, without a pinned search_path, so that it can be inlined: a call would cost five times as much as the lookup.

comment on function app_private.identity_at(uuid, app_public.identity_kind, text, timestamptz) is
  E'The identity that had this address at this time; no row if there is none.';
--! EndIncluded inbound/identity_at.sql
--! Included inbound/find_contacts.sql
create or replace function app_private.find_contacts(customers jsonb) returns uuid[] as $$
  -- Lookups of one row each instead of a join: the plan of a join depends on statistics, which are outdated while a
  -- table grows.
  select array_agg(
    coalesce(
      case when c.parent_bsuid is not null then (
        select i.contact_id from app_private.identity_at(c.tenant_id, 'parent_bsuid', c.parent_bsuid, t.at) i
      ) end,
      case when c.bsuid is not null then (
        select i.contact_id from app_private.identity_at(c.tenant_id, 'bsuid', c.bsuid, t.at) i
      ) end,
      case when c.phone is not null then (
        select i.contact_id from app_private.identity_at(c.tenant_id, 'phone', c.phone, t.at) i
      ) end,
      case when c.external is not null then (
        select i.contact_id from app_private.identity_at(c.tenant_id, 'external', c.external, t.at) i
      ) end
    )
    order by c.n
  )
  from rows from (
    jsonb_to_recordset(customers) as (
      tenant_id uuid, phone text, bsuid text, parent_bsuid text, external text, heard_at timestamptz
    )
  ) with ordinality c (tenant_id, phone, bsuid, parent_bsuid, external, heard_at, n)
  cross join lateral (select coalesce(c.heard_at, now()) as at) t
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_contacts(jsonb) is
  E'The existing contacts of customers, by position; null for unknown customers. The most trusted address decides.';
--! EndIncluded inbound/find_contacts.sql
--! Included inbound/insert_contacts.sql
create or replace function app_private.insert_contacts(customers jsonb, known_ids uuid[]) returns void as $$
begin
  with named as (
    -- The id is derived from the most trusted address, so that the same person gets the same id.
    select distinct on (i.n)
      i.*,
      app_private.derived_id(array[i.tenant_id::text, i.kind::text, i.match_key]) as derived_id
    from app_private.read_identities(customers) i
    where known_ids[i.n] is null and not i.is_alias
    order by i.n, i.kind
  ),
  ids as (
    -- A contact may have this id without having the address any more, because a number got a new owner. And a customer
    -- who was erased must become another contact.
    select
      d.derived_id,
      case
        when exists (select from app_public.contacts c where c.id = d.derived_id)
          or exists (
            select from app_private.erased_addresses e
            where e.tenant_id = d.tenant_id
            and e.address_hash = app_private.address_hash(d.tenant_id, d.kind, d.match_key)
          )
        then app_hidden.uuid_v7()
        else d.derived_id
      end as id
    from (select distinct n.derived_id, n.tenant_id, n.kind, n.match_key from named n) d
  ),
  new_customers as (
    select n.*, i.id from named n join ids i using (derived_id)
  ),
  inserted as (
    insert into app_public.contacts (id, tenant_id, phone, profile_name, username)
    select distinct on (s.id) s.id, s.tenant_id, s.phone, s.profile_name, s.username
    from new_customers s
    order by s.id, s.heard_at desc, s.n desc
    on conflict do nothing
    returning id
  )
  -- The trigger of contacts finds the phone among the identities and does not insert it.
  insert into app_public.contact_identities as x (tenant_id, kind, value, contact_id, last_heard_at)
  select distinct on (s.id, a.kind) s.tenant_id, a.kind, a.value, s.id, s.heard_at
  from new_customers s
  join inserted i on i.id = s.id
  cross join lateral (values (s.kind, s.value), ('phone', s.phone)) a (kind, value)
  where a.value is not null
  order by s.id, a.kind, s.heard_at desc, s.n desc
  -- The number is retired at another contact.
  on conflict on constraint contact_identities_pkey do update set
    contact_id = excluded.contact_id,
    value = excluded.value,
    last_heard_at = excluded.last_heard_at,
    retired_at = null
  where x.retired_at < excluded.last_heard_at;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.insert_contacts(jsonb, uuid[]) is
  E'Inserts contacts for unknown customers (known_ids is null at their position). The caller must hold the locks of '
   'their addresses.';
--! EndIncluded inbound/insert_contacts.sql
--! Included inbound/update_identity_order.sql
create or replace function app_private.contact_last_heard_at(contact_id uuid) returns timestamptz as $$
  -- While the order of a contact's addresses stays the same, only the times of its conversations are updated.
  select coalesce(
    greatest(
      (select max(i.last_heard_at) from app_public.contact_identities i where i.contact_id = $1),
      (select max(v.last_customer_message_at) from app_public.conversations v where v.contact_id = $1)
    ),
    '-infinity'
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.contact_last_heard_at(uuid) is
  E'When a contact last wrote, from any of its addresses; -infinity if never. Older facts about the contact are '
   'outdated.';


create or replace function app_private.update_identity_order(customers jsonb, contact_ids uuid[]) returns void as $$
  with named as (
    select contact_ids[a.n] as contact_id, a.tenant_id, a.kind, a.match_key, max(a.heard_at) as heard_at
    from app_private.read_identities(customers) a
    where contact_ids[a.n] is not null
    group by 1, 2, 3, 4
  ),
  used as (
    select
      contact_ids[a.n] as contact_id,
      a.tenant_id,
      a.heard_at,
      min(coalesce(i.last_heard_at, '-infinity')) as least_heard_at,
      count(distinct (i.kind, i.match_key)) as named
    from app_private.read_identities(customers) a
    join app_public.contact_identities i
      on i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key and i.contact_id = contact_ids[a.n]
    group by a.n, 1, 2, 3
  ),
  moving as (
    select distinct s.contact_id
    from used s
    where s.least_heard_at < s.heard_at
    -- Unless the addresses used are already the first ones, all with the same time (see recognise_customers()).
    and (
      select count(*) > s.named or max(i.last_heard_at) > s.least_heard_at
      from app_public.contact_identities i
      where i.contact_id = s.contact_id and i.tenant_id = s.tenant_id
      and coalesce(i.last_heard_at, '-infinity') >= s.least_heard_at
    )
    -- A customer who wrote later did so from the addresses that are first.
    and not exists (
      select from app_public.conversations v
      where v.contact_id = s.contact_id and v.last_customer_message_at > s.heard_at
    )
  ),
  locked as (
    -- In a fixed order, because a concurrent batch may update the same addresses.
    select n.*
    from named n
    join moving m on m.contact_id = n.contact_id
    join app_public.contact_identities i
      on i.tenant_id = n.tenant_id and i.kind = n.kind and i.match_key = n.match_key and i.contact_id = n.contact_id
    where coalesce(i.last_heard_at, '-infinity') < n.heard_at
    order by n.tenant_id, n.kind, n.match_key
    for no key update of i
  )
  update app_public.contact_identities i set last_heard_at = n.heard_at
  from locked n
  where i.tenant_id = n.tenant_id and i.kind = n.kind and i.match_key = n.match_key and i.contact_id = n.contact_id
  and coalesce(i.last_heard_at, '-infinity') < n.heard_at
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.update_identity_order(jsonb, uuid[]) is
  E'Puts the addresses from which contacts have just written before their other addresses. Only the order matters: if '
   'it is right already, nothing is updated, so that a customer who always writes from the same address costs no '
   'update.';
--! EndIncluded inbound/update_identity_order.sql
--! Included inbound/lock_contacts.sql
create or replace function app_private.lock_contacts(customers jsonb, contact_ids uuid[]) returns void as $$
  select from app_public.contacts c
  where c.id = any (contact_ids)
  or c.id = any (
    array(
      select i.contact_id
      from app_private.read_identities(customers) a
      join app_public.contact_identities i
        on i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key
    )
  )
  order by c.id
  for no key update
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.lock_contacts(jsonb, uuid[]) is
  E'Locks these contacts and all current owners of the customers'' addresses, ordered by id. Called before any of '
   'them is changed, so that concurrent batches that exchange numbers wait for each other instead of deadlocking.';
--! EndIncluded inbound/lock_contacts.sql


--! Included inbound/update_names.sql
create or replace function app_private.update_names(customers jsonb, contact_ids uuid[]) returns void as $$
  update app_public.contacts c set
    profile_name = coalesce(case when k.is_newer then k.profile_name end, c.profile_name, k.profile_name),
    username = coalesce(case when k.is_newer then k.username end, c.username, k.username),
    phone = coalesce(c.phone, (
      select i.value from app_public.contact_identities i
      where i.tenant_id = k.tenant_id
      and i.kind = 'phone'
      and i.match_key = app_hidden.identity_match_key('phone', k.phone)
      and i.contact_id = k.contact_id
      and i.retired_at is null
    ))
  from (
    select distinct on (contact_ids[a.n])
      contact_ids[a.n] as contact_id, a.tenant_id, a.phone, a.profile_name, a.username,
      -- Names from before the contact's last message may be outdated.
      a.heard_at >= app_private.contact_last_heard_at(contact_ids[a.n]) as is_newer
    from app_private.read_identities(customers) a
    where contact_ids[a.n] is not null
    order by contact_ids[a.n], a.heard_at desc, a.n desc
  ) k
  where c.id = k.contact_id
  and (
    k.profile_name <> coalesce(c.profile_name, '')
    or k.username <> coalesce(c.username, '')
    or (k.phone is not null and c.phone is null)
  )
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.update_names(jsonb, uuid[]) is
  E'Stores the names that customers use now, and their number if none is stored.';
--! EndIncluded inbound/update_names.sql
--! Included inbound/save_recipients.sql
create or replace function app_private.save_recipients(sent jsonb) returns void as $$
declare
  v_sent record;
begin
  -- Nearly always nothing is new. One lookup of the user id and its contact shows it, because the other addresses of a
  -- recipient were stored together with the user id.
  if not exists (
    select
    from (
      select
        r.*,
        (
          select i.contact_id
          from app_private.identity_at(
            r.tenant_id,
            case
              when r.bsuid is not null then 'bsuid'::app_public.identity_kind
              when r.parent_bsuid is not null then 'parent_bsuid'
              else 'phone'
            end,
            coalesce(r.bsuid, r.parent_bsuid, r.phone),
            r.heard_at
          ) i
        ) as contact_id
      from jsonb_to_recordset(jsonb_path_query_array(sent, '$[*].recipient')) as r (
        tenant_id uuid, phone text, bsuid text, parent_bsuid text, profile_name text, username text,
        heard_at timestamptz
      )
      -- A fence: flattened, "not exists" would become a join and the lookup a condition of it.
      offset 0
    ) r
    where not exists (
      select from app_public.contacts c
      where c.id = r.contact_id
      and (r.profile_name is null or r.profile_name = c.profile_name)
      and (r.username is null or r.username = c.username)
      and (r.phone is null or c.phone is not null)
    )
  ) then
    return;
  end if;

  for v_sent in
    select v.contact_id, s.recipient
    from rows from (
      jsonb_to_recordset(sent) as (
        tenant_id uuid, channel_id uuid, message_id uuid, provider_message_id text, recipient jsonb
      )
    ) with ordinality s (tenant_id, channel_id, message_id, provider_message_id, recipient, n)
    left join app_private.provider_ids p on p.hash = app_private.provider_id_hash(s.channel_id, s.provider_message_id)
    join app_public.messages m on m.id = coalesce(s.message_id, p.message_id) and m.tenant_id = s.tenant_id
    join app_public.conversations v on v.id = m.conversation_id
    where s.recipient is not null
    order by v.contact_id, s.n
  loop
    perform app_private.save_recipient(v_sent.contact_id, v_sent.recipient);
  end loop;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.save_recipients(jsonb) is
  E'Stores the addresses and names that the provider reports for recipients, in statuses and in responses to sent '
   'messages: [{"tenant_id", "channel_id"?, "message_id"?, "provider_message_id"?, "recipient"?: customer}]. The '
   'order of a contact''s addresses does not change, because the customer has not written.';


create or replace function app_private.save_recipient(contact_id uuid, recipient jsonb) returns void as $$
declare
  v_other uuid := app_private.find_duplicate_contact(contact_id, recipient);
begin
  if v_other is not null then
    perform app_private.merge_contacts($1, v_other);
  end if;

  perform from app_public.contacts c where c.id = $1 for no key update;
  insert into app_public.contact_identities (tenant_id, kind, value, contact_id)
  select distinct on (a.kind, a.match_key) a.tenant_id, a.kind, a.value, $1
  from app_private.read_identities(jsonb_build_array(recipient)) a
  where a.kind <> 'external'
  and exists (select from app_public.contacts c where c.id = $1)
  -- A second user id means that the number has a new owner.
  and (a.kind = 'phone' or not exists (
    select from app_public.contact_identities x where x.contact_id = $1 and x.kind = a.kind and x.retired_at is null
  ))
  order by a.kind, a.match_key, a.is_alias
  on conflict do nothing;

  -- Only for the same person: the number may have a new owner.
  if not exists (
    select
    from app_private.read_identities(jsonb_build_array(recipient)) a
    join app_public.contact_identities i on i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key
    where i.contact_id <> $1
  ) then
    perform app_private.update_names(jsonb_build_array(recipient), array[$1]);
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.save_recipient(uuid, jsonb) is
  E'Adds the addresses and names of a recipient to a contact, except addresses of other contacts.';


create or replace function app_private.find_duplicate_contact(contact_id uuid, recipient jsonb) returns uuid as $$
  select o.contact_id
  from app_private.read_identities(jsonb_build_array(recipient)) a
  join app_public.contact_identities o on o.tenant_id = a.tenant_id and o.kind = a.kind and o.match_key = a.match_key
  where a.kind in ('parent_bsuid', 'bsuid')
  and o.contact_id <> $1
  -- The recipient's number is this contact's, the other contact has no number, and this one has no other id.
  and exists (
    select
    from app_private.read_identities(jsonb_build_array(recipient)) p
    join app_public.contact_identities i on i.tenant_id = p.tenant_id and i.kind = p.kind and i.match_key = p.match_key
    where p.kind = 'phone' and i.contact_id = $1 and i.retired_at is null
  )
  and not exists (
    select from app_public.contact_identities x
    where (x.contact_id = o.contact_id and x.kind = 'phone' or x.contact_id = $1 and x.kind = o.kind)
    and x.retired_at is null
  )
  limit 1
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_duplicate_contact(uuid, jsonb) is
  E'The other contact that has a recipient''s user id, if it is certainly the same person, who had hidden the number.';
--! EndIncluded inbound/save_recipients.sql
--! Included inbound/link_identities.sql
create or replace function app_private.link_identities(customers jsonb, contact_ids uuid[]) returns void as $$
declare
  v_clash record;
begin
  -- Nearly always nothing is new. One lookup for each address and contact shows it, by index whatever the statistics.
  if not exists (
    select
    from (
      select a.*, (select i from app_private.identity_at(a.tenant_id, a.kind, a.value, a.heard_at) i) as known
      from app_private.read_identities(customers) a
      -- A fence: flattened, the lookup would be repeated for each use of a.known.
      offset 0
    ) a
    where (a.known).contact_id is null
    or ((a.known).contact_id <> contact_ids[a.n] and not a.is_alias)
    or (a.known).retired_at < a.heard_at
    or (
      select a.profile_name <> coalesce(c.profile_name, '') or a.username <> coalesce(c.username, '')
        or (a.phone is not null and c.phone is null)
      from app_public.contacts c
      where c.id = contact_ids[a.n]
    )
  ) then
    perform app_private.update_identity_order(customers, contact_ids);
    return;
  end if;

  perform app_private.lock_contacts(customers, contact_ids);
  -- A retired address belongs to the customer who has written from it now.
  insert into app_public.contact_identities as i (tenant_id, kind, value, contact_id, last_heard_at)
  select distinct on (a.tenant_id, a.kind, a.match_key) a.tenant_id, a.kind, a.value, contact_ids[a.n], a.heard_at
  from app_private.read_identities(customers) a
  where contact_ids[a.n] is not null
  and not exists (
    select from app_public.contact_identities x
    where x.tenant_id = a.tenant_id and x.kind = a.kind and x.match_key = a.match_key
    and (x.retired_at is null or x.retired_at >= a.heard_at)
  )
  order by a.tenant_id, a.kind, a.match_key, a.is_alias, a.heard_at desc
  on conflict on constraint contact_identities_pkey do update set
    contact_id = excluded.contact_id,
    value = excluded.value,
    last_heard_at = excluded.last_heard_at,
    retired_at = null
  where i.retired_at < excluded.last_heard_at;

  perform app_private.update_identity_order(customers, contact_ids);

  for v_clash in
    select distinct contact_ids[a.n] as kept_id, a.contact_id as merged_id
    from (
      select
        a.n,
        (select i.contact_id from app_private.identity_at(a.tenant_id, a.kind, a.value, a.heard_at) i) as contact_id
      from app_private.read_identities(customers) a
      where not a.is_alias
      -- A fence: flattened, the lookup would be repeated for each use of a.contact_id, and might run after the join.
      offset 0
    ) a
    join rows from (
      jsonb_to_recordset(customers) as (channel_id uuid, bsuid text, parent_bsuid text)
    ) with ordinality c (channel_id, bsuid, parent_bsuid, n) using (n)
    where a.contact_id <> contact_ids[a.n]
    -- Two persons with the same number may have written at the same moment.
    and not app_private.is_different_person(a.contact_id, c.channel_id, c.bsuid, c.parent_bsuid)
  loop
    perform app_private.merge_contacts(v_clash.kept_id, v_clash.merged_id);
  end loop;

  perform app_private.update_names(customers, contact_ids);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.link_identities(jsonb, uuid[]) is
  E'Stores the addresses and names with which known contacts have just written, and merges two contacts that turn out '
   'to share an address.';
--! EndIncluded inbound/link_identities.sql
--! Included inbound/blank_erased_customers.sql
create or replace function app_private.blank_erased_customers(customers jsonb) returns jsonb as $$
declare
  v_received_at timestamptz := (select min(c ->> 'received_at')::timestamptz from jsonb_array_elements(customers) c);
begin
  if not exists (select from app_private.erased_addresses e where e.erased_at >= v_received_at) then
    return customers;
  end if;
  return (
    select jsonb_agg(
      case
        when exists (
          select
          from app_private.read_identities(jsonb_build_array(c.customer)) a
          join app_private.erased_addresses e
            on e.tenant_id = a.tenant_id and e.address_hash = app_private.address_hash(a.tenant_id, a.kind, a.match_key)
          where e.erased_at >= (c.customer ->> 'received_at')::timestamptz
        )
        then '{}'
        else c.customer
      end
      order by c.n
    )
    from jsonb_array_elements(customers) with ordinality c (customer, n)
  );
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.blank_erased_customers(jsonb) is
  E'Returns the customers of stored bodies (with received_at). Customers who were erased after that are replaced by '
   '{}.';


create or replace function app_private.remove_erased_messages(messages jsonb) returns jsonb as $$
  select coalesce(jsonb_agg(m.message order by m.n), '[]')
  from jsonb_array_elements(messages) with ordinality m (message, n)
  where not exists (
    select from app_private.erased_messages e
    where e.hash = app_private.provider_id_hash((m.message ->> 'channel_id')::uuid, m.message ->> 'provider_message_id')
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.remove_erased_messages(jsonb) is
  E'Returns the messages without those that were erased and are delivered again.';
--! EndIncluded inbound/blank_erased_customers.sql
--! Included inbound/find_quoted_contacts.sql
create or replace function app_private.find_quoted_contacts(customers jsonb, known_ids uuid[]) returns uuid[] as $$
  select array_agg(
    coalesce(
      known_ids[c.n],
      case when c.quoted_id is not null then (
        select v.contact_id
        from app_private.provider_ids p
        join app_public.messages m on m.id = p.message_id
        join app_public.conversations v on v.id = m.conversation_id
        where p.hash = app_private.provider_id_hash(c.channel_id, c.quoted_id)
        and m.direction = 'outbound'
        -- Two numbers are two persons unless the provider reports otherwise.
        and (
          c.phone is null
          or not exists (
            select from app_public.contact_identities i
            where i.contact_id = v.contact_id and i.kind = 'phone' and i.retired_at is null
          )
        )
      ) end
    )
    order by c.n
  )
  from rows from (jsonb_to_recordset(customers) as (channel_id uuid, phone text, quoted_id text))
    with ordinality c (channel_id, phone, quoted_id, n)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_quoted_contacts(jsonb, uuid[]) is
  E'Returns known_ids and, for unknown customers who reply to an outbound message, the contacts to whom it was sent, '
   'because only its recipient can quote it.';
--! EndIncluded inbound/find_quoted_contacts.sql

--! Included inbound/resolve_contacts.sql
create or replace function app_private.resolve_contacts(customers jsonb) returns uuid[] as $$
declare
  v_ids uuid[];
  v_contested bigint[];
begin
  customers := app_private.blank_erased_customers(customers);
  v_ids := app_private.find_contacts(customers);
  v_contested := array(select c.n from app_private.contested_numbers(customers) c);
  if array_position(v_ids, null) is not null or v_contested <> '{}' then
    -- A concurrent transaction with the same person, by any address, waits here, and then finds the contact that the
    -- first one has inserted.
    perform pg_advisory_xact_lock(k.key)
    from (
      select distinct hashtextextended(i.tenant_id || i.kind::text || i.match_key, 0) as key
      from app_private.read_identities(customers) i
      -- If one number of the batch gets a new owner, others may, too.
      where v_ids[i.n] is null or v_contested <> '{}'
      order by key
    ) k;
    perform app_private.lock_contacts(customers, app_private.find_quoted_contacts(customers, v_ids));
    customers := app_private.reassign_numbers(customers);
    v_ids := app_private.find_quoted_contacts(customers, app_private.find_contacts(customers));
    if array_position(v_ids, null) is not null then
      perform app_private.insert_contacts(customers, v_ids);
      v_ids := app_private.find_quoted_contacts(customers, app_private.find_contacts(customers));
    end if;
  end if;

  perform app_private.link_identities(customers, v_ids);
  -- link_identities() may have merged contacts.
  return app_private.find_contacts(customers);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.resolve_contacts(jsonb) is
  E'The contacts of customers, by position. Unknown customers get a new contact: one for each person, even if several '
   'transactions store the same person at the same time. Null for a customer without an address, and for one who was '
   'erased after the body arrived.';
--! EndIncluded inbound/resolve_contacts.sql
--! Included inbound/find_conversations.sql
create or replace function app_private.find_conversations(customers jsonb, contact_ids uuid[]) returns uuid[] as $$
  -- Lookups of one row each instead of a join, as in find_contacts().
  select array_agg(
    (
      select v.id from app_public.conversations v
      where v.channel_id = c.channel_id and v.contact_id = contact_ids[c.n]
    )
    order by c.n
  )
  from rows from (jsonb_to_recordset(customers) as (channel_id uuid))
    with ordinality c (channel_id, n)
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_conversations(jsonb, uuid[]) is
  E'The existing conversations of customers, by position; null where there is none.';
--! EndIncluded inbound/find_conversations.sql
--! Included inbound/resolve_conversations.sql
create or replace function app_private.resolve_conversations(customers jsonb, contact_ids uuid[]) returns uuid[] as $$
declare
  v_ids uuid[];
begin
  v_ids := app_private.find_conversations(customers, contact_ids);
  if array_position(v_ids, null) is not null then
    insert into app_public.conversations (id, tenant_id, channel_id, contact_id)
    select distinct on (d.id) d.id, c.tenant_id, c.channel_id, contact_ids[c.n]
    from rows from (jsonb_to_recordset(customers) as (tenant_id uuid, channel_id uuid))
      with ordinality c (tenant_id, channel_id, n)
    cross join lateral (select app_private.derived_id(array[c.channel_id::text, contact_ids[c.n]::text]) as id) d
    where v_ids[c.n] is null and contact_ids[c.n] is not null
    order by d.id
    on conflict do nothing;
    v_ids := app_private.find_conversations(customers, contact_ids);
  end if;
  return v_ids;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.resolve_conversations(jsonb, uuid[]) is
  E'The conversations between contacts and the channels that their customers wrote to, by position. Missing '
   'conversations are created.';
--! EndIncluded inbound/resolve_conversations.sql
--! Included inbound/recognise_customers.sql
create or replace function app_private.recognise_customers(customers jsonb) returns uuid[] as $$
  -- The fast path, sufficient for nearly every batch: it reads the contact of the most trusted address with all its
  -- addresses, and writes nothing. Lookups of one row each instead of joins: the plan of a join depends on statistics,
  -- which are outdated while a table grows. One lookup for all kinds of addresses, because every subselect costs set-up
  -- time in each batch.
  select case when bool_and(k.conversation_id is not null) then array_agg(k.conversation_id order by k.n) end
  from (
    select
      f.n,
      case
        when (
          select
            count(*) filter (where i.is_named and (i.retired_at is null or i.retired_at >= f.at)) = f.named
            -- The addresses used must be the first ones, all with the same time.
            and (
              f.is_external
              or min(i.last_heard_at) filter (where i.is_named) >= f.at
              or (
                max(i.last_heard_at) filter (where i.is_named) = min(i.last_heard_at) filter (where i.is_named)
                and coalesce(
                  max(i.last_heard_at) filter (where not i.is_named) < min(i.last_heard_at) filter (where i.is_named),
                  true
                )
              )
            )
          from (
            select
              x.retired_at,
              coalesce(x.last_heard_at, '-infinity') as last_heard_at,
              case x.kind
                when 'phone' then x.match_key in (f.phone_key, f.alias_key)
                when 'bsuid' then x.match_key = f.bsuid
                when 'parent_bsuid' then x.match_key = f.parent_bsuid
                else x.match_key = f.external
              end is true as is_named
            from app_public.contact_identities x
            where x.contact_id = f.contact_id and x.tenant_id = f.tenant_id
            -- A fence: the aggregates use is_named five times, and it should be computed once.
            offset 0
          ) i
        ) and exists (
          select from app_public.contacts p
          where p.id = f.contact_id
          and (f.profile_name is null or f.profile_name = p.profile_name)
          and (f.username is null or f.username = p.username)
          and (f.phone_key is null or p.phone is not null)
        )
        then (
          select v.id from app_public.conversations v
          where v.channel_id = f.channel_id and v.contact_id = f.contact_id
        )
      end as conversation_id
    from (
      select
        a.*,
        coalesce(a.parent_bsuid, a.bsuid, a.phone_key) is null as is_external,
        num_nonnulls(a.parent_bsuid, a.bsuid, a.phone_key, nullif(a.alias_key, a.phone_key), a.external) as named,
        (
          select i.contact_id from app_public.contact_identities i
          where i.tenant_id = a.tenant_id
          and i.kind = case
            when a.parent_bsuid is not null then 'parent_bsuid'::app_public.identity_kind
            when a.bsuid is not null then 'bsuid'
            when a.phone_key is not null then 'phone'
            else 'external'
          end
          and i.match_key = coalesce(a.parent_bsuid, a.bsuid, a.phone_key, a.external)
        ) as contact_id
      from (
        select
          c.n, c.tenant_id, c.channel_id, c.bsuid, c.parent_bsuid, c.external, c.profile_name, c.username,
          app_hidden.identity_match_key('phone', c.phone) as phone_key,
          app_hidden.identity_match_key('phone', c.phone_alias) as alias_key,
          coalesce(c.heard_at, now()) as at
        from rows from (
          jsonb_to_recordset(customers) as (
            tenant_id uuid, channel_id uuid, phone text, phone_alias text, bsuid text, parent_bsuid text, external text,
            profile_name text, username text, heard_at timestamptz
          )
        ) with ordinality c (
          tenant_id, channel_id, phone, phone_alias, bsuid, parent_bsuid, external, profile_name, username, heard_at, n
        )
        -- A fence, as are the next two: each level is computed once for a customer. Flattened, the expressions of one
        -- level (match keys, the lookups of the contact and the conversation) would be repeated wherever the next
        -- level uses them.
        offset 0
      ) a
      offset 0
    ) f
    offset 0
  ) k
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.recognise_customers(jsonb) is
  E'The conversations of customers, by position, if all customers are known with these addresses and names; otherwise '
   'null, and resolve_contacts() and resolve_conversations() must be called.';
--! EndIncluded inbound/recognise_customers.sql
--! Included inbound/blank_known_customers.sql
create or replace function app_private.blank_known_customers(customers jsonb, messages jsonb) returns jsonb as $$
  with unknown as (
    select distinct m.customer
    from jsonb_to_recordset(messages) as m (
      channel_id uuid, customer int, provider_message_id text
    )
    -- A lookup for each message instead of a join with the whole table.
    where (
      select p.message_id from app_private.provider_ids p
      where p.hash = app_private.provider_id_hash(m.channel_id, m.provider_message_id)
    ) is null
  )
  select jsonb_agg(case when f.customer is not null then c.customer else '{}' end order by c.n)
  from jsonb_array_elements(customers) with ordinality c (customer, n)
  left join unknown f on f.customer = c.n
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.blank_known_customers(jsonb, jsonb) is
  E'Returns the customers. Customers whose messages are all stored already are replaced by {}.';
--! EndIncluded inbound/blank_known_customers.sql
--! Included inbound/fill_placeholders.sql
create or replace function app_private.is_placeholder(type app_public.message_type) returns boolean as $$
  select type in ('media_placeholder', 'unsupported', 'unknown')
$$ language sql immutable;
-- No pinned search_path, so that it can be inlined.

comment on function app_private.is_placeholder(app_public.message_type) is
  E'Whether a message of this type has no content yet. The content may arrive later under the same provider''s id.';

create or replace function app_private.fill_placeholders(messages jsonb) returns void as $$
declare
  v_found record;
  v_message app_public.messages;
begin
  for v_found in
    select distinct on (x.conversation_id, x.id) x as message, t.*
    from (
      select m.*, app_private.provider_id_hash(m.channel_id, m.provider_message_id) as hash
      from rows from (
        jsonb_to_recordset(messages) as (
          channel_id uuid, provider_message_id text, type app_public.message_type, content jsonb, metadata jsonb
        )
      ) with ordinality m (channel_id, provider_message_id, type, content, metadata, n)
      where not app_private.is_placeholder(m.type)
    ) t
    join app_private.provider_ids p on p.hash = t.hash
    join app_public.messages x on x.id = p.message_id
    where app_private.is_placeholder(x.type)
    order by x.conversation_id, x.id, t.n
  loop
    -- Conversations before messages: docs/architecture.md, "Locks". One that another transaction has filled in the
    -- meantime is not found.
    perform from app_public.conversations c where c.id = (v_found.message).conversation_id for no key update;
    delete from app_public.messages m
    where m.id = (v_found.message).id and app_private.is_placeholder(m.type)
    returning * into v_message;
    continue when not found;

    -- It is counted again when it is inserted.
    update app_public.conversations c set unread_count = greatest(0, c.unread_count - 1)
    where c.id = v_message.conversation_id
    and app_private.needs_attention(v_message.direction, v_message.origin, v_message.type, v_message.content)
    and v_message.created_at > coalesce(c.read_at, '-infinity');

    -- Origin, author and times stay: an image in an imported history must not count as a new message.
    v_message.type := v_found.type;
    v_message.content := v_found.content;
    v_message.preview := app_hidden.received_preview(v_message.origin, v_message.type, v_message.content);
    v_message.metadata := (v_message.metadata - 'errors') || v_found.metadata;
    v_message.media_id := case when app_private.names_file(v_message.type, v_message.content) then v_message.id end;
    insert into app_public.messages select v_message.*;
    insert into app_private.provider_ids (hash, message_id) values (v_found.hash, v_message.id);
    perform app_private.apply_message_changes(array(
      select c.id from app_public.message_changes c
      where c.message_id = v_message.id or (c.message_hash = v_found.hash and c.message_id is null)
    ));
    if v_message.media_id is not null then
      perform app_private.add_received_media(array[v_message.media_id]);
    end if;
  end loop;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.fill_placeholders(jsonb) is
  E'Replaces placeholders (media of an imported history, content that the provider could not show at first) by '
   'messages with their content. A row is deleted and inserted again with the same id, so that all triggers of a '
   'message fire. Takes the messages of store_messages(). A placeholder that arrives after the content is ignored.';
--! EndIncluded inbound/fill_placeholders.sql
--! Included inbound/store_messages.sql
create or replace function app_private.store_messages(messages jsonb, conversation_ids uuid[]) returns int as $$
declare
  v_stored int;
  v_hashes uuid[];
  v_early_ids uuid[];
  v_media_ids uuid[];
begin
  with incoming as (
    select
      t.*,
      app_private.message_id_at(
        case
          when t.occurred_at < t.arrived_at - interval '3 seconds' or t.quoted_id is not null
          then app_private.late_position(
            t.conversation_id, t.occurred_at, t.arrived_at, app_private.provider_id_hash(t.channel_id, t.quoted_id)
          )
          else t.arrived_at
        end
        -- Messages of one batch keep their order.
        + t.n * interval '1 microsecond',
        t.hash
      ) as id
    from (
      select
        m.*,
        conversation_ids[m.customer] as conversation_id,
        app_private.provider_id_hash(m.channel_id, m.provider_message_id) as hash,
        m.metadata #>> '{context,id}' as quoted_id,
        -- Not clock_timestamp(): a message whose transaction waited for a lock has not arrived later.
        statement_timestamp() - coalesce(m.waited_ms, 0) * interval '1 millisecond' as arrived_at
      from rows from (
        jsonb_to_recordset(messages) as (
          tenant_id uuid, channel_id uuid, customer int, direction app_public.message_direction,
          origin app_public.message_origin, type app_public.message_type, content jsonb,
          provider_message_id text, metadata jsonb, occurred_at timestamptz, waited_ms float8
        )
      ) with ordinality m (
        tenant_id, channel_id, customer, direction, origin, type, content, provider_message_id, metadata, occurred_at,
        waited_ms, n
      )
      -- A fence: flattened, the hash would be computed again for each use of t.hash.
      offset 0
    ) t
  ),
  -- The transaction that inserts the provider's id inserts the message. In a fixed order, so that two batches with the
  -- same messages do not deadlock.
  fresh as (
    insert into app_private.provider_ids (hash, message_id)
    select t.hash, t.id
    from incoming t
    where t.conversation_id is not null
    order by t.hash
    on conflict (hash) do nothing
    returning message_id, hash
  ),
  stored as (
    insert into app_public.messages (
      tenant_id, id, conversation_id, direction, author, origin, type, content, preview, provider_message_id, media_id,
      metadata, occurred_at, created_at
    )
    select
      t.tenant_id,
      t.id,
      t.conversation_id,
      t.direction,
      (case t.direction when 'inbound' then 'contact' else 'user' end)::app_public.message_author,
      t.origin,
      t.type,
      t.content,
      app_hidden.received_preview(t.origin, t.type, t.content),
      t.provider_message_id,
      case when app_private.names_file(t.type, t.content) then t.id end,
      t.metadata,
      -- Never later than the database's clock: a wrong clock must not keep the reply window open.
      least(coalesce(t.occurred_at, c.at), c.at),
      c.at + t.n * interval '1 microsecond'
    from incoming t
    join fresh f on f.message_id = t.id
    cross join (select clock_timestamp() as at) c
    order by t.n
    returning media_id
  )
  select count(*), array_agg(f.hash), (select array_agg(s.media_id) from stored s where s.media_id is not null)
  into v_stored, v_hashes, v_media_ids
  from fresh f;

  -- Changes that arrived before their messages. In a statement of its own, after the trigger of the insert has locked
  -- the conversations: a change that is stored at the same time is either seen here or finds its message.
  v_early_ids := array(
    select c.id from app_public.message_changes c where c.message_hash = any (v_hashes) and c.message_id is null
  );
  if v_early_ids <> '{}' then
    perform app_private.apply_message_changes(v_early_ids);
  end if;

  if v_media_ids is not null then
    perform app_private.add_received_media(v_media_ids);
  end if;
  if v_stored < jsonb_array_length(messages) then
    perform app_private.fill_placeholders(messages);
  end if;
  return v_stored;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.store_messages(jsonb, uuid[]) is
  E'Inserts a batch of messages from a provider at their positions in their conversations, and returns the number of '
   'new messages. Messages that are stored already are ignored, except that the content of a placeholder is filled '
   'in. "customer" is a position (from 1) in conversation_ids, which is null for a customer without new messages. '
   '"waited_ms" is how many milliseconds ago the message arrived; it defaults to 0.';
--! EndIncluded inbound/store_messages.sql
--! Included inbound/retire_identities.sql
create or replace function app_private.identity_last_heard_at(identity app_public.contact_identities)
returns timestamptz as $$
  -- Later messages came from the first address, whose time is not updated (see update_identity_order()).
  select case
    when not exists (
      select from app_public.contact_identities x
      where x.contact_id = identity.contact_id and x.last_heard_at > coalesce(identity.last_heard_at, '-infinity')
    )
    then coalesce(
      greatest(
        identity.last_heard_at,
        (
          select max(v.last_customer_message_at)
          from app_public.conversations v
          where v.contact_id = identity.contact_id
        )
      ),
      '-infinity'
    )
    else coalesce(identity.last_heard_at, '-infinity')
  end
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.identity_last_heard_at(app_public.contact_identities) is
  E'When an address was last used by the customer; -infinity if never. For the first address of a contact, the '
   'conversations have the time.';


create or replace function app_private.was_used_since(contact_id uuid, before jsonb, after jsonb, at timestamptz)
returns boolean as $$
  select exists (
    select
    from app_private.read_identities(before) b
    join app_public.contact_identities i on i.tenant_id = b.tenant_id and i.kind = b.kind and i.match_key = b.match_key
    where i.contact_id = $1
    and i.retired_at is null
    and app_private.identity_last_heard_at(i) > $4
    -- An address that the change keeps may be used at any time.
    and not exists (
      select from app_private.read_identities(after) a where a.kind = b.kind and a.match_key = b.match_key
    )
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.was_used_since(uuid, jsonb, jsonb, timestamptz) is
  E'Whether a contact has written after this time from an address that it gave up according to the change from before '
   'to after.';


create or replace function app_private.retire_identities(contact_id uuid, kept jsonb, at timestamptz) returns void as $$
  update app_public.contact_identities i set retired_at = $3
  where i.contact_id = $1
  and i.kind <> 'external'
  and i.retired_at is null
  and app_private.identity_last_heard_at(i) <= $3
  and not exists (
    select from app_private.read_identities(kept) a
    where a.tenant_id = i.tenant_id and a.kind = i.kind and a.match_key = i.match_key
  )
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.retire_identities(uuid, jsonb, timestamptz) is
  E'Retires the addresses of a contact that are not in kept and were not used after this time.';


create or replace function app_private.move_identities(contact_id uuid, before jsonb, after jsonb, at timestamptz)
returns void as $$
begin
  insert into app_public.contact_identities as i (tenant_id, kind, value, contact_id, last_heard_at)
  select distinct on (a.kind, a.match_key) a.tenant_id, a.kind, a.value, $1, $4
  from app_private.read_identities(after) a
  order by a.kind, a.match_key, a.is_alias
  on conflict on constraint contact_identities_pkey do update set
    value = excluded.value,
    contact_id = excluded.contact_id,
    last_heard_at = greatest(i.last_heard_at, excluded.last_heard_at),
    retired_at = case when i.retired_at > excluded.last_heard_at then i.retired_at end
  where i.contact_id = excluded.contact_id or i.retired_at <= excluded.last_heard_at;

  insert into app_public.contact_identities (tenant_id, kind, value, contact_id, retired_at)
  select distinct on (b.kind, b.match_key) b.tenant_id, b.kind, b.value, $1, $4
  from app_private.read_identities(before) b
  where not exists (
    select from app_private.read_identities(after) a where a.kind = b.kind and a.match_key = b.match_key
  )
  order by b.kind, b.match_key, b.is_alias
  on conflict do nothing;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.move_identities(uuid, jsonb, jsonb, timestamptz) is
  E'Adds the new addresses (after) to a contact and stores the old ones (before) as retired.';


create or replace function app_private.refresh_phone(contact_id uuid) returns void as $$
  update app_public.contacts c set phone = (
    select i.value from app_public.contact_identities i
    where i.contact_id = c.id and i.kind = 'phone' and i.retired_at is null
    order by i.last_heard_at desc nulls last
    limit 1
  )
  where c.id = $1
  and not exists (
    select from app_public.contact_identities i
    where i.contact_id = c.id and i.kind = 'phone' and i.retired_at is null
    and i.match_key = app_hidden.identity_match_key('phone', c.phone)
  )
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.refresh_phone(uuid) is
  E'Sets a contact''s phone, if it is missing or retired, to the number that was last heard from, or to null if there '
   'is none.';
--! EndIncluded inbound/retire_identities.sql
--! Included inbound/release_phone.sql
create or replace function app_private.is_previous_owner(contact_id uuid, customers jsonb, at timestamptz)
returns boolean as $$
  -- A user id is never given to another person. A contact that wrote from the number before this time had it before.
  select exists (
    select
    from app_private.read_identities(customers) a
    join app_public.contact_identities i on i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key
    where i.contact_id = $1 and i.kind = 'phone' and i.last_heard_at is not null
    and app_private.identity_last_heard_at(i) < $3
  )
  and not exists (
    select
    from app_private.read_identities(customers) a
    join app_public.contact_identities i on i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key
    where i.contact_id = $1 and i.kind <> 'phone'
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.is_previous_owner(uuid, jsonb, timestamptz) is
  E'Whether a contact used the number among these addresses before this time, when another customer got it, and is '
   'not that customer.';


create or replace function app_private.release_phone(contact_id uuid, customers jsonb, at timestamptz)
returns void as $$
begin
  update app_public.contact_identities i set retired_at = $3
  from app_private.read_identities(customers) a
  where i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key
  and i.contact_id = $1 and i.kind = 'phone' and i.retired_at is null;
  perform app_private.refresh_phone($1);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.release_phone(uuid, jsonb, timestamptz) is
  E'Retires a contact''s number that another customer has now.';
--! EndIncluded inbound/release_phone.sql
--! Included inbound/reassign_numbers.sql
create or replace function app_private.is_different_person(
  contact_id uuid,
  channel_id uuid,
  bsuid text,
  parent_bsuid text
) returns boolean as $$
  select exists (
    select from app_public.contact_identities i
    where i.contact_id = $1
    and i.retired_at is null
    and (i.kind = 'bsuid' and i.value <> $3 or i.kind = 'parent_bsuid' and i.value <> $4)
  )
  and not exists (
    select from app_public.contact_identities i
    where i.contact_id = $1
    and (i.kind = 'bsuid' and i.value = $3 or i.kind = 'parent_bsuid' and i.value = $4)
  )
  -- A person has a different user id for each business portfolio, so only ids from one account can be compared.
  and (
    not exists (
      select from app_public.whatsapp_channels w
      join app_public.whatsapp_channels o
        on o.tenant_id = w.tenant_id and o.business_account_id <> w.business_account_id
      where w.channel_id = $2
    )
    or exists (
      select from app_public.whatsapp_channels w
      join app_public.whatsapp_channels o
        on o.tenant_id = w.tenant_id and o.business_account_id = w.business_account_id
      join app_public.conversations v on v.channel_id = o.channel_id and v.contact_id = $1
      where w.channel_id = $2 and v.last_customer_message_at is not null
    )
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.is_different_person(uuid, uuid, text, text) is
  E'Whether the user ids of a customer who wrote to this channel show that the customer is not this contact, although '
   'both have the same number.';


create or replace function app_private.contested_numbers(customers jsonb)
returns table (n bigint, at timestamptz, contact_id uuid, customer jsonb, is_previous_owner boolean) as $$
  select
    c.n, c.at, h.contact_id, jsonb_build_array(customers -> (c.n - 1)::int) as customer,
    not c.is_overtaken and app_private.identity_last_heard_at(h) < c.at as is_previous_owner
  from (
    select
      r.*,
      t.at,
      r.bsuid is not null and r.bsuid <> last_value(r.bsuid) over (
        partition by r.channel_id, app_hidden.identity_match_key('phone', r.phone)
        order by r.bsuid is not null, t.at, r.n
        rows between unbounded preceding and unbounded following
      ) as is_overtaken
    from rows from (
      jsonb_to_recordset(customers) as (
        tenant_id uuid, channel_id uuid, phone text, bsuid text, parent_bsuid text, heard_at timestamptz
      )
    ) with ordinality r (tenant_id, channel_id, phone, bsuid, parent_bsuid, heard_at, n)
    cross join lateral (select coalesce(r.heard_at, now()) as at) t
    where r.phone is not null and coalesce(r.bsuid, r.parent_bsuid) is not null
  ) c
  left join lateral app_private.identity_at(c.tenant_id, 'phone', c.phone, c.at) h
    on app_private.is_different_person(h.contact_id, c.channel_id, c.bsuid, c.parent_bsuid)
  where c.is_overtaken or h.contact_id is not null
  order by h.contact_id, c.n
$$ language sql stable rows 1 set search_path to pg_catalog, pg_temp;

comment on function app_private.contested_numbers(jsonb) is
  E'The customers, by position, whose number belongs to a contact, or to a later customer of the batch, with another '
   'user id. is_previous_owner: the contact wrote from the number before the customer did.';


create or replace function app_private.reassign_numbers(customers jsonb) returns jsonb as $$
declare
  v_found record;
begin
  for v_found in select * from app_private.contested_numbers(customers)
  loop
    if v_found.is_previous_owner then
      perform from app_public.contacts c where c.id = v_found.contact_id for no key update;
      perform app_private.release_phone(v_found.contact_id, v_found.customer, v_found.at - interval '1 microsecond');
    else
      customers := jsonb_set(
        customers, array[(v_found.n - 1)::text], v_found.customer -> 0 || '{"phone": null, "phone_alias": null}'
      );
    end if;
  end loop;
  return customers;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.reassign_numbers(jsonb) is
  E'Assigns a number that arrives with a user id other than that of its contact to the customer who wrote last. '
   'Returns the customers, without the numbers that belong to another contact now.';
--! EndIncluded inbound/reassign_numbers.sql
--! Included inbound/apply_identity_change.sql
create or replace function app_private.is_same_customer(old_id uuid, new_id uuid, change jsonb) returns boolean as $$
  -- A user id in a change is normally new. If a contact already had it, that contact is not the customer with the
  -- old number, unless an old user id shows that it is.
  select num_nonnulls(change #>> '{before,bsuid}', change #>> '{before,parent_bsuid}') > 0
  or not exists (
    select
    from app_private.read_identities(jsonb_build_array(change -> 'after')) a
    join app_public.contact_identities i on i.tenant_id = a.tenant_id and i.kind = a.kind and i.match_key = a.match_key
    where i.contact_id = new_id and i.kind in ('bsuid', 'parent_bsuid') and i.last_heard_at < a.heard_at
  )
  or not app_private.is_different_person(
    old_id, (change #>> '{after,channel_id}')::uuid, change #>> '{after,bsuid}', change #>> '{after,parent_bsuid}'
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.is_same_customer(uuid, uuid, jsonb) is
  E'Whether the contact with the old address (old_id) and the contact with the new address (new_id) are the same '
   'customer, who has moved.';


create or replace function app_private.apply_identity_change(change jsonb) returns boolean as $$
declare
  v_at timestamptz := coalesce((change #>> '{after,heard_at}')::timestamptz, now());
  v_before jsonb := jsonb_build_array(change -> 'before');
  v_after jsonb := jsonb_build_array(change -> 'after');
  v_old uuid := (app_private.find_contacts(v_before))[1];
  v_new uuid := (app_private.find_contacts(v_after))[1];
  v_holder uuid := (
    select i.contact_id
    from app_private.identity_at(
      (change #>> '{after,tenant_id}')::uuid, 'phone', change #>> '{after,phone}', v_at
    ) i
  );
begin
  perform from app_public.contacts c where c.id in (v_old, v_new, v_holder) order by c.id for no key update;
  -- The old address was used after the change: the customer, or another person, has it again.
  if v_old is not null and app_private.was_used_since(v_old, v_before, v_after, v_at) then
    return true;
  end if;
  -- The previous owner of the new number is not the customer who has it now.
  if v_holder <> v_old and app_private.is_previous_owner(v_holder, v_after, v_at) then
    perform app_private.release_phone(v_holder, v_after, v_at);
    v_new := nullif(v_new, v_holder);
  end if;
  if v_old is null and v_new is null then
    return false;
  end if;

  -- Another customer had the old number at that time.
  if v_old <> v_new and not app_private.is_same_customer(v_old, v_new, change) then
    v_old := v_new;
  end if;

  perform app_private.retire_identities(coalesce(v_old, v_new), v_after, v_at);
  if v_old <> v_new then
    perform app_private.merge_contacts(v_old, v_new);
  end if;
  perform app_private.move_identities(coalesce(v_old, v_new), v_before, v_after, v_at);
  perform app_private.refresh_phone(coalesce(v_old, v_new));
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_identity_change(jsonb) is
  E'Applies the change of a customer''s number or user id: {"before": customer, "after": customer with heard_at}. All '
   'addresses that are not among the new ones are retired: they stay with the customer, and nothing is sent to them. '
   'A change is ignored if the customer has written from the old address since. Returns false if neither address is '
   'known.';
--! EndIncluded inbound/apply_identity_change.sql
--! Included inbound/apply_marketing_preference.sql
create or replace function app_private.apply_marketing_preference(preference jsonb) returns boolean as $$
declare
  v_id uuid := (app_private.resolve_contacts(jsonb_build_array(preference -> 'customer')))[1];
begin
  if v_id is null then
    return false;
  end if;
  perform app_private.set_marketing_preference(
    v_id,
    (preference ->> 'allows_marketing')::boolean,
    (preference #>> '{customer,heard_at}')::timestamptz,
    (preference ->> 'received_at')::timestamptz
  );
  return true;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_marketing_preference(jsonb) is
  E'Applies a customer''s choice to stop or resume marketing messages: {"customer" with heard_at, "allows_marketing", '
   '"received_at"}. Returns false if the customer was erased.';
--! EndIncluded inbound/apply_marketing_preference.sql
--! Included channels/apply_whatsapp_channel_update.sql
create or replace function app_private.apply_whatsapp_channel_update(change jsonb) returns boolean as $$
declare
  v_reported_at timestamptz := coalesce((change ->> 'heard_at')::timestamptz, now());
  v_is_reinstated boolean := coalesce((change ->> 'is_reinstated')::boolean, false);
  v_channel record;
  v_is_known boolean := false;
begin
  for v_channel in
    select
      w.channel_id as id,
      -- Not <=: a redelivered report must not undo what a user or the sender has changed since.
      s.account_state_at is null or s.account_state_at < v_reported_at
        -- Meta's times are whole seconds. Within one second, a reinstatement follows the stop.
        or s.account_state_at = v_reported_at and v_is_reinstated
        as is_account_new
    from app_public.whatsapp_channels w
    join app_private.channel_states s on s.channel_id = w.channel_id
    join app_public.channels c on c.id = w.channel_id
    where w.tenant_id = (change ->> 'tenant_id')::uuid
    and w.business_account_id = change ->> 'business_account_id'
    and (
      change ->> 'display_phone_number' is null
      or regexp_replace(w.display_phone_number, '[^0-9]', '', 'g')
        = regexp_replace(change ->> 'display_phone_number', '[^0-9]', '', 'g')
    )
    order by c.id
    for no key update
  loop
    v_is_known := true;
    update app_public.whatsapp_channels w set
      quality_rating = case
        when r.quality_rating_at >= coalesce(w.quality_rating_at, '-infinity') then r.quality_rating
        else w.quality_rating
      end,
      quality_rating_at = greatest(w.quality_rating_at, r.quality_rating_at),
      messaging_limit = case
        when r.messaging_limit_at >= coalesce(w.messaging_limit_at, '-infinity') then r.messaging_limit
        else w.messaging_limit
      end,
      messaging_limit_at = greatest(w.messaging_limit_at, r.messaging_limit_at),
      verified_name = case
        when r.verified_name_at >= coalesce(w.verified_name_at, '-infinity') then r.verified_name
        else w.verified_name
      end,
      verified_name_at = greatest(w.verified_name_at, r.verified_name_at)
    from (
      -- A value that is not reported has no time, so that it changes nothing.
      select
        n.*,
        case when n.quality_rating is not null then v_reported_at end as quality_rating_at,
        case when n.messaging_limit is not null then v_reported_at end as messaging_limit_at,
        case when n.verified_name is not null then v_reported_at end as verified_name_at
      from jsonb_to_record(change) n (quality_rating text, messaging_limit text, verified_name text)
    ) r
    where w.channel_id = v_channel.id;

    if v_channel.is_account_new and change ->> 'stop_reason' is not null then
      perform app_private.record_stop(v_channel.id, change ->> 'stop_reason', v_reported_at);
    elsif v_channel.is_account_new and v_is_reinstated then
      perform app_private.reinstate_channel(v_channel.id, v_reported_at);
    end if;
  end loop;
  return v_is_known;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_whatsapp_channel_update(jsonb) is
  E'Applies a report of Meta on a number, or on all numbers of an account: {"tenant_id", "business_account_id", '
   '"heard_at"?, "display_phone_number"?, "quality_rating"?, "messaging_limit"?, "verified_name"?, "stop_reason"?, '
   '"is_reinstated"?}. A value that is older than the stored value of its column is ignored. Returns false if there '
   'is no such channel.';
--! EndIncluded channels/apply_whatsapp_channel_update.sql
--! Included flows/apply_whatsapp_flow_update.sql
create or replace function app_private.apply_whatsapp_flow_update(change jsonb) returns boolean as $$
declare
  v_reported_at timestamptz := coalesce((change ->> 'heard_at')::timestamptz, now());
begin
  update app_public.whatsapp_flows f set
    status = case when coalesce(f.status_at, '-infinity') <= v_reported_at then e.status else f.status end,
    status_at = greatest(f.status_at, v_reported_at)
  from unnest(enum_range(null::app_public.flow_status)) e (status)
  where f.tenant_id = (change ->> 'tenant_id')::uuid
  and f.whatsapp_flow_id = change ->> 'flow_id'
  -- A status that this version does not support is ignored.
  and e.status::text = change ->> 'status';
  return found;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_whatsapp_flow_update(jsonb) is
  E'Applies a report of Meta on the status of a form: {"tenant_id", "flow_id", "status", "heard_at"?}. A report that '
   'is older than the stored status is ignored. Returns false if there is no such form or status.';
--! EndIncluded flows/apply_whatsapp_flow_update.sql
--! Included inbound/apply_contact_syncs.sql
create or replace function app_private.apply_contact_syncs(contacts jsonb) returns void as $$
declare
  v_customers jsonb := (
    select jsonb_agg(c.contact -> 'customer' order by c.n)
    from jsonb_array_elements(contacts) with ordinality c (contact, n)
  );
  v_ids uuid[] := app_private.resolve_contacts(v_customers);
begin
  perform from app_public.contacts c where c.id = any (v_ids) order by c.id for no key update;
  with entries as (
    select distinct on (v_ids[e.n])
      v_ids[e.n] as id,
      left(e.contact ->> 'name', 150) as name,
      (e.contact #>> '{customer,heard_at}')::timestamptz as reported_at,
      (e.contact ->> 'received_at')::timestamptz as received_at
    from jsonb_array_elements(contacts) with ordinality e (contact, n)
    where e.contact ->> 'name' <> '' and v_ids[e.n] is not null
    order by v_ids[e.n], reported_at desc, e.n desc
  ),
  newer as (
    select e.*
    from entries e
    where app_private.is_newer_fact(e.id, 'name', e.name, e.reported_at, e.received_at)
  ),
  named as (
    update app_public.contacts c set name = n.name
    from newer n
    left join app_private.contact_facts f on f.contact_id = n.id and f.fact = 'name'
    -- A name that differs from the address book was entered by staff.
    where c.id = n.id and (c.name is null or c.name = f.value)
  )
  insert into app_private.contact_facts as f (tenant_id, contact_id, fact, value, reported_at, received_at)
  select c.tenant_id, c.id, 'name', n.name, n.reported_at, n.received_at
  from newer n
  join app_public.contacts c on c.id = n.id
  order by c.id
  on conflict on constraint contact_facts_pkey do update set
    value = excluded.value, reported_at = excluded.reported_at, received_at = excluded.received_at;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;

comment on function app_private.apply_contact_syncs(jsonb) is
  E'Applies entries of the phone app''s address book, up to thousands at once: [{"customer" with heard_at, "name"?, '
   '"received_at"}]. A name that staff entered is kept, and an older entry is ignored.';
--! EndIncluded inbound/apply_contact_syncs.sql
--! Included inbound/apply_call.sql
create or replace function app_private.apply_call(call jsonb) returns boolean as $$
declare
  v_customers jsonb := jsonb_build_array(call -> 'customer');
  v_ids uuid[] := app_private.resolve_conversations(v_customers, app_private.resolve_contacts(v_customers));
begin
  update app_public.conversations c set
    window_expires_at = greatest(
      c.window_expires_at,
      least((call ->> 'occurred_at')::timestamptz, now())
        + (select w.* from app_private.reply_window_of(c.channel_id) w)
    )
  where c.id = v_ids[1];
  return found;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.apply_call(jsonb) is
  E'Applies a call from a customer, {"customer", "occurred_at"}: it opens the reply window like a message, whether it '
   'was answered or not. Returns false if the customer was erased.';
--! EndIncluded inbound/apply_call.sql
--! Included inbound/receive_webhooks.sql
create or replace function app_private.receive_webhooks(
  bodies bytea,
  events jsonb,
  customers jsonb,
  messages jsonb,
  statuses jsonb,
  out stored int,
  out wakes_chatbots boolean,
  out unknown_statuses int[]
) as $$
declare
  v_conversation_ids uuid[];
begin
  stored := 0;
  insert into app_public.webhook_events (
    id, tenant_id, channel_id, event_type, status, error, skipped, body, processed_at
  )
  select
    e.id, e.tenant_id, e.channel_id, e.event_type, e.status, e.error, e.skipped,
    substring(bodies from e.body_from for e.body_length), now()
  from jsonb_to_recordset(events) as e (
    id uuid, tenant_id uuid, channel_id uuid, event_type text, status app_public.webhook_event_status, error text,
    skipped jsonb, body_from int, body_length int
  );

  -- Only while webhooks arrive, a missing status is evidence that a message was not sent. Updated every ten seconds at
  -- most, so that batches of one channel do not wait for each other here.
  update app_private.channel_states s set last_webhook_at = now()
  where s.channel_id in (
    select x.channel_id
    from app_private.channel_states x
    where x.channel_id in (select (e ->> 'channel_id')::uuid from jsonb_array_elements(events) e)
    and coalesce(x.last_webhook_at, '-infinity') < now() - interval '10 seconds'
    -- The sender locks this row while it claims messages; the next batch updates it instead.
    for update skip locked
  );

  if customers <> '[]' then
    if exists (select from app_private.erased_messages) then
      messages := app_private.remove_erased_messages(messages);
    end if;
    -- Not for a stored body that is applied again: its customers may have been erased since.
    if customers #> '{0,received_at}' is null then
      v_conversation_ids := app_private.recognise_customers(customers);
    end if;
    if v_conversation_ids is null then
      -- Names and numbers in a redelivered webhook are outdated.
      customers := app_private.blank_known_customers(customers, messages);
      v_conversation_ids := app_private.resolve_conversations(customers, app_private.resolve_contacts(customers));
      -- Only known and erased customers may lack a conversation. Otherwise the body fails, and is stored as failed.
      if customers #> '{0,received_at}' is null and exists (
        select
        from jsonb_array_elements(customers) with ordinality c (customer, n)
        where c.customer <> '{}' and v_conversation_ids[c.n] is null
      ) then
        raise exception 'A message must have at least one address of its customer' using errcode = 'PYINT';
      end if;
    end if;
    stored := app_private.store_messages(messages, v_conversation_ids);
  end if;
  if statuses <> '[]' then
    if statuses @? '$[*].recipient' then
      perform app_private.save_recipients(statuses);
    end if;
    select a.unknown into unknown_statuses from app_private.apply_statuses(statuses) a;
  end if;
  wakes_chatbots := app_private.is_waking_due('advance_chatbots');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp
  set enable_seqscan to off set plan_cache_mode to force_generic_plan;
-- Planned once: migrations/README.md, "SQL that runs for every message".

comment on function app_private.receive_webhooks(bytea, jsonb, jsonb, jsonb, jsonb) is
  E'Stores a batch of verified webhook bodies and applies them in one transaction. bodies are concatenated; each '
   'event has the position of its body (body_from, from 1) and its length in bytes (body_length). customers, messages '
   'and statuses are the content of the bodies. stored: the number of new messages. wakes_chatbots: the caller must '
   'run the chatbot task (see wake()). unknown_statuses: the positions (from 1) of statuses whose message is not '
   'known. PYINT: a new message whose customer has no address. Locks are taken in this order: contacts, '
   'conversations, messages, outbox.';
--! EndIncluded inbound/receive_webhooks.sql
--! Included inbound/webhook_events.policies.sql
drop policy if exists tenant_isolation on app_public.webhook_events;
create policy tenant_isolation on app_public.webhook_events as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_admin on app_public.webhook_events;
create policy select_admin on app_public.webhook_events for select to parley_visitor
  using ((select app_hidden.may('manage_all')));
grant select (tenant_id, id, channel_id, event_type, status, error, skipped, attempts, processed_at, created_at)
  on app_public.webhook_events to parley_visitor;
-- No select of body: it contains customers' messages in bulk. parley webhook replay reads it.
--! EndIncluded inbound/webhook_events.policies.sql

--! split: 0840-canned-replies.sql
--! Included messages/content/interpolate.sql
create or replace function app_hidden.resolve_variable(variables jsonb, path text) returns text as $$
declare
  v_value jsonb;
  v_segment text;
begin
  -- The longest prefix that is the name of a variable; the rest of the path leads into its value.
  for v_end in reverse least(length(path), 500)..1 loop
    continue when v_end < length(path) and substr(path, v_end + 1, 1) not in ('.', '[');
    v_value := variables -> left(path, v_end);
    continue when v_value is null;
    foreach v_segment in array array_remove(regexp_split_to_array(substr(path, v_end + 1), '[].[]+'), '') loop
      v_value := case jsonb_typeof(v_value)
        when 'object' then v_value -> v_segment
        when 'array' then case
          when v_segment = 'length' then to_jsonb(jsonb_array_length(v_value))
          when v_segment ~ '^\d{1,9}$' then v_value -> v_segment::int
        end
      end;
    end loop;
    exit when v_value is not null;
  end loop;

  return case jsonb_typeof(v_value)
    when 'number' then trim_scale((v_value #>> '{}')::numeric)::text
    when 'string' then v_value #>> '{}'
    when 'boolean' then v_value #>> '{}'
  end;
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.resolve_variable(jsonb, text) is
  E'The value at a path like order.items[0].name as text, as chatbots resolve paths: both sides run '
   'tests/cases/variables.json. Null if there is none, or if it is a list or an object.';

grant execute on function app_hidden.resolve_variable(jsonb, text) to parley_visitor;


create or replace function app_hidden.placeholders(template text, variables jsonb)
returns table (n bigint, path text, written text, value text) as $$
  select m.n, m.parts[1], '{{' || m.parts[1] || coalesce(m.parts[2], '') || '}}', case
    when m.parts[2] is null then r.value
    -- What stands after the bar takes the place of a missing or empty value.
    else coalesce(nullif(r.value, ''), substr(m.parts[2], 2))
  end
  from regexp_matches(template, '\{\{([][A-Za-z0-9_.]+)(\|[^{}]*)?\}\}', 'g') with ordinality m (parts, n)
  cross join lateral (select app_hidden.resolve_variable(variables, m.parts[1]) as value) r
$$ language sql immutable parallel safe rows 5 set search_path to pg_catalog, pg_temp;

comment on function app_hidden.placeholders(text, jsonb) is
  E'The placeholders of a text in order, as written, {{path}} or {{path|alternative}}, and their values.';

grant execute on function app_hidden.placeholders(text, jsonb) to parley_visitor;


create or replace function app_hidden.interpolate(template text, variables jsonb) returns text as $$
  select string_agg(t.text || coalesce(p.value, p.written, ''), '' order by t.n)
  from regexp_split_to_table(template, '\{\{[][A-Za-z0-9_.]+(\|[^{}]*)?\}\}') with ordinality t (text, n)
  left join app_hidden.placeholders(template, variables) p on p.n = t.n
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.interpolate(text, jsonb) is
  E'Fills variables into a text, once: what a value contains is not filled in again. A placeholder without a value '
   'stays as it is.';

grant execute on function app_hidden.interpolate(text, jsonb) to parley_visitor;
--! EndIncluded messages/content/interpolate.sql
--! Included messages/content/fill_content.sql
create or replace function app_hidden.fill_content(content jsonb, variables jsonb) returns jsonb as $$
begin
  return case jsonb_typeof(content)
    when 'object' then (
      select coalesce(jsonb_object_agg(e.key, app_hidden.fill_content(e.value, variables)), '{}')
      from jsonb_each(content) e
    )
    when 'array' then (
      select coalesce(jsonb_agg(app_hidden.fill_content(e.value, variables) order by e.n), '[]')
      from jsonb_array_elements(content) with ordinality e (value, n)
    )
    when 'string' then to_jsonb(app_hidden.interpolate(content #>> '{}', variables))
    else content
  end;
end;
$$ language plpgsql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.fill_content(jsonb, jsonb) is E'Fills variables into all texts of a content.';

grant execute on function app_hidden.fill_content(jsonb, jsonb) to parley_visitor;


create or replace function app_hidden.missing_variables(content jsonb, variables jsonb) returns text[] as $$
  select array(
    select distinct p.path
    from jsonb_path_query(content, 'strict $.** ? (@.type() == "string")') t (value)
    cross join lateral app_hidden.placeholders(t.value #>> '{}', variables) p
    where p.value is null
    order by p.path
  )
$$ language sql immutable parallel safe set search_path to pg_catalog, pg_temp;

comment on function app_hidden.missing_variables(jsonb, jsonb) is
  E'The paths in the texts of a content that have neither a value nor an alternative.';

grant execute on function app_hidden.missing_variables(jsonb, jsonb) to parley_visitor;
--! EndIncluded messages/content/fill_content.sql

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
--! Included messages/reply_variables.sql
create or replace function app_hidden.reply_variables(conversation_id uuid, given jsonb) returns jsonb as $$
  select coalesce(
    (
      select jsonb_object_agg(g.key, g.value)
      from jsonb_each(given) g
      -- Nothing that is given replaces those below, or a part of them.
      where substring(g.key from '[^].[]+') not in ('contact', 'customer_phone', 'user', 'tenant')
    ),
    '{}'
  ) || jsonb_build_object(
    'contact', app_hidden.chatbot_contact(p),
    'customer_phone', coalesce(regexp_replace(p.phone, '\D', '', 'g'), ''),
    'user', (
      select jsonb_build_object('name', u.name, 'email', u.email)
      from app_public.users u where u.id = app_hidden.current_user_id()
    ),
    'tenant', jsonb_build_object('name', t.name)
  )
  from app_public.conversations c
  join app_public.contacts p on p.id = c.contact_id
  join app_public.tenants t on t.id = c.tenant_id
  where c.id = reply_variables.conversation_id
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.reply_variables(uuid, jsonb) is
  E'The variables of canned replies in a conversation: contact and customer_phone, as chatbots have them; user, the '
   'caller, and tenant; and those that are given, an object. Null if there is no such conversation.';

grant execute on function app_hidden.reply_variables(uuid, jsonb) to parley_visitor;
--! EndIncluded messages/reply_variables.sql
--! Included messages/canned_replies_filled.sql
create or replace function app_public.canned_replies_filled(
  canned_reply app_public.canned_replies,
  conversation_id uuid,
  variables jsonb default '{}'
) returns app_public.filled_reply as $$
  select
    f.content, app_hidden.message_preview(canned_reply.type, f.content),
    app_hidden.missing_variables(canned_reply.content, v.variables)
  from (select app_hidden.reply_variables(canned_replies_filled.conversation_id, variables) as variables) v
  cross join lateral (select app_hidden.fill_content(canned_reply.content, v.variables) as content) f
  where v.variables is not null
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_public.canned_replies_filled(app_public.canned_replies, uuid, jsonb) is
  E'The canned reply as sendCannedReply would send it in a conversation. Null if there is no such conversation. '
   'variables: values by name, in addition to the known ones.';

grant execute on function app_public.canned_replies_filled(app_public.canned_replies, uuid, jsonb) to parley_visitor;
--! EndIncluded messages/canned_replies_filled.sql
--! Included messages/send_canned_reply.sql
create or replace function app_public.send_canned_reply(
  conversation_id uuid,
  canned_reply_id uuid default null,
  shortcut text default null,
  variables jsonb default '{}',
  reply_to_id uuid default null,
  idempotency_key text default null
) returns app_public.messages as $$
declare
  v_conversation app_public.conversations := app_hidden.require_conversation(conversation_id);
  v_reply app_public.canned_replies;
  v_filled app_public.filled_reply;
begin
  if num_nonnulls(canned_reply_id, shortcut) <> 1 then
    raise exception 'Either `cannedReplyId` or `shortcut` must be given' using errcode = 'PYREQ';
  elsif jsonb_typeof(variables) is distinct from 'object' then
    raise exception '`variables` must be an object' using errcode = 'PYREQ';
  end if;

  select r.* into v_reply
  from app_public.canned_replies r
  where r.tenant_id = v_conversation.tenant_id
  and (
    r.id = canned_reply_id
    or lower(r.shortcut) = lower(send_canned_reply.shortcut)
    and (r.user_id is null or r.user_id = app_hidden.current_user_id())
  )
  -- The caller's own first.
  order by r.user_id is null
  limit 1;
  perform app_hidden.require_scope_in(v_reply.tenant_id, 'send', 'canned reply');

  v_filled := app_public.canned_replies_filled(v_reply, v_conversation.id, variables);
  if v_filled.missing_variables <> '{}' then
    raise exception '`variables` must have values for %', array_to_string(v_filled.missing_variables, ', ')
      using errcode = 'PYREQ', hint = 'Or give them an alternative in the canned reply: {{name|there}}.';
  end if;
  return app_public.send_message(
    v_conversation.id, v_filled.content, v_reply.type, reply_to_id, idempotency_key, v_reply.media_id
  );
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.send_canned_reply(uuid, uuid, text, jsonb, uuid, text) is
  E'Sends a canned reply, which is named by its id or by its shortcut; the caller''s own come before those of all '
   'members. Its variables are contact, customer_phone, user, tenant, and those given. As sendMessage otherwise. '
   'PYREQ: a variable has no value. PYNFD. PYDEN. The errors of sendMessage. canned_reply_id: the id of the reply. '
   'shortcut: the shortcut of the reply, instead of its id. variables: values by name, in addition to the known ones. '
   'reply_to_id: the message to quote. idempotency_key: as for sendMessage.';

grant execute on function app_public.send_canned_reply(uuid, uuid, text, jsonb, uuid, text) to parley_visitor;
--! EndIncluded messages/send_canned_reply.sql
--! Included messages/tg_canned_replies__refuse_long_text.sql
create or replace function app_private.tg_canned_replies__refuse_long_text() returns trigger as $$
declare
  v_limit int := (select max(k.text_limit) from app_public.channel_kinds k);
begin
  if length(NEW.content ->> 'body') > v_limit then
    raise exception 'Invalid text message: body must have at most % characters', v_limit using errcode = 'PYCNT';
  end if;
  return NEW;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.tg_canned_replies__refuse_long_text() is
  E'Refuses a text that is too long for every kind of channel (PYCNT). That of a conversation decides when it is sent.';
--! EndIncluded messages/tg_canned_replies__refuse_long_text.sql
--! Included messages/canned_replies.policies.sql
drop policy if exists tenant_isolation on app_public.canned_replies;
create policy tenant_isolation on app_public.canned_replies as restrictive to parley_visitor
  using (tenant_id = (select app_hidden.current_tenant_id()));
drop policy if exists select_member on app_public.canned_replies;
create policy select_member on app_public.canned_replies for select to parley_visitor
  using (user_id is null or user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists insert_self on app_public.canned_replies;
create policy insert_self on app_public.canned_replies for insert to parley_visitor
  with check (user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists insert_admin on app_public.canned_replies;
create policy insert_admin on app_public.canned_replies for insert to parley_visitor
  with check (user_id is null and (select app_hidden.may('manage_all')));
drop policy if exists update_self on app_public.canned_replies;
create policy update_self on app_public.canned_replies for update to parley_visitor
  using (user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists update_admin on app_public.canned_replies;
create policy update_admin on app_public.canned_replies for update to parley_visitor
  using (user_id is null and (select app_hidden.may('manage_all')));
drop policy if exists delete_self on app_public.canned_replies;
create policy delete_self on app_public.canned_replies for delete to parley_visitor
  using (user_id = (select (app_hidden.current_membership()).user_id));
drop policy if exists delete_admin on app_public.canned_replies;
create policy delete_admin on app_public.canned_replies for delete to parley_visitor
  using (user_id is null and (select app_hidden.may('manage_all')));
grant select, delete on app_public.canned_replies to parley_visitor;
grant insert (shortcut, title, language, type, content, media_id, user_id) on app_public.canned_replies
  to parley_visitor;
grant update (shortcut, title, language, type, content, media_id, user_id) on app_public.canned_replies
  to parley_visitor;
--! EndIncluded messages/canned_replies.policies.sql

--! split: 0845-bulk.sql
create type app_public.bulk_outcome as (id uuid, code text, message text);
comment on type app_public.bulk_outcome is E'The outcome of a mutation of many objects for one of them.';
comment on column app_public.bulk_outcome.id is E'The id that was given.';
comment on column app_public.bulk_outcome.code is
  E'Why the object was not changed: an error code (PY…). Null if it was changed.';
comment on column app_public.bulk_outcome.message is E'The code in words. Null if the object was changed.';
--! Included shared/bulk_ids.sql
create or replace function app_hidden.bulk_ids(ids uuid[]) returns uuid[] as $$
begin
  if cardinality(ids) > 500 then
    raise exception 'A request must have at most 500 ids, not %', cardinality(ids) using errcode = 'PYLIM';
  end if;
  return array(select distinct i from unnest(ids) i where i is not null order by i);
end;
$$ language plpgsql immutable set search_path to pg_catalog, pg_temp;

comment on function app_hidden.bulk_ids(uuid[]) is
  E'The ids of a mutation of many objects, each once, in the order in which their rows are locked. PYLIM: more than '
   '500.';

grant execute on function app_hidden.bulk_ids(uuid[]) to parley_visitor;


create or replace function app_hidden.bulk_outcomes(ids uuid[], found_ids uuid[], what text)
returns setof app_public.bulk_outcome as $$
  select
    i.id,
    case when i.id <> all (found_ids) then 'PYNFD' end,
    case when i.id <> all (found_ids) then 'There is no such ' || what end
  from (select g.id, min(g.n) as n from unnest(ids) with ordinality g (id, n) group by g.id) i
  where i.id is not null
  order by i.n
$$ language sql stable rows 100 set search_path to pg_catalog, pg_temp;

comment on function app_hidden.bulk_outcomes(uuid[], uuid[], text) is
  E'The outcomes of a mutation of many objects, in the order of the ids, each once: PYNFD for those that were not '
   'found. what names the kind of object.';

grant execute on function app_hidden.bulk_outcomes(uuid[], uuid[], text) to parley_visitor;
--! EndIncluded shared/bulk_ids.sql
--! Included conversations/bulk/lock_conversations.sql
create or replace function app_hidden.lock_conversations(conversation_ids uuid[]) returns uuid[] as $$
declare
  v_ids uuid[] := app_hidden.bulk_ids(conversation_ids);
begin
  perform app_hidden.require_scope('send') where not app_hidden.is_program();
  -- By id, so that two requests about the same conversations wait for each other: docs/architecture.md, "Locks".
  return array(
    select c.id from app_public.conversations c where c.id = any (v_ids) order by c.id for no key update
  );
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_hidden.lock_conversations(uuid[]) is
  E'Locks those conversations that the caller may work in, and returns their ids. PYLIM: more than 500. PYDEN: '
   'agents only.';

grant execute on function app_hidden.lock_conversations(uuid[]) to parley_visitor;
--! EndIncluded conversations/bulk/lock_conversations.sql
--! Included conversations/bulk/close_conversations.sql
create or replace function app_public.close_conversations(conversation_ids uuid[])
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_conversations(conversation_ids);
begin
  update app_public.conversations c set status = 'closed' where c.id = any (v_ids);
  return query select * from app_hidden.bulk_outcomes(conversation_ids, v_ids, 'conversation');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.close_conversations(uuid[]) is
  E'Closes conversations, as closeConversation does one. Each id has its own outcome; one that is given twice '
   'counts once. PYLIM: more than 500 ids. PYDEN: agents only. conversationIds: at most 500.';

grant execute on function app_public.close_conversations(uuid[]) to parley_visitor;
--! EndIncluded conversations/bulk/close_conversations.sql
--! Included conversations/bulk/reopen_conversations.sql
create or replace function app_public.reopen_conversations(conversation_ids uuid[])
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_conversations(conversation_ids);
begin
  update app_public.conversations c set status = 'open' where c.id = any (v_ids);
  return query select * from app_hidden.bulk_outcomes(conversation_ids, v_ids, 'conversation');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.reopen_conversations(uuid[]) is
  E'Opens conversations, as reopenConversation does one. Each id has its own outcome; one that is given twice '
   'counts once. PYLIM: more than 500 ids. PYDEN: agents only. conversationIds: at most 500.';

grant execute on function app_public.reopen_conversations(uuid[]) to parley_visitor;
--! EndIncluded conversations/bulk/reopen_conversations.sql
--! Included conversations/bulk/mark_conversations_read.sql
create or replace function app_public.mark_conversations_read(conversation_ids uuid[])
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_conversations(conversation_ids);
begin
  perform app_hidden.mark_read(v_ids);
  return query select * from app_hidden.bulk_outcomes(conversation_ids, v_ids, 'conversation');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.mark_conversations_read(uuid[]) is
  E'Marks conversations as read, as markConversationRead does one. Each id has its own outcome; one that is given '
   'twice counts once. PYLIM: more than 500 ids. PYDEN: agents only. conversationIds: at most 500.';

grant execute on function app_public.mark_conversations_read(uuid[]) to parley_visitor;
--! EndIncluded conversations/bulk/mark_conversations_read.sql
--! Included conversations/bulk/snooze_conversations.sql
create or replace function app_public.snooze_conversations(
  conversation_ids uuid[],
  until timestamptz default 'infinity'
) returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_conversations(conversation_ids);
  v_snoozed_ids uuid[];
begin
  if until <= now() then
    raise exception '`until` must be in the future' using errcode = 'PYREQ';
  end if;

  with snoozed as (
    update app_public.conversations c set snoozed_until = until
    where c.id = any (v_ids) and c.status = 'open'
    returning c.id
  )
  select array_agg(s.id) into v_snoozed_ids from snoozed s;

  return query
    select
      o.id,
      case when o.id = any (v_ids) and not coalesce(o.id = any (v_snoozed_ids), false) then 'PYREQ' else o.code end,
      case
        when o.id = any (v_ids) and not coalesce(o.id = any (v_snoozed_ids), false)
        then 'Only an open conversation can be snoozed'
        else o.message
      end
    from app_hidden.bulk_outcomes(conversation_ids, v_ids, 'conversation') o;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.snooze_conversations(uuid[], timestamptz) is
  E'Snoozes conversations, as snoozeConversation does one. Each id has its own outcome (PYREQ: the conversation is '
   'not open); one that is given twice counts once. PYREQ: until is not in the future. PYLIM: more than 500 ids. '
   'PYDEN: agents only. conversationIds: at most 500. until: the end of the snooze; by default the customer''s next '
   'message. null ends a snooze now.';

grant execute on function app_public.snooze_conversations(uuid[], timestamptz) to parley_visitor;
--! EndIncluded conversations/bulk/snooze_conversations.sql
--! Included conversations/bulk/assign_conversations.sql
create or replace function app_public.assign_conversations(
  conversation_ids uuid[],
  user_id uuid default null,
  team_id uuid default null,
  strategy app_public.assignment_strategy default null
) returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_conversations(conversation_ids);
  v_assigned_ids uuid[] := app_hidden.assign(v_ids, user_id, team_id, strategy);
begin
  return query
    select
      o.id,
      case when o.id = any (v_ids) and o.id <> all (v_assigned_ids) then 'PYREQ' else o.code end,
      case
        when o.id = any (v_ids) and o.id <> all (v_assigned_ids)
        then '`strategy` requires `teamId`, or a conversation of a team'
        else o.message
      end
    from app_hidden.bulk_outcomes(conversation_ids, v_ids, 'conversation') o;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.assign_conversations(uuid[], uuid, uuid, app_public.assignment_strategy) is
  E'Assigns conversations, as assignConversation does one; strategies distribute them among the members of the '
   'team. Each id has its own outcome (PYREQ: a strategy, and the conversation has no team); one that is given twice '
   'counts once. PYNFD: there is no such member or team. PYREQ: a strategy together with a user. PYLIM: more than '
   '500 ids. PYDEN: agents only. conversationIds: at most 500. userId: an active member. teamId: a team, which '
   'assigns them to its members as its `assignment` says. strategy: how to choose available members of the given '
   'team, or of the conversations''.';

grant execute on function app_public.assign_conversations(uuid[], uuid, uuid, app_public.assignment_strategy)
  to parley_visitor;
--! EndIncluded conversations/bulk/assign_conversations.sql
--! Included contacts/bulk/lock_listed_contacts.sql
create or replace function app_hidden.lock_listed_contacts(contact_ids uuid[]) returns uuid[] as $$
declare
  v_ids uuid[] := app_hidden.bulk_ids(contact_ids);
begin
  perform app_hidden.require_scope('manage_contacts') where not app_hidden.is_program();
  -- By id, so that two requests about the same contacts wait for each other: docs/architecture.md, "Locks".
  return array(select c.id from app_public.contacts c where c.id = any (v_ids) order by c.id for no key update);
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_hidden.lock_listed_contacts(uuid[]) is
  E'Locks those contacts that the caller may change, and returns their ids. PYLIM: more than 500. PYDEN: agents '
   'only.';

grant execute on function app_hidden.lock_listed_contacts(uuid[]) to parley_visitor;
--! EndIncluded contacts/bulk/lock_listed_contacts.sql
--! Included contacts/bulk/tag_contacts.sql
create or replace function app_public.tag_contacts(contact_ids uuid[], tag_id uuid)
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_listed_contacts(contact_ids);
  v_list app_public.tags;
begin
  select l.* into v_list from app_public.tags l where l.id = tag_contacts.tag_id;
  perform app_hidden.require_scope_in(v_list.tenant_id, 'manage_contacts', 'tag');

  insert into app_public.contact_tags (tag_id, contact_id)
  select v_list.id, c.id
  from app_public.contacts c
  where c.id = any (v_ids) and c.tenant_id = v_list.tenant_id
  order by c.id
  on conflict do nothing;
  return query select * from app_hidden.bulk_outcomes(contact_ids, v_ids, 'contact');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.tag_contacts(uuid[], uuid) is
  E'Tags contacts; those that have the tag keep it. Each id has its own outcome; one that is given twice counts '
   'once. PYNFD: there is no such tag. PYLIM: more than 500 ids. PYDEN: agents only. contactIds: at most 500. '
   'tagId: the tag.';

grant execute on function app_public.tag_contacts(uuid[], uuid) to parley_visitor;
--! EndIncluded contacts/bulk/tag_contacts.sql
--! Included contacts/bulk/untag_contacts.sql
create or replace function app_public.untag_contacts(contact_ids uuid[], tag_id uuid)
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_listed_contacts(contact_ids);
  v_list app_public.tags;
begin
  select l.* into v_list from app_public.tags l where l.id = untag_contacts.tag_id;
  perform app_hidden.require_scope_in(v_list.tenant_id, 'manage_contacts', 'tag');

  delete from app_public.contact_tags x
  where x.tag_id = v_list.id and x.contact_id = any (v_ids);
  return query select * from app_hidden.bulk_outcomes(contact_ids, v_ids, 'contact');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.untag_contacts(uuid[], uuid) is
  E'Takes a tag from contacts; those that do not have it stay without it. Each id has its own outcome; one that is '
   'given twice counts once. PYNFD: there is no such tag. PYLIM: more than 500 ids. PYDEN: agents only. contactIds: '
   'at most 500. tagId: the tag.';

grant execute on function app_public.untag_contacts(uuid[], uuid) to parley_visitor;
--! EndIncluded contacts/bulk/untag_contacts.sql
--! Included contacts/bulk/add_contacts_to_group.sql
create or replace function app_public.add_contacts_to_group(contact_ids uuid[], group_id uuid)
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_listed_contacts(contact_ids);
  v_list app_public.groups;
begin
  select l.* into v_list from app_public.groups l where l.id = add_contacts_to_group.group_id;
  perform app_hidden.require_scope_in(v_list.tenant_id, 'manage_contacts', 'group');

  insert into app_public.group_contacts (group_id, contact_id)
  select v_list.id, c.id
  from app_public.contacts c
  where c.id = any (v_ids) and c.tenant_id = v_list.tenant_id
  order by c.id
  on conflict do nothing;
  return query select * from app_hidden.bulk_outcomes(contact_ids, v_ids, 'contact');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.add_contacts_to_group(uuid[], uuid) is
  E'Puts contacts into a group; those that are in it stay in it. Each id has its own outcome; one that is given '
   'twice counts once. PYNFD: there is no such group. PYLIM: more than 500 ids. PYDEN: agents only. contactIds: at '
   'most 500. groupId: the group.';

grant execute on function app_public.add_contacts_to_group(uuid[], uuid) to parley_visitor;
--! EndIncluded contacts/bulk/add_contacts_to_group.sql
--! Included contacts/bulk/remove_contacts_from_group.sql
create or replace function app_public.remove_contacts_from_group(contact_ids uuid[], group_id uuid)
returns setof app_public.bulk_outcome as $$
declare
  v_ids uuid[] := app_hidden.lock_listed_contacts(contact_ids);
  v_list app_public.groups;
begin
  select l.* into v_list from app_public.groups l where l.id = remove_contacts_from_group.group_id;
  perform app_hidden.require_scope_in(v_list.tenant_id, 'manage_contacts', 'group');

  delete from app_public.group_contacts x
  where x.group_id = v_list.id and x.contact_id = any (v_ids);
  return query select * from app_hidden.bulk_outcomes(contact_ids, v_ids, 'contact');
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_public.remove_contacts_from_group(uuid[], uuid) is
  E'Takes contacts out of a group; those that are not in it stay out. Each id has its own outcome; one that is '
   'given twice counts once. PYNFD: there is no such group. PYLIM: more than 500 ids. PYDEN: agents only. '
   'contactIds: at most 500. groupId: the group.';

grant execute on function app_public.remove_contacts_from_group(uuid[], uuid) to parley_visitor;
--! EndIncluded contacts/bulk/remove_contacts_from_group.sql

--! split: 0850-triggers.sql
-- After all functions, because triggers of one domain call functions of others.
--! Included accounts/tenants.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.tenants
  for each row execute function app_private.tg__timestamps();

-- A wrong name would make all reads of figures fail.
create or replace trigger _200_refuse_unknown_time_zone before insert or update of time_zone on app_public.tenants
  for each row when (NEW.time_zone <> 'UTC')
  execute function app_private.tg_tenants__refuse_unknown_time_zone();

-- Who activated or deactivated a tenant.
create or replace trigger _500_audit after insert or update or delete on app_public.tenants
  for each row execute function app_private.tg__audit();

-- current_membership() refuses the sessions of an inactive tenant; this ends them, so that they are not valid again
-- when it is active again.
create or replace trigger _510_revoke_sessions after update of status on app_public.tenants
  for each row when (OLD.status = 'active' and NEW.status <> 'active')
  execute function app_private.tg__revoke_sessions();

-- The same for API keys, which are not revoked: they are valid again when the tenant is active again.
create or replace trigger _800_notify_api_keys after update of status on app_public.tenants
  for each row when (OLD.status = 'active' and NEW.status <> 'active')
  execute function app_private.tg_tenants__notify_api_keys();

-- Days begin and end at other times in another zone.
create or replace trigger _900_recount_figures after update of time_zone on app_public.tenants
  for each row when (OLD.time_zone <> NEW.time_zone)
  execute function app_private.tg_tenants__recount_figures();
--! EndIncluded accounts/tenants.triggers.sql
--! Included accounts/users.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.users
  for each row execute function app_private.tg__timestamps();

-- Addresses are compared at sign-in: one spelling is stored.
create or replace trigger _110_clean_email before insert or update of email on app_public.users
  for each row execute function app_private.tg__clean_email();

-- After the update, because the function must see its result.
create or replace trigger _200_refuse_last_owner after update of is_active on app_public.users
  for each row when (OLD.is_active and not NEW.is_active)
  execute function app_private.tg_users__refuse_last_owner();

-- Who changed an account. Without last_login_at, which every sign-in sets.
create or replace trigger _500_audit after insert or update or delete on app_public.users
  for each row execute function app_private.tg__audit('{}', '{last_login_at}');

-- Passwords are updated, never inserted, so the row must exist.
create or replace trigger _510_insert_secrets after insert on app_public.users
  for each row execute function app_private.tg_users__insert_secrets();

-- Old sessions must not become valid again when a user is reactivated.
create or replace trigger _520_revoke_sessions after update of is_active on app_public.users
  for each row when (OLD.is_active and not NEW.is_active) execute function app_private.tg__revoke_sessions();
--! EndIncluded accounts/users.triggers.sql
--! Included accounts/totp_secrets.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_private.totp_secrets
  for each row execute function app_private.tg__timestamps();

-- Who added, confirmed or removed a second factor, without its secret. Its use is not a change.
create or replace trigger _500_audit after insert or update or delete on app_private.totp_secrets
  for each row execute function app_private.tg__audit('{*}', '{last_step,failures,last_failed_at}', 'user_id');
--! EndIncluded accounts/totp_secrets.triggers.sql
--! Included accounts/user_secrets.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_private.user_secrets
  for each row execute function app_private.tg__timestamps();

-- Who changed a password, without its hash.
create or replace trigger _500_audit after update on app_private.user_secrets
  for each row execute function app_private.tg__audit('{*}', '{}', 'user_id');
--! EndIncluded accounts/user_secrets.triggers.sql
--! Included accounts/memberships.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.memberships
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.memberships
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- After the change, because the function must see its result.
create or replace trigger _200_refuse_last_owner after update of role, is_active on app_public.memberships
  for each row when (OLD.role = 'owner' and OLD.is_active)
  execute function app_private.tg_memberships__refuse_last_owner();

-- Deleting a membership can remove the last owner, too.
create or replace trigger _200_refuse_last_owner_on_delete after delete on app_public.memberships
  for each row when (OLD.role = 'owner' and OLD.is_active)
  execute function app_private.tg_memberships__refuse_last_owner();

-- Who changed whose rights. Availability changes several times a day.
create or replace trigger _500_audit after insert or update or delete on app_public.memberships
  for each row execute function app_private.tg__audit('{}', '{is_available}');

-- Old sessions must not become valid again when a member is reactivated.
create or replace trigger _510_revoke_sessions after update of is_active on app_public.memberships
  for each row when (OLD.is_active and not NEW.is_active) execute function app_private.tg__revoke_sessions();

-- A remaining invitation would let the member return after being removed.
create or replace trigger _520_void_invitation after insert on app_public.memberships
  for each row execute function app_private.tg_memberships__void_invitation();

-- The API shares what subscriptions read among members with the same role.
create or replace trigger _800_notify after update of role on app_public.memberships
  for each row when (OLD.role <> NEW.role)
  execute function app_private.tg_memberships__notify();
--! EndIncluded accounts/memberships.triggers.sql
--! Included accounts/sessions.triggers.sql
-- Who ended a session. Sign-ins are visible in users.last_login_at.
create or replace trigger _500_audit after update of revoked_at on app_private.sessions
  for each row when (OLD.revoked_at is null and NEW.revoked_at is not null)
  execute function app_private.tg__audit('{}', '{}', 'user_id');

-- The API closes the WebSockets of a session that ends. Most sessions that are deleted have expired and have none.
create or replace trigger _800_notify_on_delete after delete on app_private.sessions
  for each row when (OLD.revoked_at is null and OLD.expires_at > now())
  execute function app_private.tg_sessions__notify();

-- The same for revoked sessions. On update of revoked_at only, so that a refresh costs nothing.
create or replace trigger _800_notify_on_update after update of revoked_at on app_private.sessions
  for each row when (OLD.revoked_at is null and NEW.revoked_at is not null)
  execute function app_private.tg_sessions__notify();
--! EndIncluded accounts/sessions.triggers.sql
--! Included accounts/invitations.triggers.sql
-- Invitations are found by their address: one spelling is stored, as on users.
create or replace trigger _110_clean_email before insert or update of email on app_public.invitations
  for each row execute function app_private.tg__clean_email();

-- Who invited whom.
create or replace trigger _500_audit after insert or delete on app_public.invitations
  for each row execute function app_private.tg__audit();
--! EndIncluded accounts/invitations.triggers.sql
--! Included accounts/api_keys.triggers.sql
-- Two keys must not have names that look alike.
create or replace trigger _110_clean_name before insert on app_public.api_keys
  for each row execute function app_private.tg__clean_name();

-- Who created and who revoked a key.
create or replace trigger _500_audit after insert or update of revoked_at on app_public.api_keys
  for each row execute function app_private.tg__audit('{}', '{last_used_at}');

-- The API closes the WebSockets of a key that has been revoked. On update of revoked_at only, so that using a key costs
-- nothing.
create or replace trigger _800_notify after update of revoked_at on app_public.api_keys
  for each row when (OLD.revoked_at is null and NEW.revoked_at is not null)
  execute function app_private.tg_api_keys__notify();
--! EndIncluded accounts/api_keys.triggers.sql
--! Included channels/whatsapp_channels.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.whatsapp_channels
  for each row execute function app_private.tg__timestamps();

-- Queries join this row to WhatsApp channels, so it must exist.
create or replace trigger _200_refuse_removal after delete on app_public.whatsapp_channels
  for each row execute function app_private.tg_whatsapp_channels__refuse_removal();

-- Who connected what. Without the columns that Meta reports, because no user changes them.
create or replace trigger _500_audit after insert or update or delete on app_public.whatsapp_channels
  for each row execute function app_private.tg__audit(
    '{}', '{kind,verified_name_at,quality_rating,quality_rating_at,messaging_limit,messaging_limit_at}', 'channel_id'
  );

-- Subscriptions show what Meta reports about a number.
create or replace trigger _800_notify after update on app_public.whatsapp_channels
  referencing new table as changed_rows
  for each statement execute function app_private.tg_whatsapp_channels__notify();
--! EndIncluded channels/whatsapp_channels.triggers.sql
--! Included channels/channels.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.channels
  for each row execute function app_private.tg__timestamps();

-- A tenant with channels has exactly one default channel.
create or replace trigger _110_choose_default before insert or update of is_default on app_public.channels
  for each row execute function app_private.tg_channels__choose_default();

-- Queries join the columns that only this kind has, so the row must exist.
create or replace trigger _200_refuse_incomplete after insert or update of kind on app_public.channels
  for each row when (NEW.kind = 'whatsapp_cloud')
  execute function app_private.tg_channels__refuse_incomplete();

-- Who connected, changed or removed a channel.
create or replace trigger _500_audit after insert or update or delete on app_public.channels
  for each row execute function app_private.tg__audit('{}', '{webhook_key}');

-- The program updates secrets and state and never inserts them, so the rows must exist.
create or replace trigger _510_insert_secrets after insert on app_public.channels
  for each row execute function app_private.tg_channels__insert_secrets();

-- The callback address was entered at Meta by hand and is shared by all channels of an app, so it must keep working.
create or replace trigger _520_keep_webhook_address after update of webhook_key or delete on app_public.channels
  for each row execute function app_private.tg_channels__keep_webhook_address();

-- Messages may have waited in the outbox while the channel was not active.
create or replace trigger _900_wake_sender after update of status on app_public.channels
  for each row when (NEW.status = 'active' and OLD.status <> 'active')
  execute function app_private.tg_channels__wake_sender();

-- Clients remove what no longer exists.
create or replace trigger _800_notify_deleted after delete on app_public.channels
  referencing old table as changed_rows
  for each statement execute function app_private.tg__notify_deleted('deleted_channels');

-- Subscriptions show the state of channels.
create or replace trigger _800_notify_on_insert after insert on app_public.channels
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('channels');

create or replace trigger _800_notify_on_update after update on app_public.channels
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('channels');
--! EndIncluded channels/channels.triggers.sql
--! Included channels/channel_secrets.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_private.channel_secrets
  for each row execute function app_private.tg__timestamps();

-- Who changed credentials; the credentials themselves are not copied.
create or replace trigger _500_audit after update on app_private.channel_secrets
  for each row execute function app_private.tg__audit(
    '{*}', '{app_secret_fingerprint,previous_app_secret,previous_app_secret_fingerprint}', 'channel_id'
  );
--! EndIncluded channels/channel_secrets.triggers.sql
--! Included contacts/contacts.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.contacts
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.contacts
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Users type and paste numbers and addresses in many notations. Webhooks store normalized numbers, which avoids the
-- call.
create or replace trigger _120_normalize before insert or update of phone, email on app_public.contacts
  for each row when (NEW.phone !~ '^\+[1-9][0-9]{4,19}$' or NEW.email is not null)
  execute function app_private.tg_contacts__normalize();

-- Before the check constraint of phone, whose error has no code of class PY.
create or replace trigger _200_refuse_invalid_phone before insert or update of phone on app_public.contacts
  for each row when (NEW.phone !~ '^\+[1-9][0-9]{4,19}$')
  execute function app_private.tg_contacts__refuse_invalid_phone();

-- Before the delete, which cascades to the addresses.
create or replace trigger _500_record_erasure before delete on app_public.contacts
  for each row execute function app_private.tg_contacts__record_erasure();

-- Claims the number as an identity, and refuses a number of another contact. In one statement, because a webhook could
-- claim the number between a check and an insert.
create or replace trigger _210_claim_phone_on_insert after insert on app_public.contacts
  for each row when (NEW.phone is not null)
  execute function app_private.tg_contacts__claim_phone();

-- The same, after releasing the previous number.
create or replace trigger _210_claim_phone_on_update after update of phone on app_public.contacts
  for each row when (OLD.phone is distinct from NEW.phone)
  execute function app_private.tg_contacts__claim_phone();

-- Who erased a contact. Without values: the audit log must not keep data of an erased contact.
create or replace trigger _500_audit_on_delete after delete on app_public.contacts
  for each row execute function app_private.tg__audit('{*}');

-- Who changed the number that messages go to. Without values, as above. Not when the program stores a first number.
create or replace trigger _500_audit_on_update after update of phone on app_public.contacts
  for each row when (
    OLD.phone is distinct from NEW.phone and (
      OLD.phone is not null
      or app_hidden.current_session_id() is not null
      or app_hidden.current_api_key_hash() is not null
    )
  )
  execute function app_private.tg__audit('{*}');

-- Clients remove what no longer exists.
create or replace trigger _800_notify_deleted after delete on app_public.contacts
  referencing old table as changed_rows
  for each statement execute function app_private.tg__notify_deleted('deleted_contacts');

-- Subscriptions show contacts. No column changes without being shown: what each message changes is in the
-- identities.
create or replace trigger _800_notify_on_insert after insert on app_public.contacts
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('contacts');

create or replace trigger _800_notify_on_update after update on app_public.contacts
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('contacts');
--! EndIncluded contacts/contacts.triggers.sql
--! Included contacts/contact_identities.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.contact_identities
  for each row execute function app_private.tg__timestamps();
--! EndIncluded contacts/contact_identities.triggers.sql
--! Included contacts/tags.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.tags
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.tags
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Names are unique: names that look alike are stored as the same name.
create or replace trigger _120_clean_name before insert or update of name on app_public.tags
  for each row execute function app_private.tg__clean_name();

-- Clients remove what no longer exists.
create or replace trigger _800_notify_deleted after delete on app_public.tags
  referencing old table as changed_rows
  for each statement execute function app_private.tg__notify_deleted('deleted_tags');

-- Subscriptions show tags.
create or replace trigger _800_notify_on_insert after insert on app_public.tags
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('tags');

create or replace trigger _800_notify_on_update after update on app_public.tags
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('tags');
--! EndIncluded contacts/tags.triggers.sql
--! Included contacts/contact_tags.triggers.sql
-- Also for the owner of the database, who may tag contacts of any tenant.
create or replace trigger _110_fill_in_tenant_of_contact before insert on app_public.contact_tags
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant_of_contact();

-- Subscriptions show the tags of contacts.
create or replace trigger _800_notify_on_delete after delete on app_public.contact_tags
  referencing old table as changed_rows
  for each statement execute function app_private.tg_contact_tags__notify();

create or replace trigger _800_notify_on_insert after insert on app_public.contact_tags
  referencing new table as changed_rows
  for each statement execute function app_private.tg_contact_tags__notify();
--! EndIncluded contacts/contact_tags.triggers.sql
--! Included contacts/groups.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.groups
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.groups
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Names are unique: names that look alike are stored as the same name, as on tags.
create or replace trigger _120_clean_name before insert or update of name on app_public.groups
  for each row execute function app_private.tg__clean_name();
--! EndIncluded contacts/groups.triggers.sql
--! Included contacts/group_contacts.triggers.sql
-- Also for the owner of the database, who may tag contacts of any tenant.
create or replace trigger _110_fill_in_tenant_of_contact before insert on app_public.group_contacts
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant_of_contact();
--! EndIncluded contacts/group_contacts.triggers.sql
--! Included conversations/teams.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.teams
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.teams
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Chatbots name teams: names that look alike are stored as the same name.
create or replace trigger _120_clean_name before insert or update of name on app_public.teams
  for each row execute function app_private.tg__clean_name();

-- Who changed how conversations are assigned.
create or replace trigger _500_audit after insert or update or delete on app_public.teams
  for each row execute function app_private.tg__audit();
--! EndIncluded conversations/teams.triggers.sql
--! Included conversations/team_members.triggers.sql
create or replace trigger _110_fill_in_tenant before insert on app_public.team_members
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Who put whom into which team. Not updates, which only record that a conversation was assigned.
create or replace trigger _500_audit after insert or delete on app_public.team_members
  for each row execute function app_private.tg__audit('{}', '{last_assigned_at}', 'team_id');
--! EndIncluded conversations/team_members.triggers.sql
--! Included conversations/closing_rules.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.closing_rules
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.closing_rules
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Who changed when conversations are closed.
create or replace trigger _500_audit after insert or update or delete on app_public.closing_rules
  for each row execute function app_private.tg__audit();
--! EndIncluded conversations/closing_rules.triggers.sql
--! Included conversations/conversations.triggers.sql
create or replace trigger _100_timestamps_on_insert before insert on app_public.conversations
  for each row execute function app_private.tg__timestamps();

-- Inserts of messages set updated_at themselves, which avoids the call. The columns that they always change are not in
-- the column lists below, so that these triggers are not even considered; a condition would cost each statement time.
create or replace trigger _100_timestamps_on_update before update on app_public.conversations
  for each row when (NEW.updated_at is not distinct from OLD.updated_at)
  execute function app_private.tg__timestamps();

-- Users give the contact only. The program gives all three columns, which avoids the call.
create or replace trigger _110_fill_in before insert on app_public.conversations
  for each row when (NEW.tenant_id is null or NEW.channel_id is null)
  execute function app_private.tg_conversations__fill_in();

-- Columns that follow from others: when the conversation was closed, since when users are in charge.
create or replace trigger _120_keep_state_on_insert before insert on app_public.conversations
  for each row execute function app_private.tg_conversations__keep_state();

create or replace trigger _120_keep_state_on_update before update of status, assignee_id, team_id
  on app_public.conversations
  for each row when (
    (NEW.status, NEW.assignee_id, NEW.team_id) is distinct from (OLD.status, OLD.assignee_id, OLD.team_id)
  )
  execute function app_private.tg_conversations__keep_state();

-- Response times begin with the handover, so callers of the API do not choose its time.
create or replace trigger _125_hand_over_now before update of handed_over_at on app_public.conversations
  for each row when (NEW.handed_over_at <> coalesce(OLD.handed_over_at, now()))
  execute function app_private.tg_conversations__hand_over_now();

-- Only for a pause that has not ended. The time of a past one is kept, because it shows that its run must be resumed.
create or replace trigger _130_end_pause before update of assignee_id, status on app_public.conversations
  for each row when (
    OLD.chatbot_paused_until > now()
    and ((OLD.assignee_id is not null and NEW.assignee_id is null) or (OLD.status = 'open' and NEW.status <> 'open'))
  )
  execute function app_private.tg_conversations__end_pause();

-- Fills in the assignee when a team gets the conversation, also when it gets it again.
create or replace trigger _140_assign_on_insert before insert on app_public.conversations
  for each row when (NEW.team_id is not null and NEW.assignee_id is null and NEW.status = 'open')
  execute function app_private.tg_conversations__assign();

create or replace trigger _140_assign_on_update before update of team_id on app_public.conversations
  for each row when (NEW.team_id is not null and NEW.assignee_id is null and NEW.status = 'open')
  execute function app_private.tg_conversations__assign();

-- Before the not-null constraints, whose errors have no code of class PY.
create or replace trigger _200_refuse_incomplete before insert on app_public.conversations
  for each row when (NEW.tenant_id is null or NEW.channel_id is null)
  execute function app_private.tg_conversations__refuse_incomplete();

-- Figures are kept, not counted when they are asked for. Before the delete, which cascades to the messages.
create or replace trigger _500_count_deleted before delete on app_public.conversations
  for each row execute function app_private.tg_conversations__count_deleted();

-- The assignee becomes a participant.
create or replace trigger _500_add_assignee after insert or update of assignee_id on app_public.conversations
  for each row when (NEW.assignee_id is not null)
  execute function app_private.tg_conversations__add_assignee();

-- The thread shows what has happened to its conversation. Recorded for each row and written for each statement, because
-- a trigger with a list of columns cannot have a transition table, and many conversations may be closed at once.
create or replace trigger _510_record_notices
  after update of status, team_id, assignee_id, handed_over_at, snoozed_until on app_public.conversations
  for each row when (
    (
      OLD.status, OLD.team_id, OLD.assignee_id, OLD.handed_over_at, OLD.snoozed_until, OLD.metadata -> 'handoff'
    ) is distinct from (
      NEW.status, NEW.team_id, NEW.assignee_id, NEW.handed_over_at, NEW.snoozed_until, NEW.metadata -> 'handoff'
    )
  )
  execute function app_private.tg_conversations__record_notices();

-- Handoffs show how long users had the conversation. The columns are those from which handed_over_at follows.
create or replace trigger _520_track_handoff_on_insert after insert on app_public.conversations
  for each row when (NEW.handed_over_at is not null)
  execute function app_private.tg_conversations__track_handoff();

create or replace trigger _520_track_handoff_on_update
  after update of status, team_id, assignee_id, handed_over_at on app_public.conversations
  for each row when (
    (OLD.handed_over_at, OLD.team_id, OLD.assignee_id)
      is distinct from (NEW.handed_over_at, NEW.team_id, NEW.assignee_id)
    and (OLD.handed_over_at is not null or NEW.handed_over_at is not null)
  )
  execute function app_private.tg_conversations__track_handoff();

-- Subscriptions show changes of conversations. Changes that messages cause are reported with the messages, not here.
-- For each row, because a trigger with a list of columns cannot have a transition table, and one without it would cost
-- each inbound message time.
create or replace trigger _800_notify_on_update
  after update of contact_id, status, team_id, assignee_id, handed_over_at, snoozed_until, chatbot_paused_until,
    read_at, metadata
  on app_public.conversations
  for each row when (
    (
      OLD.contact_id, OLD.status, OLD.team_id, OLD.assignee_id, OLD.handed_over_at, OLD.snoozed_until,
      OLD.chatbot_paused_until, OLD.read_at, OLD.metadata
    ) is distinct from (
      NEW.contact_id, NEW.status, NEW.team_id, NEW.assignee_id, NEW.handed_over_at, NEW.snoozed_until,
      NEW.chatbot_paused_until, NEW.read_at, NEW.metadata
    )
  )
  execute function app_private.tg_conversations__notify();

-- A chatbot waits while a user handles the conversation, and continues afterwards.
create or replace trigger _900_enqueue_chatbot
  after update of chatbot_paused_until, handed_over_at, assignee_id, team_id, status on app_public.conversations
  for each row when (
    (OLD.chatbot_paused_until, OLD.handed_over_at) is distinct from (NEW.chatbot_paused_until, NEW.handed_over_at)
  )
  execute function app_private.tg_conversations__enqueue_chatbot();

-- Writes what _510_record_notices has recorded.
create or replace trigger _520_write_notices
  after update of status, team_id, assignee_id, handed_over_at, snoozed_until on app_public.conversations
  for each statement execute function app_private.tg_conversations__write_notices();

-- Clients remove what no longer exists.
create or replace trigger _800_notify_deleted after delete on app_public.conversations
  referencing old table as changed_rows
  for each statement execute function app_private.tg__notify_deleted('deleted_conversations');

-- Subscriptions show new conversations.
create or replace trigger _800_notify_on_insert after insert on app_public.conversations
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('conversations');
--! EndIncluded conversations/conversations.triggers.sql
--! Included conversations/conversation_participants.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.conversation_participants
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.conversation_participants
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Subscriptions show who takes part.
create or replace trigger _800_notify_on_delete after delete on app_public.conversation_participants
  referencing old table as changed_rows
  for each statement execute function app_private.tg_conversation_participants__notify();

create or replace trigger _800_notify_on_insert after insert on app_public.conversation_participants
  referencing new table as changed_rows
  for each statement execute function app_private.tg_conversation_participants__notify();
--! EndIncluded conversations/conversation_participants.triggers.sql
--! Included messages/messages.triggers.sql
-- Rows never change. conversation_id is left out: it moves when two contacts are merged.
create or replace trigger _200_refuse_change
  before update of tenant_id, id, direction, author, origin, type, content, preview, user_id, api_key_id,
    provider_message_id, reply_to_id, media_id, metadata, occurred_at, created_at
  on app_public.messages
  for each statement execute function app_private.tg_messages__refuse_change();

-- Users give the conversation, the type and the content only. The program gives all columns, which avoids the call.
create or replace trigger _110_fill_in before insert on app_public.messages
  for each row when (NEW.tenant_id is null or NEW.author is null or NEW.preview is null)
  execute function app_private.tg_messages__fill_in();

-- Before the not-null constraint of tenant_id, whose error has no code of class PY.
create or replace trigger _200_refuse_unknown_conversation before insert on app_public.messages
  for each row when (NEW.tenant_id is null)
  execute function app_private.tg_messages__refuse_unknown_conversation();

-- The rules of sending. After the insert, so that a bulk insert checks all its rows in one statement.
create or replace trigger _200_refuse after insert on app_public.messages
  referencing new table as new_rows
  for each statement execute function app_private.tg_messages__refuse();

-- Instead of foreign keys, which would prevent old partitions from being dropped.
create or replace trigger _500_remove_state after delete on app_public.messages
  referencing old table as old_rows
  for each statement execute function app_private.tg_messages__remove_state();

-- Conversations show their last message, window and unread count without reading messages.
create or replace trigger _500_track_conversation after insert on app_public.messages
  referencing new table as new_rows
  for each statement execute function app_private.tg_messages__track_conversation();

-- Files go with the last message that uses them.
create or replace trigger _510_remove_media after delete on app_public.messages
  referencing old table as old_rows
  for each statement execute function app_private.tg_messages__remove_media();

-- Figures are kept, not counted when they are asked for.
create or replace trigger _520_count after insert on app_public.messages
  referencing new table as new_rows
  for each statement execute function app_private.tg_messages__count();

-- Deleted messages are subtracted.
create or replace trigger _520_count_deleted after delete on app_public.messages
  referencing old table as old_rows
  for each statement execute function app_private.tg_messages__count_deleted();

-- Subscriptions show new messages.
create or replace trigger _800_notify after insert on app_public.messages
  referencing new table as new_rows
  for each statement execute function app_private.tg_messages__notify();

-- Clients remove what no longer exists.
create or replace trigger _800_notify_deleted after delete on app_public.messages
  referencing old table as changed_rows
  for each statement execute function app_private.tg_messages__notify_deleted();

-- Chatbots react to customers' messages.
create or replace trigger _900_enqueue_chatbot after insert on app_public.messages
  referencing new table as new_rows
  for each statement execute function app_private.tg_messages__enqueue_chatbot();

-- Inserting an outbound message sends it.
create or replace trigger _910_enqueue_send after insert on app_public.messages
  referencing new table as new_rows
  for each statement execute function app_private.tg_messages__enqueue_send();
--! EndIncluded messages/messages.triggers.sql
--! Included messages/canned_replies.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.canned_replies
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.canned_replies
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- What cannot be sent is not saved. The shape of the content is checked by a constraint.
create or replace trigger _200_refuse_long_text before insert or update of type, content on app_public.canned_replies
  for each row when (NEW.type = 'text') execute function app_private.tg_canned_replies__refuse_long_text();
--! EndIncluded messages/canned_replies.triggers.sql
--! Included messages/mentions.triggers.sql
-- Subscriptions show users where they are mentioned.
create or replace trigger _800_notify_on_insert after insert on app_public.mentions
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('mentions');

-- A user's other clients learn that a mention was read.
create or replace trigger _800_notify_on_update after update on app_public.mentions
  referencing new table as changed_rows
  for each statement execute function app_private.tg__notify('mentions');
--! EndIncluded messages/mentions.triggers.sql
--! Included media/media.triggers.sql
-- Stored files go with the last media row that uses them.
create or replace trigger _500_release_files after delete on app_public.media
  referencing old table as old_rows
  for each statement execute function app_private.tg_media__release_files();
--! EndIncluded media/media.triggers.sql
--! Included media/media_files.triggers.sql
-- The storage is not part of the transaction: a file is removed from it after the commit.
create or replace trigger _900_note_unused after delete on app_private.media_files
  referencing old table as old_rows
  for each statement execute function app_private.tg_media_files__note_unused();
--! EndIncluded media/media_files.triggers.sql
--! Included messages/message_statuses.triggers.sql
-- Error 131050 means that the customer has opted out of marketing messages.
create or replace trigger _500_record_opt_out after update on app_public.message_statuses
  for each row when (NEW.status = 'failed' and NEW.error_code = '131050')
  execute function app_private.tg_message_statuses__record_opt_out();

-- Figures are kept, not counted when they are asked for.
create or replace trigger _510_count after update on app_public.message_statuses
  referencing old table as old_rows new table as new_rows
  for each statement execute function app_private.tg_message_statuses__count();

-- Deleted messages are subtracted.
create or replace trigger _510_count_deleted after delete on app_public.message_statuses
  referencing old table as old_rows
  for each statement execute function app_private.tg_message_statuses__count_deleted();

-- Subscriptions show the outcome of messages.
create or replace trigger _800_notify after update on app_public.message_statuses
  referencing old table as old_rows new table as new_rows
  for each statement execute function app_private.tg_message_statuses__notify();

-- A run must not wait for the answer to a message that did not arrive.
create or replace trigger _900_enqueue_chatbot after update on app_public.message_statuses
  referencing old table as old_rows new table as new_rows
  for each statement execute function app_private.tg_message_statuses__enqueue_chatbot();
--! EndIncluded messages/message_statuses.triggers.sql
--! Included chatbots/chatbots.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.chatbots
  for each row execute function app_private.tg__timestamps();

-- Who changed a chatbot. Without the graph, which may contain credentials.
create or replace trigger _500_audit after insert or update or delete on app_public.chatbots
  for each row execute function app_private.tg__audit('{nodes,edges,settings,metadata}');
--! EndIncluded chatbots/chatbots.triggers.sql
--! Included chatbots/chatbot_versions.triggers.sql
-- Who published a version. Without the graph, as on chatbots.
create or replace trigger _500_audit after insert or delete on app_public.chatbot_versions
  for each row execute function app_private.tg__audit('{nodes,edges,settings,subflows,flows}');
--! EndIncluded chatbots/chatbot_versions.triggers.sql
--! Included chatbots/conversation_contexts.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.conversation_contexts
  for each row execute function app_private.tg__timestamps();

-- The handoff was not taken in time, or was skipped: the chatbot is in charge again.
create or replace trigger _500_take_back after update of waiting on app_public.conversation_contexts
  for each row when (
    OLD.waiting_for = 'handoff' and NEW.waiting_for is distinct from 'handoff' and NEW.status <> 'stopped'
  )
  execute function app_private.tg_conversation_contexts__take_back();
--! EndIncluded chatbots/conversation_contexts.triggers.sql
--! Included chatbots/ai_budgets.triggers.sql
-- Who changed the budget of a tenant.
create or replace trigger _500_audit after insert or update or delete on app_private.ai_budgets
  for each row execute function app_private.tg__audit('{}', '{}', 'tenant_id');
--! EndIncluded chatbots/ai_budgets.triggers.sql
--! Included templates/templates.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.templates
  for each row execute function app_private.tg__timestamps();
--! EndIncluded templates/templates.triggers.sql
--! Included flows/data_sources.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.data_sources
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.data_sources
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- A token is valid for one address and one kind of authentication. It must not be sent to another address.
create or replace trigger _120_clear_token_flag before update of base_url, auth_type on app_public.data_sources
  for each row when ((NEW.base_url, NEW.auth_type) is distinct from (OLD.base_url, OLD.auth_type))
  execute function app_private.tg_data_sources__clear_token_flag();

-- Calls without the required token would fail. Must fire after _120_clear_token_flag, which clears has_auth_token.
create or replace trigger _130_deactivate_without_token
  before insert or update of base_url, auth_type on app_public.data_sources
  for each row when (NEW.auth_type <> 'none' and not NEW.has_auth_token)
  execute function app_private.tg_data_sources__deactivate_without_token();

-- Who changed where chatbots send data. Addresses, headers and config may contain credentials.
create or replace trigger _500_audit after insert or update or delete on app_public.data_sources
  for each row execute function app_private.tg__audit('{base_url,headers,config}');

-- _120_clear_token_flag clears has_auth_token; this deletes the token itself.
create or replace trigger _510_remove_token after update of base_url, auth_type on app_public.data_sources
  for each row when ((NEW.base_url, NEW.auth_type) is distinct from (OLD.base_url, OLD.auth_type))
  execute function app_private.tg_data_sources__remove_token();
--! EndIncluded flows/data_sources.triggers.sql
--! Included flows/data_source_secrets.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_private.data_source_secrets
  for each row execute function app_private.tg__timestamps();

-- Who changed a token; the token itself is not copied.
create or replace trigger _500_audit after insert or update or delete on app_private.data_source_secrets
  for each row execute function app_private.tg__audit('{*}', '{}', 'data_source_id');
--! EndIncluded flows/data_source_secrets.triggers.sql
--! Included flows/data_source_connections.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.data_source_connections
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.data_source_connections
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Who changed a call of chatbots. Parameters and bodies may contain credentials.
create or replace trigger _500_audit after insert or update or delete on app_public.data_source_connections
  for each row execute function app_private.tg__audit(
    '{endpoint,default_params,default_body,param_mapping,transform_config}'
  );
--! EndIncluded flows/data_source_connections.triggers.sql
--! Included flows/whatsapp_flows.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.whatsapp_flows
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.whatsapp_flows
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Who changed a form. Without its content, which is long.
create or replace trigger _500_audit after insert or update or delete on app_public.whatsapp_flows
  for each row execute function app_private.tg__audit('{flow_json,endpoint_uri,preview_url,metadata}');
--! EndIncluded flows/whatsapp_flows.triggers.sql
--! Included flows/google_accounts.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.google_accounts
  for each row execute function app_private.tg__timestamps();

-- Who changed whose calendar is read. Without access_token_expires_at, which changes with every renewal.
create or replace trigger _500_audit after insert or update or delete on app_public.google_accounts
  for each row execute function app_private.tg__audit('{}', '{access_token_expires_at}');
--! EndIncluded flows/google_accounts.triggers.sql
--! Included flows/google_account_secrets.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_private.google_account_secrets
  for each row execute function app_private.tg__timestamps();

-- Who stored tokens; the tokens themselves are not copied.
create or replace trigger _500_audit_on_insert after insert on app_private.google_account_secrets
  for each row execute function app_private.tg__audit('{*}', '{}', 'user_id');

-- Only changes through the API: the program renews access tokens every hour.
create or replace trigger _500_audit_on_update after update on app_private.google_account_secrets
  for each row when (app_hidden.current_session_id() is not null or app_hidden.current_api_key_hash() is not null)
  execute function app_private.tg__audit('{*}', '{}', 'user_id');
--! EndIncluded flows/google_account_secrets.triggers.sql
--! Included filters/views.triggers.sql
create or replace trigger _100_timestamps before insert or update on app_public.views
  for each row execute function app_private.tg__timestamps();

create or replace trigger _110_fill_in_tenant before insert on app_public.views
  for each row when (NEW.tenant_id is null) execute function app_private.tg__fill_in_tenant();

-- Names are unique: names that look alike are stored as the same name.
create or replace trigger _120_clean_name before insert or update of name on app_public.views
  for each row execute function app_private.tg__clean_name();

-- A view can be opened whenever it is stored.
create or replace trigger _200_refuse_invalid_filter before insert or update of kind, filter on app_public.views
  for each row execute function app_private.tg_views__refuse_invalid_filter();
--! EndIncluded filters/views.triggers.sql

--! split: 0900-operations.sql
-- Functions for the operator's command line, the health checks and the metrics.
--! Included operations/expired_partitions.sql
create or replace function app_private.expired_partitions(webhook_retention interval)
returns table (name text, state text) as $$
  -- A partition whose newest possible row is old enough.
  select
    c.relname,
    case when i.inhdetachpending then 'detaching' when c.relispartition then 'attached' else 'detached' end
  from pg_class c
  left join pg_inherits i on i.inhrelid = c.oid
  where c.relnamespace = 'app_private'::regnamespace
  and c.relkind = 'r'
  and c.relname ~ '^webhook_events_\d{4}_\d{2}$'
  and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' < now() - webhook_retention
  order by c.relname
$$ language sql stable set search_path to pg_catalog, pg_temp set timezone to 'UTC';

comment on function app_private.expired_partitions(interval) is
  E'The monthly partitions of webhook bodies that are older than the retention. state: attached; detaching (an '
   'interrupted detachment); detached. The daily upkeep detaches and drops them.';
--! EndIncluded operations/expired_partitions.sql
--! Included operations/delete_old_rows.sql
create or replace function app_private.delete_old_rows() returns void as $$
  delete from app_private.erased_addresses e
  where not exists (
    select from app_public.webhook_events w
    where w.tenant_id = e.tenant_id and w.id < app_hidden.uuid_v7_floor(e.erased_at)
  );
  delete from app_private.erased_messages e where e.erased_at < now() - interval '8 days';
  delete from app_private.early_statuses p where p.created_at < now() - interval '8 days';
  delete from app_private.idempotency_keys k where k.created_at < now() - interval '8 days';
  -- Cursors are accepted for two days (read_change_cursor).
  delete from app_private.changes c
  where c.changed_at < now() - interval '3 days'
  -- Not those of messages whose words are still to be stored.
  and (
    c.kind <> 'messages'
    or not exists (select from app_public.tenants t where t.id = c.tenant_id)
    or exists (
      select from app_private.search_progress p
      where p.tenant_id = c.tenant_id and (p.transaction_id, p.change_id) >= (c.transaction_id, c.id)
    )
  );
  delete from app_private.outdated_words o
  where not exists (select from app_public.tenants t where t.id = o.tenant_id);
  delete from app_private.sign_in_sources s where s.last_signed_in_at < now() - interval '90 days';
  delete from app_private.sign_in_failures f where f.last_failed_at < now() - interval '1 day';
  delete from app_private.password_resets r where r.expires_at < now() - interval '1 day';
  delete from app_private.sessions s where s.expires_at < now() - interval '7 days';
  delete from app_public.invitations i where i.expires_at < now() - interval '7 days';
  delete from app_public.presences p where p.expires_at < now() - interval '1 day';
  -- Jobs of killed workers that a newer job has replaced while they ran: they lost their key, and do not run again.
  delete from graphile_worker._private_jobs j
  where j.key is null and j.attempts >= j.max_attempts and j.last_error is null and j.locked_at is null
  and j.updated_at < now() - interval '1 day';
  -- The budgets look back one day.
  delete from app_private.ai_calls a where a.created_at < now() - interval '8 days';
  -- Statuses move on and leave zeros behind.
  delete from app_hidden.message_stats s where s.count = 0;
  delete from app_hidden.delivery_stats s where s.count = 0;
  -- Events that wait until a user is done, but whose run has ended.
  delete from app_private.chatbot_events e
  where e.due_at = 'infinity'
  and (e.set_aside_reason is null or e.created_at < now() - interval '30 days')
  and not exists (select from app_public.conversation_contexts x where x.id = e.context_id and x.is_active);
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.delete_old_rows() is
  E'Deletes rows that are no longer needed: early statuses, idempotency keys, the ids of erased messages and calls of '
   'language models after eight days; recorded changes after three days; failed sign-ins, links for a new password, '
   'presences and replaced jobs of killed workers after one day; sessions and invitations a week after they expired; '
   'results of calls that no run waits for; events that were set aside after thirty days; figures that have become '
   'zero; and hashes of erased addresses when no earlier webhook is left.';
--! EndIncluded operations/delete_old_rows.sql
--! Included operations/waiting_channels.sql
create or replace function app_private.waiting_channels(at_most int default 20)
returns table (
  tenant text,
  channel_id uuid,
  phone_number_id text,
  reason text,
  messages int,
  waiting_since timestamptz,
  oldest_seconds double precision
) as $$
  select
    t.slug, c.id, w.phone_number_id,
    case
      when t.status <> 'active' then 'tenant_' || t.status::text
      when c.status <> 'active' then c.status::text
      when s.paused_until > now() then 'throttled'
      when s.pace_clock > now() - interval '2 minutes' then 'sending'
      else 'waiting'
    end,
    o.messages, o.waiting_since,
    extract(epoch from now() - o.waiting_since)::double precision
  from (
    select l.channel_id, count(*)::int as messages, min(q.created_at) as waiting_since
    from app_private.outbox q
    join app_private.outbox_lanes l on l.conversation_id = q.conversation_id
    where q.state = 'queued'
    group by l.channel_id
  ) o
  join app_public.channels c on c.id = o.channel_id
  left join app_public.whatsapp_channels w on w.channel_id = c.id
  join app_public.tenants t on t.id = c.tenant_id
  join app_private.channel_states s on s.channel_id = c.id
  order by o.waiting_since
  limit at_most
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.waiting_channels(int) is
  E'The at_most channels whose messages have waited longest, longest first, for metrics and parley stats. reason: '
   'stopped (the provider refused it; see channels.status_reason), paused (by a user), tenant_inactive, throttled '
   '(the provider asked for a pause), sending (more slowly than messages arrive), waiting (for a retry, or no worker '
   'is running). Reads the whole outbox.';
--! EndIncluded operations/waiting_channels.sql
--! Included operations/correct_future_times.sql
create or replace function app_private.correct_future_times() returns int as $$
declare
  -- Clocks of a cluster differ by less.
  v_tolerance constant interval := '1 minute';
  -- No lane and no event of a chatbot waits longer (src/outbox/outcome_row.ts, debounceMs).
  v_longest constant interval := '10 minutes';
  v_count int;
  v_total int := 0;
begin
  -- What has no longest wait says when it was written: in the future only if the clock was ahead then. How long it was
  -- to wait is known all the same, and is counted from now.
  with jobs as (
    update graphile_worker._private_jobs j set
      run_at = now() + greatest(j.run_at - j.updated_at, '0'),
      updated_at = now()
    where j.updated_at > now() + v_tolerance and j.locked_at is null
    returning j.task_id, j.payload, j.run_at
  ),
  known as (
    select t.identifier, (j.payload ->> 'contextId')::uuid as context_id,
      (j.payload ->> 'conversationId')::uuid as conversation_id, j.run_at
    from jobs j
    join graphile_worker._private_tasks t on t.id = j.task_id
    where t.identifier in ('ring_chatbot_timer', 'resume_chatbot')
  ),
  timers as (
    update app_public.conversation_contexts x set expires_at = k.run_at
    from known k
    where k.identifier = 'ring_chatbot_timer' and x.id = k.context_id and x.expires_at > k.run_at
  ),
  pauses as (
    -- The conversation has the end of its pause; changing it sets the job again (_900_enqueue_chatbot).
    update app_public.conversations c set chatbot_paused_until = k.run_at
    from known k
    where k.identifier = 'resume_chatbot' and c.id = k.conversation_id and c.chatbot_paused_until > k.run_at
  )
  select count(*) into v_count from jobs;
  v_total := v_total + v_count;

  update graphile_worker._private_known_crontabs k set last_execution = now()
  where k.last_execution > now() + v_tolerance;
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  update app_private.channel_states s set
    paused_until = now() + (s.paused_until - s.paused_at),
    learned_at = now() + (s.learned_at - s.paused_at),
    paused_at = now()
  where s.paused_at > now() + v_tolerance;
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;
  update app_private.search_progress p set look_at = now() where p.look_at > now() + v_longest + v_tolerance;
  update app_private.channel_states s set last_webhook_at = now()
  where s.last_webhook_at > now() + v_tolerance;

  -- Further ahead than the longest wait: due.
  with held as (
    select l.conversation_id
    from app_private.outbox_lanes l
    where l.due_at > now() + v_longest + v_tolerance and l.due_at < 'infinity'
    order by l.conversation_id
    for update skip locked
  )
  update app_private.outbox_lanes l set
    due_at = now(),
    paced_until = least(l.paced_until, now() + v_longest)
  from held h
  where l.conversation_id = h.conversation_id;
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  update app_private.chatbot_events e set due_at = now()
  where e.due_at > now() + v_longest + v_tolerance and e.due_at < 'infinity';
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;

  -- A minute more for the sender that holds the lease; reconcile_outbox() decides what is left.
  update app_private.outbox o set lease_until = now() + v_tolerance
  where o.state = 'sending' and o.lease_until > now() + v_longest;
  get diagnostics v_count = row_count;
  v_total := v_total + v_count;
  update app_private.outbox o set uncertain_at = now()
  where o.state = 'uncertain' and o.uncertain_at > now() + v_tolerance;
  get diagnostics v_count = row_count;
  return v_total + v_count;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.correct_future_times() is
  E'Shortens waits that were set while the clock was ahead, after it has been set back: jobs, timers and pauses of '
   'chatbots, periodic tasks, pauses and lanes of channels, leases. Returns how many. Each worker calls it every few '
   'seconds, and not as a job, because jobs may be what is delayed.';
--! EndIncluded operations/correct_future_times.sql
--! Included operations/operations_status.sql
create or replace function app_private.operations_status()
returns table (
  workers int,
  silent_workers int,
  jobs_due int,
  jobs_oldest_due_seconds double precision,
  jobs_given_up int,
  failing_upkeep text[],
  turns_oldest_due_seconds double precision,
  outbox_queued int,
  outbox_sending int,
  outbox_uncertain int,
  outbox_oldest_queued_seconds double precision,
  stuck_channels int,
  held_channels int,
  webhooks_unapplied int,
  media_pending int,
  media_oldest_pending_seconds double precision,
  missing_partitions text[],
  missing_partitions_ahead text[]
) as $$
  select
    w.running, w.silent,
    j.due, j.oldest_due_seconds, j.given_up,
    array(
      -- Again and again, not once: a database that was away for a moment fails each of them.
      select u.task_identifier
      from graphile_worker.jobs u
      where u.task_identifier in (
        'maintain', 'reconcile_outbox', 'retry_webhooks', 'count_chatbot_activity', 'roll_up_figures',
        'remove_media_files', 'end_snoozes', 'close_inactive_conversations'
      )
      and u.last_error is not null
      and (u.attempts < u.max_attempts or u.updated_at > now() - interval '1 hour')
      group by u.task_identifier
      having sum(u.attempts) >= 3
      order by u.task_identifier
    ),
    (
      select coalesce(extract(epoch from now() - min(e.due_at)), 0)::double precision
      from app_private.chatbot_events e
      where e.due_at <= now()
    ),
    o.queued, o.sending, o.uncertain, o.oldest_queued_seconds,
    (
      -- Work is due, nothing stands in its way, and the sender has not moved the channel's clock for two minutes. A
      -- long queue that moves is no illness.
      select count(*)::int
      from app_private.channel_states s
      join app_public.channels c on c.id = s.channel_id and c.status = 'active'
      join app_public.tenants t on t.id = c.tenant_id and t.status = 'active'
      where s.paused_until < now() - interval '2 minutes'
      and s.pace_clock < now() - interval '2 minutes'
      and exists (
        select from app_private.outbox_lanes l
        where l.channel_id = s.channel_id and l.due_at < now() - interval '2 minutes' and l.due_at < 'infinity'
      )
    ),
    (
      -- Messages wait, and will until a person has done something.
      select count(*)::int
      from app_public.channels c
      join app_public.tenants t on t.id = c.tenant_id
      where (c.status <> 'active' or t.status <> 'active')
      and exists (
        select from app_private.outbox_lanes l
        where l.channel_id = c.id and l.due_at < now() and l.due_at < 'infinity'
      )
    ),
    (select count(*)::int from app_public.webhook_events e where e.status <> 'processed'),
    d.pending, d.oldest_pending_seconds,
    array(select m.name from app_private.missing_partitions(0) m order by m.name),
    array(select m.name from app_private.missing_partitions(1) m order by m.name)
  from (
    -- A living worker holds a lock of this class, and asks something every few seconds on the connection that holds it
    -- (src/jobs/presence.ts): one that is suspended or caught in a loop does not.
    select
      count(*)::int as running,
      count(*) filter (where a.query_start < clock_timestamp() - interval '30 seconds')::int as silent
    from pg_locks l
    left join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'advisory'
    and l.database = (select d.oid from pg_database d where d.datname = current_database())
    and l.classid::bigint = hashtext('parley worker')::bigint & 4294967295
    and l.objsubid = 2
    and l.granted
  ) w
  cross join (
    select
      count(*) filter (where is_due)::int as due,
      coalesce(extract(epoch from now() - min(run_at) filter (where is_due)), 0)::double precision
        as oldest_due_seconds,
      count(*) filter (where has_given_up)::int as given_up
    from (
      select
        run_at,
        -- A job with flags waits for a slot of its tenant (src/jobs/slow_slots.ts), however many workers there are.
        run_at <= now() and locked_at is null and attempts < max_attempts and flags is null as is_due,
        attempts >= max_attempts and locked_at is null as has_given_up
      from graphile_worker.jobs
    ) jobs
  ) j
  cross join (
    select
      count(*) filter (where state = 'queued')::int as queued,
      count(*) filter (where state = 'sending')::int as sending,
      count(*) filter (where state = 'uncertain')::int as uncertain,
      coalesce(extract(epoch from now() - min(created_at) filter (where state = 'queued')), 0)::double precision
        as oldest_queued_seconds
    from app_private.outbox
  ) o
  cross join (
    select
      count(*)::int as pending,
      coalesce(extract(epoch from now() - min(created_at)), 0)::double precision as oldest_pending_seconds
    from app_public.media
    where state = 'pending'
  ) d
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.operations_status() is
  E'The state of the installation in one row, for /metrics, /health/ready and parley stats. workers: how many are '
   'running; silent_workers: how many of these have shown no progress for 30 s. jobs_given_up: failed for the last '
   'time. failing_upkeep: periodic tasks that keep failing. stuck_channels: they have work and may do it, but no '
   'worker does. held_channels: messages wait for a user to set the channel or its tenant to active. '
   'webhooks_unapplied: stored bodies that are waiting or could not be applied. media_pending: files of received '
   'messages that are not fetched yet. missing_partitions: of this month '
   '(nothing can be stored without them); missing_partitions_ahead: of this month or the next.';
--! EndIncluded operations/operations_status.sql
--! Included operations/tenant_stats.sql
create or replace function app_private.tenant_stats()
returns table (
  tenant text,
  status app_public.tenant_status,
  users int,
  channels int,
  contacts int,
  conversations int,
  open_conversations int,
  messages int,
  stored_files int,
  stored_bytes bigint,
  outbox int,
  chatbots int,
  running_chatbots int,
  webhook_events int,
  unapplied_webhook_events int
) as $$
  select
    t.slug,
    t.status,
    (select count(*)::int from app_public.memberships x where x.tenant_id = t.id),
    (select count(*)::int from app_public.channels x where x.tenant_id = t.id),
    (select count(*)::int from app_public.contacts x where x.tenant_id = t.id),
    (select count(*)::int from app_public.conversations x where x.tenant_id = t.id),
    (select count(*)::int from app_public.conversations x where x.tenant_id = t.id and x.status = 'open'),
    (select count(*)::int from app_public.messages x where x.tenant_id = t.id),
    f.files,
    f.bytes,
    (select count(*)::int from app_private.outbox x where x.tenant_id = t.id),
    (select count(*)::int from app_public.chatbots x where x.tenant_id = t.id),
    (select count(*)::int from app_public.conversation_contexts x where x.tenant_id = t.id and x.is_active),
    (select count(*)::int from app_public.webhook_events x where x.tenant_id = t.id),
    (select count(*)::int from app_public.webhook_events x where x.tenant_id = t.id and x.status <> 'processed')
  from app_public.tenants t
  cross join lateral (
    select count(*)::int as files, coalesce(sum(x.size), 0)::bigint as bytes
    from app_private.media_files x
    where x.tenant_id = t.id
  ) f
  order by t.slug
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.tenant_stats() is
  E'The number of rows of each tenant, and the size of its stored files. Counts index by index, which takes seconds on '
   'a large installation.';
--! EndIncluded operations/tenant_stats.sql
--! Included operations/find_tenant.sql
create or replace function app_private.find_tenant(tenant text) returns uuid as $$
declare
  v_id uuid;
begin
  select t.id into v_id
  from app_public.tenants t
  where find_tenant.tenant in (t.slug, t.id::text);

  if v_id is null then
    raise exception 'There is no tenant "%"', left(find_tenant.tenant, 100) using errcode = 'PYNFD';
  end if;
  return v_id;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_tenant(text) is
  E'The id of the tenant with that slug or id, for the operator. PYNFD.';
--! EndIncluded operations/find_tenant.sql
--! Included operations/find_api_key.sql
create or replace function app_private.find_api_key(key text, tenant_id uuid) returns uuid as $$
declare
  v_id uuid;
begin
  select k.id into v_id
  from app_public.api_keys k
  join app_private.api_key_secrets s on s.api_key_id = k.id
  where (find_api_key.tenant_id is null or k.tenant_id = find_api_key.tenant_id)
  and (
    k.id::text = lower(find_api_key.key)
    or s.key_hash = sha256(convert_to(find_api_key.key, 'UTF8'))
    or k.tenant_id = find_api_key.tenant_id and k.revoked_at is null and lower(k.name) = lower(find_api_key.key)
  );

  if v_id is null then
    raise exception 'There is no such API key' using errcode = 'PYNFD';
  end if;
  return v_id;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_api_key(text, uuid) is
  E'The id of an API key, for the operator: by its id, by the key itself, or, within a tenant, by the name of a key '
   'that is not revoked. PYNFD.';
--! EndIncluded operations/find_api_key.sql
--! Included operations/find_user.sql
create or replace function app_private.find_user(email text) returns uuid as $$
declare
  v_id uuid;
begin
  select u.id into v_id
  from app_public.users u
  where lower(u.email) = lower(app_hidden.normalize_email(find_user.email));

  if v_id is null then
    raise exception 'There is no user "%"', left(find_user.email, 100) using errcode = 'PYNFD';
  end if;
  return v_id;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_user(text) is
  E'The id of the user with that address, regardless of case, for the operator. PYNFD.';
--! EndIncluded operations/find_user.sql
--! Included operations/find_channel.sql
create or replace function app_private.find_channel(channel text, tenant_id uuid default null) returns uuid as $$
declare
  v_ids uuid[];
begin
  select array_agg(c.id) into v_ids
  from app_public.channels c
  left join app_public.whatsapp_channels w on w.channel_id = c.id
  where find_channel.channel in (c.id::text, w.phone_number_id)
  and (find_channel.tenant_id is null or c.tenant_id = find_channel.tenant_id);

  if v_ids is null then
    raise exception 'There is no channel "%"', left(find_channel.channel, 100) using errcode = 'PYNFD';
  elsif cardinality(v_ids) > 1 then
    raise exception 'Several tenants have a channel "%": name it by its id', left(find_channel.channel, 100)
      using errcode = 'PYREQ';
  end if;
  return v_ids[1];
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_channel(text, uuid) is
  E'The id of the channel with that id or phone number id, in one tenant or in all, for the operator. PYNFD. PYREQ: '
   'several channels match.';
--! EndIncluded operations/find_channel.sql
--! Included operations/find_chatbot.sql
create or replace function app_private.find_chatbot(chatbot text, tenant_id uuid) returns uuid as $$
declare
  v_id uuid;
begin
  select c.id into v_id
  from app_public.chatbots c
  where c.tenant_id = find_chatbot.tenant_id and find_chatbot.chatbot in (c.name, c.id::text)
  -- A chatbot may be called what another one's id is.
  order by c.id::text = find_chatbot.chatbot desc
  limit 1;

  if v_id is null then
    raise exception 'There is no chatbot "%"', left(find_chatbot.chatbot, 100) using errcode = 'PYNFD';
  end if;
  return v_id;
end;
$$ language plpgsql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.find_chatbot(text, uuid) is
  E'The id of the tenant''s chatbot with that name or id, for the operator. PYNFD.';
--! EndIncluded operations/find_chatbot.sql
--! Included operations/has_account.sql
create or replace function app_private.has_account(email text) returns boolean as $$
  select exists (
    select from app_public.users u where lower(u.email) = lower(app_hidden.normalize_email(has_account.email))
  )
$$ language sql stable set search_path to pg_catalog, pg_temp;

comment on function app_private.has_account(text) is
  E'Whether the installation has an account with that address, regardless of case.';
--! EndIncluded operations/has_account.sql
--! Included operations/add_user.sql
create or replace function app_private.add_user(
  tenant_id uuid,
  email text,
  role app_public.member_role,
  name text,
  password text
) returns table (user_id uuid, is_new boolean) as $$
declare
  v_id uuid;
  v_is_new boolean := false;
begin
  insert into app_public.users (email, name)
  values (add_user.email, coalesce(add_user.name, split_part(add_user.email, '@', 1)))
  on conflict do nothing
  returning id into v_id;
  v_is_new := found;

  if not v_is_new then
    v_id := app_private.find_user(add_user.email);
    update app_public.users u set name = coalesce(add_user.name, u.name) where u.id = v_id;
  end if;
  -- Another tenant's admin may have made the account, and may know its password: it never opens this tenant.
  perform app_private.set_password(v_id, add_user.password);

  insert into app_public.memberships (tenant_id, user_id, role)
  values (add_user.tenant_id, v_id, add_user.role)
  on conflict do nothing;
  if not found then
    raise exception '% is already a member of this tenant', left(add_user.email, 100) using errcode = 'PYUSR';
  end if;

  return query select v_id, v_is_new;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.add_user(uuid, text, app_public.member_role, text, text) is
  E'Makes a user a member of a tenant with a new password, for the operator. If the address has an account, is_new is '
   'false, the password replaces the account''s and its sessions end; use app_private.invite() to avoid that. PYUSR: '
   'already a member. PYPWD.';
--! EndIncluded operations/add_user.sql
--! Included operations/remove_user.sql
create or replace function app_private.remove_user(tenant_id uuid, email text) returns boolean as $$
declare
  v_id uuid := app_private.find_user(remove_user.email);
begin
  delete from app_public.memberships m
  where m.tenant_id = remove_user.tenant_id and m.user_id = v_id;
  if not found then
    raise exception '% is not a member of this tenant', remove_user.email using errcode = 'PYNFD';
  end if;

  delete from app_public.users u
  where u.id = v_id and not exists (select from app_public.memberships m where m.user_id = v_id);
  return found;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.remove_user(uuid, text) is
  E'Removes a user from a tenant, for the operator. A user who is a member of no other tenant is deleted; the result '
   'is then true. Their messages are kept. PYNFD. PYOWN: the last active owner.';
--! EndIncluded operations/remove_user.sql
--! Included operations/unlock_user.sql
create or replace function app_private.unlock_user(user_id uuid) returns int as $$
  with unlocked as (
    delete from app_private.sign_in_failures f
    using app_public.users u
    where u.id = unlock_user.user_id and f.email = lower(u.email)
    returning f.locked_until
  )
  select count(*) filter (where locked_until > now())::int from unlocked
$$ language sql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.unlock_user(uuid) is
  E'Deletes the failed sign-ins at a user''s address, which lifts the locks they caused. Returns the number of locks.';
--! EndIncluded operations/unlock_user.sql
--! Included operations/set_user_active.sql
create or replace function app_private.set_user_active(email text, tenant_id uuid, is_active boolean) returns void as $$
declare
  v_id uuid := app_private.find_user(set_user_active.email);
begin
  if set_user_active.is_active then
    perform app_private.unlock_user(v_id);
  end if;
  if set_user_active.tenant_id is null then
    update app_public.users u set is_active = set_user_active.is_active where u.id = v_id;
    return;
  end if;

  update app_public.memberships m set is_active = set_user_active.is_active
  where m.tenant_id = set_user_active.tenant_id and m.user_id = v_id;
  if not found then
    raise exception '% is not a member of this tenant', set_user_active.email using errcode = 'PYNFD';
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.set_user_active(text, uuid, boolean) is
  E'Activates or deactivates a user, for the operator, from the next request on: in one tenant, or everywhere if '
   'tenant_id is null. Activating also lifts the locks caused by failed sign-ins. PYNFD. PYOWN: the last active owner.';
--! EndIncluded operations/set_user_active.sql
--! Included operations/set_user_role.sql
create or replace function app_private.set_user_role(tenant_id uuid, email text, role app_public.member_role)
returns void as $$
begin
  update app_public.memberships m set role = set_user_role.role
  where m.tenant_id = set_user_role.tenant_id and m.user_id = app_private.find_user(set_user_role.email);
  if not found then
    raise exception '% is not a member of this tenant', set_user_role.email using errcode = 'PYNFD';
  end if;
end;
$$ language plpgsql volatile set search_path to pg_catalog, pg_temp;

comment on function app_private.set_user_role(uuid, text, app_public.member_role) is
  E'Changes the role of a member, for the operator. PYNFD. PYOWN: the last active owner.';
--! EndIncluded operations/set_user_role.sql
