import type { Graph } from "./graph.ts";
import { isObject, type Json, type JsonObject } from "./json.ts";
import { placeholdersIn } from "./template.ts";

/** What an export is made of. `flows` are the forms the graph sends, in the exchange format's own fields. */
export type ExportedChatbot = {
  name: string;
  description: string | null;
  graph: Graph;
  isActive: boolean;
  status: "active" | "archived" | "draft";
  metadata: JsonObject | null;
  flows: JsonObject[];
};

/** The wrapped form of the exchange format, without secrets. `exportedAt` is an ISO instant. */
export function exportChatbot(chatbot: ExportedChatbot, exportedAt: string): JsonObject {
  const { name, description, graph, isActive, status, metadata, flows } = chatbot;
  const { nodes, edges } = withoutSecrets(graph);
  return {
    version: "1.0",
    exportedAt,
    chatbot: { name, description, nodes, edges, isActive, status, metadata },
    ...(flows.length > 0 && { whatsappFlows: flows }),
  };
}

/** What stands where a secret stood. */
const REMOVED = "REMOVED";

/**
 * The graph with every literal value of a secret's name replaced: fields, headers, parameters of a URL or a form
 * body, JSON in texts. A value that comes from a variable (`Bearer {{token}}`) is none and stays.
 */
export function withoutSecrets(graph: Graph): Graph {
  return {
    nodes: graph.nodes.map((node) => ({ ...node, data: cleanObject(node.data) })),
    edges: graph.edges,
  };
}

const SECRET_NAME =
  /(authorization|passw(or)?d|secret|token|api[-_]?key|cookie|credential|private[-_]?key|^apiAuthKeyValue$|^apiAuthUsername$)s?$/i;

function cleanObject(value: JsonObject): JsonObject {
  const entries = Object.entries(value).map(([key, field]) => [
    key,
    field === undefined ? field : clean(key, field),
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
  return value !== "" && SECRET_NAME.test(name) && placeholdersIn(value).length === 0;
}

/** A text may be JSON, or have parameters as a URL or a form body has. */
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
  return text.replace(
    /(^|[?&])([\w.[\]-]+)=([^&\s"]+)/g,
    (pair, before: string, name: string, value: string) =>
      isSecret(name, value) ? `${before}${name}=${REMOVED}` : pair,
  );
}
