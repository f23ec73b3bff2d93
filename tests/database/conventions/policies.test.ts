import { testRules } from "./rule.ts";

testRules([
  {
    rule: "one restrictive policy walls each tenant's rows off, with one look-up a statement",
    sql: `
      select t.oid::regclass as what from tables t
      where t.nspname = 'app_public'
      and exists (select from columns c where c.table_id = t.oid and c.attname = 'tenant_id')
      and not exists (
        select from policies p
        where p.table_id = t.oid and p.polname = 'tenant_isolation' and not p.polpermissive and p.polcmd = '*'
        and p.polroles = array['parley_visitor'::regrole::oid]
        and p.polwithcheck is null
        and pg_get_expr(p.polqual, p.polrelid)
          ~ '^\\(tenant_id = \\( SELECT app_hidden.current_tenant_id\\(\\) AS current_tenant_id\\)\\)$'
      )`,
    broken:
      "alter policy tenant_isolation on app_public.contacts using (tenant_id = app_hidden.current_tenant_id())",
  },
  {
    rule: "what a policy asks of the session is asked once a statement: (select …)",
    sql: `
      select format('%s: %s', p.polrelid::regclass, p.polname) as what
      from policies p
      cross join lateral (values (pg_get_expr(p.polqual, p.polrelid)), (pg_get_expr(p.polwithcheck, p.polrelid))) e (text)
      where regexp_replace(e.text, '(SELECT \\(?|FROM )app_hidden\\.', '', 'g') ~ 'app_hidden\\.|current_setting'`,
    broken: "create policy select_owner on app_public.contacts using (app_hidden.may('manage_all'))",
  },
  {
    rule: "policies are called by verb and by whom they let in, and say which verb",
    sql: `
      select format('%s: %s', p.polrelid::regclass, p.polname) as what
      from policies p
      where p.polname not in ('tenant_isolation', 'hide_deleted')
      and (
        not p.polpermissive
        or p.polname !~ '^(select|insert|update|delete)_(member|viewer|agent|admin|owner|self|colleague)$'
        or split_part(p.polname, '_', 1)
          <> case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else '' end
      )`,
    broken: "create policy everybody on app_public.contacts for select to parley_visitor using (true)",
  },
  {
    rule: "what belongs to a deleted contact is hidden with it: hide_deleted",
    sql: `
      select k.conrelid::regclass as what
      from foreign_keys k
      join tables t on t.oid = k.conrelid
      where k.confrelid in ('app_public.contacts'::regclass, 'app_public.conversations'::regclass)
      and t.nspname = 'app_public'
      and not exists (
        select from policies p
        where p.table_id = k.conrelid and p.polname = 'hide_deleted' and not p.polpermissive and p.polcmd = '*'
      )`,
    broken: "drop policy hide_deleted on app_public.messages",
  },
  {
    rule: "policies are for the visitor: nobody else is let in by them",
    sql: `
      select format('%s: %s', polrelid::regclass, polname) as what from policies
      where polroles <> array['parley_visitor'::regrole::oid]`,
    broken: "create policy select_member on app_private.outbox for select using (true)",
  },
  {
    rule: "select_member shows all rows of the tenant: relations to such tables are never null in GraphQL",
    sql: `
      select p.polrelid::regclass as what from policies p
      where p.polname = 'select_member'
      and exists (select from foreign_keys k where k.confrelid = p.table_id)
      and pg_get_expr(p.polqual, p.polrelid)
        !~ '^(true|\\( SELECT app_hidden\\.\\w+\\([^()]*\\) AS \\w+\\)|\\(id = \\( SELECT app_hidden\\.current_tenant_id\\(\\) AS \\w+\\)\\))$'`,
    broken: "alter policy select_member on app_public.contacts using (status <> 'blocked')",
  },
  {
    rule: "every grant has its policy, and every policy its grant",
    sql: `,
      granted as (
        select a.grantee, t.oid, lower(a.privilege_type) as verb from tables t cross join aclexplode(t.relacl) a
        union
        select a.grantee, c.table_id, lower(a.privilege_type) from columns c cross join aclexplode(c.attacl) a
      ),
      allowed as (
        select p.table_id as oid, split_part(p.polname, '_', 1) as verb from policies p where p.polpermissive
      )
      select format('%s on %s', coalesce(g.verb, p.verb), coalesce(g.oid, p.oid)::regclass) as what
      from (select * from granted where grantee = 'parley_visitor'::regrole) g
      full join allowed p on p.oid = g.oid and p.verb = g.verb
      where g.oid is null or p.oid is null`,
    broken: "grant delete on app_public.conversations to parley_visitor",
  },
]);
