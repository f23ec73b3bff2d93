import "postgraphile";
import {
  type PgSelectQueryBuilderCallback,
  type PgSelectStep,
  sqlValueWithCodec,
  TYPES,
} from "postgraphile/@dataplan/pg";
import { sql } from "postgraphile/@dataplan/pg/pg-sql2";
import { type ConnectionStep, lambda, type Maybe, type Step } from "postgraphile/grafast";
import { GraphQLString } from "postgraphile/graphql";
import { CHANGED_KINDS } from "./changes_since.ts";

/**
 * The lists of the root that changesSince has, too, can be limited to what has changed. The condition is added when the
 * request runs, and only if there is a cursor: the statement of a list without it stays as it is.
 */
export const ChangedSince: GraphileConfig.Plugin = {
  name: "ParleyChangedSince",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, build, { Self, scope }) {
        const { isPgFieldConnection, pgFieldResource, fieldName } = scope;
        if (Self.name !== "Query" || !isPgFieldConnection || !pgFieldResource) return args;
        const kinds = Object.entries(CHANGED_KINDS).find(([table]) => table === pgFieldResource.name)?.[1];
        if (!kinds) return args;
        return build.extend(
          args,
          {
            changedSince: {
              type: GraphQLString,
              description:
                "Only what has changed since a cursor of changeCursor or changesSince. Deletions are only in changesSince. PYLIM: more than 10,000 have changed. PYOLD: the cursor is more than two days old, or the database was restored.",
              applyPlan(_$root: Step, $connection: Step, value: { getRaw(): Step }) {
                const $rows = (
                  $connection as ConnectionStep<unknown>
                ).getSubplan() as unknown as PgSelectStep;
                $rows.apply(
                  lambda(value.getRaw() as Step<Maybe<string>>, (cursor) => changedSince(cursor, kinds)),
                );
              },
            },
          },
          `Adding changedSince to ${fieldName}`,
        );
      },
    },
  },
};

function changedSince(cursor: Maybe<string>, kinds: readonly string[]): Maybe<PgSelectQueryBuilderCallback> {
  if (cursor == null) return null;
  const values = sql`${sqlValueWithCodec(cursor, TYPES.text)}, array[${sql.join(
    kinds.map((kind) => sql.literal(kind)),
    ", ",
  )}]`;
  return (query) => query.where(sql`${query.alias}.id in (select app_hidden.changed_ids(${values}))`);
}
