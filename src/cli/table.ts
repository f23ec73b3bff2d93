import { printable } from "./printable.ts";

/** How wide a column may get. */
const WIDEST = 120;

/** Rows as a table for a terminal: a head, a rule, one line each. */
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

/** Objects of one shape as a table; null is an empty cell. */
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

/** In one line, and without what would steer the terminal: a customer may be called anything. */
function visible(text: string): string {
  const short = text.length > WIDEST ? `${text.slice(0, WIDEST - 1)}…` : text;
  return printable(short).replaceAll("\n", "⏎").replaceAll("\t", "\\u0009");
}

function pad(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - widthOf(text)));
}

/** Characters as a person counts them; wide ones count as one, which is good enough. */
function widthOf(text: string): number {
  return /^[\x20-\x7e]*$/.test(text) ? text.length : [...text].length;
}
