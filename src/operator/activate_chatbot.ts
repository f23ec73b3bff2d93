import type pg from "pg";
import type { Graph } from "../chatbot/graph.ts";
import type { Problem } from "../chatbot/problem.ts";
import { validateGraph } from "../chatbot/validation/validate.ts";
import { ParleyError } from "../errors.ts";

/** What answers new conversations from now on. */
export type ActivatedChatbot = {
  id: string;
  name: string;
  /** Number of the version. */
  version: number;
  /** Whether the draft had changed since the last version, and so became a new one. */
  isNewVersion: boolean;
  warnings: Problem[];
};

/**
 * Makes a chatbot the tenant's active one. Its draft becomes a version first, unless the newest version says the same.
 * Run it in a transaction. @throws ParleyError PYGRA with every error of the graph
 */
export async function activateChatbot(
  db: Pick<pg.ClientBase, "query">,
  chatbotId: string,
): Promise<ActivatedChatbot> {
  const draft = await readDraft(db, chatbotId);
  const problems = validateGraph(draft.graph, { chatbotIds: draft.chatbotIds });
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new ParleyError("PYGRA", describe(draft.name, errors));

  const isNewVersion = draft.versionId === null;
  const versionId = draft.versionId ?? (await publish(db, chatbotId));
  await db.query("select app_private.activate_chatbot($1)", [versionId]);
  const { rows } = await db.query<{ number: number }>(
    "select number from app_public.chatbot_versions where id = $1",
    [versionId],
  );
  const warnings = problems.filter(({ severity }) => severity === "warning");
  return { id: chatbotId, name: draft.name, version: rows[0]!.number, isNewVersion, warnings };
}

/** The errors in one line, the first ones in full. */
function describe(name: string, errors: readonly Problem[]): string {
  const shown = errors.slice(0, 5).map(({ nodeId, message }) => (nodeId ? `${nodeId}: ${message}` : message));
  const more = errors.length > shown.length ? ` (and ${errors.length - shown.length} more)` : "";
  return `"${name}" cannot be activated: ${shown.join(" ")}${more}`;
}

type Draft = {
  name: string;
  graph: Graph;
  /** The version that is the same as the draft, if it is the newest. */
  versionId: string | null;
  chatbotIds: string[];
};

async function readDraft(db: Pick<pg.ClientBase, "query">, chatbotId: string): Promise<Draft> {
  const { rows } = await db.query<Draft>(
    `select
       c.name,
       json_build_object('nodes', c.nodes, 'edges', c.edges) as graph,
       (
         select v.id
         from (
           select * from app_public.chatbot_versions v
           where v.tenant_id = c.tenant_id and v.chatbot_id = c.id
           order by v.number desc
           limit 1
         ) v
         where v.nodes = c.nodes and v.edges = c.edges and v.settings = c.settings
       ) as "versionId",
       array(select o.id::text from app_public.chatbots o where o.tenant_id = c.tenant_id) as "chatbotIds"
     from app_public.chatbots c
     where c.id = $1
     for no key update of c`,
    [chatbotId],
  );
  const draft = rows[0];
  if (!draft) throw new ParleyError("PYNFD", "There is no such chatbot");
  return draft;
}

async function publish(db: Pick<pg.ClientBase, "query">, chatbotId: string): Promise<string> {
  const { rows } = await db.query<{ id: string }>("select id from app_private.publish_chatbot($1)", [
    chatbotId,
  ]);
  return rows[0]!.id;
}
