import { textField } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import type { Graph } from "../graph/graph.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { type Language, languageOf } from "../text/texts.ts";
import { patternProblems } from "../validation/patterns.ts";
import { type Problem, problem, warning } from "../validation/problem.ts";
import { type ImportedFlow, readFlows } from "./flows.ts";
import type { ImportedChatbot, ImportResult } from "./import_result.ts";
import { checkStructure, readJson } from "./limits.ts";
import { parseGraph } from "./parse_graph.ts";
import { readSubflows } from "./subflows.ts";
import { importTypebot, typebotIn } from "./typebot.ts";

/**
 * Reads a chatbot from a file: an export, wrapped (`{version, chatbot, whatsappFlows?, subflows?}`) or bare
 * (`{name, nodes, edges}`), or a Typebot of version 6, also as its API answers. Never throws. What is imported is a draft: `isActive` and
 * `status` of the file are not ours.
 */
export function importChatbot(text: string): ImportResult {
  const read = readJson(text);
  return "problem" in read ? { kind: "refused", problems: [read.problem] } : importParsed(read.value);
}

/** {@link importChatbot} for JSON that has been parsed. */
export function importParsed(file: unknown): ImportResult {
  const result = readChatbot(file);
  if (result.kind === "refused") return result;
  const { graph, subflows } = result.chatbot;
  const nodes = [graph, ...subflows.map((subflow) => subflow.graph)].flatMap((one) => one.nodes);
  // Other systems match patterns by backtracking. Patterns that need it cannot be used: a warning here, an error in validation.
  const refused = patternProblems(nodes, NODE_KINDS).map((found) => ({
    ...found,
    severity: "warning" as const,
  }));
  return { ...result, warnings: [...result.warnings, ...refused] };
}

function readChatbot(file: unknown): ImportResult {
  const refused = checkStructure(file);
  if (refused) return { kind: "refused", problems: [refused] };
  if (Array.isArray(file)) return importListed(file);
  if (!isObject(file))
    return {
      kind: "refused",
      problems: [problem("not_a_chatbot", null, "The file must contain a JSON object.")],
    };
  const typebot = typebotIn(file);
  if (typebot) return importTypebot(typebot);

  const problems: Problem[] = [];
  const chatbot = isObject(file.chatbot) ? file.chatbot : file;
  if (chatbot !== file && file.version !== "1.0") {
    problems.push(
      warning(
        "unknown_version",
        null,
        `The file has the version ${JSON.stringify(file.version ?? null)}; only 1.0 is supported.`,
      ),
    );
  }
  const { graph, problems: ofGraph } = parseGraph(chatbot.nodes, chatbot.edges);
  const { flows, problems: ofFlows } = readFlows(file.whatsappFlows);
  const { subflows, problems: ofSubflows } = readSubflows(file.subflows);
  problems.push(...ofGraph, ...ofFlows, ...ofSubflows, ...missingFlows(graph, flows));
  if (problems.some(({ severity }) => severity === "error")) return { kind: "refused", problems };

  const metadata = isObject(chatbot.metadata) ? chatbot.metadata : null;
  const settings = isObject(chatbot.settings) ? chatbot.settings : {};
  const language = languageOf(settings.language) ?? languageOf(metadata?.language) ?? languageOfTexts(graph);
  const imported: ImportedChatbot = {
    id: textField(chatbot, "id") || null,
    name: textField(chatbot, "name").trim() || "Chatbot",
    description: textField(chatbot, "description").trim() || null,
    graph,
    settings: { ...settings, language },
    subflows,
    flows,
    metadata,
  };
  return { kind: "imported", chatbot: imported, warnings: problems };
}

/** Imports a file with a list: some tools export one even for a single chatbot. */
function importListed(files: unknown[]): ImportResult {
  if (files.length === 1 && !Array.isArray(files[0])) return importParsed(files[0]);
  const message = `The file must contain one chatbot; it contains a list of ${files.length}.`;
  return { kind: "refused", problems: [problem("not_a_chatbot", null, message)] };
}

function missingFlows(graph: Graph, flows: ImportedFlow[]): Problem[] {
  const known = new Set(flows.map((flow) => flow.whatsappFlowId));
  return graph.nodes.flatMap((node) =>
    NODE_KINDS.referencesOf(node)
      .filter(({ kind, id }) => kind === "flow" && !known.has(id))
      .map(({ id }) => warning("flow_not_included", node.id, `The Flow "${id}" is not in the file.`)),
  );
}

/** The language for the engine's texts: Turkish if the chatbot's texts are, as in exports of an application with this format. */
function languageOfTexts(graph: Graph): Language {
  const texts = graph.nodes.map(
    (node) => `${textField(node.data, "content")} ${textField(node.data, "label")}`,
  );
  return /[ğışİĞŞ]/.test(texts.join(" ")) ? "tr" : "en";
}
