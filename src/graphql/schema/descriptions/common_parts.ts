import {
  type GraphQLNamedType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "postgraphile/graphql";
import { describeArgument, describeField, type Fields } from "./common_fields.ts";
import { describeOrder, describeType } from "./common_types.ts";

type Part = { description?: string | null | undefined };

/** What PostGraphile and its plugins say of parts that have no comment. */
const STOPGAP = new RegExp(
  `^(${[
    "Reads (and enables|a single)",
    "(Get|Deletes|Updates|Creates) a single",
    "A connection to a list",
    "A list of (edges|`)",
    "A `\\w+` edge",
    "The `\\w+` (at the end|that was|to be created)",
    "(Methods? to use|The method to use)",
    "All input for",
    "The output of our",
    "The count of \\*all\\*",
    "Information (to aid|about pagination)",
    "A cursor for use",
    "Filter by the object",
    "Read all values in",
    "A filter to be used (against `|in)",
    "An (arbitrary string|object where)",
    "The exact same `",
    "The unique",
    "The globally unique `ID`",
    "A globally unique identifier",
    "Represents an update to a",
    "An input for mutations affecting",
    "Our root query field type",
  ].join("|")})`,
);

/** Describes what has no description of its own, and is like all others of its kind. */
export function describeCommonParts(schema: GraphQLSchema, plural: (noun: string) => string): void {
  const types = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith("__"));
  for (const type of types) fill(type, () => describeType(type.name, plural));
  for (const type of types.filter(isEnumType))
    for (const value of type.getValues()) fill(value, () => describeOrder(type.name, value.name));
  // Inputs have the descriptions of what they write, so they come last.
  for (const type of [...types.filter(isReadable), ...types.filter(isInputObjectType)])
    for (const field of Object.values<Fields[string]>(type.getFields())) {
      fill(field, () => describeField(schema, type, field, plural));
      if ("args" in field)
        for (const arg of field.args) fill(arg, () => describeArgument(schema, field, arg, plural));
    }
}

function isReadable(type: GraphQLNamedType) {
  return isObjectType(type) || isInterfaceType(type);
}

function fill(part: Part, describe: () => string | undefined): void {
  if (!part.description || STOPGAP.test(part.description)) part.description = describe() ?? part.description;
}
