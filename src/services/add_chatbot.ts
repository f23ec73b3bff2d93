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
  await db.query("select from app_public.tenants where id = $1 for no key update", [tenantId]);
  const { rows: taken } = await db.query<{ id: string; name: string }>(
    "select id, name from app_public.chatbots where tenant_id = $1",
    [tenantId],
  );
  const names = new Set(taken.map(({ name }) => name));
  const known = new Set(taken.map(({ id }) => id));
  const { subflows, graph, name, description, settings, metadata, flows } = chatbot;
  const forms = await addForms(db, tenantId, flows);

  // A called graph whose id already exists here is not imported; a graph that calls itself calls its copy.
  const unknown = subflows.filter(({ chatbotId }) => chatbotId !== chatbot.id && !known.has(chatbotId));
  const ids = await newIds(db, unknown.length + 1);
  const newNames = new Map(unknown.map(({ chatbotId }, index) => [chatbotId, ids[index + 1]!]));
  if (chatbot.id !== null) newNames.set(chatbot.id, ids[0]!);
  const added: { id: string; name: string }[] = [];
  for (const draft of [{ name, description, settings, metadata, graph }, ...unknown]) {
    const free = freeName(draft.name, (candidate) => names.has(candidate));
    names.add(free);
    const { nodes, edges } = renameSubflows(draft.graph, newNames);
    const id = ids[added.length]!;
    await db.query(
      `insert into app_public.chatbots (id, tenant_id, name, description, nodes, edges, settings, metadata)
       values ($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        ...[id, tenantId, free, draft.description, JSON.stringify(nodes), JSON.stringify(edges)],
        ...[draft.settings, "metadata" in draft ? (draft.metadata ?? {}) : {}],
      ],
    );
    added.push({ id, name: free });
  }
  const [main, ...called] = added;
  return { ...main!, subflows: called, forms };
}

async function newIds(db: Db, count: number): Promise<string[]> {
  const { rows } = await db.query<{ id: string }>(
    "select app_hidden.uuid_v7() as id from generate_series(1, $1)",
    [count],
  );
  return rows.map(({ id }) => id);
}

/** Stores imported forms as drafts. A form whose id already exists here is left unchanged. */
async function addForms(db: Db, tenantId: string, flows: ImportedChatbot["flows"]): Promise<string[]> {
  const added: string[] = [];
  for (const { whatsappFlowId, name, description, categories, flowJson, endpointUri } of flows) {
    const { rowCount } = await db.query(
      `insert into app_public.whatsapp_flows
         (tenant_id, whatsapp_flow_id, name, description, categories, flow_json, endpoint_uri)
       values ($1, $2, left($3, 255), $4, $5, $6, $7)
       on conflict (tenant_id, whatsapp_flow_id) do nothing`,
      [tenantId, whatsappFlowId, name, description, categories, flowJson, endpointUri],
    );
    if (rowCount === 1) added.push(whatsappFlowId);
  }
  return added;
}
