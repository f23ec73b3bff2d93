import type pg from "pg";
import type { Graph } from "../chatbot/graph.ts";
import type { Problem } from "../chatbot/problem.ts";
import { validateGraph } from "../chatbot/validation/validate.ts";
import { ParleyError } from "../errors.ts";

type Db = Pick<pg.ClientBase, "query">;

/** A draft and what is wrong with it, as far as the caller may see it. @throws ParleyError PYNFD */
export async function validateChatbot(
  db: Db,
  chatbotId: string,
): Promise<{ name: string; problems: Problem[] }> {
  const { rows } = await db.query<{ name: string; graph: Graph; chatbotIds: string[] }>({
    text: `select
       c.name,
       json_build_object('nodes', c.nodes, 'edges', c.edges) as graph,
       array(select o.id::text from app_public.chatbots o where o.tenant_id = c.tenant_id) as "chatbotIds"
     from app_public.chatbots c
     where c.id = $1`,
    values: [chatbotId],
  });
  const [draft] = rows;
  if (!draft) throw new ParleyError("PYNFD", "There is no such chatbot");
  return { name: draft.name, problems: validateGraph(draft.graph, { chatbotIds: draft.chatbotIds }) };
}

/** The errors in one line, the first ones in full; null when there is none. */
export function describeErrors(problems: readonly Problem[]): string | null {
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return null;
  const shown = errors.slice(0, 5).map(({ nodeId, message }) => (nodeId ? `${nodeId}: ${message}` : message));
  const more = errors.length > shown.length ? ` (and ${errors.length - shown.length} more)` : "";
  return `${shown.join(" ")}${more}`;
}
