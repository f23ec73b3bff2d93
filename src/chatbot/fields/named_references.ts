import type { JsonObject } from "../../base/json/json.ts";
import type { Fields, ReferenceKind } from "./field.ts";
import { filledFields } from "./filled_fields.ts";

/** A reference of a node to an object outside the graph, with the field that contains it. */
export type NamedReference = { kind: ReferenceKind; id: string; field: string };

/** The references in the fields of a node. */
export function namedReferences(fields: Fields, data: JsonObject): NamedReference[] {
  return filledFields(fields, data).flatMap(({ field, data: place }) => {
    const { name, refersTo: kind } = field;
    if (kind === undefined) return [];
    const value = field.of(place);
    const ids = Array.isArray(value) ? value.map((item) => String(item).trim()) : [String(value)];
    return ids.filter((id) => id !== "").map((id) => ({ kind, id, field: name }));
  });
}
