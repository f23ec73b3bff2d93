import {
  DirectiveLocation,
  GraphQLDirective,
  type OperationDefinitionNode,
  specifiedDirectives,
} from "postgraphile/graphql";

const NAME = "replica";

/** Adds the directive with which a query allows itself to be answered by the standby of DATABASE_READ_URL. */
export const ReplicaDirective: GraphileConfig.Plugin = {
  name: "ParleyReplicaDirective",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLSchema(config) {
        const directive = new GraphQLDirective({
          name: NAME,
          description:
            "The query may be answered by a replica, which can lag behind by the seconds that the operator allows. For lists, searches and figures that may be a moment old; without a replica that is recent enough, the primary answers. Mutations and subscriptions never use a replica.",
          locations: [DirectiveLocation.QUERY],
        });
        return { ...config, directives: [...(config.directives ?? specifiedDirectives), directive] };
      },
    },
  },
};

/** Whether the client has allowed a replica to answer. */
export function allowsReplica({ directives = [] }: OperationDefinitionNode): boolean {
  return directives.some(({ name }) => name.value === NAME);
}
