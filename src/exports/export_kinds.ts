/** What can be exported as a CSV file. Row level security decides which rows the caller gets. */
export type ExportKind = {
  /** By the name of the column in the file, its value in SQL. */
  columns: Readonly<Record<string, string>>;
  /** Its row is called `r`. */
  from: string;
  /** A filter of docs/filters.md may select rows of this table. */
  filter?: "contacts" | "conversations" | "messages";
  /** The id of what the rows belong to, by which they may be selected. */
  parent?: string;
  orderBy: string;
};

const contacts: ExportKind = {
  columns: {
    id: "r.id",
    phone: "r.phone",
    name: "r.name",
    profile_name: "r.profile_name",
    email: "r.email",
    external_ref: "r.external_ref",
    language: "r.language",
    time_zone: "r.time_zone",
    status: "r.status",
    notes: "r.notes",
    picture_url: "r.picture_url",
    tags: namesOf("contact_tags", "tags", "tag_id"),
    groups: namesOf("group_contacts", "groups", "group_id"),
    opted_out_at: "r.opted_out_at",
    marketing_opted_out_at: "r.marketing_opted_out_at",
    metadata: "r.metadata",
    created_at: "r.created_at",
    updated_at: "r.updated_at",
  },
  from: "app_public.contacts r",
  filter: "contacts",
  orderBy: "r.created_at desc, r.id",
};

/** The names of a contact's tags or groups, as an import reads them. */
function namesOf(link: string, table: string, column: string): string {
  return `(
    select string_agg(n.name, '; ' order by lower(n.name))
    from app_public.${link} x
    join app_public.${table} n on n.id = x.${column}
    where x.contact_id = r.id
  )`;
}

const conversations: ExportKind = {
  columns: {
    id: "r.id",
    contact_id: "r.contact_id",
    phone: "p.phone",
    contact: "coalesce(p.name, p.profile_name)",
    channel: "h.name",
    status: "r.status",
    assignee: "u.name",
    team: "t.name",
    unread_count: "r.unread_count",
    last_message: "r.last_message_preview",
    last_message_at: "r.last_message_at",
    last_customer_message_at: "r.last_customer_message_at",
    window_expires_at: "r.window_expires_at",
    closed_at: "r.closed_at",
    created_at: "r.created_at",
  },
  from: `app_public.conversations r
    left join app_public.channels h on h.id = r.channel_id
    left join app_public.contacts p on p.id = r.contact_id
    left join app_public.users u on u.id = r.assignee_id
    left join app_public.teams t on t.id = r.team_id`,
  filter: "conversations",
  orderBy: "r.last_activity_at desc, r.id desc",
};

const messages: ExportKind = {
  columns: {
    id: "r.id",
    conversation_id: "r.conversation_id",
    occurred_at: "r.occurred_at",
    direction: "r.direction",
    author: "r.author",
    phone: "p.phone",
    contact: "coalesce(p.name, p.profile_name)",
    channel: "h.name",
    user: "u.name",
    type: "r.type",
    text: "r.preview",
    content: "r.content",
    status: "s.status",
    sent_at: "s.sent_at",
    delivered_at: "s.delivered_at",
    read_at: "s.read_at",
    error_code: "s.error_code",
    campaign_id: "r.campaign_id",
  },
  from: `app_public.messages r
    left join app_public.message_statuses s on s.message_id = r.id
    left join app_public.conversations c on c.id = r.conversation_id
    left join app_public.channels h on h.id = c.channel_id
    left join app_public.contacts p on p.id = c.contact_id
    left join app_public.users u on u.id = r.user_id`,
  filter: "messages",
  orderBy: "r.id desc",
};

const users: ExportKind = {
  columns: {
    id: "u.id",
    email: "u.email",
    name: "u.name",
    role: "r.role",
    is_active: "u.is_active and r.is_active",
    last_login_at: "u.last_login_at",
    created_at: "r.created_at",
  },
  from: "app_public.memberships r join app_public.users u on u.id = r.user_id",
  orderBy: "u.email",
};

const campaignRecipients: ExportKind = {
  columns: {
    campaign_id: "r.campaign_id",
    campaign: "g.name",
    contact_id: "r.contact_id",
    phone: "p.phone",
    contact: "coalesce(p.name, p.profile_name)",
    external_ref: "p.external_ref",
    channel: "h.name",
    variant: "v.name",
    language: "r.language",
    state: "r.state",
    error_code: "r.error_code",
    reason: "r.reason",
    attempts: "r.attempts",
    due_at: "r.due_at",
    sent_at: "r.sent_at",
    delivered_at: "s.delivered_at",
    read_at: "s.read_at",
    replied_at: "r.replied_at",
    clicked_at: "r.clicked_at",
    clicked: "r.clicked",
    message_id: "r.message_id",
  },
  from: `app_public.campaign_recipients r
    join app_public.campaigns g on g.id = r.campaign_id
    left join app_public.message_statuses s on s.message_id = r.message_id
    left join app_public.campaign_variants v on v.id = r.variant_id
    left join app_public.channels h on h.id = r.channel_id
    left join app_public.contacts p on p.id = r.contact_id`,
  parent: "r.campaign_id",
  orderBy: "r.campaign_id, r.contact_id",
};

export const EXPORT_KINDS = {
  campaign_recipients: campaignRecipients,
  contacts,
  conversations,
  messages,
  users,
} as const;

export type ExportName = keyof typeof EXPORT_KINDS;

export const EXPORT_NAMES = Object.keys(EXPORT_KINDS) as ExportName[];
