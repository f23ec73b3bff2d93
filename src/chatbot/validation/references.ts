import { own } from "../../base/json/json.ts";
import type { ReferenceKind } from "../fields/field.ts";
import type { NamedReference } from "../fields/named_references.ts";
import type { Graph } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { NODE_KINDS } from "../nodes/registry.ts";
import { type Problem, problem, warning } from "./problem.ts";

/** A reference to an object outside the graph, with the node that contains it. */
export type Reference = NamedReference & { nodeId: string };

/**
 * The state of each object that a graph refers to, by kind and id. An object that is not listed does not exist in the tenant;
 * references of a kind that is absent are not checked. `inactive`: the object exists, but cannot be used at present.
 */
export type Surroundings = { [kind in ReferenceKind]?: { [id: string]: ReferenceState } };
export type ReferenceState = "active" | "inactive" | "draft";

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** All references of a graph to objects outside it, node by node, except those that come from variables. */
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

/**
 * The problems of each kind. A run handles all of them, by an exit or by ignoring them, except a missing subflow, which ends
 * it, and a missing team: the conversation would wait where no one looks for it. These two prevent publishing.
 */
const FINDINGS: Record<ReferenceKind, Findings> = {
  flow: {
    missing: ["unknown_flow", "The WhatsApp Flow is not stored in this tenant"],
    inactive: ["inactive_flow", "The WhatsApp Flow cannot be opened at present"],
    draft: ["draft_flow", "The WhatsApp Flow is a draft: only testers can open it"],
  },
  data_source: {
    missing: ["unknown_data_source", "The data source does not exist"],
    inactive: ["inactive_data_source", "The data source is inactive: the request fails"],
  },
  connection: {
    missing: ["unknown_connection", "The connection does not exist"],
    inactive: ["inactive_connection", "The connection, or its data source, is inactive: the request fails"],
  },
  chatbot: { missing: ["unknown_chatbot", "The chatbot does not exist"] },
  template: {
    missing: ["unknown_template", "The template is not stored; the provider decides whether it is sent"],
    inactive: ["inactive_template", "The template is not approved: it is not sent"],
  },
  calendar: {
    missing: ["calendar_not_connected", "No Google calendar is connected: the request fails"],
    inactive: ["inactive_calendar", "Google no longer grants access to the calendar: the request fails"],
  },
  member: {
    missing: [
      "unknown_member",
      "The member does not exist in this tenant: the conversation stays unassigned",
    ],
    inactive: ["inactive_member", "The member is not active: the conversation stays unassigned"],
  },
  team: { missing: ["unknown_team", "The team does not exist"] },
  group: { missing: ["unknown_group", "The group does not exist; chatbots do not create groups"] },
  tag: { missing: ["unknown_tag", "No tag has this id"] },
};

/** Problems for references to objects that do not exist or cannot be used. */
export function referenceProblems(graph: Graph, around: Surroundings, kinds: NodeKinds): Problem[] {
  return referencesOf(graph, kinds).flatMap(({ kind, id, nodeId, field }) => {
    const states = around[kind];
    if (states === undefined) return [];
    const state = (own(states, id) ?? "missing") as ReferenceState | "missing";
    const finding = state === "active" ? undefined : FINDINGS[kind][state];
    if (finding === undefined) return [];
    const [code, words] = finding;
    const report = kind === "chatbot" || kind === "team" ? problem : warning;
    return [report(code, nodeId, id === "" ? `${words}.` : `${words}: "${id}" (${field}).`)];
  });
}
