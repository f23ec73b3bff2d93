import { ParleyError } from "../base/errors.ts";
import type { ExportedChatbot } from "../chatbot/exchange/export.ts";
import type { Db } from "../database/db.ts";

/**
 * Reads a chatbot's draft with everything that its export needs: the graphs it calls, as last published (or their
 * drafts, if never published), and the forms that all of them send. @throws ParleyError PYNFD
 */
export async function readChatbot(db: Db, chatbotId: string): Promise<ExportedChatbot> {
  const { rows } = await db.query<ExportedChatbot>(
    `with recursive called (id, name, description, nodes, edges, settings) as (
       select c.id, c.name, c.description, c.nodes, c.edges, c.settings
       from app_public.chatbots c
       where c.id = $1
       union
       select
         c.id, c.name, c.description, coalesce(l.nodes, c.nodes), coalesce(l.edges, c.edges),
         coalesce(l.settings, c.settings)
       from called k
       cross join jsonb_array_elements(k.nodes) n (node)
       join app_public.chatbots m on m.id = $1
       join app_public.chatbots c on c.tenant_id = m.tenant_id and c.id::text = n.node #>> '{data,chatbotId}'
       left join lateral (
         select v.nodes, v.edges, v.settings
         from app_public.chatbot_versions v
         where v.tenant_id = c.tenant_id and v.chatbot_id = c.id
         order by v.number desc
         limit 1
       ) l on true
       where c.id <> $1
     )
     select
       c.id, c.name, c.description, c.status, c.status = 'active' as "isActive", c.settings, c.metadata,
       jsonb_build_object('nodes', c.nodes, 'edges', c.edges) as graph,
       (
         select coalesce(jsonb_agg(jsonb_build_object(
           'chatbotId', k.id, 'name', k.name, 'description', k.description,
           'graph', jsonb_build_object('nodes', k.nodes, 'edges', k.edges), 'settings', k.settings
         ) order by k.name), '[]')
         from called k
         where k.id <> c.id
       ) as subflows,
       (
         select coalesce(jsonb_agg(jsonb_build_object(
           'whatsappFlowId', f.whatsapp_flow_id, 'name', f.name, 'description', f.description,
           'status', upper(f.status::text), 'categories', f.categories, 'flowJson', f.flow_json,
           'endpointUri', f.endpoint_uri, 'metadata', f.metadata
         ) order by f.whatsapp_flow_id), '[]')
         from app_public.whatsapp_flows f
         where f.tenant_id = c.tenant_id
         and f.whatsapp_flow_id in (
           select n.node #>> '{data,whatsappFlowId}' from called k, jsonb_array_elements(k.nodes) n (node)
         )
       ) as flows
     from app_public.chatbots c
     where c.id = $1`,
    [chatbotId],
  );
  const [chatbot] = rows;
  if (!chatbot) throw new ParleyError("PYNFD", "There is no such chatbot");
  return chatbot;
}
