import { testRules } from "./rule.ts";

testRules([
  {
    rule: "triggers are called by band and by what they do, as their functions are",
    sql: `
      select format('%s on %s', g.tgname, g.tgrelid::regclass) as what
      from triggers g
      where g.tgname !~ '^_(100|200|500|800|900)_[a-z_]+$'
      or g.function_schema <> 'app_private'
      or regexp_replace(substr(g.tgname, 6), '_on_(insert|update|delete)$', '') <> split_part(g.proname, '__', 2)
      or split_part(g.proname, '__', 1) not in ('tg', 'tg_' || g.relname)`,
    broken: `
      create trigger notify_everybody after insert on app_public.conversations
      for each row execute function app_private.tg_conversations__notify()`,
  },
  {
    rule: "what changes the row runs before it is stored; what follows from it runs after",
    sql: `
      select format('%s on %s', tgname, tgrelid::regclass) as what from triggers
      where case substr(tgname, 2, 3)
        when '100' then tgtype & 2 = 0
        when '200' then false
        else tgtype & 2 = 2
      end`,
    broken: `
      create trigger _500_add_assignee_on_insert before insert on app_public.conversations
      for each row execute function app_private.tg_conversations__add_assignee()`,
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
