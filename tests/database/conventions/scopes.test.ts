import { testRules } from "./rule.ts";

/** Policies that no scope opens, each with the reason. */
const WITHOUT_SCOPE: Record<string, string> = {
  "api_keys: select_self": "a key sees itself",
  "presences: select_member": "those of the caller's tenant that last",
  "tenants: select_member": "the caller's own tenant",
  "tenants: update_owner": "for owners, whose rights no API key has",
  "users: select_colleague": "those who are members of the caller's tenant",
  "users: update_self": "for users, about themselves",
  "canned_replies: select_member": "the caller's own, and those of all members",
  "canned_replies: insert_self": "for users, about their own",
  "canned_replies: update_self": "for users, about their own",
  "canned_replies: delete_self": "for users, about their own",
  "views: select_member": "the caller's own, and those of all members",
  "views: insert_self": "for users, about their own views",
  "views: update_self": "for users, about their own views",
  "views: delete_self": "for users, about their own views",
};

const quoted = Object.keys(WITHOUT_SCOPE)
  .map((name) => `'${name}'`)
  .join(", ");

testRules([
  {
    rule: "a policy states the scope that it is for, unless it shows all rows of the caller's tenant",
    sql: `
      select format('%s: %s', c.relname, p.polname) as what
      from policies p
      join pg_class c on c.oid = p.polrelid
      where p.polpermissive
      and format('%s: %s', c.relname, p.polname) not in (${quoted})
      and not (p.polcmd = 'r' and pg_get_expr(p.polqual, p.polrelid) = 'true')
      and concat(pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) !~ 'app_hidden\\.may\\('`,
    broken: `create policy insert_member on app_public.tags for insert to parley_visitor
      with check ((select app_hidden.current_member_role()) is not null)`,
  },
  {
    rule: "a mutation states the scope that it is for, or that it is for users, itself or through what it calls",
    sql: `
      select what from (
        with recursive bodies as (
          select oid, nspname, proname, signature, provolatile, regexp_replace(prosrc, '--[^\\n]*', '', 'g') as body
          from functions
        ),
        stating as (
          select oid, nspname, proname
          from bodies
          where proname in ('require_scope', 'require_scope_in', 'require_user')
          union
          select b.oid, b.nspname, b.proname
          from bodies b
          join stating s on b.body ~ ('\\m' || s.nspname || '\\.' || s.proname || '\\(')
        )
        select b.signature as what
        from bodies b
        where b.nspname = 'app_public' and b.provolatile = 'v'
        and not exists (select from stating s where s.oid = b.oid)
      ) unstated`,
    broken: `create function app_public.bare(id uuid) returns void as
      'delete from app_public.presences p where p.user_id = bare.id' language sql security definer`,
  },
  {
    rule: "what subscriptions read depends on the role, and not on what the scopes of an API key add: it is shared",
    sql: `
      select format('%s: %s', p.polrelid::regclass, p.polname) as what
      from policies p
      where p.polcmd in ('r', '*')
      and pg_get_expr(p.polqual, p.polrelid) ~ 'may\\(''(send|manage_contacts)'''
      union all
      select f.signature
      from functions f
      where f.nspname = 'app_public' and f.provolatile <> 'v' and f.prosrc ~ '(may|require_scope(_in)?)\\([^)]*''(send|manage_contacts)'''`,
    broken: `create policy select_agent on app_public.templates for select to parley_visitor
      using ((select app_hidden.may('send')))`,
  },
]);
