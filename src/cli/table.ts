import { printable } from "./printable.ts";

/** The largest width of a column, in characters. */
const WIDEST = 120;

/** Formats rows as a table for a terminal: a header, a line, one line for each row. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = [columns, ...rows].map((row) => row.map(visible));
  const widths = columns.map((_, at) =>
    cells.reduce((most, row) => Math.max(most, widthOf(row[at] ?? "")), 0),
  );
  const lines = cells.map((row) =>
    row
      .map((cell, at) => pad(cell, widths[at] ?? 0))
      .join("  ")
      .trimEnd(),
  );
  const rule = widths.map((width) => "─".repeat(width)).join("  ");
  return [lines[0], rule, ...lines.slice(1)].join("\n");
}

/** Formats objects of one shape as a table; null is an empty cell. */
export function tableOf(rows: readonly Readonly<Record<string, unknown>>[], none: string): string {
  const [first] = rows;
  if (!first) return none;
  const columns = Object.keys(first);
  const text = (value: unknown) =>
    value === null || value === undefined
      ? ""
      : value instanceof Date
        ? value.toISOString()
        : Array.isArray(value)
          ? value.join(", ")
          : String(value);
  return table(
    columns.map((column) => column.replaceAll("_", " ")),
    rows.map((row) => columns.map((column) => text(row[column]))),
  );
}

/** The text of a cell in one line, without control sequences: a customer may choose any name. */
function visible(text: string): string {
  const short = text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
  return printable(short).replaceAll("\n", "⏎").replaceAll("\t", "\\u0009");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** The width of a text in graphemes. A wide character counts as one, which is accurate enough here. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : [...text].length;
}
