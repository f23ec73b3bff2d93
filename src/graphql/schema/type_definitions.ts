import { z } from "zod";
import { graphqlTypes } from "./graphql_types.ts";

type Fields = Readonly<Record<string, z.core.$ZodType>>;

/** GraphQL definitions in SDL of types that zod schemas describe. A type that several fields name is defined once. */
export class TypeDefinitions {
  readonly #texts = new Map<string, string>();
  readonly #nameOfRow: (table: string) => string;

  /** @param nameOfRow the object type of a table's rows */
  constructor(nameOfRow: (table: string) => string) {
    this.#nameOfRow = nameOfRow;
  }

  /** A definition is known by how it begins: `input SignInInput`. */
  add(begin: string, body: string, about = ""): void {
    this.#texts.set(begin, `${quoted(about)}${begin} ${body}`);
  }

  /** Fields between braces, each under its description. */
  fields(fields: Fields): string {
    const lines = Object.entries(fields).map(([name, field]) => {
      const schema = asType(field);
      return `${quoted(schema.description)}${name}: ${this.#nameOf(schema)}`;
    });
    return `{\n${lines.join("\n")}\n}`;
  }

  toString(): string {
    return [...this.#texts.values()].join("\n");
  }

  /** As a field names it: `[String!]!`. */
  #nameOf(schema: z.ZodType): string {
    if (schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault)
      return this.#nameOf(asType(schema.def.innerType)).replace(/!$/, "");
    if (schema instanceof z.ZodArray) return `[${this.#nameOf(asType(schema.def.element))}]!`;
    const { row, name, about, values } = graphqlTypes.get(schema) ?? {};
    if (row) return `${this.#nameOfRow(row.table)}!`;
    if (name) {
      if (values) this.add(`enum ${name}`, enumValues(values), about);
      else if (schema instanceof z.ZodObject) this.add(`type ${name}`, this.fields(schema.shape), about);
      return `${name}!`;
    }
    if (schema instanceof z.ZodString) return "String!";
    if (schema instanceof z.ZodBoolean) return "Boolean!";
    if (schema instanceof z.ZodNumber && schema.isInt) return "Int!";
    throw new Error(`no GraphQL type stands for zod's ${schema.def.type}`);
  }
}

function enumValues(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([value, meaning]) => `${quoted(meaning)}${value}`);
  return `{\n${lines.join("\n")}\n}`;
}

/** JSON's strings are GraphQL's. */
function quoted(description: string | undefined): string {
  return description ? `${JSON.stringify(description)}\n` : "";
}

/** zod's shapes may hold what its smallest edition makes; ours hold what its usual one makes. */
function asType(schema: z.core.$ZodType): z.ZodType {
  if (schema instanceof z.ZodType) return schema;
  throw new Error("not made with zod's usual edition");
}
