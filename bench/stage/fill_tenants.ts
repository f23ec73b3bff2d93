import type pg from "pg";
import type { Bench } from "../bench.ts";
import { addAgents } from "./add_agents.ts";
import { fillConversations, fillMessages, withoutTriggers } from "./fill.ts";
import type { Workspace } from "./workspace.ts";

/** A tenant with months of work, and the access token of one of its agents. */
export type FilledTenant = { tenantId: string; channelId: string; token: string };

const MESSAGES_PER_CONVERSATION = 20;
const TAGS = ["vip", "invoice", "delivery", "complaint", "returns"];

/**
 * Tenants with the same number of messages each: three to twenty words, the commonest of which are in every tenth
 * message; conversations that are assigned, tagged, in teams, waiting, closed.
 * @param first with a connected number; the others are rows only
 */
export async function fillTenants(
  bench: Bench,
  first: Workspace,
  count: number,
  messages: number,
): Promise<FilledTenant[]> {
  const { watcher } = bench.postgres;
  await delayCheckpoints(watcher);
  const others = await addTenants(bench, count - 1);
  const tenants: FilledTenant[] = [];
  for (const tenant of [first, ...others]) {
    const { tenantId, channelId } = tenant;
    const [token] = await addAgents(bench, tenantId, 5);
    await fillConversations(watcher, tenant, 0, Math.ceil(messages / MESSAGES_PER_CONVERSATION));
    await fillMessages(watcher, tenant, messages, WORDS);
    await arrangeConversations(bench, tenantId);
    tenants.push({ tenantId, channelId, token: token! });
  }
  await watcher.query("vacuum analyze");
  // What triggers and tasks would have derived from the rows.
  await watcher.query("select app_private.recount_figures()");
  await watcher.query("select app_private.index_all_messages()");
  await resetCheckpoints(watcher);
  return tenants;
}

/** Frequent checkpoints double what a fill writes. */
async function delayCheckpoints(watcher: pg.Client): Promise<void> {
  await watcher.query("alter system set max_wal_size = '16GB'");
  await watcher.query("alter system set checkpoint_timeout = '1h'");
  await watcher.query("select pg_reload_conf()");
}

async function resetCheckpoints(watcher: pg.Client): Promise<void> {
  await watcher.query("alter system reset all");
  await watcher.query("select pg_reload_conf()");
  await watcher.query("checkpoint");
}

const SYLLABLES = `array['ka','le','mi','no','ru','sa','te','vi','bo','da','en','fa','gü','hı','in','jo','ka','lu','ma','ne','or',
  'pa','qu','ri','so','ta','un','ve','wa','xi','ya','zo','ar','be','ce','di','er','fi','ga','ho','il','ju','ke','la','me','ni',
  'ol','pe','ra','se','to','ul','va','we','şe','yo','za','an','ba','ci','do','el','fu','ğu']`;
/** Three to twenty words; the n-th commonest of 30,000 words has about the share that it has in a language. */
const WORDS = `(
  select string_agg(s.y[w.rank % 64 + 1] || s.y[w.rank / 64 % 64 + 1] || case when w.rank >= 4096 then s.y[w.rank / 4096 + 1] else '' end, ' ')
  from (select ${SYLLABLES} as y) s,
  lateral (select (exp(random() * 10.3))::int - 1 as rank, n from generate_series(1, 3 + n % 18)) w
)`;

async function addTenants({ postgres }: Bench, count: number): Promise<Omit<FilledTenant, "token">[]> {
  return withoutTriggers(postgres.watcher, async () => {
    const { rows } = await postgres.watcher.query<{ tenantId: string; channelId: string }>(
      `with tenant as (
         insert into app_public.tenants (slug, name)
         select 'filled-' || gen_random_uuid(), 'Filled ' || n from generate_series(1, $1::int) n
         returning id
       )
       insert into app_public.channels (tenant_id, name)
       select id, 'Filled' from tenant
       returning tenant_id as "tenantId", id as "channelId"`,
      [count],
    );
    return rows;
  });
}

/** What people have done with the conversations, and how long it took them. */
async function arrangeConversations({ postgres }: Bench, tenantId: string): Promise<void> {
  await withoutTriggers(postgres.watcher, async () => {
    await postgres.watcher.query(
      `with tag as (
         insert into app_public.tags (tenant_id, name) select $1, unnest($2::text[]) returning id
       ),
       numbered as (select id, row_number() over () as n from tag)
       insert into app_public.contact_tags (tenant_id, contact_id, tag_id)
       select $1, c.id, t.id from app_public.contacts c, numbered t
       where c.tenant_id = $1 and abs(hashtext(c.id || t.id::text)) % 100 < 20 / t.n`,
      [tenantId, TAGS],
    );
    await postgres.watcher.query(
      `update app_public.conversations c set
         unread_count = (random() * 3)::int,
         assignee_id = case when random() < 0.4 then m.ids[1 + (random() * 4)::int] end,
         status = case when p.is_closed then 'closed' else 'open' end::app_public.conversation_status,
         closed_at = case when p.is_closed then c.last_message_at end
       from (select array_agg(user_id) as ids from app_public.memberships where tenant_id = $1) m,
       (select id, random() < 0.7 as is_closed from app_public.conversations where tenant_id = $1) p
       where c.id = p.id`,
      [tenantId],
    );
    await postgres.watcher.query(
      `insert into app_public.handoffs
         (tenant_id, conversation_id, assignee_id, handed_over_at, first_response_at, first_response_user_id,
          resolved_at, resolved_by_id, outcome)
       select
         $1, c.id, c.assignee_id, h.at, h.at + random() * interval '1 hour', c.assignee_id,
         c.closed_at, c.assignee_id, case when c.closed_at is not null then 'closed' end::app_public.handoff_outcome
       from app_public.conversations c
       cross join lateral (select coalesce(c.closed_at, now()) - random() * interval '1 day' as at) h
       where c.tenant_id = $1 and c.assignee_id is not null`,
      [tenantId],
    );
    await postgres.watcher.query(
      `update app_public.conversations c set
         handed_over_at = h.handed_over_at,
         waiting_since = w.at, waiting_for_person_since = w.at
       from app_public.handoffs h
       cross join lateral (select case when random() < 0.5 then h.handed_over_at end as at) w
       where c.tenant_id = $1 and h.conversation_id = c.id and h.resolved_at is null`,
      [tenantId],
    );
  });
}
