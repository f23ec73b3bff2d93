import { textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { shorten, split } from "../text/cut.ts";
import type { OutboundMessage } from "./effect.ts";
import type { Turn } from "./turn.ts";

/** The limit of header and footer of an interactive message, in characters. */
const MARGIN_LIMIT = 60;

/** The templates of header and footer; an empty one is left out. */
type Margins = { header: string; footer: string };

/** An interactive message. Variables are filled into header and footer, which are then shortened. */
export function interactive(
  turn: Turn,
  node: GraphNode,
  type: string,
  text: string,
  action: JsonObject,
  margins: Margins,
): OutboundMessage {
  const margin = (template: string) => shorten(turn.fill(node, template).trim(), MARGIN_LIMIT);
  const header = margin(margins.header);
  const footer = margin(margins.footer);
  return {
    type: "interactive",
    content: {
      type,
      ...(header !== "" && { header: { type: "text", text: header } }),
      body: { text },
      ...(footer !== "" && { footer: { text: footer } }),
      action,
    },
  };
}

/**
 * Sends the beginning of a text that is too long for an interactive body as text messages, and returns the rest. An empty
 * text is replaced by the node's label, because an interactive message must have a body.
 */
export function leadIn(turn: Turn, node: GraphNode, text: string, limit: number): string {
  let last = "";
  for (const piece of split(text, limit)) {
    if (last !== "") turn.say(node, last);
    if (turn.isMuted) break;
    last = piece;
  }
  return last || textField(node.data, "label").trim() || "…";
}
