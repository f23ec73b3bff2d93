import { DEPENDS_ON_USER } from "../../../src/graphql/live/depends_on_user.ts";
import { testRules } from "./rule.ts";

/** These ask for the caller's membership, and return no more of it than the tenant and the role. */
const OF_ROLE_ONLY = [
  "current_tenant_id",
  "current_member_role",
  "may",
  "is_program",
  "require_scope",
  "require_scope_in",
];
const quoted = (names: readonly string[]) => `array[${names.map((name) => `'${name}'`).join(", ")}]::text[]`;

/** Functions that ask who the caller is, themselves or through others. */
const ASKING = `
  with recursive bodies as (
    select oid, nspname, proname, proargtypes, regexp_replace(prosrc, '--[^\\n]*', '', 'g') as body
    from functions
    where proname <> all (${quoted(OF_ROLE_ONLY)})
  ),
  asking as (
    select oid, nspname, proname, proargtypes
    from bodies
    where proname in ('current_user_id', 'current_session_id', 'current_membership', 'current_user',
      'current_api_key', 'current_api_key_hash')
    or body ~ 'parley\\.(user_id|session_id|api_key_hash)'
    union
    select b.oid, b.nspname, b.proname, b.proargtypes
    from bodies b
    join asking a on b.body ~ ('\\m' || a.nspname || '\\."?' || a.proname || '"?\\(')
  )`;
const KNOWN = quoted(Object.keys(DEPENDS_ON_USER));

testRules([
  {
    rule: "a policy by which members of one role see different rows is known to live updates, which are shared by role",
    sql: `
      select what from (${ASKING}
      select distinct p.tablename as what
      from pg_policies p
      where p.schemaname = 'app_public'
      and p.cmd in ('SELECT', 'ALL')
      and p.tablename <> all (${KNOWN})
      and (
        p.qual ~ 'parley\\.(user|session)_id'
        or exists (select from asking a where p.qual ~ ('\\m' || a.nspname || '\\."?' || a.proname || '"?\\('))
      )) found`,
    broken: `
      create policy select_own on app_public.conversations as restrictive for select to parley_visitor
        using (assignee_id is null or assignee_id = (select app_hidden.current_user_id()))`,
  },
  {
    rule: "a field that shows members of one role different things is known to live updates, which are shared by role",
    sql: `
      select what from (${ASKING}
      select a.proname as what
      from asking a
      join pg_type t on t.oid = a.proargtypes[0]
      join pg_class c on c.oid = t.typrelid and c.relkind in ('r', 'p', 'v')
      where a.nspname = 'app_public'
      and a.proname <> all (${KNOWN})) found`,
    broken: `
      create function app_public.conversations_is_mine(conversation app_public.conversations) returns boolean as
        'select conversation.assignee_id = (app_hidden.current_membership()).user_id' language sql stable`,
  },
]);
