import { freeName } from "../chatbot/exchange/free_name.ts";
import type { ImportedChatbot } from "../chatbot/exchange/import_result.ts";
import { renameSubflows } from "../chatbot/exchange/subflows.ts";
import type { Db } from "../database/db.ts";

/** A stored chatbot: a draft, under a name that was free. */
type AddedChatbot = {
  id: string;
  name: string;
  /** The graphs it calls that were imported with it, each as a chatbot of its own. */
  subflows: { id: string; name: string }[];
  /** The provider's ids of the forms that were imported with it and did not exist here. */
  forms: string[];
};

/** Stores an imported chatbot as a draft. Run it in a transaction: the tenant is locked, so that the name stays free. */
export async function addChatbot(db: Db, tenantId: string, chatbot: ImportedChatbot): Promise<AddedChatbot> {
  const { rows: taken } = await db.query<{ id: string; name: string }>(
    "select id, name from app_hidden.lock_chatbot_names($1)",
    [tenantId],
  );
  const names = new Set(taken.map(({ name }) => name));
  const known = new Set(taken.map(({ id }) => id));
  const { subflows, graph, name, description, settings, metadata, flows } = chatbot;

  // A called graph whose id already exists here is not imported; a graph that calls itself calls its copy.
  const unknown = subflows.filter(({ chatbotId }) => chatbotId !== chatbot.id && !known.has(chatbotId));
  const ids = await newIds(db, unknown.length + 1);
  const newNames = new Map(unknown.map(({ chatbotId }, index) => [chatbotId, ids[index + 1]!]));
  if (chatbot.id !== null) newNames.set(chatbot.id, ids[0]!);
  const drafts = [{ name, description, settings, metadata, graph }, ...unknown].map((draft, index) => {
    const free = freeName(draft.name, (candidate) => names.has(candidate));
    names.add(free);
    return {
      id: ids[index]!,
      name: free,
      description: draft.description,
      ...renameSubflows(draft.graph, newNames),
      settings: draft.settings,
      metadata: ("metadata" in draft && draft.metadata) || {},
    };
  });
  const { rows } = await db.query<{ forms: string[] }>("select app_hidden.add_drafts($1, $2, $3) as forms", [
    tenantId,
    JSON.stringify(drafts),
    JSON.stringify(flows),
  ]);
  const [main, ...called] = drafts.map(({ id, name }) => ({ id, name }));
  return { ...main!, subflows: called, forms: rows[0]!.forms };
}

async function newIds(db: Db, count: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    "select app_hidden.uuid_v7() as id from generate_series(1, $1)",
    [count],
  );
  return rows.map(({ id }) => id);
}
