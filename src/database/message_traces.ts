import { traceIdOf } from "../base/trace.ts";
import type { Db } from "./db.ts";

type Traced = { id: string; channel_id: string; provider_message_id: string };

/** The traces of received messages, by their ids. */
export async function readTraces(
  db: Db,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return traces(
    db,
    `select m.id, c.channel_id, m.provider_message_id
     from app_public.messages m
     join app_public.conversations c on c.id = m.conversation_id
     -- The range lets the planner leave out partitions.
     where m.id = any ($1) and m.id between $2 and $3 and m.provider_message_id is not null`,
    messageIds,
  );
}

/** The traces that chatbots' messages belong to, by their ids: those of the messages that customers wrote before. */
export async function readTracesOfReplies(
  db: Db,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  return traces(
    db,
    `select m.id, c.channel_id, i.provider_message_id
     from app_public.messages m
     join app_public.conversations c on c.id = m.conversation_id
     cross join lateral (
       select w.provider_message_id
       from app_public.messages w
       where w.conversation_id = m.conversation_id and w.id < m.id and w.direction = 'inbound'
       order by w.id desc
       limit 1
     ) i
     where m.id = any ($1) and m.id between $2 and $3 and m.author = 'chatbot' and i.provider_message_id is not null`,
    messageIds,
  );
}

async function traces(
  db: Db,
  text: string,
  messageIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  if (messageIds.length === 0) return new Map();
  const sorted = messageIds.toSorted();
  const { rows } = await db.query<Traced>(text, [sorted, sorted[0], sorted.at(-1)]);
  return new Map(rows.map((row) => [row.id, traceIdOf(row.channel_id, row.provider_message_id)]));
}
