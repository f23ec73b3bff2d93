import type pg from "pg";
import { textField } from "../chatbot/fields.ts";
import { type Graph, nodeKind } from "../chatbot/graph.ts";
import { parseGraph } from "../chatbot/import/parse_graph.ts";
import { isObject, type JsonObject } from "../chatbot/json.ts";
import { chatbotSettings } from "../chatbot/settings.ts";
import { type TriggerRule, triggerRules } from "../chatbot/trigger.ts";
import type { ChatbotVersion } from "../chatbot/version.ts";

/** A published version, ready to run. */
export type RunnableVersion = ChatbotVersion & { tenantId: string; rules: TriggerRule[] };

type Queryable = Pick<pg.ClientBase, "query">;

/** Versions never change, so that each is read and parsed once. */
export type VersionStore = {
  /** Makes sure that these are loaded, as far as they can be. */
  load(db: Queryable, ids: readonly string[]): Promise<void>;
  /**
   * Reads how it stands with the forms that these send. They are Meta's and change there: a version that was published
   * with a draft must not send drafts for ever. Of a form that is gone, what was known at publication counts.
   */
  loadForms(db: Queryable, ids: readonly string[]): Promise<void>;
  /** A version that was loaded; throws when it could not be, so that only its own turns fail. */
  get(id: string): RunnableVersion;
};

const KEPT = 200;

export function createVersionStore(): VersionStore {
  const versions = new Map<string, RunnableVersion | Error>();

  return {
    async load(db, ids) {
      const missing = ids.filter((id) => !versions.has(id));
      if (missing.length === 0) return;
      // Those asked for now are never among the ones let go.
      for (const id of versions.keys()) {
        if (versions.size + missing.length <= KEPT) break;
        if (!ids.includes(id)) versions.delete(id);
      }
      const { rows } = await db.query(
        "select id, tenant_id, nodes, edges, settings, subflows, flows from app_public.chatbot_versions where id = any ($1)",
        [missing],
      );
      for (const row of rows) versions.set(row.id, readRunnable(row));
    },
    async loadForms(db, ids) {
      const senders = [...new Set(ids)].flatMap((id) => {
        const version = versions.get(id);
        if (version === undefined || version instanceof Error) return [];
        const formIds = [version.graph, ...Object.values(version.subflows)].flatMap(formsOf);
        return formIds.length > 0 ? [{ version, formIds }] : [];
      });
      if (senders.length === 0) return;
      const wanted = senders.flatMap(({ version, formIds }) =>
        formIds.map((formId) => [version.tenantId, formId] as const),
      );
      const { rows } = await db.query<FormRow>({
        name: "load_forms_of_versions",
        text: `select distinct f.tenant_id, f.whatsapp_flow_id, upper(f.status::text) as status,
            f.flow_json #>> '{screens,0,id}' as first_screen
          from unnest($1::uuid[], $2::text[]) as w (tenant_id, whatsapp_flow_id)
          join app_public.whatsapp_flows f using (tenant_id, whatsapp_flow_id)`,
        values: [wanted.map(([tenantId]) => tenantId), wanted.map(([, formId]) => formId)],
      });
      for (const { version, formIds } of senders) {
        const forms = rows.filter(
          (row) => row.tenant_id === version.tenantId && formIds.includes(row.whatsapp_flow_id),
        );
        const facts = forms.map(({ whatsapp_flow_id, status, first_screen }) => [
          whatsapp_flow_id,
          { status, firstScreen: first_screen },
        ]);
        versions.set(version.id, { ...version, flows: { ...version.flows, ...Object.fromEntries(facts) } });
      }
    },
    get(id) {
      const version = versions.get(id);
      if (version === undefined || version instanceof Error)
        throw new Error(`version ${id} cannot be run`, { cause: version });
      return version;
    },
  };
}

type FormRow = {
  tenant_id: string;
  whatsapp_flow_id: string;
  status: string;
  first_screen: string | null;
};

function formsOf(graph: Graph): string[] {
  return graph.nodes
    .filter((node) => nodeKind(node) === "whatsapp_flow")
    .flatMap(({ data }) => textField(data, "whatsappFlowId") || []);
}

type VersionRow = {
  id: string;
  tenant_id: string;
  nodes: unknown;
  edges: unknown;
  settings: unknown;
  subflows: unknown;
  flows: unknown;
};

function readRunnable(row: VersionRow): RunnableVersion | Error {
  try {
    return runnable(row);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function runnable(row: VersionRow): RunnableVersion {
  const { graph } = parseGraph(row.nodes, row.edges);
  const settings = chatbotSettings(row.settings);
  const subflows = Object.fromEntries(
    objectsOf(row.subflows).map(([id, called]) => [id, parseGraph(called.nodes, called.edges).graph]),
  );
  const flows = Object.fromEntries(
    objectsOf(row.flows).map(([id, form]) => [
      id,
      { status: textField(form, "status"), firstScreen: textField(form, "firstScreen") || null },
    ]),
  );
  const version = { id: row.id, tenantId: row.tenant_id, graph, settings, subflows, flows };
  return { ...version, rules: triggerRules(row.id, graph, settings) };
}

function objectsOf(value: unknown): [key: string, value: JsonObject][] {
  return Object.entries(isObject(value) ? value : {}).flatMap(([key, field]) =>
    isObject(field) ? [[key, field]] : [],
  );
}
