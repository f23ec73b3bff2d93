import type pg from "pg";
import { fieldName } from "./field_name.ts";

/** For the ending of a constraint's name, the rule in words. */
const MUST: readonly [claim: RegExp, must: string][] = [
  [/^has_length$/, "must be neither empty nor too long"],
  [/^is_short$/, "must be shorter"],
  [/^is_at_most_32_kb$/, "must be at most 32 kB"],
  [/^is_object$/, "must be a JSON object"],
  [/^is_list$/, "must be a JSON array"],
  [/^is_address$/, "must be a valid address"],
  [/^is_https?$/, "must be an http(s) address"],
  [/^is_digits$/, "must consist of digits"],
  [/^is_hex$/, "must be a color such as #25d366"],
  [/^is_tag$/, "must be a language tag such as en or pt-BR"],
  [/^is_international$/, "must be a phone number with its country code"],
  [/^is_url_safe$/, "must consist of a-z, 0-9 and hyphens"],
  [/^is_snake_case$/, "must consist of a-z, 0-9 and _"],
  [/^has_no_nulls$/, "must not contain null"],
  [/^is_known$/, "must be one of the known values"],
  [/^is_not_empty$/, "must not be empty"],
  [/^is_word$/, "must be one word of at most 50 characters, without a slash"],
  [/^is_name$/, "has characters that are not allowed"],
  [/^is_at_least_one_day$/, "must be at least one day"],
  [/^is_5_minutes_to_a_year$/, "must be between five minutes and a year"],
  [/^(in_range|is_positive|(?:is_)?not_negative)$/, "is out of range"],
];
const CLAIM = /_((?:is|has|in|not)_[a-z0-9_]+)$/;

/** Describes a failed check constraint without the value: `"email" of contacts must be a valid address`. */
export function brokenCheck({ table, constraint }: pg.DatabaseError): string {
  if (!constraint || !/^[a-z][a-z0-9_]+$/.test(constraint)) return "A value breaks a rule";
  const rest = table && constraint.startsWith(`${table}_`) ? constraint.slice(table.length + 1) : constraint;
  const claim = CLAIM.exec(rest);
  const must = claim && MUST.find(([pattern]) => pattern.test(claim[1]!))?.[1];
  if (!table || !claim || !must) return `A value breaks a rule: ${constraint.replaceAll("_", " ")}`;
  return `${field(rest.slice(0, claim.index))} of ${words(table)} ${must}`;
}

/** Describes a unique violation: `"name" of tags is taken`. */
export function takenValue({ table, detail }: pg.DatabaseError): string {
  const fields = keyFields(detail);
  return table && fields ? `${fields} of ${words(table)} is taken` : "This value is taken";
}

/** Describes a foreign key violation: the referenced row does not exist, or the row is still referenced. */
export function brokenReference({ table, detail }: pg.DatabaseError): string {
  const fields = keyFields(detail);
  if (!table || !fields) return "What it refers to does not exist, or something still refers to it";
  return detail?.includes("is still referenced")
    ? `Rows of ${words(table)} still refer to it`
    : `${fields} of ${words(table)} refers to a row that does not exist`;
}

export function missingValue({ table, column }: pg.DatabaseError): string {
  return table && column ? `${field(column)} of ${words(table)} must not be null` : "A value is missing";
}

/** The columns, never the values, of Postgres' `Key (tenant_id, name)=(…)`, without the tenant that keys begin with. */
function keyFields(detail: string | undefined): string | undefined {
  const columns = /^Key \(([a-z0-9_, ]+)\)=/.exec(detail ?? "")?.[1]?.split(", ");
  const own = columns?.filter((column) => column !== "tenant_id");
  return own && own.length > 0 ? own.map(field).join(" with ") : undefined;
}

function field(column: string): string {
  return `"${fieldName(column)}"`;
}

function words(table: string): string {
  return table.replaceAll("_", " ");
}
