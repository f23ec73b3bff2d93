import { aNoun, lowerFirst, nounOf } from "./nouns.ts";

/** What a type is, if its name says it. */
export function describeType(name: string, plural: (noun: string) => string): string | undefined {
  const [, subject = "", kind = ""] =
    /^(\w+?)(Connection|Edge|OrderBy|Filter|Input|Patch|Payload)$/.exec(name) ?? [];
  const noun = nounOf(subject);
  switch (kind) {
    case "Connection":
      return `A page of ${plural(noun)}.`;
    case "Edge":
      return `${aNoun(noun)} of a page, with its cursor.`;
    case "OrderBy":
      return `The orders of ${plural(noun)}.`;
    case "Filter":
      return `Conditions on ${plural(noun)}; all of them must be met.`;
    case "Patch":
      return `The fields of ${aNoun(noun).toLowerCase()} to change; absent fields stay as they are.`;
    case "Input":
      return `The input of ${lowerFirst(subject)}.`;
    case "Payload":
      return `The result of ${lowerFirst(subject)}.`;
    default:
      return undefined;
  }
}

/** `CREATED_AT_DESC`: by createdAt, descending. */
export function describeOrder(typeName: string, value: string): string | undefined {
  const [, column, direction] = /^(\w+)_(ASC|DESC)$/.exec(value) ?? [];
  if (!typeName.endsWith("OrderBy") || !column) return undefined;
  const field = column.toLowerCase().replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
  const by = column === "PRIMARY_KEY" ? "the primary key" : `\`${field}\``;
  return `By ${by}, ${direction === "ASC" ? "ascending" : "descending"}.`;
}
