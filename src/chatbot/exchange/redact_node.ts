import { isObject, type Json, type JsonObject } from "../../base/json/json.ts";
import type { Field, Fields, FieldType } from "../fields/field.ts";
import type { GraphNode } from "../graph/graph.ts";
import type { NodeKinds } from "../nodes/node_kinds.ts";
import { isLiteral, REMOVED } from "./is_secret.ts";
import { type Place, redactValue } from "./redact_object.ts";

/** The place of a field's values in a request. */
const PLACES: { [type in FieldType]?: Place } = {
  headers: "header",
  parameters: "parameter",
  body: "parameter",
};

/**
 * Removes secrets from the fields of a node. In a node of an unknown kind, the secret fields of all kinds are removed.
 */
export function redactNode(node: GraphNode, kinds: NodeKinds): GraphNode {
  const fields = { ...secretFields(kinds), ...kinds.of(node)?.fields };
  return { ...node, data: redactFields(node.data, fields) };
}

function secretFields(kinds: NodeKinds): Fields {
  const all = kinds.all.flatMap((kind) => Object.values(kind.fields));
  return Object.fromEntries(all.filter(({ type }) => type === "secret").map((field) => [field.name, field]));
}

function redactFields(data: JsonObject, fields: Fields): JsonObject {
  const entries = Object.entries(data).map(([name, value]) => [
    name,
    Object.hasOwn(fields, name) ? redactField(value, fields[name] as Field) : value,
  ]);
  return Object.fromEntries(entries);
}

function redactField(value: Json, { name, type, items }: Field): Json {
  if (type === "secret") return isSecret(value) ? REMOVED : value;
  const place = PLACES[type];
  if (place !== undefined) return redactValue(name, value, place);
  if (items === undefined || !Array.isArray(value)) return value;
  return value.map((item) => (isObject(item) ? redactFields(item, items) : item));
}

/** Whether a value is a literal secret. A value from a variable is not in the file. */
function isSecret(value: Json): boolean {
  return typeof value === "string" ? isLiteral(value) : value !== null;
}
