import type { JsonObject } from "../../base/json/json.ts";
import type { Graph } from "../graph/graph.ts";
import type { Problem } from "../validation/problem.ts";
import type { ImportedFlow } from "./flows.ts";
import type { ImportedSubflow } from "./subflows.ts";

export type ImportedChatbot = {
  /** The chatbot's id in the file, by which subflows and links of other files refer to it. */
  id: string | null;
  name: string;
  description: string | null;
  graph: Graph;
  /** The settings as found, with at least the language of the engine's texts. */
  settings: JsonObject;
  /** The graphs in the file that its subflow nodes call. */
  subflows: ImportedSubflow[];
  flows: ImportedFlow[];
  /** As found; null when absent. */
  metadata: JsonObject | null;
};

/** An imported chatbot with warnings, or the problems for which it was refused. */
export type ImportResult =
  | { kind: "imported"; chatbot: ImportedChatbot; warnings: Problem[] }
  | { kind: "refused"; problems: Problem[] };
