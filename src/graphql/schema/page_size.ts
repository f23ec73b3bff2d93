import "postgraphile";
import { lambda, type Maybe } from "postgraphile/grafast";

/** The default and the largest number of rows in a page. */
export const PAGE_SIZE = { default: 50, max: 100 } as const;

/** The size of a page after applying default and limit. */
export function pageSize(first: Maybe<number>): number {
  if (first == null) return PAGE_SIZE.default;
  return Math.min(Math.max(first, 0), PAGE_SIZE.max);
}

/**
 * Every connection is paged forward by cursor: 50 rows by default, at most 100.
 * PostGraphile itself has no cap; and `offset` would let a client make the database count through all rows.
 */
export const PageSize: GraphileConfig.Plugin = {
  name: "ParleyPageSize",
  version: "1.0.0",
  after: ["PgFirstLastBeforeAfterArgsPlugin"],
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, _build, context) {
        const { first } = args;
        if (!context.scope.isPgFieldConnection || first === undefined) return args;
        const { offset: _, ...kept } = args;
        return {
          ...kept,
          first: {
            ...first,
            description: `How many; at most ${PAGE_SIZE.max}.`,
            defaultValue: PAGE_SIZE.default,
            applyPlan(_parent, $connection, arg) {
              $connection.setFirst(lambda(arg.getRaw(), pageSize, true));
            },
          },
        };
      },
      // Its cursors would be row numbers, that is: an offset.
      GraphQLEnumType_values(values, build, context) {
        if (!context.scope.isPgRowSortEnum) return values;
        const { [build.inflection.builtin("NATURAL")]: _, ...kept } = values;
        return kept;
      },
    },
  },
};
