import "postgraphile";
import { PgSimplifyInflectionPreset } from "@graphile/simplify-inflection";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { PostGraphileConnectionFilterPreset } from "postgraphile-plugin-connection-filter";
import { Columns } from "./columns.ts";
import { CurrentMessage } from "./current_message.ts";
import { Descriptions } from "./descriptions/descriptions.ts";
import { InfiniteTimes } from "./infinite_times.ts";
import { Instants } from "./instants.ts";
import { MissingRow } from "./missing_row.ts";
import { Naming } from "./naming.ts";
import { Nullability } from "./nullability.ts";
import { NullableOrders } from "./nullable_orders.ts";
import { Pages } from "./pages.ts";
import { RowEstimates } from "./row_estimates.ts";
import { Tags } from "./tags.ts";
import { UniqueOrder } from "./unique_order.ts";
import { WrittenFilters } from "./written_filters.ts";

/** How tables and functions of app_public become a schema. */
export const SchemaPreset: GraphileConfig.Preset = {
  extends: [PostGraphileAmberPreset, PgSimplifyInflectionPreset, PostGraphileConnectionFilterPreset],
  plugins: [
    Naming,
    Tags,
    Columns,
    Pages,
    RowEstimates,
    CurrentMessage,
    UniqueOrder,
    NullableOrders,
    InfiniteTimes,
    Instants,
    MissingRow,
    WrittenFilters,
    ...Nullability,
    Descriptions,
  ],
  disablePlugins: [
    // `filter` replaces `condition`.
    "PgConditionArgumentPlugin",
    "PgConditionCustomFieldsPlugin",
    // Filters with joins and functions make expensive queries too easy.
    "PgConnectionArgFilterForwardRelationsPlugin",
    "PgConnectionArgFilterBackwardRelationsPlugin",
    "PgConnectionArgFilterComputedAttributesPlugin",
    "PgConnectionArgFilterRecordFunctionsPlugin",
    // Relay 1's leftovers: Query.query, Query.nodeId, payload edges; and xByNodeId, when there is node(nodeId:).
    "QueryQueryPlugin",
    "RegisterQueryNodePlugin",
    "NodeAccessorPlugin",
    "PgMutationPayloadEdgePlugin",
  ],
  gather: { pgStrictFunctions: true },
  schema: {
    // Otherwise a type with an error is left out without a message.
    dontSwallowErrors: true,
    pgForbidSetofFunctionsToReturnNull: true,
    defaultBehavior: "-nodeId:resource:update -nodeId:resource:delete",
    connectionFilterAllowedOperators: [
      "isNull",
      "equalTo",
      "notEqualTo",
      "in",
      "notIn",
      "lessThan",
      "lessThanOrEqualTo",
      "greaterThan",
      "greaterThanOrEqualTo",
      "startsWith",
      "startsWithInsensitive",
      "includesInsensitive",
      "contains",
    ],
    connectionFilterArrays: false,
    connectionFilterAllowNullInput: true,
    connectionFilterAllowEmptyObjectInput: true,
  },
};
