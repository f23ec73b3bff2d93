import { INLINED } from "./inlined.ts";
import { testRules } from "./rule.ts";

testRules([
  {
    rule: "every function looks names up where it was told to, not where its caller likes",
    sql: `
      select signature as what from functions
      where not coalesce(proconfig @> array['search_path=pg_catalog, pg_temp'], false)
      and not (
        proname in (${Object.keys(INLINED)
          .map((name) => `'${name}'`)
          .join(", ")})
        and not prosecdef
        and prolang = (select l.oid from pg_language l where l.lanname = 'sql')
      )`,
    broken: "alter function app_public.sign_out() reset search_path",
  },
  {
    rule: "every function can be created by an owner who is no superuser",
    sql: `
      select signature as what from functions
      where exists (select from unnest(proconfig) s where split_part(s, '=', 1) like '%.%')`,
    broken: "alter function app_public.sign_out() set parley.something to ''",
  },
  {
    rule: "nothing may be run by just anybody",
    sql: `
      select f.signature as what
      from functions f cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a where a.grantee = 0`,
    broken: "grant execute on function app_private.stop_channel(uuid, text) to public",
  },
  {
    rule: "a function that is shown has a name of its own: GraphQL knows no overloading",
    sql: "select proname as what from functions where nspname = 'app_public' group by proname having count(*) > 1",
    broken: "create function app_public.sign_out(everywhere boolean) returns void as '' language sql",
  },
  {
    rule: "what is called immutable does not look at tables",
    sql: `
      select signature as what from functions
      where provolatile = 'i' and prosrc ~ '(from|join|update|into) (app_public|app_private)\\.'`,
    broken: `
      create function app_hidden.bare() returns bigint as 'select count(*) from app_public.contacts' language sql immutable`,
  },
  {
    rule: "what belongs to the person who asks is asked of the session, not passed as an argument",
    sql: `
      select signature as what from functions
      where nspname = 'app_public' and proargnames && array['tenant_id', 'session_id']`,
    broken: "create function app_public.bare(tenant_id uuid) returns void as '' language sql",
  },
  {
    rule: "PYDEN is raised in one place: app_hidden.require_scope() and require_scope_in() refuse in one order",
    sql: `
      select signature as what
      from functions
      where prosrc ~ $re$'PYDEN'$re$
      -- invite_user refuses by the role of an invitation, not by that of the caller alone.
      and proname not in ('require_scope', 'require_user', 'invite_user')`,
    broken: `create function app_hidden.refusing() returns void as $$
      begin raise exception 'Admins only' using errcode = 'PYDEN'; end; $$ language plpgsql`,
  },
  {
    rule: "a job is described by app_private.job(), and its key is built by app_private.job_key()",
    sql: `
      select signature as what
      from functions
      where prosrc ~ $re$graphile_worker\\.(add_job\\M|job_spec)|remove_job\\((?!app_private\\.job_key)|\\mkey => (?!app_private\\.job_key)$re$
      and proname <> 'job'`,
    broken: `create function app_private.keying() returns void as $$
      begin perform graphile_worker.remove_job('send_messages:' || 1); end; $$ language plpgsql`,
  },
  {
    rule: "no function asks a setting that its caller can change who is calling: app_hidden.is_program() knows",
    sql: `
      select signature as what
      from functions
      where proname <> 'is_program'
      and regexp_replace(prosrc, '--[^\\n]*', '', 'g') ~* $re$current_setting\\s*\\(\\s*'(role|session_authorization|is_superuser)'|(?<![."_\\w])(current_user|current_role|session_user)(?![\\w"(])$re$`,
    broken: `create function app_hidden.trusting() returns boolean as $$
      select current_setting('role') <> 'parley_visitor' $$ language sql`,
  },
]);
