import { textField } from "../base/json/fields.ts";
import { isObject, type JsonObject } from "../base/json/json.ts";
import type { Context } from "../chatbot/engine/context.ts";
import type { TriggerRule } from "../chatbot/engine/trigger.ts";
import { triggerRules } from "../chatbot/engine/trigger_rules.ts";
import { parseGraph } from "../chatbot/exchange/parse_graph.ts";
import { chatbotSettings } from "../chatbot/graph/settings.ts";
import type { ChatbotVersion } from "../chatbot/graph/version.ts";

/** A published version that can be run. */
export type RunnableVersion = ChatbotVersion & { tenantId: string; rules: TriggerRule[] };

/** A run and its version. */
export type Run = { context: Context; version: RunnableVersion };

/** The columns of a version that are needed to run it. */
export type VersionRow = {
  id: string;
  tenant_id: string;
  nodes: unknown;
  edges: unknown;
  settings: unknown;
  subflows: unknown;
  flows: unknown;
};

export function readRunnable(row: VersionRow): RunnableVersion | Error {
  try {
    return runnable(row);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Reads a version. Throws when its graph is not valid. */
export function runnable(row: VersionRow): RunnableVersion {
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
