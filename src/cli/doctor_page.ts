import type { Severity } from "../doctor/check.ts";
import type { ReportedFinding, Unseen } from "../doctor/examine.ts";
import { FIGURES } from "../doctor/figures.ts";
import type { Report } from "../doctor/report.ts";
import { tableOf } from "./table.ts";

/** The report of `parley doctor` as text: what was found, what could not be seen, and the tables. */
export function doctorPage(report: Report): string {
  const { database, findings, unseen, completed, figures } = report;
  const tables = FIGURES.filter(({ name }) => figures[name]?.length).map(
    ({ name, title }) => `${title}\n\n${tableOf(figures[name]!, "")}`,
  );
  return [
    `${database.server}, database ${database.name} as ${database.login}, ${database.at.toISOString()}`,
    summaryOf(findings, completed),
    ...byCheck(findings).map(describeCheck),
    ...(unseen.length > 0 ? [["Not seen:", ...byReason(unseen)].join("\n")] : []),
    ...tables,
  ].join("\n\n");
}

function summaryOf(findings: readonly ReportedFinding[], completed: number): string {
  const count = (severity: Severity, word: string) => {
    const { length } = findings.filter((finding) => finding.severity === severity);
    return length === 0 ? [] : `${length} ${word}${length === 1 ? "" : "s"}`;
  };
  const found = [
    count("problem", "problem"),
    count("warning", "warning"),
    count("advice", "suggestion"),
  ].flat();
  return `${completed} checks: ${found.join(", ") || "no findings"}.`;
}

/** What could not be seen for one reason together: without a schema this is most of the checks. */
function byReason(unseen: readonly Unseen[]): string[] {
  const groups = Object.groupBy(unseen, ({ reason }) => reason) as Record<string, Unseen[]>;
  return Object.entries(groups).map(
    ([reason, group]) => `- ${group.map(({ subject }) => subject).join(", ")}: ${reason}.`,
  );
}

/** The findings of a check together, of one severity. */
function byCheck(findings: readonly ReportedFinding[]): ReportedFinding[][] {
  return Object.values(
    Object.groupBy(findings, ({ severity, check }) => `${severity} ${check}`) as Record<
      string,
      ReportedFinding[]
    >,
  );
}

/** Names and errors that findings quote may have several lines, and would look like findings of their own. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ");
}

/** A check may find thousands of the same fault: the page names these, and `--json` has all. */
const MOST_SHOWN = 10;

function describeCheck(findings: readonly ReportedFinding[]): string {
  const { severity, check, meaning, remedy } = findings[0]!;
  const hidden = findings.length - MOST_SHOWN;
  return [
    `${severity.toUpperCase()} ${check}`,
    ...findings.slice(0, MOST_SHOWN).map(({ what }) => `  - ${oneLine(what)}`),
    ...(hidden > 0 ? [`  … and ${hidden} more`] : []),
    `  ${meaning}`,
    `  What to do: ${remedy}`,
  ].join("\n");
}
