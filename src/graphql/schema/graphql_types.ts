import { z } from "zod";
import { canonicalUuid } from "../../base/canonical_uuid.ts";
import type { Json } from "../../base/json/json.ts";
import type { Instant } from "../../chatbot/engine/context.ts";
import { CREDENTIAL, CREDENTIAL_RULE } from "../../secrets/credential.ts";

/**
 * zod schemas that know their GraphQL type, for the inputs and payloads of server mutations. `z.string()`, `z.boolean()`
 * and `z.int()` are String, Boolean and Int as they are; `.describe()` becomes the description; what is optional,
 * nullable or has a default is nullable in GraphQL. Messages of checks continue the sentence "`field` …": "must be …".
 */
type GraphqlType = {
  /** The name of a scalar, an enum or an object type. */
  name?: string;
  /** What an enum or an object type is. */
  about?: string;
  /** Descriptions of an enum's values. */
  values?: Readonly<Record<string, string>>;
  /** A row of this table, found by these columns. */
  row?: { table: string; keys: readonly string[] };
};

export const graphqlTypes = z.registry<GraphqlType>();

/** A UUID, in whatever spelling Postgres knows; passed on as Postgres writes it, which secrets are sealed for. */
export function uuid() {
  return z
    .string()
    .regex(/^\{?([0-9a-f]{4}-?){7}[0-9a-f]{4}\}?$/i, "must be a UUID")
    .transform(canonicalUuid)
    .register(graphqlTypes, { name: "UUID" });
}

/** A provider's secret. It may be sent in a header: printable, and not too long for servers. */
export function secret() {
  return z.string().regex(CREDENTIAL, CREDENTIAL_RULE);
}

/** Any JSON, passed on as it came: a copy would lose keys such as `__proto__`. */
export function json<T = Json>(check: (value: unknown) => boolean = isGiven, message = "must be JSON") {
  return z.custom<T>(check, message).register(graphqlTypes, { name: "JSON" });
}

function isGiven(value: unknown): boolean {
  return value !== undefined;
}

const FIRST = Date.UTC(1970, 0, 1);
const LAST = Date.UTC(9999, 11, 31);

/** A point in time, passed on in ISO 8601 and UTC. */
export function instant() {
  return z
    .string()
    .refine((text) => {
      const at = Date.parse(text);
      return at >= FIRST && at <= LAST;
    }, "must be a date between the years 1970 and 9999")
    .transform((text): Instant => new Date(text).toISOString())
    .register(graphqlTypes, { name: "Datetime" });
}

/** A point in time as the database has returned it, to the microsecond: passed on as it came. */
export function exactInstant() {
  return z
    .string()
    .refine((text) => !Number.isNaN(Date.parse(text)), "must be a date")
    .register(graphqlTypes, { name: "Datetime" });
}

/** An enum, and what each of its values means. */
export function choice<const Value extends string>(
  name: string,
  about: string,
  values: Record<Value, string>,
) {
  return z.enum(Object.keys(values) as Value[]).register(graphqlTypes, { name, about, values });
}

/** An object type of payloads. */
export function type<Fields extends z.core.$ZodLooseShape>(name: string, about: string, fields: Fields) {
  return z.object(fields).register(graphqlTypes, { name, about });
}

/** A row of a table that PostGraphile exposes, read after the mutation: `run` returns its key. */
export function row<Key extends string = "id">(table: string, keys: readonly Key[] = ["id" as Key]) {
  return z.custom<Record<Key, string>>().register(graphqlTypes, { row: { table, keys } });
}
