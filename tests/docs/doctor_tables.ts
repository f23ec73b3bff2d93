import type { CheckGroup } from "../../src/doctor/check.ts";

const BEGIN = "<!-- doctor: begin -->\n";
const END = "<!-- doctor: end -->";

/** docs/doctor.md with a table of each group of checks between its markers. */
export function withDoctorTables(text: string, groups: readonly CheckGroup[]): string {
  const [from, to] = [text.indexOf(BEGIN), text.indexOf(END)];
  if (from === -1 || to < from) throw new Error("docs/doctor.md has no markers");
  return `${text.slice(0, from + BEGIN.length)}${groups.map(tableOf).join("\n")}${text.slice(to)}`;
}

function tableOf({ name, checks }: CheckGroup): string {
  const rows = checks.map(
    ({ name: check, severity, isCostly, meaning, remedy }) =>
      `| \`${check}\`${isCostly ? " †" : ""} | ${severity} | ${meaning} | ${remedy} |`,
  );
  return `### ${name}\n\n| check | | means | what to do |\n|---|---|---|---|\n${rows.join("\n")}\n`;
}
