import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Instant } from "../../chatbot/engine/context.ts";
import type { StatementDb } from "../../database/db.ts";

/** A message of a recorded conversation, with what matters to a chatbot. */
export type RecordedMessage = {
  id: string;
  by: "customer" | "chatbot" | "person";
  type: string;
  content: Json;
  referral: JsonObject | null;
  /** For messages of the chatbot: the node that sent it. */
  nodeId: string | null;
  /** Whether a language model wrote it. */
  isModels: boolean;
  /** When it was stored, and so when a chatbot would have received it. */
  at: Instant;
};

/** A recorded conversation, or a part of it. */
export type Recording = {
  conversationId: string;
  tenantId: string;
  contact: JsonObject & { id: string; phone: string | null };
  /** The messages, the oldest first. */
  messages: RecordedMessage[];
  /** Whether there are more messages than were read. */
  isCut: boolean;
  /** Whether the customer had written nothing before. */
  isFromBeginning: boolean;
  /** The ids of the recorded runs, the oldest first: the n-th replayed run gets the n-th id. */
  runIds: string[];
};

/** Selects a part of a conversation. */
type Part = {
  conversationId: string;
  from: Instant | null;
  until: Instant;
  /** The limit of messages. */
  limit: number;
};

/** The limit of messages in one replay. */
export const MOST_MESSAGES = 1000;

type ConversationRow = Pick<
  Recording,
  "conversationId" | "tenantId" | "contact" | "isFromBeginning" | "runIds"
>;
type MessageRow = Omit<RecordedMessage, "at"> & { at: number };

/** Reads a part of a conversation, as far as the caller may see it; null when there is no such conversation. */
export async function readRecording(
  db: StatementDb,
  { conversationId, from, until, limit }: Part,
): Promise<Recording | null> {
  const { rows } = await db.query<ConversationRow>({
    text: `
      select
        c.id as "conversationId", c.tenant_id as "tenantId",
        app_hidden.chatbot_contact(p) as contact,
        not exists (
          select from app_public.messages m
          where m.tenant_id = c.tenant_id and m.conversation_id = c.id and m.direction = 'inbound' and m.origin = 'live'
          and m.created_at < $2::timestamptz
        ) as "isFromBeginning",
        array(
          select x.id::text from app_public.conversation_contexts x
          where x.tenant_id = c.tenant_id and x.conversation_id = c.id
          and x.started_at >= coalesce($2::timestamptz, '-infinity')
          order by x.started_at, x.id
        ) as "runIds"
      from app_public.conversations c
      join app_public.contacts p on p.tenant_id = c.tenant_id and p.id = c.contact_id
      where c.id = $1`,
    values: [conversationId, from],
  });
  const [conversation] = rows;
  if (!conversation) return null;
  const { rows: found } = await db.query<MessageRow>({
    text: `
      select
        m.id, m.type, m.content, m.metadata -> 'referral' as referral, m.metadata ->> 'node_id' as "nodeId",
        m.metadata ? 'ai' as "isModels", (extract(epoch from m.created_at) * 1000)::float8 as at,
        case m.author when 'contact' then 'customer' when 'chatbot' then 'chatbot' else 'person' end as by
      from app_public.messages m
      where m.tenant_id = $1 and m.conversation_id = $2
      and m.created_at >= coalesce($3::timestamptz, '-infinity') and m.created_at <= $4::timestamptz
      and (
        (m.author in ('contact', 'chatbot') and m.origin = 'live')
        or app_hidden.is_users_answer(m.direction, m.author, m.origin)
      )
      order by m.created_at, m.id
      limit $5`,
    values: [conversation.tenantId, conversation.conversationId, from, until, limit + 1],
  });
  const messages = found.slice(0, limit).map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
  return { ...conversation, messages, isCut: found.length > limit };
}
