import type { MetricObject } from "prom-client";

const BEGIN = "<!-- metrics: begin -->\n";
const END = "<!-- metrics: end -->";

/** Of each metric of the registry: prom-client keeps the names of labels beside what it publishes. */
export type DescribedMetric = Pick<MetricObject, "name" | "help" | "type"> & {
  labelNames?: readonly string[];
};

/** docs/monitoring.md with a table of the metrics between its markers. */
export function withMetricsTable(text: string, metrics: readonly DescribedMetric[]): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error("docs/monitoring.md has no markers");
  const rows = metrics.map(
    ({ name, type, labelNames = [], help }) =>
      `| \`${name}\` | ${type} | ${labelNames.join(", ")} | ${help} |`,
  );
  const table = ["| metric | type | labels | |", "|---|---|---|---|", ...rows].join("\n");
  return `${text.slice(0, from + BEGIN.length)}${table}\n${text.slice(to)}`;
}
