import { access, context, object, type Step, sideEffect } from "postgraphile/grafast";
import { parse } from "postgraphile/graphql";
import { extendSchema } from "postgraphile/utils";
import { z } from "zod";
import { graphqlTypes } from "./graphql_types.ts";
import { type ServerMutation, upperFirst } from "./server_mutation.ts";
import { TypeDefinitions } from "./type_definitions.ts";

type Args = { getRaw(path: string | string[]): Step };
type Table = GraphileBuild.BuildInput["pgRegistry"]["pgResources"][string];
type TableOf = (name: string) => Table;

/** Adds mutations to the schema, with the types of their inputs and payloads. */
export function mutationPlugin(mutations: readonly ServerMutation[]): GraphileConfig.Plugin {
  return extendSchema((build) => {
    const { pgResources } = build.input.pgRegistry;
    const tableOf = (name: string) => {
      const table = pgResources[name];
      if (!table) throw new Error(`the schema has no table ${name}`);
      return table;
    };
    return {
      typeDefs: parse(definitionsOf(mutations, (name) => build.inflection.tableType(tableOf(name).codec))),
      objects: {
        Mutation: { plans: Object.fromEntries(mutations.map((each) => [each.name, planOf(each)])) },
        ...Object.fromEntries(
          mutations.map(({ payload, payloadName }) => [payloadName, { plans: plansOf(payload, tableOf) }]),
        ),
      },
    };
  }, "ParleyServerMutations");
}

function definitionsOf(mutations: readonly ServerMutation[], nameOfRow: (table: string) => string): string {
  const types = new TypeDefinitions(nameOfRow);
  const fields = mutations.map(({ name, description, input, payload, payloadName }) => {
    const inputName = `${upperFirst(name)}Input`;
    types.add(`input ${inputName}`, types.fields({ clientMutationId, ...input }));
    const sharing = mutations.filter((each) => each.payloadName === payloadName).map((each) => each.name);
    const about = `The result of ${sharing.join(" and ")}.`;
    types.add(`type ${payloadName}`, types.fields({ clientMutationId, ...payload }), about);
    return `${JSON.stringify(description)}\n${name}(input: ${inputName}!): ${payloadName}`;
  });
  types.add("extend type Mutation", `{\n${fields.join("\n")}\n}`);
  return String(types);
}

/** An id that clients may send with a mutation and get back in its payload. */
const clientMutationId = z.string().optional();

function planOf(mutation: ServerMutation) {
  return (_$root: Step, args: Args) => {
    const call = object({
      given: args.getRaw("input") as Step<object>,
      visitor: context().get("visitor"),
      origin: context().get("origin"),
      pgSettings: context().get("pgSettings"),
      withPgClient: context().get("withPgClient"),
    });
    const result = sideEffect(call, ({ given, visitor, origin, pgSettings, withPgClient }) =>
      mutation.execute(given, {
        visitor,
        origin,
        asCaller: (work) => withPgClient(pgSettings, ({ rawClient }) => work(rawClient)),
      }),
    );
    return object({ clientMutationId: args.getRaw(["input", "clientMutationId"]), result });
  };
}

function rowOf(schema: z.ZodType) {
  return graphqlTypes.get(schema instanceof z.ZodNullable ? (schema.def.innerType as z.ZodType) : schema)
    ?.row;
}

/** Of a payload's fields: a row is read by its key, everything else is what `run` returned. */
function plansOf(payload: ServerMutation["payload"], tableOf: TableOf) {
  return Object.fromEntries(
    Object.entries(payload).map(([field, schema]) => {
      const row = rowOf(schema);
      if (!row) return [field, ($payload: Step) => access($payload, ["result", field])];
      const table = tableOf(row.table);
      return [
        field,
        ($payload: Step) =>
          table.get(
            Object.fromEntries(
              row.keys.map((key) => [key, access<string>($payload, ["result", field, key])]),
            ),
          ),
      ];
    }),
  );
}
