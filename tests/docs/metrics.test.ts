import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { metrics, registry } from "../../src/base/metrics.ts";
import { document, documents, plain, ROOT, rowsOf, sectionOf } from "./document.ts";
import { type DescribedMetric, withMetricsTable } from "./metrics_table.ts";

const ours = Object.values(metrics) as unknown as (DescribedMetric & { labelNames: string[] })[];
/** The series of each metric, with its labels. */
const series = new Map<string, readonly string[]>();
for (const { name, type, labelNames } of ours) {
  if (String(type) !== "histogram") series.set(name, labelNames);
  else for (const part of ["bucket", "sum", "count"]) series.set(`${name}_${part}`, [...labelNames, "le"]);
}
for (const { name } of await registry.getMetricsAsJSON())
  if (!name.startsWith("parley_")) series.set(name, []);
/** Those that Prometheus adds. */
series.set("up", []);
const ADDED_LABELS = ["job", "instance"];

/** What of an expression does not exist: metrics, labels in selectors, and labels that are grouped by. */
function unknownIn(expression: string): string[] {
  const used = [...expression.matchAll(/\b((?:parley|process|nodejs)_\w+|up\b)(?:\{([^}]*)\})?/g)];
  const labels = used.flatMap(([, name = ""]) => series.get(name) ?? []).concat(ADDED_LABELS);
  const missing = used.filter(([, name = ""]) => !series.has(name)).map(([, name = ""]) => name);
  const selected = used.flatMap(([, name = "", selector = ""]) =>
    [...selector.matchAll(/(\w+)\s*[=!]/g)]
      .map(([, label = ""]) => label)
      .filter((label) => ![...(series.get(name) ?? []), ...ADDED_LABELS].includes(label))
      .map((label) => `${name}{${label}}`),
  );
  const grouped = [...expression.matchAll(/\b(?:by|on) \(([^)]*)\)/g)]
    .flatMap(([, list = ""]) => list.split(", "))
    .filter((label) => !labels.includes(label));
  return [...missing, ...selected, ...grouped, ...(used.length === 0 ? ["no metric"] : [])];
}

const alerts = readFileSync(join(ROOT, "docs/monitoring/alerts.yml"), "utf8")
  .split("- alert: ")
  .slice(1)
  .map((text) => ({
    name: text.split("\n", 1)[0]!,
    expression: /expr: '(.*)'/.exec(text)?.[1] ?? "",
    isComplete:
      /for: \d+[sm]\n/.test(text) &&
      /severity: (critical|warning)\n/.test(text) &&
      /summary: ".+\."/.test(text),
  }));

test("docs/monitoring.md lists every metric, and is up to date with `npm run docs`", () => {
  const { text } = document("docs/monitoring.md");
  assert.equal(withMetricsTable(text, ours), text);
});

test("names follow the rules of the page", () => {
  for (const { name, type } of ours) {
    assert.equal(String(type) === "counter", name.endsWith("_total"), name);
    if (String(type) === "histogram") assert.match(name, /_duration_seconds$|_latency_seconds$/);
  }
});

test("metrics that the pages name exist", () => {
  const names = new Set(ours.map(({ name }) => name));
  for (const { path, text } of documents())
    for (const [name] of text.matchAll(
      /\bparley_\w+_(?:total|seconds|bytes|ratio|messages|connections|findings)\b/g,
    ))
      assert.ok(names.has(name), `${path} names ${name}`);
});

test("alerts ask for metrics and labels that exist", () => {
  assert.ok(alerts.length > 30);
  for (const { name, expression, isComplete } of alerts) {
    assert.deepEqual(unknownIn(expression), [], name);
    assert.ok(isComplete, name);
  }
  assert.equal(new Set(alerts.map(({ name }) => name)).size, alerts.length);
});

test("so does the dashboard", () => {
  type Panel = { title: string; targets?: { expr: string }[] };
  const text = readFileSync(join(ROOT, "docs/monitoring/dashboard.json"), "utf8");
  const { panels } = JSON.parse(text) as { panels: Panel[] };
  const expressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
  assert.ok(expressions.length > 30);
  for (const expression of expressions) assert.deepEqual(unknownIn(expression), [], expression);
});

test("each fault shows in a metric that exists, and is reported by a check or an alert that exists", () => {
  const health = rowsOf(sectionOf(document("docs/operations.md"), "## Health")).map(([check]) =>
    plain(check),
  );
  const names = new Set(alerts.map(({ name }) => name));
  const faults = sectionOf(document("docs/monitoring.md"), "## Faults, and where they show")
    .text.split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| fault"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  assert.ok(faults.length >= 25);
  for (const [, fault = "", shown = "", reported = ""] of faults) {
    const shownIn = [...shown.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
    assert.ok(shownIn.length > 0, fault);
    for (const name of shownIn)
      assert.ok(series.has(name) || series.has(`${name}_count`), `${fault}: ${name}`);
    if (reported.startsWith("none")) continue;
    const reporters = [...reported.matchAll(/(check )?`(\w+)`/g)];
    assert.ok(reporters.length > 0, fault);
    for (const [, isCheck, name = ""] of reporters)
      assert.ok(isCheck ? health.includes(name) : names.has(name), `${fault}: ${name}`);
  }
});

test("broken: a metric, a selector and a group that do not exist are found", () => {
  assert.deepEqual(
    unknownIn('sum by (reason) (rate(parley_sends_total{status="sent"}[5m])) / parley_sent_total'),
    ["parley_sent_total", "parley_sends_total{status}", "reason"],
  );
});
