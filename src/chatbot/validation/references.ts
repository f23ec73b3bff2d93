import { own } from "../../base/json/json.ts";
import type { ReferenceKind } from "../fields/field.ts";
import type { NamedReference } from "../fields/named_references.ts";
import type { Graph } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { type Problem, problem, warning } from "./problem.ts";

/** Something outside the graph that a node names. */
export type Reference = NamedReference & { nodeId: string };

/**
 * How it stands with what a graph names, by kind and id. What is not listed does not exist, or not for this tenant; a
 * kind that is left out is not checked. `inactive`: it is there, and cannot be used now.
 */
export type Surroundings = { [kind in ReferenceKind]?: { [id: string]: ReferenceState } };
export type ReferenceState = "active" | "inactive" | "draft";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Everything outside itself that a graph names, node by node. What is only known when it runs is not among it. */
export function referencesOf(graph: Graph, kinds: NodeKinds = NODE_KINDS): Reference[] {
  return graph.nodes.flatMap((node) =>
    kinds
      .referencesOf(node)
      .filter(({ kind, id }) => !id.includes("{{") && (kind !== "tag" || UUID.test(id)))
      .map((reference) => ({ ...reference, nodeId: node.id })),
  );
}

type Finding = [code: string, words: string];
type Findings = { missing: Finding; inactive?: Finding; draft?: Finding };

/** What to say of each kind. A run copes with all of it by an exit, or passes it over; only a missing subflow ends it. */
const FINDINGS: Record<ReferenceKind, Findings> = {
  flow: {
    missing: ["unknown_flow", "Its WhatsApp Flow is not known here"],
    inactive: ["inactive_flow", "Its WhatsApp Flow cannot be opened at present"],
    draft: ["draft_flow", "Its WhatsApp Flow is a draft: only testers can open it"],
  },
  data_source: {
    missing: ["unknown_data_source", "There is no such data source"],
    inactive: ["inactive_data_source", "The data source is inactive: the request fails"],
  },
  connection: {
    missing: ["unknown_connection", "There is no such connection"],
    inactive: ["inactive_connection", "The connection, or its data source, is inactive: the request fails"],
  },
  chatbot: { missing: ["unknown_chatbot", "There is no such chatbot"] },
  template: {
    missing: [
      "unknown_template",
      "Nothing is known of this template; whether it is sent is up to the provider",
    ],
    inactive: ["inactive_template", "The template is not approved: it is not sent"],
  },
  calendar: {
    missing: ["calendar_not_connected", "No Google calendar is connected: the request fails"],
    inactive: ["inactive_calendar", "Google no longer grants access to the calendar: the request fails"],
  },
  member: {
    missing: ["unknown_member", "There is no such member of this tenant: the conversation stays unassigned"],
    inactive: ["inactive_member", "The member is not active: the conversation stays unassigned"],
  },
  group: { missing: ["unknown_group", "There is no such group; chatbots do not create groups"] },
  tag: { missing: ["unknown_tag", "No tag has this id"] },
};

/** What of a graph's references does not exist, or cannot be used. */
export function referenceProblems(graph: Graph, around: Surroundings, kinds: NodeKinds): Problem[] {
  return referencesOf(graph, kinds).flatMap(({ kind, id, nodeId, field }) => {
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
