import "postgraphile";
import type { PgSelectStep } from "postgraphile/@dataplan/pg";
import { first } from "postgraphile/grafast";
import { type GraphQLOutputType, getNamedType } from "postgraphile/graphql";

/** Set-returning functions that declare more rows than this have pages. */
const LONGEST_LIST = 20;

declare global {
  namespace DataplanPg {
    interface PgResourceExtensions {
      /** The largest number of rows of a function that has no pages. */
      longestList?: number;
    }
  }
}

/**
 * Computed fields that declare how many rows they have at most, with `returns setof … rows 1` to `rows 20`: one row is an
 * object, more are a list without pages. As sets, they become subselects that Postgres inlines, and computes for the rows
 * of a page only. A function that returns one row is called instead, and a relation is joined before the page is cut.
 */
export const RowEstimates: GraphileConfig.Plugin = {
  name: "ParleyRowEstimates",
  version: "1.0.0",
  gather: {
    hooks: {
      pgProcedures_PgResourceOptions(_info, { pgProc, resourceOptions }) {
        const { proretset, prorows } = pgProc;
        if (!proretset || !prorows || prorows > LONGEST_LIST) return;
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
        const { plan } = field;
        if (!plan || !longestList) return field;
        if (longestList > 1) return { ...field, extensions: { ...field.extensions, longestList } };
        return {
          ...field,
          type: getNamedType(field.type) as GraphQLOutputType,
          plan($parent, args, info) {
            const $rows = plan($parent, args, info) as PgSelectStep;
            return $rows.row(first($rows));
          },
        };
      },
    },
  },
};
