import "postgraphile";
import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "postgraphile/graphql";

/** A name of SQL's with several words; not what stands in quotes, which is data. */
const SQL_NAME = /(?<![\w."{-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w"}])/g;

type Field = GraphQLField<unknown, unknown> | GraphQLInputField;

/**
 * Descriptions come from the comments of the database, which use its names. Clients know `windowExpiresAt`: where a
 * description names a field of its type, or of a type that this one leads to, it says it as GraphQL does.
 */
export const DescribedNames: GraphileConfig.Plugin = {
  name: "ParleyDescribedNames",
  version: "1.0.0",
  schema: { hooks: { finalize: renameInDescriptions } },
};

function renameInDescriptions(schema: GraphQLSchema): GraphQLSchema {
  const root = schema.getQueryType();
  for (const type of Object.values(schema.getTypeMap())) {
    const fields = Object.values(fieldsOf(type));
    const near = new Set(Object.keys({ ...fieldsOf(type), ...fieldsOf(changedBy(schema, type)) }));
    // The root leads everywhere.
    if (type !== root)
      for (const field of fields) for (const name of Object.keys(fieldsOf(named(field)))) near.add(name);
    type.description = renamed(type.description, near);
    for (const field of fields) {
      const args = "args" in field ? field.args : [];
      const names = new Set([
        ...near,
        ...args.map(({ name }) => name),
        ...Object.keys(fieldsOf(named(field))),
      ]);
      field.description = renamed(field.description, names);
      for (const arg of args) arg.description = renamed(arg.description, names);
    }
  }
  return schema;
}

/** Of a connection those of its rows. */
function fieldsOf(type: GraphQLNamedType | undefined): Record<string, Field> {
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return {};
  const fields = type.getFields();
  const rows = isObjectType(type) && type.name.endsWith("Connection") && getNamedType(fields.nodes?.type);
  return isObjectType(rows) ? rows.getFields() : fields;
}

function named({ type }: Field): GraphQLNamedType {
  return getNamedType(type as GraphQLType);
}

/** What an input makes or changes. */
function changedBy(schema: GraphQLSchema, type: GraphQLNamedType): GraphQLNamedType | undefined {
  const name = /^(?:Create|Update)?(\w+?)(?:Input|Patch)$/.exec(type.name)?.[1];
  return name ? schema.getType(name) : undefined;
}

function renamed<T extends string | null | undefined>(
  description: T,
  names: ReadonlySet<string>,
): T | string {
  return (
    description?.replace(SQL_NAME, (name) => {
      const field = name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
      return names.has(field) ? field : name;
    }) ?? description
  );
}
