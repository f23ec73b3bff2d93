import type { Json } from "../../base/json/json.ts";
import { placeholdersIn } from "../text/template.ts";
import { type Problem, warning } from "./problem.ts";

/** A warning for a text that will be cut. The length of a text with placeholders is known only when it is sent. */
export function overLimit(nodeId: string, what: string, text: Json | undefined, limit: number): Problem[] {
  if (typeof text !== "string" || text.length <= limit || placeholdersIn(text).length > 0) return [];
  return [warning("text_too_long", nodeId, `The ${what} "${text}" is cut to ${limit} characters.`)];
}
