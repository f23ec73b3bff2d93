import { textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { shorten, split } from "../text/cut.ts";
import type { OutboundMessage } from "./effect.ts";
import type { Turn } from "./turn.ts";

/** Of the header's and the footer's text, in characters (an interactive message's limit). */
const MARGIN_LIMIT = 60;

/** Templates of the lines above and below the body; an empty one is left out. */
type Margins = { header: string; footer: string };

/** An interactive message. Header and footer are interpolated and shortened. */
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
 * Says as plain messages what is too long for an interactive body, and returns the rest, which fits. An empty text
 * becomes the node's label, since an interactive message must have a body.
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
