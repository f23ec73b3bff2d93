import "postgraphile";

/** Set-returning functions that declare more rows than this have pages. */
const LONGEST_LIST = 20;

declare global {
  namespace DataplanPg {
    interface PgResourceExtensions {
      /** The largest number of rows of a function that returns a list without pages. */
      longestList?: number;
    }
  }
}

declare module "postgraphile/graphql" {
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs> {
    /** The largest number of items of a list without pages. */
    longestList?: number;
  }
}

/**
 * Functions that return a set and declare how many rows it has at most, with `rows 1` to `rows 20`: one row is an object,
 * more are a list without pages. A function that returns a single row would be called for each row of the query, whereas
 * Postgres inlines those that return a set.
 */
export const RowEstimates: GraphileConfig.Plugin = {
  name: "ParleyRowEstimates",
  version: "1.0.0",
  gather: {
    hooks: {
      pgProcedures_PgResourceOptions(_info, { pgProc, resourceOptions }) {
        const { proretset, prorows } = pgProc;
        if (!proretset || !prorows || prorows > LONGEST_LIST) return;
        if (prorows === 1) {
          resourceOptions.isUnique = true;
          return;
        }
        resourceOptions.isList = true;
        const { extensions } = resourceOptions;
        resourceOptions.extensions = {
          ...extensions,
          tags: { ...extensions?.tags, notNull: true },
          longestList: prorows,
        };
      },
    },
  },
  schema: {
    hooks: {
      GraphQLObjectType_fields_field(field, _build, { scope }) {
        const { longestList } = scope.pgFieldResource?.extensions ?? {};
        return longestList ? { ...field, extensions: { ...field.extensions, longestList } } : field;
      },
    },
  },
};
