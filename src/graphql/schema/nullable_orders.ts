import "postgraphile";
import { TYPES } from "postgraphile/@dataplan/pg";
import { type SQL, sql } from "postgraphile/@dataplan/pg/pg-sql2";

/** Times by which lists are ordered although they may be null: rows without one come last, in both directions. */
const TIMES: Readonly<Record<string, readonly string[]>> = {
  conversations: ["waiting_since", "waiting_for_person_since", "handed_over_at", "snoozed_until"],
};

/** In cursors as text: the JSON of PostGraphile has no infinite times. */
const CODEC: typeof TYPES.timestamptz = { ...TYPES.timestamptz, castFromPg: (time) => sql`(${time})::text` };

type OrderedQuery = {
  orderBy(order: {
    attribute: string;
    callback(column: SQL): [SQL, typeof CODEC, boolean];
    direction: "ASC" | "DESC";
  }): void;
};

/** PostGraphile 5.1 loses rows between pages that are ordered by what may be null, so null becomes an infinite time. */
export const NullableOrders: GraphileConfig.Plugin = {
  name: "ParleyNullableOrders",
  version: "1.0.0",
  after: ["PgOrderAllAttributesPlugin"],
  schema: {
    hooks: {
      GraphQLEnumType_values(values, build, { scope: { isPgRowSortEnum, pgCodec } }) {
        const attributes = TIMES[pgCodec?.extensions?.pg?.name ?? ""];
        if (!isPgRowSortEnum || !pgCodec?.attributes || !attributes) return values;
        const codec = pgCodec as Parameters<typeof build.pgTableResource>[0];
        const added = attributes.flatMap((attribute) => {
          const name = (variant: "asc" | "desc") =>
            build.inflection.orderByAttributeEnum({ codec, attributeName: attribute, variant });
          return [
            [name("asc"), orderBy(attribute, "ASC", sql`'infinity'::timestamptz`)],
            [name("desc"), orderBy(attribute, "DESC", sql`'-infinity'::timestamptz`)],
          ];
        });
        return build.extend(values, Object.fromEntries(added), "Adding orders by times that may be null");
      },
    },
  },
};

function orderBy(attribute: string, direction: "ASC" | "DESC", last: SQL) {
  const apply = (query: OrderedQuery) =>
    query.orderBy({
      attribute,
      direction,
      callback: (column) => [sql`coalesce(${column}, ${last})`, CODEC, false],
    });
  return { extensions: { grafast: { apply } } };
}
