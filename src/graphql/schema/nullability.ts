import "postgraphile";
import {
  type GraphQLInputType,
  GraphQLList,
  GraphQLNonNull,
  type GraphQLOutputType,
  type GraphQLType,
  getNullableType,
  isListType,
  isNonNullType,
} from "postgraphile/graphql";
import { pgSmartTags } from "postgraphile/utils";

/** How a comment of a function or a column says that its value may be null. */
const SAYS_WHEN_NULL = /\bnull (if|for|when|unless|until|before|after)\b/i;

/** The policy of tables whose rows every member of the tenant sees. */
const SEEN_BY_ALL = "select_member";

/**
 * For columns of composite types and views, and for the results of functions, the catalog has no `not null`. They are
 * never null unless their comment says when they are.
 */
const NeverNull: GraphileConfig.Plugin = pgSmartTags([
  {
    kind: "attribute",
    match: (column) => ["c", "v"].includes(column.getClass()?.relkind ?? "") && !mayBeNull(column),
    tags: { notNull: true },
  },
  {
    kind: "procedure",
    // Fields of the root, which are all others, stay nullable: an error of one leaves the rest of the answer standing.
    match: (proc) =>
      proc.getNamespace()?.nspname === "app_public" &&
      (proc.provolatile === "v" || proc.getArguments()[0]?.type.getClass() !== undefined) &&
      !mayBeNull(proc),
    tags: { notNull: true },
  },
]);

function mayBeNull(entity: { getDescription(): string | undefined }): boolean {
  return SAYS_WHEN_NULL.test(entity.getDescription() ?? "");
}

/**
 * Relations, items of lists, pages and rows of payloads. A relation is never null if its foreign key is not, and if row
 * level security cannot hide the other row from those who see this one.
 */
const Rows: GraphileConfig.Plugin = {
  name: "ParleyNullability",
  version: "1.0.0",
  gather: {
    hooks: {
      async pgRelations_relation(info, { serviceName, pgConstraint, relation }) {
        const target = pgConstraint.getForeignClass();
        const isEnforced = pgConstraint.getTags().isNotEnforced === undefined;
        const isNeverNull = pgConstraint.getAttributes()?.every(({ attnotnull }) => attnotnull);
        if (relation.isReferencee || !isEnforced || !isNeverNull) return;
        const { introspection } = await info.helpers.pgIntrospection.getService(serviceName);
        if (
          !introspection.policies.some(
            ({ polrelid, polname }) => polrelid === target?._id && polname === SEEN_BY_ALL,
          )
        )
          return;
        relation.extensions = {
          ...relation.extensions,
          tags: { ...relation.extensions?.tags, notNull: true },
        };
      },
    },
  },
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args_arg: (arg) => ({ ...arg, type: withStrictItems(arg.type) }),

      GraphQLInputObjectType_fields_field: (field) => ({ ...field, type: withStrictItems(field.type) }),

      GraphQLObjectType_fields_field(field, _build, { scope }) {
        const { isConnectionEdgeType, isPgCreatePayloadType, isPgUpdatePayloadType, isPgDeletePayloadType } =
          scope;
        // A missing row is an error, see missing_row.ts.
        const isOfRow = isPgCreatePayloadType || isPgUpdatePayloadType || isPgDeletePayloadType;
        const isStrict =
          isConnectionEdgeType || (isOfRow && !["clientMutationId", "query"].includes(scope.fieldName));
        const type = withStrictItems(field.type);
        return { ...field, type: isStrict ? new GraphQLNonNull(getNullableType(type)) : type };
      },
    },
  },
};

export const Nullability: readonly GraphileConfig.Plugin[] = [NeverNull, Rows];

/** The items of a list are never null: no column or function of ours has a list with nulls. */
function withStrictItems<T extends GraphQLInputType | GraphQLOutputType>(type: T): T {
  const list = getNullableType(type);
  if (!isListType(list)) return type;
  const strict = new GraphQLList(new GraphQLNonNull(getNullableType(list.ofType)));
  return (isNonNullType(type) ? new GraphQLNonNull(strict) : strict) as GraphQLType as T;
}
