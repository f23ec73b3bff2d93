import "postgraphile";
import {
  type ConnectionStep,
  type GrafastFieldConfigArgumentMap,
  lambda,
  type Maybe,
  object,
  type Step,
} from "postgraphile/grafast";
import { PageInfo } from "./page_info.ts";
import { firstOf, PAGE_SIZE } from "./page_size.ts";

/**
 * Every connection is paged by cursors in both directions: 50 rows by default, at most 1,000, which is checked before a
 * request runs (limits/count_objects.ts). PostGraphile itself has no maximum; and `offset` would let a client make the
 * database count through all rows.
 */
export const Pages: GraphileConfig.Plugin = {
  name: "ParleyPages",
  version: "1.0.0",
  after: ["PgFirstLastBeforeAfterArgsPlugin"],
  schema: {
    entityBehavior: {
      pgResource: {
        override: {
          provides: ["ParleyPages"],
          // Rows without a key have no order that could be reversed, and their cursors are row numbers.
          callback: (behavior, { uniques }) =>
            uniques.length === 0 ? [behavior, "-resource:connection:backwards"] : behavior,
        },
      },
    },
    hooks: {
      GraphQLObjectType_fields_field_args(args, _build, { scope }) {
        if (!scope.isPgFieldConnection || args.first === undefined) return args;
        const { offset: _, ...kept } = args;
        const { first, last } = args;
        return {
          ...kept,
          first: {
            ...withoutPlan(first),
            description: `The length of the page, from the beginning or after a cursor; at most ${PAGE_SIZE.max}. Defaults to ${PAGE_SIZE.default}${last ? ", unless `last` is given" : ""}.`,
          },
          ...(last && {
            last: {
              ...withoutPlan(last),
              description: `The length of the page, from the end or before a cursor; at most ${PAGE_SIZE.max}.`,
            },
          }),
        };
      },

      GraphQLObjectType_fields_field(field, _build, { scope }) {
        if (scope.isConnectionType && scope.fieldName === "pageInfo")
          return {
            ...field,
            plan: ($connection: Step) => new PageInfo($connection as ConnectionStep<unknown>),
          };
        const { plan } = field;
        if (!scope.isPgFieldConnection || !plan) return field;
        // The field sets both arguments, since `last` decides whether `first` has its default.
        return {
          ...field,
          plan($parent, given, info) {
            const $connection = plan($parent, given, info) as ConnectionStep<unknown>;
            const countOf = (name: "first" | "last") =>
              info.field.args.some((arg) => arg.name === name) && (given.getRaw(name) as Step<Maybe<number>>);
            const $first = countOf("first");
            const $last = countOf("last");
            if ($first)
              $connection.setFirst(
                lambda(object({ first: $first, ...($last && { last: $last }) }), firstOf, true),
              );
            if ($last) $connection.setLast($last);
            return $connection;
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

type Argument = NonNullable<GrafastFieldConfigArgumentMap[string]>;

function withoutPlan({ applyPlan: _, ...argument }: Argument): Argument {
  return argument;
}
