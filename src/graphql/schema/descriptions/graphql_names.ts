import {
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
} from "postgraphile/graphql";

/** An SQL name of several words outside quotes; quoted text is data. */
const SQL_NAME = /(?<![\w."{-])[a-z][a-z0-9]*(?:_[a-z0-9]+)+(?![\w"}])/g;

/** The last paragraph of a comment, when it is for readers of the database only. */
const FOR_SQL = /\n\nIn SQL: .*$/s;

type Field = GraphQLField<unknown, unknown> | GraphQLInputField;

/**
 * Descriptions come from the comments of the database, which use its names. Clients know `windowExpiresAt`: where a
 * description names a field of its type, or of a type that is one step away, it says it as GraphQL does.
 */
export function renameInDescriptions(schema: GraphQLSchema): void {
  const owners = ownersOf(schema);
  for (const type of Object.values(schema.getTypeMap())) {
    const near = namesNear(schema, type, owners.get(type) ?? []);
    type.description = rewritten(type.description, near);
    if (isEnumType(type))
      for (const value of type.getValues()) value.description = rewritten(value.description, near);
    for (const field of Object.values(fieldsOf(type))) {
      const args = "args" in field ? field.args : [];
      const names = new Set([...near, ...args.map(({ name }) => name), ...namesOf(named(field))]);
      field.description = rewritten(field.description, names);
      for (const arg of args) arg.description = rewritten(arg.description, names);
    }
  }
}

/** Names of the fields of a type, of the types it leads to, and of those that lead to it. */
function namesNear(
  schema: GraphQLSchema,
  type: GraphQLNamedType,
  owners: readonly GraphQLNamedType[],
): ReadonlySet<string> {
  const own = [type, changedBy(schema, type)].map(fieldsOf);
  // The root type is skipped, because it leads to every type.
  const further = type === schema.getQueryType() ? [] : own.flatMap(Object.values<Field>).map(named);
  return new Set([...own.flatMap(Object.keys), ...[...further, ...owners].flatMap(namesOf)]);
}

/** Which types have a field of an enum. */
function ownersOf(schema: GraphQLSchema): Map<GraphQLNamedType, GraphQLNamedType[]> {
  const owners = new Map<GraphQLNamedType, GraphQLNamedType[]>();
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type))
      for (const field of Object.values(type.getFields()))
        if (isEnumType(named(field))) owners.set(named(field), [...(owners.get(named(field)) ?? []), type]);
  return owners;
}

/** Of a connection those of its rows. */
function fieldsOf(type: GraphQLNamedType | undefined): Record<string, Field> {
  if (!isObjectType(type) && !isInterfaceType(type) && !isInputObjectType(type)) return {};
  const fields = type.getFields();
  const rows = isObjectType(type) && type.name.endsWith("Connection") && getNamedType(fields.nodes?.type);
  return isObjectType(rows) ? rows.getFields() : fields;
}

function namesOf(type: GraphQLNamedType): string[] {
  return Object.keys(fieldsOf(type));
}

function named({ type }: Field): GraphQLNamedType {
  return getNamedType(type as GraphQLType);
}

/** What an input makes or changes. */
function changedBy(schema: GraphQLSchema, type: GraphQLNamedType): GraphQLNamedType | undefined {
  const name = /^(?:Create|Update)?(\w+?)(?:Input|Patch)$/.exec(type.name)?.[1];
  return name ? schema.getType(name) : undefined;
}

function rewritten<T extends string | null | undefined>(
  description: T,
  names: ReadonlySet<string>,
): T | string {
  return (
    description?.replace(FOR_SQL, "").replace(SQL_NAME, (name) => {
      const field = name.replace(/_([a-z0-9])/g, (_all, letter: string) => letter.toUpperCase());
      return names.has(field) ? field : name;
    }) ?? description
  );
}
