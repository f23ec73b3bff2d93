import { NODE_KINDS } from "../chatbot/nodes/registry.ts";
import type { StatementDb } from "../database/db.ts";
import type { RunnableVersion } from "./runnable_version.ts";

type FormRow = {
  tenant_id: string;
  whatsapp_flow_id: string;
  status: string;
  first_screen: string | null;
};

/**
 * These with how it stands now with the forms that they send. Forms live at the provider and change there: a version that was
 * published with a draft must not send drafts for ever. Of a form that is gone, what was known at publication counts.
 */
export async function withForms(
  db: StatementDb,
  versions: readonly RunnableVersion[],
): Promise<RunnableVersion[]> {
  const wanted = versions.flatMap((version) =>
    formsOf(version).map((formId) => [version.tenantId, formId] as const),
  );
  if (wanted.length === 0) return [...versions];
  const { rows } = await db.query<FormRow>({
    name: "load_forms_of_versions",
    text: `select distinct f.tenant_id, f.whatsapp_flow_id, upper(f.status::text) as status,
        f.flow_json #>> '{screens,0,id}' as first_screen
      from unnest($1::uuid[], $2::text[]) as w (tenant_id, whatsapp_flow_id)
      join app_public.whatsapp_flows f using (tenant_id, whatsapp_flow_id)`,
    values: [wanted.map(([tenantId]) => tenantId), wanted.map(([, formId]) => formId)],
  });
  return versions.map((version) => {
    const formIds = formsOf(version);
    const facts = rows
      .filter(({ tenant_id, whatsapp_flow_id: id }) => tenant_id === version.tenantId && formIds.includes(id))
      .map(({ whatsapp_flow_id: id, status, first_screen: firstScreen }) => [id, { status, firstScreen }]);
    return facts.length === 0
      ? version
      : { ...version, flows: { ...version.flows, ...Object.fromEntries(facts) } };
  });
}

function formsOf({ graph, subflows }: RunnableVersion): string[] {
  return [graph, ...Object.values(subflows)].flatMap(({ nodes }) =>
    nodes.flatMap((node) =>
      NODE_KINDS.referencesOf(node).flatMap(({ kind, id }) => (kind === "flow" ? id : [])),
    ),
  );
}
