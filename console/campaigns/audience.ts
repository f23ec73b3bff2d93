/** The audience of a campaign as people choose it, and as the filter that is stored. */

import { isObject } from "../audiences/filter_builder/filter.ts";

/** Everybody who is in one of these groups or segments, or is one of these contacts. */
export type Chosen = { groups: readonly string[]; segments: readonly string[]; contacts: readonly string[] };

const FIELDS = { groups: "group", segments: "segment", contacts: "id" } as const;

/** The choice that a filter is. Null: it is another filter, which only the form for filters shows. */
export function readAudience(filter: unknown): Chosen | null {
  const chosen = { groups: [] as string[], segments: [] as string[], contacts: [] as string[] };
  if (filter === null || filter === undefined) return chosen;
  if (!isObject(filter)) return null;
  const parts = Array.isArray(filter.any) && Object.keys(filter).length === 1 ? filter.any : [filter];
  for (const part of parts) {
    if (!isObject(part) || Object.keys(part).length !== 2) return null;
    const kind = (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).find((each) => FIELDS[each] === part.field);
    const values = typeof part.is === "string" ? [part.is] : part.in;
    if (!kind || !Array.isArray(values) || !values.every((each) => typeof each === "string")) return null;
    chosen[kind].push(...values);
  }
  return chosen;
}

/** The filter of a choice. Null: nothing is chosen. */
export function writeAudience(chosen: Chosen): unknown {
  const parts = (Object.keys(FIELDS) as (keyof typeof FIELDS)[]).flatMap((kind) =>
    chosen[kind].length === 0
      ? []
      : [
          chosen[kind].length === 1
            ? { field: FIELDS[kind], is: chosen[kind][0] }
            : { field: FIELDS[kind], in: chosen[kind] },
        ],
  );
  if (parts.length === 0) return null;
  return parts.length === 1 ? parts[0] : { any: parts };
}
