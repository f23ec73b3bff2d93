import pg from "pg";
import { checkDelimiter } from "../csv/detect_delimiter.ts";
import { writeHeader, writeRows } from "../csv/write_csv.ts";
import type { ExportQuery } from "./export_query.ts";

const { builtins } = pg.types;

/** Values as PostgreSQL writes them. */
const TEXTS = { getTypeParser: () => (text: string) => text };

/** Types whose values are numbers to a spreadsheet, and never formulas. */
const NUMBERS: ReadonlySet<number> = new Set([
  builtins.INT2,
  builtins.INT4,
  builtins.INT8,
  builtins.FLOAT4,
  builtins.FLOAT8,
  builtins.NUMERIC,
  builtins.MONEY,
]);

const PAGE = 1_000;

/**
 * The rows of a query as a CSV file, part by part, however many they are. The transaction must be read-only: the query may
 * be one that an operator has written. Times are in UTC.
 *
 * @param client in a transaction with the rights of the caller
 * @throws ParleyError PYREQ for a delimiter that cannot be one
 */
export async function* exportRows(
  client: Pick<pg.ClientBase, "query">,
  { text, values }: ExportQuery,
  { delimiter = "," }: { delimiter?: string | undefined } = {},
): AsyncGenerator<string> {
  checkDelimiter(delimiter);
  // The extended protocol takes exactly one statement, and a cursor only a select.
  await client.query({
    text: `declare export no scroll cursor for ${text}`,
    values: [...values],
    queryMode: "extended",
  } as pg.QueryConfig);
  let isNumber: boolean[] | undefined;
  for (;;) {
    const { rows, fields } = await client.query<string[]>({
      text: `fetch ${PAGE} from export`,
      rowMode: "array",
      types: TEXTS,
    } as pg.QueryArrayConfig);
    if (!isNumber) {
      isNumber = fields.map(({ dataTypeID }) => NUMBERS.has(dataTypeID));
      yield writeHeader(
        fields.map(({ name }) => name),
        { delimiter, withByteOrderMark: true },
      );
    }
    if (rows.length > 0) yield writeRows(rows, { delimiter }, isNumber);
    if (rows.length < PAGE) return;
  }
}
