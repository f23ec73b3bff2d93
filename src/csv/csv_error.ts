import { ParleyError } from "../base/errors.ts";

/** The file is not a CSV file that can be read. Says in which row, as spreadsheets count: the header is row 1. */
export function unreadable(problem: string, row?: number): ParleyError {
  return new ParleyError("PYCSV", row === undefined ? problem : `Row ${row}: ${problem}`);
}
