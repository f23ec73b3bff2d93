import { writeHeader, writeRows } from "../csv/write_csv.ts";
import type { Db } from "../database/db.ts";
import type { ImportState } from "./import_state.ts";

/** The columns before those of the file. When a corrected file is imported, they are left out. */
export const ERROR_COLUMNS = ["row", "error_code", "error"] as const;

const PAGE = 1_000;

type FailedRow = { row_number: number; error_code: string; error: string; cells: string[] };

/** The rows of an import that have an error, as a CSV file with the columns of the imported one, part by part. */
export async function* errorFile(
  db: Db,
  { id, header, delimiter }: Pick<ImportState, "id" | "header" | "delimiter">,
): AsyncGenerator<string> {
  yield writeHeader([...ERROR_COLUMNS, ...header], { delimiter, withByteOrderMark: true });
  for (let last = 0; ; ) {
    const { rows } = await db.query<FailedRow>({
      name: "failed_import_rows",
      text: `select r.row_number, r.error_code, r.error, r.cells
             from app_public.import_rows r
             where r.import_id = $1 and r.row_number > $2 and r.error_code is not null
             order by r.row_number
             limit ${PAGE}`,
      values: [id, last],
    });
    if (rows.length === 0) return;
    last = rows.at(-1)!.row_number;
    const cells = rows.map(({ row_number, error_code, error, cells }) => [
      String(row_number),
      error_code,
      error,
      ...cells,
    ]);
    yield writeRows(cells, { delimiter });
  }
}
