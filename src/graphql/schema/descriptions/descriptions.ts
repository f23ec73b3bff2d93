import "postgraphile";
import {
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "postgraphile/graphql";
import { describeCommonParts } from "./common_parts.ts";
import { distributeDefinitions } from "./definitions.ts";
import { renameInDescriptions } from "./graphql_names.ts";

/**
 * Everything in the schema is described: by comments of the database and by the definitions of the program, and where
 * one is like all others of its kind (pages, filters, orders, ids), by its name.
 */
export const Descriptions: GraphileConfig.Plugin = {
  name: "ParleyDescriptions",
  version: "1.0.0",
  schema: {
    hooks: {
      finalize(schema, build) {
        joinLines(schema);
        distributeDefinitions(schema);
        describeCommonParts(schema, (noun) => build.inflection.pluralize(noun));
        renameInDescriptions(schema);
        return schema;
      },
    },
  },
};

type Described = { description?: string | null | undefined };

/** Joins lines that were broken for their length; paragraphs and lists stay. */
function joinLines(schema: GraphQLSchema): void {
  for (const part of Object.values(schema.getTypeMap()).flatMap(partsOf))
    part.description = part.description?.replace(/(?<!\n)\n(?![\n-])/g, " ");
}

function partsOf(type: Described): Described[] {
  if (isEnumType(type)) return [type, ...type.getValues()];
  if (isObjectType(type) || isInterfaceType(type))
    return [type, ...Object.values(type.getFields()).flatMap((field) => [field, ...field.args])];
  return isInputObjectType(type) ? [type, ...Object.values(type.getFields())] : [type];
}
