import { context, each, type Step } from "postgraphile/grafast";
import {
  type GraphQLFieldConfigMap,
  GraphQLList,
  GraphQLObjectType,
  GraphQLSchema,
} from "postgraphile/graphql";
import type { Change } from "./change.ts";

declare global {
  namespace Grafast {
    interface Context {
      /** The changes whose rows are read; empty for requests. */
      changes: readonly Change[];
    }
  }
}

/**
 * The schema in which the rows of changes are read. Its query type has the fields of Subscription, each as a list: of all
 * changes that context.changes contains. So one plan, in one transaction, reads the rows of many changes.
 */
export function liveSchema(schema: GraphQLSchema): GraphQLSchema {
  const subscription = schema.getSubscriptionType();
  if (!subscription) throw new Error("the schema has no subscriptions");
  const { fields, name } = subscription.toConfig();
  const lists: GraphQLFieldConfigMap<unknown, unknown> = {};
  for (const [field, config] of Object.entries(fields)) {
    const ofChange = config.extensions?.grafast?.plan as (($change: Step) => Step) | undefined;
    if (!ofChange) throw new Error(`the subscription ${field} has no plan`);
    const plan = () => each(context().get("changes") as Step<readonly Change[]>, ofChange);
    lists[field] = { ...config, type: new GraphQLList(config.type), extensions: { grafast: { plan } } };
  }
  return new GraphQLSchema({
    // Under its own name, so that fragments on Subscription apply.
    query: new GraphQLObjectType({ name, fields: lists }),
    // The implementations of interfaces.
    types: Object.values(schema.getTypeMap()).filter((type) => type !== subscription),
  });
}
