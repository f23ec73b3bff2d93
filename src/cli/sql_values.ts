import pg from "pg";

const { builtins } = pg.types;

/** Types that stay text, because a JavaScript value would lose microseconds or add a local time zone. */
const AS_TEXT = new Set<number>([
  builtins.DATE,
  builtins.TIMESTAMP,
  builtins.TIMESTAMPTZ,
  builtins.INTERVAL,
  builtins.BYTEA,
  builtins.CIRCLE,
  600, // point
  builtins.INT8,
  builtins.NUMERIC,
]);

/** `date[]`, `timestamp[]`, `timestamptz[]`, `interval[]`, `bytea[]`. */
const AS_TEXT_ARRAYS = new Set([1182, 1115, 1185, 1187, 1001]);

/** `text[]` */
const TEXT_ARRAY = 1009 as typeof pg.types.builtins.TEXT;

/** Type parsers of `parley sql` for a table: values as PostgreSQL writes them. */
export const TEXTS = { getTypeParser: () => (text: string) => text };

/** Type parsers of `parley sql --json`: JSON's types where nothing is lost, otherwise PostgreSQL's text. */
export const JSON_VALUES = {
  getTypeParser(oid: typeof pg.types.builtins.TEXT) {
    if (AS_TEXT.has(oid)) return (text: string) => text;
    if (AS_TEXT_ARRAYS.has(oid)) return pg.types.getTypeParser(TEXT_ARRAY, "text");
    return pg.types.getTypeParser(oid, "text");
  },
};
