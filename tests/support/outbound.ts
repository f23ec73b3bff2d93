import type pg from "pg";
import { aConversation, type Thread, type Workspace } from "./people.ts";
import { until } from "./until.ts";

type Queryable = Pick<pg.ClientBase, "query">;

/** Outbound messages and their outcomes. */

/** Inserts messages into a conversation, in one statement and in order; returns their ids. */
export async function say(
  db: Queryable,
  { conversationId }: Pick<Thread, "conversationId">,
  ...contents: (string | { type: string; content: object; replyToId?: string })[]
): Promise<string[]> {
  const rows = contents.map((said) =>
    typeof said === "string" ? { type: "text", content: { body: said }, replyToId: null } : said,
  );
  const { rows: inserted } = await db.query(
    `insert into app_public.messages (conversation_id, type, content, reply_to_id)
     select $1, s.type, s.content, s."replyToId"
     from rows from (jsonb_to_recordset($2) as (type app_public.message_type, content jsonb, "replyToId" uuid))
       with ordinality s (type, content, "replyToId", n)
     order by s.n
     returning id`,
    [conversationId, JSON.stringify(rows)],
  );
  return inserted.map(({ id }) => id);
}

type MessageState = {
  status: string;
  error_code: string | null;
  attempts: number;
  provider_message_id: string | null;
  duplicate_provider_message_ids: string[] | null;
  /** Of the outbox row; null once it has left. */
  state: string | null;
};

export async function messageState(db: Queryable, messageId: string): Promise<MessageState> {
  const { rows } = await db.query(
    `select s.status, s.error_code, s.attempts, s.provider_message_id, s.duplicate_provider_message_ids, o.state
     from app_public.message_statuses s
     left join app_private.outbox o on o.tenant_id = s.tenant_id and o.message_id = s.message_id
     where s.message_id = $1`,
    [messageId],
  );
  return rows[0];
}

export async function untilMessageState(
  db: Queryable,
  messageId: string,
  is: (fate: MessageState) => boolean,
  deadlineMs?: number,
): Promise<MessageState> {
  let last: MessageState | undefined;
  try {
    return await until(
      `message ${messageId}`,
      async () => {
        last = await messageState(db, messageId);
        return is(last) && last;
      },
      deadlineMs,
    );
  } catch (error) {
    throw new Error(`it ended as ${JSON.stringify(last)}`, { cause: error });
  }
}

export const isThere = ({ status }: MessageState): boolean =>
  ["delivered", "read", "played"].includes(status);

/** Several open conversations of a workspace. */
export async function conversations(db: Queryable, workspace: Workspace, count: number): Promise<Thread[]> {
  const threads: Thread[] = [];
  for (let at = 0; at < count; at += 1) threads.push(await aConversation(db, workspace));
  return threads;
}
