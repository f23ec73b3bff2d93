import { type Graph, nodeType } from "./graph.ts";
import type { ImportedFlow } from "./import/forms.ts";
import type { ImportedSubflow } from "./import/subflows.ts";
import { isObject, type Json, type JsonObject, own } from "./json.ts";
import { placeholdersIn } from "./template.ts";

/** What an export is made of. */
export type ExportedChatbot = {
  /** What subflow nodes call it by; null where it has no id yet. */
  id: string | null;
  name: string;
  description: string | null;
  graph: Graph;
  settings: JsonObject;
  isActive: boolean;
  status: "active" | "archived" | "draft";
  metadata: JsonObject | null;
  /** The forms that are known here, of those that the graphs send. */
  flows: ExportedFlow[];
  /** The graphs that are called, and those that they call. */
  subflows: ImportedSubflow[];
};

export type ExportedFlow = ImportedFlow & {
  /** Meta's word: `DRAFT`, `PUBLISHED`, … */
  status: string;
  metadata: JsonObject;
};

/**
 * The wrapped form of the exchange format, without secrets. `settings` and `subflows` are ours: the source system passes
 * over them. `exportedAt` is an ISO instant.
 */
export function exportChatbot(chatbot: ExportedChatbot, exportedAt: string): JsonObject {
  const { id, name, description, graph, settings, isActive, status, metadata, flows, subflows } = chatbot;
  const sendsForms = [graph, ...subflows.map((subflow) => subflow.graph)].some((each) =>
    each.nodes.some((node) => nodeType(node) === "whatsapp_flow"),
  );
  const document: JsonObject = {
    version: "1.0",
    exportedAt,
    chatbot: {
      id,
      name,
      description,
      nodes: graph.nodes,
      edges: graph.edges,
      isActive,
      status,
      metadata,
      settings,
    },
    // Empty where none of them is known here, as the source system has it.
    ...(sendsForms && {
      whatsappFlows: flows.map((flow) => ({ ...flow, isActive: flow.status === "PUBLISHED" })),
    }),
    ...(subflows.length > 0 && {
      subflows: subflows.map(({ graph: called, ...rest }) => ({ ...rest, ...called })),
    }),
  };
  return cleanObject(document);
}

/** What stands where a secret stood. */
const REMOVED = "REMOVED";

const SECRET_NAME =
  /(authorization|passw(or)?d|secret|token|api[-_]?key|cookie|credential|private[-_]?key|^apiAuthKeyValue$|^apiAuthUsername$)s?$/i;
const SECRET_VALUE = /^(bearer|basic)\s+\S{8,}$/i;

/**
 * An object with every literal value of a secret's name replaced: fields, headers, parameters of a URL or a form body,
 * JSON in texts, `{key, value}` pairs. A value that comes from a variable (`Bearer {{token}}`) is none and stays.
 */
function cleanObject(value: JsonObject): JsonObject {
  // A header or a parameter in a list, or a variable that is set, says beside the value what it is.
  const label = ["key", "name", "variable"]
    .map((field) => own(value, field))
    .find((name) => typeof name === "string");
  const entries = Object.entries(value).map(([key, field]) => [
    key,
    field === undefined ? field : clean(key === "value" && label !== undefined ? label : key, field),
  ]);
  return Object.fromEntries(entries);
}

/** A value with its secrets replaced; `key` is the name it goes by. */
export function clean(key: string, value: Json): Json {
  if (Array.isArray(value)) return value.map((item) => clean(key, item));
  if (isObject(value)) return cleanObject(value);
  if (typeof value !== "string") return value;
  return isSecret(key, value) ? REMOVED : cleanText(value);
}

function isSecret(name: string, value: string): boolean {
  // In a form's own JSON a `$` and braces name a value.
  if (value === "" || /\$\{/.test(value) || placeholdersIn(value).length > 0) return false;
  return SECRET_NAME.test(name) || SECRET_VALUE.test(value);
}

/** A text may be JSON, or an address with a password, or have parameters as a URL or a form body has. */
export function cleanText(text: string): string {
  if (/^\s*[[{]/.test(text)) {
    try {
      const value = JSON.parse(text) as Json;
      const cleaned = JSON.stringify(clean("", value));
      return cleaned === JSON.stringify(value) ? text : cleaned;
    } catch {
      // Not JSON after all.
    }
  }
  const bare = text.replace(/(\/\/[^/\s:@]+:)[^/\s@{}]+@/g, `$1${REMOVED}@`);
  return bare.replace(
    /(^|[?&])([\w.[\]-]+)=([^&\s"]+)/g,
    (pair, before: string, name: string, value: string) =>
      isSecret(name, value) ? `${before}${name}=${REMOVED}` : pair,
  );
}
