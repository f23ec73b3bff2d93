import "postgraphile";
import { TYPES } from "postgraphile/@dataplan/pg";
import { sql } from "postgraphile/@dataplan/pg/pg-sql2";

const { castFromPg: format } = TYPES.timestamptz;

/**
 * PostGraphile formats times with to_char(), which returns null for `infinity`: a conversation that is snoozed until the
 * next message would look as if it were not snoozed. An infinite time is shown as PostgreSQL writes it.
 */
export const InfiniteTimes: GraphileConfig.Plugin = {
  name: "ParleyInfiniteTimes",
  version: "1.0.0",
  schema: {
    hooks: {
      build(build) {
        TYPES.timestamptz.castFromPg = (time, isNotNull) =>
          sql`coalesce(${format!(time, isNotNull)}, ${sql.parens(time)}::text)`;
        return build;
      },
    },
  },
};
