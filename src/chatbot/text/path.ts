import { isObject, type Json, own } from "../../base/json/json.ts";

/** Splits `data.items[0].name` into its segments. Empty segments are ignored, so that every spelling is valid. */
export function parsePath(path: string): string[] {
  return path.split(/[.[\]]+/).filter((segment) => segment !== "");
}

/** Follows segments into a value: own keys of objects, indices and `length` of arrays. Undefined if a segment does not exist. */
export function walkPath(value: Json | undefined, segments: readonly string[]): Json | undefined {
  let here = value;
  for (const segment of segments) {
    if (Array.isArray(here)) here = segment === "length" ? here.length : here[indexOf(segment)];
    else if (isObject(here)) here = own(here, segment);
    else return undefined;
  }
  return here;
}

function indexOf(segment: string): number {
  return /^\d{1,9}$/.test(segment) ? Number(segment) : -1;
}
