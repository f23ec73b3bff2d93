import { listField, textField } from "../../base/json/fields.ts";
import { isObject } from "../../base/json/json.ts";
import { type GraphNode, nodeKind } from "../graph/graph.ts";

const CALL = ["success", "error"];

/** The exits a node has, by handle, with the spellings that mean the same; null when it can have any. */
export function exitsOf(node: GraphNode): ReadonlySet<string> | null {
  const own = ownExits(node);
  return own && new Set(["", "default", ...own]);
}

function ownExits(node: GraphNode): string[] | null {
  const kind = nodeKind(node);
  switch (kind) {
    case "start":
    case "set_variable":
    case "delay":
    case "jump":
    case "update_contact":
    case "end":
      return [];
    case "message":
      return ["error"];
    case "question":
      return questionExits(node);
    case "condition":
      return ["true", "false"];
    case "rest_api":
    case "data_source":
    case "google_calendar":
    case "ai_reply":
      return CALL;
    case "whatsapp_flow":
      return ["answered", "error", "timeout"];
    case "handoff":
      return ["returned", "timeout"];
    case "wait_for_callback":
      return ["received", "timeout"];
    case "ab_split": {
      const ids = listField(node.data, "variants")
        .filter(isObject)
        .map((variant) => textField(variant, "id"));
      return ids.length > 0 ? ids : ["a", "b"];
    }
    // A subflow's exits are the outcomes of another graph; an unknown type's are unknown.
    case "subflow":
    case null:
      return null;
    default:
      return kind satisfies never;
  }
}

function questionExits({ data }: GraphNode): string[] | null {
  if (textField(data, "dynamicListSource") !== "" || textField(data, "dynamicButtonsSource") !== "")
    return null;
  const buttons = listField(data, "buttons").flatMap((button, index) => {
    const id = isObject(button) ? textField(button, "id") : "";
    return id !== "" ? [id] : [`btn-${index}`, `btn_${index}`];
  });
  const sections = listField(data, "listSections").filter(isObject);
  const rows = sections
    .flatMap((section) => listField(section, "rows"))
    .map((row, index) => (isObject(row) ? textField(row, "id") : "") || `row-${index}`);
  const ratings = data.questionType === "rating" ? Array.from({ length: 11 }, (_, mark) => String(mark)) : [];
  return [...buttons, ...rows, ...ratings, "answered", "invalid", "timeout", "error"];
}
