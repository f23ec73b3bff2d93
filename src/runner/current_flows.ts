import { NODE_KINDS } from "../chatbot/nodes/registry.ts";
import type { StatementDb } from "../database/db.ts";
import type { RunnableVersion } from "./runnable_version.ts";

type FlowRow = {
  tenant_id: string;
  whatsapp_flow_id: string;
  status: string;
  first_screen: string | null;
};

/**
 * Updates versions with the current state of the WhatsApp Flows that they send. Flows change at the provider: a version that
 * was published with a draft must not send drafts permanently. If a Flow is not stored any more, its state at publication
 * is kept.
 */
export async function withCurrentFlows(
  db: StatementDb,
  versions: readonly RunnableVersion[],
): Promise<RunnableVersion[]> {
  const wanted = versions.flatMap((version) =>
    flowIdsOf(version).map((flowId) => [version.tenantId, flowId] as const),
  );
  if (wanted.length === 0) return [...versions];
  const { rows } = await db.query<FlowRow>({
    name: "load_flows_of_versions",
    text: `select distinct f.tenant_id, f.whatsapp_flow_id, upper(f.status::text) as status,
        f.flow_json #>> '{screens,0,id}' as first_screen
      from unnest($1::uuid[], $2::text[]) as w (tenant_id, whatsapp_flow_id)
      join app_public.whatsapp_flows f using (tenant_id, whatsapp_flow_id)`,
    values: [wanted.map(([tenantId]) => tenantId), wanted.map(([, flowId]) => flowId)],
  });
  return versions.map((version) => {
    const flowIds = flowIdsOf(version);
    const facts = rows
      .filter(({ tenant_id, whatsapp_flow_id: id }) => tenant_id === version.tenantId && flowIds.includes(id))
      .map(({ whatsapp_flow_id: id, status, first_screen: firstScreen }) => [id, { status, firstScreen }]);
    return facts.length === 0
      ? version
      : { ...version, flows: { ...version.flows, ...Object.fromEntries(facts) } };
  });
}

function flowIdsOf({ graph, subflows }: RunnableVersion): string[] {
  return [graph, ...Object.values(subflows)].flatMap(({ nodes }) =>
    nodes.flatMap((node) =>
      NODE_KINDS.referencesOf(node).flatMap(({ kind, id }) => (kind === "flow" ? id : [])),
    ),
  );
}
