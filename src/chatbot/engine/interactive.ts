import { textField } from "../../base/json/fields.ts";
import type { JsonObject } from "../../base/json/json.ts";
import type { GraphNode } from "../graph/graph.ts";
import { shorten, split } from "../text/cut.ts";
import type { OutboundMessage } from "./effect.ts";
import type { Turn } from "./turn.ts";

/** WhatsApp's limit for the header's and the footer's text, in characters. */
const MARGIN_LIMIT = 60;

/**
 * An interactive message. Header and footer are the node's `headerText` and `footerText` unless `margins` names
 * other fields; interpolated, shortened, and left out when empty.
 */
export function interactive(
  turn: Turn,
  node: GraphNode,
  type: string,
  body: string,
  action: JsonObject,
  margins = { header: ["headerText"], footer: ["footerText"] },
): OutboundMessage {
  const header = margin(turn, node, margins.header);
  const footer = margin(turn, node, margins.footer);
  return {
    type: "interactive",
    content: {
      type,
      ...(header !== "" && { header: { type: "text", text: header } }),
      body: { text: body },
      ...(footer !== "" && { footer: { text: footer } }),
      action,
    },
  };
}

function margin(turn: Turn, node: GraphNode, fields: string[]): string {
  const template = fields.map((field) => textField(node.data, field)).find((text) => text !== "") ?? "";
  return shorten(turn.fill(node, template).trim(), MARGIN_LIMIT);
}

/**
 * Says as plain messages what is too long for an interactive body, and returns the rest, which fits. An empty text
 * becomes the node's label, since WhatsApp insists on a body.
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
