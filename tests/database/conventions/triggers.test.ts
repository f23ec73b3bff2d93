import { testRules } from "./rule.ts";

testRules([
  {
    rule: "names that people type are cleaned",
    sql: `
      select c.table_id::regclass as what from columns c
      where c.nspname = 'app_public' and c.attname = 'name' and not c.relispartition
      -- Names in snake case have no invisible characters.
      and not exists (
        select from pg_constraint k
        where k.conrelid = c.table_id and k.conname like '%_name_is_snake_case' and k.conkey = array[c.attnum]
      )
      and not exists (
        select from triggers g where g.tgrelid = c.table_id and g.proname = 'tg__clean_name'
      )`,
    broken: "drop trigger _120_clean_name on app_public.tags",
  },
  {
    rule: "triggers are called by band, number and what they do, as their functions are",
    sql: `
      select format('%s on %s', g.tgname, g.tgrelid::regclass) as what
      from triggers g
      where g.tgname !~ '^_[12589][0-9]{2}_[a-z_]+$'
      or g.function_schema <> 'app_private'
      or regexp_replace(substr(g.tgname, 6), '_on_(insert|update|delete)$', '') <> split_part(g.proname, '__', 2)
      or split_part(g.proname, '__', 1) not in ('tg', 'tg_' || g.relname)`,
    broken: `
      create trigger notify_everybody after insert on app_public.conversations
      for each row execute function app_private.tg_conversations__notify()`,
  },
  {
    rule: "only triggers of the band 2NN refuse",
    sql: `
      select format('%s on %s: %s', g.tgname, g.tgrelid::regclass, g.proname) as what
      from triggers g
      where g.tgname !~ '^_2'
      and regexp_replace(g.prosrc, '--[^\\n]*', '', 'g') ~ '\\m(raise|require_\\w+)\\M'`,
    broken: `
      create trigger _500_refuse_incomplete after insert on app_public.conversations
      for each row execute function app_private.tg_conversations__refuse_incomplete()`,
  },
  {
    rule: "what changes the row runs before it is stored; what follows from it runs after, or before a delete",
    sql: `
      select format('%s on %s', tgname, tgrelid::regclass) as what from triggers
      where case substr(tgname, 2, 1)
        when '1' then tgtype & 2 = 0
        when '2' then false
        -- What a delete takes along can only be read before it.
        when '5' then tgtype & 2 = 2 and tgtype & (4 | 16) <> 0
        else tgtype & 2 = 2
      end`,
    broken: `
      create trigger _500_add_assignee_on_insert before insert on app_public.conversations
      for each row execute function app_private.tg_conversations__add_assignee()`,
  },
  {
    rule: "of two triggers of one event the number says which one is first, not the alphabet",
    sql: `
      select format('%s and %s on %s', a.tgname, b.tgname, a.tgrelid::regclass) as what
      from triggers a
      join triggers b
        on b.tgrelid = a.tgrelid and b.tgname > a.tgname
        and substr(b.tgname, 2, 3) = substr(a.tgname, 2, 3)
        -- Both before or both after, by row or by statement, and of a common event: insert, delete or update.
        and b.tgtype & (1 | 2) = a.tgtype & (1 | 2)
        and b.tgtype & a.tgtype & (4 | 8 | 16) <> 0`,
    broken: `
      create trigger _100_keep_state before insert on app_public.conversations
      for each row execute function app_private.tg_conversations__keep_state()`,
  },
  {
    rule: "on hot tables triggers run once a statement; once a row only where a condition spares most rows",
    sql: `
      select format('%s on %s', tgname, tgrelid::regclass) as what from triggers
      where relname in ('messages', 'message_statuses', 'webhook_events', 'outbox', 'outbox_lanes', 'chatbot_events')
      and tgtype & 1 = 1 and tgqual is null`,
    broken: `
      create trigger _100_timestamps before insert on app_public.messages
      for each row execute function app_private.tg__timestamps()`,
  },
]);
