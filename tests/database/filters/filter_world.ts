import type pg from "pg";
import { hear, send } from "../../support/messages.ts";
import { aConversation, aPerson, aWorkspace, type Person } from "../../support/people.ts";
import { furnish } from "./furnish_filter_world.ts";
import { type Filter, Reference, type Row, type Surroundings } from "./naive_filter.ts";

type Json = Record<string, unknown>;
export type Kind = "contacts" | "conversations" | "messages" | "campaign_recipients";

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
        ...["consents", "campaigns", "campaign_variants", "campaign_recipients"],
      ],
      async (table) => [table, await all(table)] as const,
    ),
  );
  const { rows: regions } = await db.query<Json & { id: string }>(
    `select c.id, app_hidden.contact_time_zone(c) as time_zone, app_hidden.contact_language(c) as language
     from app_public.contacts c where c.tenant_id = $1`,
    [tenantId],
  );
  for (const contact of tables.contacts!)
    Object.assign(
      contact,
      regions.find(({ id }) => id === contact.id),
    );
  const { rows } = await db.query("select to_jsonb(now()) as now");
  const now = Date.parse(rows[0].now);
  const named = ["tags", "groups", "teams", "channels", "chatbots", "campaigns"].flatMap(
    (table) => tables[table]!,
  );
  const idsOf = (name: string) =>
    named.filter((row) => String(row.name).toLowerCase() === name).map(({ id }) => id as string);
  const segments = new Map((await all("segments")).map(({ name, filter }) => [name, filter as Filter]));
  return { rows: relate(tables, now), surroundings: { now, me: userId, idsOf, segments } };
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
  const newest = (contactId: unknown) => {
    const given = (category: string) =>
      of("consents", "contact_id", contactId).filter((each) => each.category === category && each.is_opt_in);
    return {
      optedInAt: latest(given("all"), "given_at"),
      marketingOptedInAt: latest(given("marketing"), "given_at"),
      lastWroteAt: latest(of("conversations", "contact_id", contactId), "last_customer_message_at"),
    };
  };
  const contacts = tables.contacts!.map((c) =>
    rowOf(c, {
      ...plain(
        c,
        "name profile_name username phone email external_ref language status time_zone notes metadata",
      ),
      ...times(c, "opted_out_at marketing_opted_out_at created_at"),
      ...tagsAndGroups(c.id),
      ...newest(c.id),
      ...custom(c.metadata as Json),
      segment: ["Brazilians", "Others"],
      text: [contactText(c)],
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
      text: [
        ...of("contacts", "id", c.contact_id).map(contactText),
        ...of("messages", "conversation_id", c.id).map(({ preview }) => preview),
      ],
    }),
  );
  const messages = tables.messages!.map((m) => {
    const statuses = of("message_statuses", "message_id", m.id);
    return rowOf(m, {
      ...plain(m, "direction author type origin content metadata"),
      user: references("user", [m.user_id]),
      campaign: references("campaign", [m.campaign_id]),
      time: [Number.parseInt(String(m.id).replaceAll("-", "").slice(0, 12), 16)],
      status: statuses.map(({ status }) => status),
      errorCode: present(statuses.map(({ error_code }) => error_code)),
      text: [m.preview],
    });
  });
  const recipients = tables.campaign_recipients!.map((r) => ({
    id: `${r.campaign_id} ${r.contact_id}`,
    fields: {
      ...plain(r, "language state error_code clicked"),
      ...times(r, "sent_at replied_at clicked_at"),
      campaign: references("campaign", [r.campaign_id]),
      channel: references("channel", [r.channel_id]),
      variant: of("campaign_variants", "id", r.variant_id).map(({ name }) => name),
    },
    related: {} as Row["related"],
  }));
  const byId = new Map([...contacts, ...conversations].map((row) => [row.id, row]));
  for (const c of tables.conversations!) {
    const [conversation, contact] = [byId.get(c.id as string)!, byId.get(c.contact_id as string)!];
    conversation.related.contact = [contact];
    contact.related.conversation = [...(contact.related.conversation ?? []), conversation];
    conversation.related.message = [];
  }
  for (const [at, m] of tables.messages!.entries()) {
    const conversation = byId.get(m.conversation_id as string)!;
    messages[at]!.related.conversation = [conversation];
    conversation.related.message!.push(messages[at]!);
  }
  for (const contact of contacts) contact.related.campaignRecipient = [];
  for (const [at, r] of tables.campaign_recipients!.entries()) {
    const contact = byId.get(r.contact_id as string)!;
    recipients[at]!.related.contact = [contact];
    contact.related.campaignRecipient!.push(recipients[at]!);
  }
  return { contacts, conversations, messages, campaign_recipients: recipients };
}

/** Without the phone number, of which parts of a query may be the end. */
function contactText({ name, profile_name, username, email, external_ref }: Json): string {
  return [name, profile_name, username, email, external_ref].join(" ");
}

function custom(metadata: Json): Record<string, unknown[]> {
  return Object.fromEntries(
    ["plan", "score", "joined", "remark", "vip"].map((key) => [
      `metadata.${key}`,
      [metadata[key] ?? null].filter((value) => value !== null),
    ]),
  );
}

function rowOf({ id }: Json, fields: Record<string, unknown[]>): Row {
  return { id: id as string, fields: { ...fields, id: [id] }, related: {} };
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

/** The newest of the times of these rows. */
function latest(rows: Json[], column: string): number[] {
  return present(rows.map((row) => row[column]))
    .map(time)
    .sort((a, b) => b - a)
    .slice(0, 1);
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
