import "postgraphile";

type OrderedQuery = { orderBy(order: { attribute: string; direction: "ASC" | "DESC" }): void };

/**
 * An order is unique by a column only where that column alone is a key. PostGraphile 5.1 takes the first column of
 * every key for unique, leaves the primary key out of the cursor, and the second page of such an order is empty.
 */
export const UniqueOrder: GraphileConfig.Plugin = {
  name: "ParleyUniqueOrder",
  version: "1.0.0",
  after: ["PgOrderAllAttributesPlugin"],
  schema: {
    hooks: {
      GraphQLEnumType_values(values, build, { scope: { isPgRowSortEnum, pgCodec } }) {
        if (!isPgRowSortEnum || !pgCodec?.attributes) return values;
        const codec = pgCodec as Parameters<typeof build.pgTableResource>[0];
        const keys = build.pgTableResource(codec)?.uniques ?? [];
        const leading = new Set(keys.map(({ attributes }) => attributes[0]!));
        for (const { attributes } of keys) if (attributes.length === 1) leading.delete(attributes[0]!);

        const corrected = { ...values };
        for (const attribute of leading)
          for (const [variant, direction] of [
            ["asc", "ASC"],
            ["desc", "DESC"],
          ] as const) {
            const name = build.inflection.orderByAttributeEnum({ codec, attributeName: attribute, variant });
            if (values[name] === undefined) continue;
            const apply = (query: OrderedQuery) => query.orderBy({ attribute, direction });
            corrected[name] = { ...values[name], extensions: { grafast: { apply } } };
          }
        return corrected;
      },
    },
  },
};
