import "postgraphile";
import {
  loadOneWithPgClient,
  type PgExecutor,
  type PgSelectQueryBuilder,
  type PgSelectQueryBuilderCallback,
  type PgSelectStep,
  sqlValueWithCodec,
  TYPES,
} from "postgraphile/@dataplan/pg";
import { sql } from "postgraphile/@dataplan/pg/pg-sql2";
import { type ConnectionStep, lambda, type Maybe, type Step } from "postgraphile/grafast";
import type { GraphQLScalarType } from "postgraphile/graphql";

/** The lists that filters select from, by the type that has them; their names are those of app_public.filter_kind. */
const KINDS: Readonly<Record<string, readonly string[]>> = {
  Query: ["contacts", "conversations", "messages"],
  Campaign: ["campaign_recipients"],
};

/** Of app_hidden.compile_filter(). */
type Compiled = { condition: string; bound: readonly unknown[] };

type Statement = { text: string; values: unknown[] };

const TOKEN = /\{(?:row|\d+)\}/g;

/**
 * The lists of the root take a filter, or a saved view; the recipients of a campaign take a filter. The filter is compiled by the database in a step of its own, and
 * its condition is added when the request runs: the list keeps its pages, orders and totalCount.
 */
export const Matching: GraphileConfig.Plugin = {
  name: "ParleyMatching",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLObjectType_fields_field_args(args, build, { Self, scope }) {
        const { isPgFieldConnection, pgFieldResource, fieldName } = scope;
        const kind = pgFieldResource?.name;
        if (!isPgFieldConnection || !kind || !KINDS[Self.name]?.includes(kind)) return args;
        const { executor } = pgFieldResource;
        const matching = {
          type: build.getTypeByName("JSON") as GraphQLScalarType,
          description:
            "Only what a filter of the filter language (docs/filters.md) matches. PYFLT: the filter is not valid.",
          applyPlan: condition(
            (filter) => ({
              text: "select condition, bound from app_hidden.compile_filter($1, $2)",
              values: [kind, JSON.stringify(filter)],
            }),
            executor,
          ),
        };
        const view = {
          type: build.getTypeByName("UUID") as GraphQLScalarType,
          description: "Only what a saved view lists. PYNFD: there is no such view of this kind.",
          applyPlan: condition(
            (viewId) => ({
              text: "select condition, bound from app_hidden.compile_view($1, $2)",
              values: [kind, viewId],
            }),
            executor,
          ),
        };
        const added = Self.name === "Query" ? { matching, view } : { matching };
        return build.extend(args, added, `Adding matching to ${fieldName}`);
      },
    },
  },
};

/** The plan of an argument: limits the list to the condition that a statement compiles from the argument's value. */
function condition(statement: (value: unknown) => Statement, executor: PgExecutor) {
  return (_$root: Step, $connection: Step, value: { getRaw(): Step }): void => {
    const $rows = ($connection as ConnectionStep<unknown>).getSubplan() as unknown as PgSelectStep;
    const $compiled = loadOneWithPgClient(executor, value.getRaw(), (client, values) =>
      Promise.all(
        values.map(async (each) => {
          if (each == null) return null;
          const { rows } = await client.query<Compiled>(statement(each));
          return rows[0]!;
        }),
      ),
    );
    $rows.apply(lambda($compiled, conditionOf));
  };
}

/** Composes the condition of a statement: the alias of the row and the bound values take the places of the tokens. */
function conditionOf(compiled: Maybe<Compiled>): Maybe<PgSelectQueryBuilderCallback> {
  if (!compiled) return null;
  const { condition, bound } = compiled;
  const texts = condition.split(TOKEN);
  const strings: TemplateStringsArray = Object.assign(texts, { raw: texts });
  const tokens = condition.match(TOKEN) ?? [];
  return (query: PgSelectQueryBuilder) => {
    const values = tokens.map((token) =>
      token === "{row}" ? query.alias : sqlValueWithCodec(bound[Number(token.slice(1, -1))], TYPES.jsonb),
    );
    query.where(sql(strings, ...values));
  };
}
