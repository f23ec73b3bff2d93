import type pg from "pg";
import type { Sent } from "../world/bodies.ts";
import type { Workspace } from "./workspace.ts";

/**
 * Rows as they would be after months of work, put in with the triggers off: customers `first` and up, as
 * `world/bodies.ts` names them, each with a conversation whose window is open.
 */
export async function fillConversations(
  client: pg.Client,
  { tenantId, channelId }: Filled,
  first: number,
  count: number,
): Promise<void> {
  await withoutTriggers(client, async () => {
    await client.query(
      `with people as (
         select gen_random_uuid() as id, '1555' || lpad(n::text, 8, '0') as phone
         from generate_series($3::int, $3 + $4 - 1) n
       ),
       named as (
         select p.*, (array['Ana', 'Bruno', 'Chloé', 'Deniz', 'Emre', 'Fatma', 'Gül', 'Hasan', 'Inés', 'João'])
           [right(phone, 6)::int % 10 + 1] || ' ' || right(phone, 6)::int as name
         from people p
       ),
       contact as (
         insert into app_public.contacts (id, tenant_id, phone, profile_name)
         select id, $1, '+' || phone, name from named
       ),
       identity as (
         insert into app_public.contact_identities (tenant_id, kind, value, contact_id)
         select $1, 'phone', '+' || phone, id from named
       )
       insert into app_public.conversations (tenant_id, channel_id, contact_id, last_customer_message_at, window_expires_at)
       select $1, $2, id, now(), now() + interval '1 day' from named`,
      [tenantId, channelId, first, count],
    );
  });
}

type Filled = Pick<Workspace, "tenantId" | "channelId">;

/** The text of message number n, as SQL. */
const OLD_MESSAGE = "'An old message, number ' || n || ', of some length'";

/** Old messages, half of them sent, most of these read and some failed, spread over the tenant's conversations and the last three weeks. */
export async function fillMessages(
  client: pg.Client,
  { tenantId, channelId }: Filled,
  count: number,
  text = OLD_MESSAGE,
): Promise<void> {
  const { rows } = await client.query(
    "select array_agg(id) as ids from app_public.conversations where tenant_id = $1",
    [tenantId],
  );
  const part = 50_000;
  for (let done = 0; done < count; done += part) {
    await withoutTriggers(client, async () => {
      await client.query(
        `with said as (
           select
             n, ${text} as text, now() - random() * interval '21 days' as at, ($2::uuid[])[n % cardinality($2::uuid[]) + 1] as conversation_id,
             n % 2 = 0 as is_inbound
           from generate_series($3::int, $4::int) n
         ),
         message as (
           insert into app_public.messages
             (tenant_id, id, conversation_id, direction, author, type, content, preview, provider_message_id, occurred_at, created_at)
           select
             $1,
             (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(md5(n::text || at), 14))::uuid,
             conversation_id,
             case when is_inbound then 'inbound' else 'outbound' end::app_public.message_direction,
             case when is_inbound then 'contact' else 'chatbot' end::app_public.message_author,
             'text', jsonb_build_object('body', text), text,
             case when is_inbound then 'wamid.old.' || gen_random_uuid() end, at, at
           from said
           returning id, direction, author, created_at, provider_message_id
         ),
         known as (
           insert into app_private.provider_ids (hash, message_id)
           select app_private.provider_id_hash($5, coalesce(provider_message_id, 'wamid.old.' || id)), id from message
         )
         insert into app_public.message_statuses
           (tenant_id, message_id, channel_id, author, status, provider_message_id, attempts, sending_at, sent_at, delivered_at, read_at,
            failed_at, error_code, pricing, created_at)
         select
           $1, m.id, $5, m.author, case when f.at is null then 'read' else 'failed' end::app_public.message_status,
           'wamid.old.' || m.id, 1, m.created_at, r.at, r.at, r.at,
           f.at, case when f.at is not null then '131026' end,
           case when f.at is null then '{"billable": true, "pricing_model": "PMP", "category": "utility"}'::jsonb end, m.created_at
         from message m
         cross join lateral (select case when right(m.id::text, 1) = 'f' and random() < 0.3 then m.created_at end as at) f
         cross join lateral (select case when f.at is null then m.created_at end as at) r
         where m.direction = 'outbound'`,
        [tenantId, rows[0].ids, done + 1, Math.min(done + part, count), channelId],
      );
    });
  }
  await withoutTriggers(client, () =>
    client.query(
      `update app_public.conversations c set
         last_message_id = m.id, last_message_at = m.occurred_at, last_message_preview = m.preview
       from (
         -- Read once: without statistics, a plan that looks them up for each conversation may read all each time.
         select distinct on (n.conversation_id) n.*
         from app_public.messages n
         where n.tenant_id = $1
         order by n.conversation_id, n.id desc
       ) m
       where m.conversation_id = c.id and c.tenant_id = $1`,
      [tenantId],
    ),
  );
}

/** Messages that Meta has taken a moment ago, and reported nothing of. */
export async function fillSent(
  client: pg.Client,
  { tenantId, channelId }: Workspace,
  count: number,
): Promise<Sent[]> {
  const { rows } = await withoutTriggers(client, () =>
    client.query<Sent>(
      `with target as (
         select array_agg(id) as ids from app_public.conversations where tenant_id = $1
       ),
       message as (
         insert into app_public.messages (tenant_id, conversation_id, author, type, content, preview)
         select $1, ids[n % cardinality(ids) + 1], 'system', 'text', '{"body": "Your order is on its way."}', 'Your order is on its way.'
         from target, generate_series(1, $2) n
         returning id
       ),
       known as (
         insert into app_private.provider_ids (hash, message_id)
         select app_private.provider_id_hash($3, 'wamid.sent.' || id), id from message
       )
       insert into app_public.message_statuses (tenant_id, message_id, channel_id, author, status, provider_message_id, attempts, sending_at, sent_at)
       select $1, id, $3, 'system', 'sent', 'wamid.sent.' || id, 1, now(), now() from message
       returning provider_message_id as wamid, message_id as ours, '15550000000' as to`,
      [tenantId, count, channelId],
    ),
  );
  return rows;
}

/** In one transaction. */
export async function withoutTriggers<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query("begin; set local session_replication_role = replica");
  try {
    const result = await work();
    await client.query("commit");
    return result;
  } catch (error) {
    await client.query("rollback");
    throw error;
  }
}
