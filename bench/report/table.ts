import { type Figure, verdictOf } from "./figure.ts";

const HEADER = ["case", "work", "measured", "control", "ratio", "floor", "aim", ""];

/** The figures for people. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = [HEADER, ...figures.map(rowOf)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join("  ")
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return lines.join("\n");
}

function rowOf(figure: Figure): string[] {
  const { value, unit, control, ratio, target } = figure;
  return [
    figure.case,
    figure.name,
    `${numberOf(value)} ${unit}`,
    control ? `${numberOf(control.value)} ${control.unit} ${control.name}` : "",
    ratio === undefined ? "" : ratio.toFixed(2),
    target ? String(target.floor) : "",
    target ? String(target.aim) : "",
    verdictOf(figure),
  ];
}

export function numberOf(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}
