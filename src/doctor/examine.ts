import { sqlState } from "../base/database_error.ts";
import type { Check, CheckGroup, Examined, Finding, Severity } from "./check.ts";
import { CHECK_GROUPS } from "./checks.ts";

/** A finding with what its check says about it. */
export type ReportedFinding = Required<Finding> &
  Pick<Check, "meaning" | "remedy"> & {
    group: string;
    check: string;
  };

/** What a check could not see, and why. */
export type Unseen = { subject: string; reason: string };

export type Examination = {
  /** The worst first. */
  findings: ReportedFinding[];
  unseen: Unseen[];
  /** How many checks were completed. */
  completed: number;
};

const SEVERITIES: readonly Severity[] = ["problem", "warning", "advice"];

/**
 * Runs the checks one after the other, so that they never use more than one connection. A check that fails is reported
 * as unseen, and does not keep the others from running.
 */
export async function examine(
  examined: Examined,
  { isQuick = false, groups = CHECK_GROUPS }: { isQuick?: boolean; groups?: readonly CheckGroup[] } = {},
): Promise<Examination> {
  const examination: Examination = { findings: [], unseen: [], completed: 0 };
  const { seesSessions, isStandby } = await readServer(examined);
  const hidden: string[] = [];
  const ofPrimary: string[] = [];
  for (const { name: group, checks } of groups)
    for (const check of checks) {
      if (isQuick && check.isCostly) continue;
      if (isStandby && check.needsPrimary) {
        ofPrimary.push(check.name);
        continue;
      }
      if (check.readsSessions && !seesSessions) hidden.push(check.name);
      try {
        const findings = await check.find(examined);
        examination.findings.push(...findings.map((finding) => reported(group, check, finding)));
        examination.completed += 1;
      } catch (error) {
        examination.unseen.push({ subject: check.name, reason: reasonOf(error) });
      }
    }
  if (hidden.length > 0)
    examination.unseen.push({ subject: `sessions of other logins (${hidden.join(", ")})`, reason: HIDDEN });
  if (ofPrimary.length > 0)
    examination.unseen.push({ subject: ofPrimary.join(", "), reason: "only the primary knows it" });
  examination.findings.sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));
  return examination;
}

const HIDDEN =
  "PostgreSQL hides them from an ordinary login. To show them, a superuser (or your provider's administrator) runs: grant pg_monitor to the owner's login";

async function readServer({ db }: Examined): Promise<{ seesSessions: boolean; isStandby: boolean }> {
  const { rows } = await db.query<{ seesSessions: boolean; isStandby: boolean }>(
    `select pg_has_role(current_user, 'pg_read_all_stats', 'usage') as "seesSessions",
       pg_is_in_recovery() as "isStandby"`,
  );
  return rows[0]!;
}

function reported(
  group: string,
  check: Check,
  { what, severity = check.severity }: Finding,
): ReportedFinding {
  const { name, meaning, remedy } = check;
  return { group, check: name, severity, what, meaning, remedy };
}

/** Why a check or a table of the report is missing. */
export function reasonOf(error: unknown): string {
  const code = sqlState(error);
  // An undefined schema, table, function or column.
  if (["3F000", "42P01", "42883", "42703"].includes(code ?? ""))
    return "the schema is missing or older than this program: see migrations";
  if (code === "42501") return `the login may not read it (${messageOf(error)})`;
  if (code === "57014") return "it did not finish in time";
  return messageOf(error);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
