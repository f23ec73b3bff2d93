import type { PgClient } from "postgraphile/@dataplan/pg";
import { ParleyError } from "../../base/errors.ts";
import { withForms } from "../../runner/forms.ts";
import { type RunnableVersion, runnable, type VersionRow } from "../../runner/version_store.ts";

/** What a client names to have it played. */
export type PlayableNames = { chatbotId?: string | null; versionId?: string | null };

/** A version, or a draft as it would be published now, that the caller may see: an admin's. */
export type Playable = {
  version: RunnableVersion;
  /** Whose calendar the bot's owner's is. */
  ownerId: string | null;
};

type Row = VersionRow & { ownerId: string | null };

const VERSION = `
  select v.tenant_id, g.*, v.published_by as "ownerId"
  from app_public.chatbot_versions v
  cross join app_hidden.read_version_graphs(array[v.id]) g
  where v.id = $1 and v.chatbot_id = coalesce($2::uuid, v.chatbot_id)`;

const DRAFT = `
  select
    c.tenant_id, g.*, app_hidden.graphs_called_by(c.tenant_id, g.nodes) as subflows, '{}'::jsonb as flows,
    app_hidden.current_user_id() as "ownerId"
  from app_public.chatbots c
  cross join app_hidden.read_chatbot_graphs(array[c.id]) g
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
  const [version] = await withForms(client as never, [read(row)]);
  return { version: version!, ownerId: row.ownerId };
}

function read(row: Row): RunnableVersion {
  try {
    return runnable(row);
  } catch (cause) {
    throw new ParleyError("PYGRA", "The graph cannot be read", { cause });
  }
}
