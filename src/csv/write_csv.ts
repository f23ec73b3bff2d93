import { stringify } from "csv-stringify/sync";
import { asText } from "./formula.ts";

type CsvStyle = {
  delimiter: string;
  /** Whether spreadsheets are to recognise UTF-8. */
  withByteOrderMark: boolean;
};

/** The first row of a CSV file. */
export function writeHeader(names: readonly string[], { delimiter, withByteOrderMark }: CsvStyle): string {
  return `${withByteOrderMark ? "\ufeff" : ""}${writeRows([names], { delimiter })}`;
}

/**
 * Rows of a CSV file. Texts are written so that no spreadsheet runs them as formulas; numbers stay as they are.
 * @param isNumber by column
 */
export function writeRows(
  rows: readonly (readonly (string | null)[])[],
  { delimiter }: Pick<CsvStyle, "delimiter">,
  isNumber: readonly boolean[] = [],
): string {
  const cells = rows.map((row) =>
    row.map((cell, at) => (cell === null ? "" : isNumber[at] ? cell : asText(cell))),
  );
  return stringify(cells, { delimiter, record_delimiter: "windows" });
}
