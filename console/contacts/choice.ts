import type { Filter } from "../inbox/views.ts";

/** Which contacts are listed; all of it is in the address. */
export type Choice = {
  query: string;
  status: string | null;
  tag: string | null;
  group: string | null;
  segment: string | null;
};

const FIELDS = ["status", "tag", "group", "segment"] as const;

export function readChoice(search: string): Choice {
  const given = new URLSearchParams(search);
  return {
    query: given.get("q") ?? "",
    status: given.get("status"),
    tag: given.get("tag"),
    group: given.get("group"),
    segment: given.get("segment"),
  };
}

/** The query of an address: with its question mark, empty for all contacts. */
export function writeChoice(choice: Choice): string {
  const query = new URLSearchParams();
  if (choice.query !== "") query.set("q", choice.query);
  for (const field of FIELDS) if (choice[field]) query.set(field, choice[field]);
  return query.size === 0 ? "" : `?${query}`;
}

/** As a filter of the filter language; null: all contacts. */
export function filterOf(choice: Choice): Filter | null {
  const filters: Filter[] = FIELDS.filter((field) => choice[field]).map((field) => ({
    field,
    is: choice[field],
  }));
  const text = choice.query.trim();
  if (text !== "") filters.push({ field: "text", matches: text });
  return filters.length === 0 ? null : { all: filters };
}
