/**
 * Spreadsheets run cells that begin with one of these characters as formulas. In CSV files of Parley they begin with an
 * apostrophe, which makes them text, and so do phone numbers: "+49…" would be shown as a number, and rounded. Reading
 * takes the apostrophe away, so what is exported and imported again is the same.
 */
const FORMULA = /^'*[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/;

/** A cell that a spreadsheet shows as it is. */
export function asText(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** The value of a cell that {@link asText} may have written. */
export function readCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
