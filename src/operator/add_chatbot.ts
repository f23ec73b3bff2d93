import type pg from "pg";
import { freeName, type ImportedChatbot } from "../chatbot/import/import.ts";

/** A chatbot as it was stored: as a draft, under a name that was free. */
export type AddedChatbot = { id: string; name: string };

/** Stores an imported chatbot as a draft. Run it in a transaction: the tenant is locked, so that the name stays free. */
export async function addChatbot(
  db: Pick<pg.ClientBase, "query">,
  tenantId: string,
  { name, description, graph, flows, metadata, language }: ImportedChatbot,
): Promise<AddedChatbot> {
  await db.query("select from app_public.tenants where id = $1 for no key update", [tenantId]);
  const { rows: taken } = await db.query<{ name: string }>(
    "select name from app_public.chatbots where tenant_id = $1",
    [tenantId],
  );
  const names = new Set(taken.map((chatbot) => chatbot.name));
  await addForms(db, tenantId, flows);
  const { rows } = await db.query<AddedChatbot>(
    `insert into app_public.chatbots (tenant_id, name, description, nodes, edges, settings, metadata)
     values ($1, $2, $3, $4, $5, $6, $7)
     returning id, name`,
    [
      tenantId,
      freeName(name, (candidate) => names.has(candidate)),
      description,
      JSON.stringify(graph.nodes),
      JSON.stringify(graph.edges),
      { language },
      metadata ?? {},
    ],
  );
  return rows[0]!;
}

/** Forms that came along, as drafts. One whose id is known here stays as it is. */
async function addForms(
  db: Pick<pg.ClientBase, "query">,
  tenantId: string,
  flows: ImportedChatbot["flows"],
): Promise<void> {
  for (const flow of flows)
    await db.query(
      `insert into app_public.whatsapp_flows
         (tenant_id, whatsapp_flow_id, name, description, categories, flow_json, endpoint_uri)
       values ($1, $2, left($3, 255), $4, $5, $6, $7)
       on conflict (tenant_id, whatsapp_flow_id) do nothing`,
      [
        tenantId,
        flow.whatsappFlowId,
        flow.name,
        flow.description,
        flow.categories,
        flow.flowJson,
        flow.endpointUri !== null && /^https?:\/\/\S{1,1990}$/.test(flow.endpointUri)
          ? flow.endpointUri
          : null,
      ],
    );
}
