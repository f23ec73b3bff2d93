import type { Db } from "../database/db.ts";
import type { Examined, Severity } from "./check.ts";
import { type Examination, examine, reasonOf } from "./examine.ts";
import { FIGURES } from "./figures.ts";

export type Report = Examination & {
  /** Where it was made. */
  database: { name: string; login: string; server: string; at: Date };
  /** Rows by the name of the table. */
  figures: Record<string, readonly Readonly<Record<string, unknown>>[]>;
};

/** Runs all checks and reads all tables of `parley doctor`. */
export async function makeReport(examined: Examined): Promise<Report> {
  const examination = await examine(examined);
  const figures: Report["figures"] = {};
  for (const { name, title, read } of FIGURES)
    try {
      figures[name] = await read(examined.db);
    } catch (error) {
      examination.unseen.push({ subject: title, reason: reasonOf(error) });
    }
  return { database: await describeDatabase(examined.db), ...examination, figures };
}

async function describeDatabase(db: Db): Promise<Report["database"]> {
  const { rows } = await db.query<Report["database"]>(
    `select
       current_database() as name, current_user as login, 'PostgreSQL ' || current_setting('server_version') as server,
       date_trunc('second', now()) as at`,
  );
  return rows[0]!;
}

/** 0 nothing or only advice, 2 a warning, 3 a problem; 1 is that of a command that failed. */
const EXIT_CODES = { advice: 0, warning: 2, problem: 3 } as const satisfies Record<Severity, number>;

/** The exit code of `parley doctor`. */
export function exitCodeOf({ findings }: Pick<Report, "findings">): number {
  return Math.max(0, ...findings.map(({ severity }) => EXIT_CODES[severity]));
}
