import { textField, textListField } from "../../base/json/fields.ts";
import { isObject, own } from "../../base/json/json.ts";
import { type Graph, type GraphNode, nodeKind } from "../graph/graph.ts";
import { type Problem, problem, warning } from "./problem.ts";

/** Something outside the graph that a node names: what kind it is, and by which word. */
export type Reference = { kind: ReferenceKind; id: string; nodeId: string; field: string };

export type ReferenceKind =
  /** Meta's id of a form. */
  | "flow"
  | "data_source"
  | "connection"
  | "chatbot"
  /** `<name>/<language>` of a message template. */
  | "template"
  /** A member's id or address; `""`: anybody's, which is what a node that asks the owner's gets. */
  | "calendar"
  /** A member's id. */
  | "member"
  /** A group's name or id. */
  | "group"
  /** A tag's id. Names are no references: a tag that is missing is made. */
  | "tag";

/**
 * How it stands with what a graph names, by kind and id. What is not listed does not exist, or not for this tenant; a
 * kind that is left out is not checked. `inactive`: it is there, and cannot be used now.
 */
export type Surroundings = { [kind in ReferenceKind]?: { [id: string]: ReferenceState } };
export type ReferenceState = "active" | "inactive" | "draft";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Everything outside itself that a graph names, node by node. What is only known when it runs is not among it. */
export function referencesOf(graph: Graph): Reference[] {
  return graph.nodes.flatMap((node) =>
    named(node)
      .filter(({ id }) => !id.includes("{{"))
      .map((reference) => ({ ...reference, nodeId: node.id })),
  );
}

type Named = Omit<Reference, "nodeId">;

function named(node: GraphNode): Named[] {
  const { data } = node;
  const by = (kind: ReferenceKind, field: string): Named[] => {
    const id = textField(data, field);
    return id === "" ? [] : [{ kind, id, field }];
  };
  switch (nodeKind(node)) {
    case "whatsapp_flow":
      return [...by("flow", "whatsappFlowId"), ...by("data_source", "dataSourceId")];
    case "data_source":
      return textField(data, "connectionId") !== ""
        ? by("connection", "connectionId")
        : by("data_source", "dataSourceId");
    case "subflow":
      return by("chatbot", "chatbotId");
    case "handoff":
      return by("member", "userId");
    case "message":
      return templateOf(node);
    case "google_calendar":
      return calendarOf(node);
    case "update_contact":
      return ["addTags", "removeTags", "addGroups", "removeGroups"].flatMap((field) =>
        textListField(data, field).flatMap((item): Named[] => {
          const id = item.trim();
          if (field.endsWith("Groups")) return id === "" ? [] : [{ kind: "group", id, field }];
          return UUID.test(id) ? [{ kind: "tag", id, field }] : [];
        }),
      );
    default:
      return [];
  }
}

function templateOf({ data }: GraphNode): Named[] {
  if (textField(data, "messageType") !== "template") return [];
  const whole = isObject(data.template) ? data.template : {};
  const name = textField(whole, "name") || textField(data, "templateName");
  const code = isObject(whole.language) ? textField(whole.language, "code") : "";
  const language = code || textField(data, "templateLanguage") || "en";
  return name === "" ? [] : [{ kind: "template", id: `${name}/${language}`, field: "templateName" }];
}

function calendarOf({ data }: GraphNode): Named[] {
  const source = textField(data, "calendarUserSource");
  const id = textField(data, "calendarUserId");
  if (source === "variable" || (source === "static" && id === "")) return [];
  return [{ kind: "calendar", id: source === "static" ? id : "", field: "calendarUserId" }];
}

type Finding = [code: string, words: string];
type Findings = { missing: Finding; inactive?: Finding; draft?: Finding };

/** What to say of each kind. A run copes with all of it by an exit, or passes it over; only a missing subflow ends it. */
const FINDINGS: Record<ReferenceKind, Findings> = {
  flow: {
    missing: ["unknown_flow", "Its form is not known here"],
    inactive: ["inactive_flow", "Meta does not open its form now"],
    draft: ["draft_flow", "Its form is a draft at Meta: only testers can open it"],
  },
  data_source: {
    missing: ["unknown_data_source", "There is no such data source"],
    inactive: ["inactive_data_source", "The data source rests: the call fails"],
  },
  connection: {
    missing: ["unknown_connection", "There is no such connection"],
    inactive: ["inactive_connection", "The connection, or its data source, rests: the call fails"],
  },
  chatbot: { missing: ["unknown_chatbot", "There is no such chatbot"] },
  template: {
    missing: ["unknown_template", "Meta has told nothing of this template; it is left to Meta to judge"],
    inactive: ["inactive_template", "The template is not approved: it is not sent"],
  },
  calendar: {
    missing: ["calendar_not_connected", "No Google calendar is connected: the call fails"],
    inactive: ["inactive_calendar", "Google does not let us into the calendar any more: the call fails"],
  },
  member: {
    missing: ["unknown_member", "There is no such person in this tenant: nobody gets the conversation"],
    inactive: ["inactive_member", "The person is not active: nobody gets the conversation"],
  },
  group: { missing: ["unknown_group", "There is no such group; groups are not made by chatbots"] },
  tag: { missing: ["unknown_tag", "No tag has this id"] },
};

/** What of a graph's references does not exist, or cannot be used. */
export function referenceProblems(graph: Graph, around: Surroundings): Problem[] {
  return referencesOf(graph).flatMap(({ kind, id, nodeId, field }) => {
    const states = around[kind];
    if (states === undefined) return [];
    const state = (own(states, id) ?? "missing") as ReferenceState | "missing";
    const finding = state === "active" ? undefined : FINDINGS[kind][state];
    if (finding === undefined) return [];
    const [code, words] = finding;
    const report = kind === "chatbot" ? problem : warning;
    return [report(code, nodeId, id === "" ? `${words}.` : `${words}: "${id}" (${field}).`)];
  });
}
