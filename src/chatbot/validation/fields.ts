import { listField, numberField, textField } from "../../base/json/fields.ts";
import { isObject, type JsonObject } from "../../base/json/json.ts";
import { operatorOf } from "../engine/condition.ts";
import { type GraphNode, nodeKind, nodeType } from "../graph/graph.ts";
import { messageProblems } from "./message.ts";
import { conditionsIn } from "./patterns.ts";
import { type Problem, problem, warning } from "./problem.ts";
import { questionProblems } from "./question.ts";

/** What is wrong with the fields of one node. */
export function fieldProblems(node: GraphNode): Problem[] {
  const { id, data } = node;
  const need = (field: string, code: string) =>
    textField(data, field).trim() === "" ? [problem(code, id, `"${field}" is missing.`)] : [];
  const kind = nodeKind(node);
  switch (kind) {
    case "message":
      return messageProblems(node);
    case "question":
      return questionProblems(node);
    case "condition":
      return conditionProblems(node);
    case "set_variable":
      return listField(data, "assignments").length > 0 ? [] : need("variable", "missing_variable");
    case "rest_api":
      return need("apiUrl", "missing_url");
    case "data_source":
      return textField(data, "connectionId") !== "" ? [] : need("dataSourceId", "missing_data_source");
    case "whatsapp_flow":
      return need("whatsappFlowId", "missing_flow");
    case "google_calendar":
      return calendarProblems(node);
    case "delay":
      return (numberField(data, "delay") ?? 0) > 0
        ? []
        : [warning("no_delay", id, 'It does not wait: "delay" is no positive number.')];
    case "jump":
      return need("targetNodeId", "missing_target");
    case "subflow":
      return need("chatbotId", "missing_subflow");
    case "ab_split":
      return duplicates(node, listField(data, "variants").filter(isObject), "duplicate_variant");
    case "ai_reply":
      return textField(data, "aiSystemPrompt") + textField(data, "aiPrompt") === ""
        ? [warning("missing_prompt", id, "Neither a system prompt nor a prompt is given.")]
        : [];
    case "start":
    case "handoff":
    case "wait_for_callback":
    case "update_contact":
    case "end":
      return [];
    case null:
      return [problem("unknown_node_type", id, `The type "${nodeType(node)}" is not known.`)];
    default:
      return kind satisfies never;
  }
}

function conditionProblems({ id, data }: GraphNode): Problem[] {
  return conditionsIn(data).flatMap(({ variable, operator }) => {
    if (variable === "") return problem("missing_condition", id, "A condition names no variable.");
    return operatorOf(operator) === null
      ? problem("unknown_operator", id, `The operator "${operator}" is not known.`)
      : [];
  });
}

function calendarProblems({ id, data }: GraphNode): Problem[] {
  const source = textField(data, "calendarUserSource");
  const field =
    source === "static" ? "calendarUserId" : source === "variable" ? "calendarUserVariable" : null;
  if (field === null || textField(data, field) !== "") return [];
  return [problem("missing_calendar_user", id, `"${field}" is missing.`)];
}

/** Ids that occur twice in a list: the second can never be chosen. */
export function duplicates(node: GraphNode, items: JsonObject[], code: string): Problem[] {
  const seen = new Set<string>();
  return items.flatMap((item) => {
    const id = textField(item, "id");
    if (id === "" || !seen.has(id)) {
      seen.add(id);
      return [];
    }
    return problem(code, node.id, `The id "${id}" occurs twice.`);
  });
}
