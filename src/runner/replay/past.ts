import type { Json, JsonObject } from "../../base/json/json.ts";
import type { Instant } from "../../chatbot/engine/context.ts";
import type { StatementDb } from "../../database/db.ts";

/** A message of a conversation's past, as far as a chatbot has to do with it. */
export type PastMessage = {
  id: string;
  by: "customer" | "chatbot" | "person";
  type: string;
  content: Json;
  referral: JsonObject | null;
  /** Of the chatbot's: the node that said it. */
  nodeId: string | null;
  /** A language model's words. */
  isModels: boolean;
  /** When it was stored: when a chatbot would have heard it. */
  at: Instant;
};

/** What is known of a conversation's past. */
export type Past = {
  conversationId: string;
  tenantId: string;
  contact: JsonObject & { id: string; phone: string | null };
  /** In their order. */
  messages: PastMessage[];
  /** There are more than were read. */
  isCut: boolean;
  /** The customer had said nothing before. */
  isFromBeginning: boolean;
  /** The runs that there were, in their order: a replayed run is given the id of the one whose place it takes. */
  runIds: string[];
};

/** Which part of a conversation. */
type Part = {
  conversationId: string;
  from: Instant | null;
  until: Instant;
  /** Messages read, at most. */
  limit: number;
};

/** The most messages that are replayed at once. */
export const MOST_MESSAGES = 1000;

type ConversationRow = Pick<Past, "conversationId" | "tenantId" | "contact" | "isFromBeginning" | "runIds">;
type MessageRow = Omit<PastMessage, "at"> & { at: number };

/** Reads a part of a conversation, as far as the caller may see it; null when there is no such conversation. */
export async function readPast(
  db: StatementDb,
  { conversationId, from, until, limit }: Part,
): Promise<Past | null> {
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
        (m.author = 'contact' and m.origin = 'live')
        or (m.author = 'chatbot' and m.origin = 'live')
        or (m.author = 'user' and m.origin in ('live', 'echo'))
      )
      order by m.created_at, m.id
      limit $5`,
    values: [conversation.tenantId, conversation.conversationId, from, until, limit + 1],
  });
  const messages = found.slice(0, limit).map((row) => ({ ...row, at: new Date(row.at).toISOString() }));
  return { ...conversation, messages, isCut: found.length > limit };
}
