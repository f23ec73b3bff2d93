import { randomBytes } from "node:crypto";
import type pg from "pg";
import type { Thread, Workspace } from "./people.ts";

type Queryable = Pick<pg.ClientBase, "query">;

export type Said = {
  type?: string;
  content?: object;
  origin?: "live" | "echo" | "history" | "standby" | "group";
  direction?: "inbound" | "outbound";
  metadata?: object;
  /** The time by the provider's clock; defaults to a moment ago. */
  at?: Date;
  wamid?: string;
};

/** What a message of a type has to have for what the tests are about. */
const CONTENT: Record<string, object> = {
  text: { body: "Hello" },
  reaction: { message_id: "wamid.1", emoji: "👍" },
};

/** A reaction to the message with this provider's id; "" takes it back. */
export function reaction(to: string, emoji: string, more: Said = {}): Said {
  return { type: "reaction", content: { message_id: to, emoji }, ...more };
}

export function edit(of: string, body: string, more: Said = {}): Said {
  const message = { type: "text", text: { body } };
  return { type: "edit", content: { original_message_id: of, message }, ...more };
}

export function revoke(of: string, more: Said = {}): Said {
  return { type: "revoke", content: { original_message_id: of }, ...more };
}

/** What the program makes of a provider's message, for store_messages() and receive_webhooks(). */
export function messageRow(workspace: Workspace, said: Said, customer = 1) {
  return {
    tenant_id: workspace.tenantId,
    channel_id: workspace.channelId,
    customer,
    direction: said.direction ?? (said.origin === "echo" ? "outbound" : "inbound"),
    origin: said.origin ?? "live",
    type: said.type ?? "text",
    content: said.content ?? CONTENT[said.type ?? "text"] ?? {},
    provider_message_id: said.wamid ?? aWamid(),
    metadata: said.metadata ?? {},
    occurred_at: (said.at ?? new Date()).toISOString(),
  };
}

export function aWamid(): string {
  return `wamid.${randomBytes(16).toString("base64url")}`;
}

/** Stores messages as a webhook would. Returns the number of new messages. */
export async function hear(
  db: Queryable,
  workspace: Workspace,
  thread: Thread,
  ...said: Said[]
): Promise<number> {
  const { rows } = await db.query("select app_private.store_messages($1, $2) as stored", [
    JSON.stringify(said.map((one) => messageRow(workspace, one))),
    [thread.conversationId],
  ]);
  return rows[0].stored;
}

/** Inserts an outbound text, and returns its id. */
export async function send(db: Queryable, conversationId: string, body = "Hello"): Promise<string> {
  const { rows } = await db.query(
    "insert into app_public.messages (conversation_id, type, content) values ($1, 'text', $2) returning id",
    [conversationId, { body }],
  );
  return rows[0].id;
}

/** The row of a conversation. */
export async function conversationOf(db: Queryable, id: string) {
  const { rows } = await db.query("select * from app_public.conversations where id = $1", [id]);
  return rows[0];
}
