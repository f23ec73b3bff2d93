import "postgraphile";
import { GraphQLError, Kind, type ValueNode } from "postgraphile/graphql";

/** ISO 8601 with an offset. "infinity" is what a Datetime without an end is shown as (infinite_times.ts). */
const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)|infinity)$/i;

/** @throws GraphQLError of a text that PostgreSQL would read, but in its own time zone, or relative to now: "tomorrow" */
function readInstant(value: unknown): string {
  if (typeof value === "string" && INSTANT.test(value)) return value;
  throw new GraphQLError(
    'A Datetime must be a time in ISO 8601 with an offset, such as "2027-01-08T09:00:00+01:00"',
  );
}

/** PostGraphile passes any text on to PostgreSQL. An input of the type Datetime must be an instant. */
export const Instants: GraphileConfig.Plugin = {
  name: "ParleyInstants",
  version: "1.0.0",
  schema: {
    hooks: {
      GraphQLScalarType(config, build) {
        if (config.name !== build.inflection.builtin("Datetime")) return config;
        return {
          ...config,
          description:
            'A point in time in ISO 8601, with an offset: 2027-01-08T09:00:00+01:00. "infinity" is after all others.',
          parseValue: readInstant,
          parseLiteral: (node: ValueNode) => readInstant(node.kind === Kind.STRING ? node.value : undefined),
        };
      },
    },
  },
};
