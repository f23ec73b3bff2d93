import type { Json } from "../../base/json/json.ts";
import { placeholdersIn } from "../text/template.ts";
import { type Problem, warning } from "./problem.ts";

/** A text that will be cut. With a placeholder in it, its length is not known before it is sent. */
export function overLimit(nodeId: string, what: string, text: Json | undefined, limit: number): Problem[] {
  if (typeof text !== "string" || text.length <= limit || placeholdersIn(text).length > 0) return [];
  return [warning("text_too_long", nodeId, `The ${what} "${text}" is cut to ${limit} characters.`)];
}
