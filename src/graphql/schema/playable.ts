import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { withCurrentFlows } from "../../runner/current_flows.ts";
import { type RunnableVersion, runnable, type VersionRow } from "../../runner/runnable_version.ts";
import type { UnsavedDraft } from "../../services/validate_chatbot.ts";

/** The client's choice of what to play: a version, or a chatbot's draft, perhaps with what has not been saved yet. */
type PlayableNames = {
  chatbotId?: string | undefined;
  versionId?: string | undefined;
  unsaved?: UnsavedDraft | undefined;
};

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
    c.tenant_id, g.id, d.*, app_hidden.graphs_called_by(c.tenant_id, d.nodes) as subflows, '{}'::jsonb as flows,
    app_hidden.current_user_id() as "ownerId"
  from app_public.chatbots c
  cross join app_hidden.read_chatbot_graphs(array[c.id]) g
  cross join lateral (
    select
      coalesce($2::jsonb, g.nodes) as nodes, coalesce($3::jsonb, g.edges) as edges,
      coalesce($4::jsonb, g.settings) as settings
  ) d
  where c.id = $1`;

/** @throws ParleyError PYREQ, PYNFD, PYGRA */
export async function findPlayable(
  db: pg.PoolClient,
  { chatbotId, versionId, unsaved = {} }: PlayableNames,
): Promise<Playable> {
  if (chatbotId === undefined && versionId === undefined)
    throw new ParleyError("PYREQ", "`chatbotId` or `versionId` must be given");
  const { rows } =
    versionId === undefined
      ? await db.query<Row>(DRAFT, [
          chatbotId,
          ...[unsaved.nodes, unsaved.edges, unsaved.settings].map(asJson),
        ])
      : await db.query<Row>(VERSION, [versionId, chatbotId]);
  const [row] = rows;
  if (!row) throw new ParleyError("PYNFD", "The chatbot or version does not exist, or cannot be read");
  const [version] = await withCurrentFlows(db, [read(row)]);
  return { version: version!, ownerId: row.ownerId };
}

function asJson(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

function read(row: Row): RunnableVersion {
  try {
    return runnable(row);
  } catch (cause) {
    throw new ParleyError("PYGRA", "The graph cannot be read", { cause });
  }
}
