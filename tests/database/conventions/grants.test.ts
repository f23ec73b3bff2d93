import { testRules } from "./rule.ts";

testRules([
  {
    rule: "inserting and updating is granted column by column",
    sql: `
      select format('%s on %s to %s', a.privilege_type, t.oid::regclass, a.grantee::regrole) as what
      from tables t cross join aclexplode(t.relacl) a
      where a.grantee <> t.relowner and a.privilege_type not in ('SELECT', 'DELETE')`,
    broken: "grant update on app_public.contacts to parley_visitor",
  },
  {
    rule: "nobody chooses a row's tenant, its key or its times",
    sql: `
      select format('%s of %s.%s to %s', a.privilege_type, c.table_id::regclass, c.attname, a.grantee::regrole) as what
      from columns c cross join aclexplode(c.attacl) a
      where a.privilege_type in ('INSERT', 'UPDATE') and c.attname in ('id', 'tenant_id', 'created_at', 'updated_at')`,
    broken: "grant insert (tenant_id) on app_public.contacts to parley_visitor",
  },
  {
    rule: "nothing of app_private is within reach of those who sign in",
    sql: `
      select format('%s on schema %s to %s', a.privilege_type, n.nspname, a.grantee::regrole) as what
      from pg_namespace n cross join aclexplode(n.nspacl) a
      where n.nspname = 'app_private' and a.grantee <> n.nspowner
      union all
      select format('%s on %s to %s', a.privilege_type, t.oid::regclass, a.grantee::regrole)
      from tables t cross join aclexplode(t.relacl) a where t.nspname = 'app_private' and a.grantee <> t.relowner
      union all
      select format('%s of %s.%s to %s', a.privilege_type, c.table_id::regclass, c.attname, a.grantee::regrole)
      from columns c cross join aclexplode(c.attacl) a where c.nspname = 'app_private'
      union all
      select format('%s to %s', f.signature, a.grantee::regrole)
      from functions f cross join aclexplode(coalesce(f.proacl, acldefault('f', f.proowner))) a
      where f.nspname = 'app_private' and a.grantee <> f.proowner`,
    broken: "grant select (channel_id) on app_private.channel_secrets to parley_visitor",
  },
  {
    rule: "the API's login reaches no table and few functions: it signs people in, and becomes the visitor",
    sql: `
      select format('%s on %s', a.privilege_type, t.oid::regclass) as what
      from tables t cross join aclexplode(t.relacl) a where a.grantee in (0, 'parley_authenticator'::regrole)
      union all
      select f.signature from functions f cross join aclexplode(f.proacl) a
      where a.grantee = 'parley_authenticator'::regrole
      and f.proname not in (
        'sign_in', 'refresh_session', 'switch_tenant', 'session_role', 'is_familiar_source', 'accept_invitation',
        'change_password', 'use_api_key', 'request_password_reset', 'reset_password', 'find_totp', 'start_totp',
        'confirm_totp', 'remove_totp'
      )`,
    broken: "grant select on app_public.tenants to parley_authenticator",
  },
  {
    rule: "what is in app_public is for the visitor to use",
    sql: `
      select t.oid::regclass::text as what from tables t
      where t.nspname = 'app_public' and not has_any_column_privilege('parley_visitor', t.oid, 'select')
      union all
      select f.signature from functions f
      where f.nspname = 'app_public' and not has_function_privilege('parley_visitor', f.oid, 'execute')`,
    broken: "revoke execute on function app_public.sign_out() from parley_visitor",
  },
  {
    rule: "the visitor makes nothing: no schema lets it create, not even public",
    sql: `
      select n.nspname as what from pg_namespace n
      where has_schema_privilege('parley_visitor', n.oid, 'create') and n.nspname !~ '^pg_(toast_)?temp'`,
    broken: "grant create on schema public to public",
  },
]);
