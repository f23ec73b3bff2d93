import type { JsonObject } from "../../base/json/json.ts";
import type { Graph } from "../graph/graph.ts";
import type { Problem } from "../validation/problem.ts";
import type { ImportedFlow } from "./flows.ts";
import type { ImportedSubflow } from "./subflows.ts";

export type ImportedChatbot = {
  /** What the file calls the chatbot besides its name: what another file's subflow or link names it by. */
  id: string | null;
  name: string;
  description: string | null;
  graph: Graph;
  /** As found, with at least the language of the engine's own sentences. */
  settings: JsonObject;
  /** The graphs that came along for its subflow nodes to call. */
  subflows: ImportedSubflow[];
  flows: ImportedFlow[];
  /** As found; null when there was none. */
  metadata: JsonObject | null;
};

/** A chatbot and what should be known about it, or why there is none. */
export type ImportResult =
  | { kind: "imported"; chatbot: ImportedChatbot; warnings: Problem[] }
  | { kind: "refused"; problems: Problem[] };
