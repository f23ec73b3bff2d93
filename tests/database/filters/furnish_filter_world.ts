import type { Person } from "../../support/people.ts";

/** Values of all columns that fields read, so that each is empty in some rows and equal in several. */
export function furnish(
  { tenantId, userId }: Person,
  colleague: Person,
): { sql: string; values: unknown[] }[] {
  return [
    {
      sql: `update app_public.contacts c set
              name = (array['Ana', 'ANA maria', null, 'Bruno 50%'])[n % 4 + 1],
              profile_name = (array['ana', null])[n % 2 + 1], username = (array[null, 'bruno_b'])[n % 2 + 1],
              email = (array['ana@example.com', null, 'b@example.com'])[n % 3 + 1], external_ref = nullif('ref-' || n, 'ref-3'),
              language = (array['tr', 'pt-BR', null, 'pt'])[n % 4 + 1], time_zone = (array[null, 'Europe/Berlin'])[n % 2 + 1],
              notes = (array['Likes tea', null])[n % 2 + 1], status = (case when n % 5 = 0 then 'blocked' when n % 5 = 1 then 'invalid' else 'active' end)::app_public.contact_status,
              opted_out_at = case when n % 3 = 0 then now() - n * interval '1 day' end,
              marketing_opted_out_at = case when n % 4 = 1 then now() - n * interval '1 hour' end,
              created_at = now() - n * interval '12 hours',
              metadata = (array[
                '{}', '{"order": {"total": 12.5, "items": ["tea", "cake"]}, "vip": true}', '{"order": {"total": 3}, "vip": null}',
                '{"order": {"total": "12.5"}, "a.b": {"c": 1}}', '{"order": [1, {"total": 3}], "vip": false}'
              ]::jsonb[])[n % 5 + 1]
            from (select id, row_number() over (order by id) as n from app_public.contacts where tenant_id = $1) x
            where x.id = c.id`,
      values: [tenantId],
    },
    {
      sql: `update app_public.contacts c set metadata = metadata || jsonb_strip_nulls(jsonb_build_object(
              'plan', (array['free', 'pro', null])[n % 3 + 1], 'score', (array[3, 12.5, null, -1])[n % 4 + 1],
              'joined', (array['2020-02-29', null, '2026-01-31', current_date::text])[n % 4 + 1],
              'remark', (array['Ana likes tea', null])[n % 2 + 1]
            ))
            from (select id, row_number() over (order by id) as n from app_public.contacts where tenant_id = $1) x
            where x.id = c.id`,
      values: [tenantId],
    },
    {
      sql: `insert into app_public.contact_fields (tenant_id, key, type, choices) values
              ($1, 'plan', 'choice', '{free,pro,team}'), ($1, 'score', 'number', null), ($1, 'joined', 'date', null),
              ($1, 'remark', 'text', null), ($1, 'vip', 'boolean', null)`,
      values: [tenantId],
    },
    {
      sql: `with tag as (
              insert into app_public.tags (tenant_id, name) values ($1, 'VIP'), ($1, 'New'), ($1, 'Unused') returning id, name
            ),
            groups as (
              insert into app_public.groups (tenant_id, name) values ($1, 'Newsletter'), ($1, 'Şubat') returning id, name
            ),
            contact as (
              select id, row_number() over (order by id) as n from app_public.contacts where tenant_id = $1
            ),
            tagged as (
              insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
              select $1, c.id, t.id from contact c, tag t where (c.n % 2 = 0 and t.name = 'VIP') or (c.n % 3 = 0 and t.name = 'New')
            )
            insert into app_public.group_contacts (tenant_id, contact_id, group_id)
            select $1, c.id, g.id from contact c, groups g where (c.n % 3 = 1 and g.name = 'Newsletter') or (c.n = 2)`,
      values: [tenantId],
    },
    {
      sql: `with team as (
              insert into app_public.teams (tenant_id, name) values ($1, 'Sales'), ($1, 'Support') returning id, name
            ),
            bot as (
              insert into app_public.chatbots (tenant_id, name) values ($1, 'Bot') returning id
            ),
            version as (
              insert into app_public.chatbot_versions (tenant_id, chatbot_id, number, nodes, edges, settings)
              select $1, id, 1, '[]', '[]', '{}' from bot returning id, chatbot_id
            ),
            conversation as (
              select id, row_number() over (order by id) as n from app_public.conversations where tenant_id = $1
            ),
            participant as (
              insert into app_public.conversation_participants (tenant_id, conversation_id, user_id)
              select $1, c.id, u from conversation c, unnest(array[$2, $3]::uuid[]) with ordinality p (u, o)
              where c.n % 3 = p.o or c.n % 6 = 5
            ),
            run as (
              insert into app_public.conversation_contexts
                (tenant_id, conversation_id, chatbot_id, version_id, status, completed_at, completion_reason)
              select $1, c.id, v.chatbot_id, v.id, case when n % 4 = 0 then 'running' else 'completed' end::app_public.run_status,
                case when n % 4 <> 0 then now() end, case when n % 4 <> 0 then 'done' end
              from conversation c, version v where n % 2 = 0
            )
            update app_public.conversations c set
              status = case when is_open then 'open' when n = 7 then 'archived' else 'closed' end::app_public.conversation_status,
              closed_at = case when not is_open then now() - n * interval '1 hour' end,
              assignee_id = (array[null, $2, $3])[n % 3 + 1]::uuid,
              team_id = (select id from team where name = (array['Sales', null, 'Support'])[n % 3 + 1]),
              handed_over_at = case when is_open and n % 3 > 0 then now() - n * interval '1 day' end,
              waiting_since = case when n % 4 > 1 then now() - n * interval '30 minutes' end,
              waiting_for_person_since = case when n % 4 > 0 then now() - n * interval '60 minutes' end,
              snoozed_until = case when is_open and n % 3 = 0 then (array[now() + n * interval '1 hour', 'infinity'])[n % 2 + 1] end,
              unread_count = n % 4, window_expires_at = now() + (n - 6) * interval '5 hours',
              last_message_at = case when n % 5 > 0 then now() - n * interval '8 hours' end,
              last_customer_message_at = case when n % 5 > 1 then now() - n * interval '9 hours' end,
              created_at = now() - n * interval '1 day', metadata = jsonb_build_object('n', n % 3)
            from (select *, n % 7 < 5 as is_open from conversation) x
            where x.id = c.id`,
      values: [tenantId, userId, colleague.userId],
    },
    {
      sql: `with contact as (
              select c.id, v.channel_id, row_number() over (order by c.id) as n
              from app_public.contacts c join app_public.conversations v on v.contact_id = c.id where c.tenant_id = $1
            ),
            consent as (
              insert into app_public.consents (tenant_id, contact_id, category, is_opt_in, method, given_at)
              select $1, c.id, k, n % 4 > 1, 'form', now() - (n + o) * interval '6 hours'
              from contact c, unnest(array['all', 'marketing', 'all']::app_public.consent_category[]) with ordinality k (k, o)
              where n % 3 <> o
            ),
            campaign as (
              insert into app_public.campaigns (tenant_id, name) values ($1, 'Spring'), ($1, 'Autumn') returning id, name
            ),
            variant as (
              insert into app_public.campaign_variants (tenant_id, campaign_id, name)
              select $1, c.id, v from campaign c, unnest(array['A', 'B']) v where c.name = 'Spring' returning id, name, campaign_id
            )
            insert into app_public.campaign_recipients (tenant_id, campaign_id, contact_id, channel_id, variant_id, language,
              state, message_id, sent_at, error_code, replied_at, clicked_at, clicked)
            select $1, g.id, c.id, c.channel_id, v.id, (array['tr', null, 'pt-BR'])[n % 3 + 1],
              (array['pending', 'read', 'failed', 'delivered'])[n % 4 + 1]::app_public.recipient_state,
              case when n % 4 > 0 then gen_random_uuid() end, case when n % 4 in (1, 3) then now() - n * interval '1 day' end,
              case when n % 4 = 2 then (array['131026', 'PYOPT'])[n % 3 / 2 + 1] end,
              case when n % 4 = 1 then now() - n * interval '5 hours' end,
              case when n % 8 = 1 then now() - n * interval '5 hours' end, case when n % 8 = 1 then 'Yes' end
            from contact c
            join campaign g on g.name = 'Spring' or n % 3 = 0
            left join variant v on v.campaign_id = g.id and v.name = (array['A', 'B'])[n % 2 + 1]
            where n % 5 > 0`,
      values: [tenantId],
    },
    {
      sql: `insert into app_public.segments (tenant_id, name, filter) values
              ($1, 'Brazilians', '{"all": [{"field": "language", "startsWith": "pt"}, {"field": "tag", "is": "VIP"}]}'),
              ($1, 'Others', '{"field": "segment", "isNot": "Brazilians"}')`,
      values: [tenantId],
    },
    {
      sql: `update app_public.message_statuses s set
              status = case when n % 3 = 0 then 'failed' when n % 3 = 1 then 'read' else 'queued' end::app_public.message_status,
              error_code = case when n % 3 = 0 then (array['131047', 'PYUNR'])[n % 2 + 1] end,
              failed_at = case when n % 3 = 0 then now() end
            from (select message_id, row_number() over (order by message_id) as n from app_public.message_statuses where tenant_id = $1) x
            where x.message_id = s.message_id`,
      values: [tenantId],
    },
    {
      sql: `update app_public.messages m set user_id = case when direction = 'outbound' then $2::uuid end,
              metadata = jsonb_build_object('n', length(preview)),
              campaign_id = case when preview like '%2' then (select c.id from app_public.campaigns c where c.name = 'Spring' and c.tenant_id = $1) end
            where tenant_id = $1`,
      values: [tenantId, userId],
    },
  ];
}
