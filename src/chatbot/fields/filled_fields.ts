import { isObject, type JsonObject } from "../../base/json/json.ts";
import type { Field, Fields } from "./field.ts";

/** A field with the object that contains it. */
export type FilledField = { field: Field; data: JsonObject };

/** The fields of a node that are used, including those of objects in lists. */
export function filledFields(fields: Fields, data: JsonObject): FilledField[] {
  return Object.values(fields).flatMap((field) => {
    if (field.when?.(data) === false) return [];
    const { items } = field;
    if (items === undefined) return { field, data };
    const objects = (field as Field<unknown[]>).of(data).filter(isObject);
    return [{ field, data }, ...objects.flatMap((object) => filledFields(items, object))];
  });
}
