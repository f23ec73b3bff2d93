import { ParleyError } from "../base/errors.ts";
import type { Graph } from "../chatbot/graph/graph.ts";
import { chatbotSettings } from "../chatbot/graph/settings.ts";
import type { Problem } from "../chatbot/validation/problem.ts";
import {
  type Reference,
  type ReferenceState,
  referencesOf,
  type Surroundings,
} from "../chatbot/validation/references.ts";
import { validateGraph } from "../chatbot/validation/validate.ts";
import type { Db } from "../database/db.ts";

/** What takes the place of parts of a stored draft: what an editor has not saved yet. */
export type UnsavedDraft = Partial<Graph> & { settings?: unknown };

/**
 * Validates a draft, including its references to rows of its tenant.
 * @throws ParleyError PYNFD; PYDEN: a graph is for admins
 */
export async function validateChatbot(
  db: Db,
  chatbotId: string,
  unsaved: UnsavedDraft = {},
): Promise<{ name: string; problems: Problem[] }> {
  const { rows } = await db.query<{ name: string; graph: (Graph & { settings: unknown }) | null }>({
    text: `select
       c.name,
       (
         select json_build_object('nodes', g.nodes, 'edges', g.edges, 'settings', g.settings)
         from app_hidden.read_chatbot_graphs(array[c.id]) g
       ) as graph
     from app_public.chatbots c
     where c.id = $1`,
    values: [chatbotId],
  });
  const [draft] = rows;
  if (!draft) throw new ParleyError("PYNFD", "The chatbot does not exist");
  if (!draft.graph) throw new ParleyError("PYDEN", "Only admins may validate a chatbot");
  const graph = { ...draft.graph, ...unsaved };
  const surroundings = await surroundingsOf(db, chatbotId, referencesOf(graph));
  const problems = validateGraph(graph, surroundings, chatbotSettings(graph.settings));
  return { name: draft.name, problems };
}

async function surroundingsOf(
  db: Db,
  chatbotId: string,
  references: readonly Reference[],
): Promise<Surroundings> {
  const surroundings: Surroundings = {};
  if (references.length === 0) return surroundings;
  const { rows } = await db.query<Pick<Reference, "kind" | "id"> & { state: ReferenceState }>({
    text: "select kind, id, state from app_hidden.find_chatbot_references($1, $2)",
    values: [chatbotId, JSON.stringify(references.map(({ kind, id }) => ({ kind, id })))],
  });
  for (const { kind } of references) surroundings[kind] ??= {};
  for (const { kind, id, state } of rows) surroundings[kind]![id] = state;
  return surroundings;
}

/** The errors in one line, the first ones in full; null when there are none. */
export function describeErrors(problems: readonly Problem[]): string | null {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return null;
  const shown = errors.slice(0, 5).map(({ nodeId, message }) => (nodeId ? `${nodeId}: ${message}` : message));
  const more = errors.length > shown.length ? ` (and ${errors.length - shown.length} more)` : "";
  return `${shown.join(" ")}${more}`;
}
