import {
  type DocumentNode,
  GraphQLError,
  type GraphQLSchema,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from "postgraphile/graphql";
import { ParleyError } from "../../base/errors.ts";
import { LIMITS } from "../limits/limits.ts";
import { measureDocument } from "../limits/measure_document.ts";

/** A document that may be run, or the reason why not. */
export type ReadDocument = GoodDocument | { errors: readonly Error[] };

/** `fields`: how many it asks for, with fragments spread out. */
type GoodDocument = { document: DocumentNode; fields: number };

const CACHED = 500;

/**
 * Parses and validates documents against the schema and the limits. Caches the last valid ones: clients send the
 * same documents, and Grafast caches its plans by the document object.
 */
export function createDocumentReader(
  schema: GraphQLSchema,
  { isDevelopment }: { isDevelopment: boolean },
): (query: string) => ReadDocument {
  const rules = isDevelopment ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];
  const cache = new Map<string, GoodDocument>();

  return (query) => {
    const known = cache.get(query);
    if (known) {
      cache.delete(query);
      cache.set(query, known);
      return known;
    }

    let document: DocumentNode;
    try {
      document = parse(query, { maxTokens: LIMITS.tokens });
    } catch (error) {
      return { errors: [tooManyTokens(error) ? beyond("tokens", LIMITS.tokens) : (error as Error)] };
    }
    const errors = validate(schema, document, rules, {
      maxErrors: LIMITS.errors,
      hideSuggestions: true,
    });
    if (errors.length > 0) return { errors };

    const measure = measureDocument(document);
    for (const key of ["depth", "aliases", "rootFields", "fields"] as const)
      if (measure[key] > LIMITS[key]) return { errors: [beyond(key, LIMITS[key])] };

    const good = { document, fields: measure.fields };
    cache.set(query, good);
    const [oldest] = cache.keys();
    if (cache.size > CACHED && oldest !== undefined) cache.delete(oldest);
    return good;
  };
}

const NAMES = {
  tokens: "tokens",
  depth: "levels of fields",
  aliases: "aliases",
  rootFields: "fields at the root",
  fields: "fields, with fragments spread out",
};

function beyond(key: keyof typeof NAMES, limit: number): ParleyError {
  return new ParleyError("PYLIM", `More than ${limit} ${NAMES[key]}`);
}

function tooManyTokens(error: unknown): boolean {
  return error instanceof GraphQLError && error.message.includes("Parsing aborted");
}
