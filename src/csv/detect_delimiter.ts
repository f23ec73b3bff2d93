import { ParleyError } from "../base/errors.ts";

/** In the order of preference. */
const DELIMITERS = [";", ",", "\t", "|"];

/** The delimiter that divides the header of a CSV file into the most columns; "," if there is only one column. */
export function detectDelimiter(header: string): string {
  const unquoted = header.replace(/"(?:[^"]|"")*"/g, "");
  const [line = ""] = unquoted.split(/\r\n?|\n/, 1);
  const count = (delimiter: string) => line.split(delimiter).length;
  const best = DELIMITERS.reduce((best, delimiter) => (count(delimiter) > count(best) ? delimiter : best));
  return count(best) > 1 ? best : ",";
}

/** The first line of some spreadsheets' files: `sep=;`. It is not a row. */
export function declaredDelimiter(text: string): { delimiter: string; length: number } | undefined {
  const [line, delimiter] = /^sep=(.)\r?\n/.exec(text) ?? [];
  return line === undefined ? undefined : { delimiter: delimiter!, length: line.length };
}

/** @throws ParleyError PYREQ when a file with this delimiter would be read as other cells than were written */
export function checkDelimiter(delimiter: string): void {
  if (!/^[\t!#$%&*,./:;<>?\\^_`|~]$/.test(delimiter))
    throw new ParleyError("PYREQ", '`delimiter` must be a tab, or a sign such as ";" or "|"');
}
