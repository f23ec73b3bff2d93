import { textField } from "../fields.ts";
import { type Graph, nodeType } from "../graph.ts";
import { isObject, type JsonObject } from "../json.ts";
import { type Problem, problem, warning } from "../problem.ts";
import { type Language, languageOf } from "../texts.ts";
import { checkStructure, readJson } from "./limits.ts";
import { parseGraph } from "./parse_graph.ts";
import { importTypebot, isTypebot } from "./typebot.ts";

/** A form that came along with a chatbot: to be stored as a draft, if its id is not known yet. */
export type ImportedFlow = {
  whatsappFlowId: string;
  name: string;
  description: string | null;
  categories: string[];
  flowJson: JsonObject;
  endpointUri: string | null;
};

export type ImportedChatbot = {
  name: string;
  description: string | null;
  graph: Graph;
  flows: ImportedFlow[];
  /** As found; null when there was none. */
  metadata: JsonObject | null;
  /** What the engine's own sentences should be in. */
  language: Language;
};

/** A chatbot and what should be known about it, or why there is none. */
export type ImportResult =
  | { kind: "imported"; chatbot: ImportedChatbot; warnings: Problem[] }
  | { kind: "refused"; problems: Problem[] };

/**
 * Reads a chatbot from a file: an export, wrapped (`{version, chatbot, whatsappFlows?}`) or bare
 * (`{name, nodes, edges}`), or a Typebot of version 6. Never throws. What is imported is a draft: `isActive` and
 * `status` of the file are not ours.
 */
export function importChatbot(text: string): ImportResult {
  const read = readJson(text);
  return "problem" in read ? { kind: "refused", problems: [read.problem] } : importParsed(read.value);
}

/** {@link importChatbot} for JSON that has been parsed. */
export function importParsed(file: unknown): ImportResult {
  const refused = checkStructure(file);
  if (refused) return { kind: "refused", problems: [refused] };
  if (!isObject(file))
    return { kind: "refused", problems: [problem("not_a_chatbot", null, "The file is not an object.")] };
  if (isTypebot(file)) return importTypebot(file);

  const problems: Problem[] = [];
  const chatbot = isObject(file.chatbot) ? file.chatbot : file;
  if (chatbot !== file && file.version !== "1.0") {
    problems.push(
      warning(
        "unknown_version",
        null,
        `The file says version ${JSON.stringify(file.version ?? null)}; 1.0 is known.`,
      ),
    );
  }
  const parsed = parseGraph(chatbot.nodes, chatbot.edges);
  problems.push(...parsed.problems);
  const flows = flowsOf(file);
  problems.push(...missingFlows(parsed.graph, flows));
  const errors = problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { kind: "refused", problems };

  const metadata = isObject(chatbot.metadata) ? chatbot.metadata : null;
  const imported: ImportedChatbot = {
    name: textField(chatbot, "name").trim() || "Chatbot",
    description: textField(chatbot, "description").trim() || null,
    graph: parsed.graph,
    flows,
    metadata,
    language: languageOf(metadata?.language) ?? languageOfTexts(parsed.graph),
  };
  return { kind: "imported", chatbot: imported, warnings: problems };
}

/** The first name that is free: `X`, `X (Copy)`, `X (Copy 2)`, … */
export function freeName(name: string, isTaken: (name: string) => boolean): string {
  let candidate = name;
  for (let number = 1; isTaken(candidate); number++) {
    candidate = number === 1 ? `${name} (Copy)` : `${name} (Copy ${number})`;
  }
  return candidate;
}

function flowsOf(file: JsonObject): ImportedFlow[] {
  const list = Array.isArray(file.whatsappFlows) ? file.whatsappFlows.filter(isObject) : [];
  return list.flatMap((flow) => {
    const whatsappFlowId = textField(flow, "whatsappFlowId");
    if (whatsappFlowId === "" || !isObject(flow.flowJson)) return [];
    return {
      whatsappFlowId,
      name: textField(flow, "name") || whatsappFlowId,
      description: textField(flow, "description") || null,
      categories: Array.isArray(flow.categories)
        ? flow.categories.filter((name) => typeof name === "string")
        : [],
      flowJson: flow.flowJson,
      endpointUri: textField(flow, "endpointUri") || null,
    };
  });
}

function missingFlows(graph: Graph, flows: ImportedFlow[]): Problem[] {
  const known = new Set(flows.map((flow) => flow.whatsappFlowId));
  return graph.nodes
    .filter((node) => nodeType(node) === "whatsapp_flow")
    .map((node) => ({ node, flowId: textField(node.data, "whatsappFlowId") }))
    .filter(({ flowId }) => flowId !== "" && !known.has(flowId))
    .map(({ node, flowId }) =>
      warning("flow_not_included", node.id, `The form "${flowId}" is not in the file.`),
    );
}

/** The source system spoke Turkish where an author had written nothing; a bot in Turkish keeps that. */
function languageOfTexts(graph: Graph): Language {
  const texts = graph.nodes.map(
    (node) => `${textField(node.data, "content")} ${textField(node.data, "label")}`,
  );
  return /[ğışİĞŞ]/.test(texts.join(" ")) ? "tr" : "en";
}
