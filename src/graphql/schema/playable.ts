import type { PgClient } from "postgraphile/@dataplan/pg";
import { ParleyError } from "../../errors.ts";
import { type RunnableVersion, runnable, type VersionRow } from "../../turns/version_store.ts";

/** What a client names to have it played. */
export type PlayableNames = { chatbotId?: string | null; versionId?: string | null };

/** A version, or a draft as it would be published now, that the caller may see. */
export type Playable = {
  version: RunnableVersion;
  tenantId: string;
  /** Whose calendar the bot's owner's is. */
  ownerId: string | null;
  /** Whether the caller is an admin. */
  isEditable: boolean;
};

type Row = VersionRow & { tenantId: string; ownerId: string | null; isEditable: boolean };

const VERSION = `
  select
    v.id, v.nodes, v.edges, v.settings, v.subflows, v.flows, v.tenant_id as "tenantId", v.published_by as "ownerId",
    app_hidden.is_at_least('admin') as "isEditable"
  from app_public.chatbot_versions v
  where v.id = $1 and v.chatbot_id = coalesce($2::uuid, v.chatbot_id)`;

const DRAFT = `
  select
    c.id, c.nodes, c.edges, c.settings, app_hidden.graphs_called_by(c.tenant_id, c.nodes) as subflows,
    app_hidden.forms_sent_by(c.tenant_id, c.nodes) as flows, c.tenant_id as "tenantId",
    app_hidden.current_user_id() as "ownerId", app_hidden.is_at_least('admin') as "isEditable"
  from app_public.chatbots c
  where c.id = $1`;

/** @throws ParleyError PYREQ, PYNFD, PYGRA */
export async function findPlayable(
  client: PgClient,
  { chatbotId = null, versionId = null }: PlayableNames,
): Promise<Playable> {
  if (chatbotId === null && versionId === null) throw new ParleyError("PYREQ", "Name a chatbot or a version");
  const { rows } = await client.query<Row>(
    versionId === null
      ? { text: DRAFT, values: [chatbotId] as string[] }
      : { text: VERSION, values: [versionId, chatbotId] as string[] },
  );
  const [row] = rows;
  if (!row) throw new ParleyError("PYNFD", "There is no such chatbot or version, or it cannot be read");
  const { tenantId, ownerId, isEditable } = row;
  try {
    return { version: runnable(row), tenantId, ownerId, isEditable };
  } catch (cause) {
    throw new ParleyError("PYGRA", "The graph cannot be read", { cause });
  }
}
