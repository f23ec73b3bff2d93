import type pg from "pg";
import { hear, send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person } from "../../support/people.ts";
import { Reference, type Row, type Surroundings } from "./naive_filter.ts";

type Json = Record<string, unknown>;
export type Kind = "contacts" | "conversations" | "messages";

/** A tenant with rows of all kinds, and the same rows for the naive evaluation. */
export type FilterWorld = { agent: Person; rows: Record<Kind, Row[]>; surroundings: Surroundings };

export async function aFilterWorld(db: pg.ClientBase): Promise<FilterWorld> {
  const workspace = await aWorkspace(db);
  const agent = await aPerson(db, workspace.tenantId, "agent");
  const colleague = await aPerson(db, workspace.tenantId, "agent");
  for (let i = 0; i < 12; i++) {
    const thread = await aConversation(db, workspace);
    if (i % 4 === 0) continue;
    const picture = { type: "image", content: { id: "1", caption: `Picture ${i}` } };
    await hear(db, workspace, thread, { content: { body: `Order ${i}` } }, picture);
    if (i % 2 === 0) await send(db, thread.conversationId, `Answer ${i}`);
  }
  await db.query("set local session_replication_role to replica");
  for (const { sql, values } of furnish(agent, colleague)) await db.query(sql, values);
  await db.query("set local session_replication_role to origin");
  return { agent, ...(await readWorld(db, agent)) };
}

/** Values of all columns that fields read, so that each is empty in some rows and equal in several. */
function furnish({ tenantId, userId }: Person, colleague: Person): { sql: string; values: unknown[] }[] {
  return [
    {
      sql: `update app_public.contacts c set
              name = (array['Ana', 'ANA maria', null, 'Bruno 50%'])[n % 4 + 1],
              profile_name = (array['ana', null])[n % 2 + 1], username = (array[null, 'bruno_b'])[n % 2 + 1],
              email = (array['ana@example.com', null, 'b@example.com'])[n % 3 + 1], external_ref = nullif('ref-' || n, 'ref-3'),
              language = (array['tr', 'pt-BR', null, 'pt'])[n % 4 + 1], is_blocked = n % 5 = 0,
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
              metadata = jsonb_build_object('n', length(preview))
            where tenant_id = $1`,
      values: [tenantId, userId],
    },
  ];
}

/** Reads the rows as they are, and relates them. */
async function readWorld(
  db: pg.ClientBase,
  { tenantId, userId }: Person,
): Promise<Omit<FilterWorld, "agent">> {
  const all = async (table: string): Promise<Json[]> =>
    (
      await db.query(`select to_jsonb(t) as row from app_public.${table} t where tenant_id = $1`, [tenantId])
    ).rows.map(({ row }) => row);
  const tables = Object.fromEntries(
    await inOrder(
      [
        ...[
          "contacts",
          "conversations",
          "messages",
          "message_statuses",
          "contact_tags",
          "group_contacts",
          "channels",
        ],
        ...["conversation_participants", "conversation_contexts", "tags", "groups", "teams", "chatbots"],
      ],
      async (table) => [table, await all(table)] as const,
    ),
  );
  const { rows } = await db.query("select to_jsonb(now()) as now");
  const now = Date.parse(rows[0].now);
  const named = ["tags", "groups", "teams", "channels", "chatbots"].flatMap((table) => tables[table]!);
  const idsOf = (name: string) =>
    named.filter((row) => String(row.name).toLowerCase() === name).map(({ id }) => id as string);
  return { rows: relate(tables, now), surroundings: { now, me: userId, idsOf } };
}

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

function relate(tables: Record<string, Json[]>, now: number): Record<Kind, Row[]> {
  const of = (table: string, column: string, id: unknown) =>
    tables[table]!.filter((row) => row[column] === id);
  const tagsAndGroups = (contactId: unknown) => ({
    tag: of("contact_tags", "contact_id", contactId).map(
      ({ tag_id }) => new Reference("tag", tag_id as string),
    ),
    group: of("group_contacts", "contact_id", contactId).map(
      ({ group_id }) => new Reference("group", group_id as string),
    ),
  });
  const contacts = tables.contacts!.map((c) =>
    rowOf(c, {
      ...plain(c, "name profile_name username phone email external_ref language is_blocked metadata"),
      ...times(c, "opted_out_at marketing_opted_out_at created_at"),
      ...tagsAndGroups(c.id),
    }),
  );
  const conversations = tables.conversations!.map((c) =>
    rowOf(c, {
      ...plain(c, "status unread_count metadata"),
      ...times(
        c,
        "handed_over_at waiting_since waiting_for_person_since snoozed_until window_expires_at last_activity_at last_customer_message_at closed_at created_at",
      ),
      ...tagsAndGroups(c.contact_id),
      channel: references("channel", [c.channel_id]),
      channelKind: of("channels", "id", c.channel_id).map(({ kind }) => kind),
      assignee: references("user", [c.assignee_id]),
      team: references("team", [c.team_id]),
      participant: references(
        "user",
        of("conversation_participants", "conversation_id", c.id).map(({ user_id }) => user_id),
      ),
      chatbot: references(
        "chatbot",
        of("conversation_contexts", "conversation_id", c.id)
          .filter(({ is_active }) => is_active)
          .map(({ chatbot_id }) => chatbot_id),
      ),
      isUnread: [(c.unread_count as number) > 0],
      isHandedOver: [c.handed_over_at !== null],
      isSnoozed: [time(c.snoozed_until) > now],
      isWindowOpen: [time(c.window_expires_at) > now],
      language: present([of("contacts", "id", c.contact_id)[0]!.language]),
    }),
  );
  const messages = tables.messages!.map((m) => {
    const statuses = of("message_statuses", "message_id", m.id);
    return rowOf(m, {
      ...plain(m, "direction author type origin content metadata"),
      user: references("user", [m.user_id]),
      time: [Number.parseInt(String(m.id).replaceAll("-", "").slice(0, 12), 16)],
      status: statuses.map(({ status }) => status),
      errorCode: present(statuses.map(({ error_code }) => error_code)),
    });
  });
  const byId = new Map([...contacts, ...conversations].map((row) => [row.id, row]));
  for (const c of tables.conversations!) {
    const [conversation, contact] = [byId.get(c.id as string)!, byId.get(c.contact_id as string)!];
    conversation.related.contact = [contact];
    contact.related.conversation = [...(contact.related.conversation ?? []), conversation];
  }
  for (const [at, m] of tables.messages!.entries())
    messages[at]!.related.conversation = [byId.get(m.conversation_id as string)!];
  return { contacts, conversations, messages };
}

function rowOf({ id }: Json, fields: Record<string, unknown[]>): Row {
  return { id: id as string, fields, related: {} };
}

/** Columns as fields of the same name in camel case. */
function plain(row: Json, columns: string): Record<string, unknown[]> {
  return Object.fromEntries(columns.split(" ").map((column) => [camel(column), present([row[column]])]));
}

function times(row: Json, columns: string): Record<string, unknown[]> {
  return Object.fromEntries(
    columns.split(" ").map((column) => [camel(column), present([row[column]]).map(time)]),
  );
}

function references(type: string, ids: unknown[]): unknown[] {
  return present(ids).map((id) => new Reference(type, id as string));
}

function present(values: unknown[]): unknown[] {
  return values.filter((value) => value !== null);
}

function time(value: unknown): number {
  return value === "infinity" ? Number.POSITIVE_INFINITY : Date.parse(value as string);
}

function camel(column: string): string {
  return column.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
}
