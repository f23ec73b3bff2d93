import "postgraphile";
import { type PgConditionCapableParent, sqlValueWithCodec, TYPES } from "postgraphile/@dataplan/pg";
import { type SQL, sql } from "postgraphile/@dataplan/pg/pg-sql2";
import { GraphQLString } from "postgraphile/graphql";

type Condition = { description: string; condition: (row: SQL, value: SQL) => SQL };

/** Fields of filters that are not columns, each with its condition on a row. */
const FIELDS: { [table: string]: { [field: string]: Condition } } = {
  contacts: {
    phoneNumber: {
      description:
        "Contacts with this phone number, written as people write it: +90 (532) 111-22-33, or 0532 111 22 33 in a country of the tenant's own numbers.",
      condition: (row, value) =>
        sql`${row}.id = any ((select app_hidden.contact_ids_by_phone(${value}))::uuid[])`,
    },
  },
  chatbots: {
    nodeKind: {
      description: "Chatbots whose draft has a node of this kind.",
      condition: (row, value) => sql`${row}.node_kinds @> array[${value}]`,
    },
  },
};

/** Adds fields to filters whose conditions use an index that a comparison with a column would not. */
export const WrittenFilters: GraphileConfig.Plugin = {
  name: "ParleyWrittenFilters",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLInputObjectType_fields(fields, build, { scope, fieldWithHooks }) {
        const { isPgConnectionFilter, pgCodec } = scope;
        const added = (isPgConnectionFilter && pgCodec && FIELDS[pgCodec.name]) || {};
        return build.extend(
          fields,
          Object.fromEntries(
            Object.entries(added).map(([fieldName, { description, condition }]) => [
              fieldName,
              fieldWithHooks(
                { fieldName },
                {
                  type: GraphQLString,
                  description,
                  apply(where: PgConditionCapableParent & { alias: SQL }, value: string | null) {
                    if (value != null)
                      where.where(condition(where.alias, sqlValueWithCodec(value, TYPES.text)));
                  },
                },
              ),
            ]),
          ),
          "Adding filters with an index of their own",
        );
      },
    },
  },
};
