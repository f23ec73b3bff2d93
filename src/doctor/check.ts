import type { Config } from "../base/config.ts";
import type { Db } from "../database/db.ts";
import type { MediaFiles } from "../media/media_files.ts";
import type { KeyRing } from "../secrets/key_ring.ts";
import type { Limits } from "./limits.ts";

/**
 * `problem`: something does not work, or data is at risk. `warning`: it will soon be so, or a part is affected. `advice`:
 * it works, and could be better.
 */
export type Severity = "problem" | "warning" | "advice";

/** One fault that a check has found. */
export type Finding = {
  /** What was found, where: for operators, without customer data. */
  what: string;
  /** Defaults to the severity of the check. */
  severity?: Severity;
};

/** What checks look at. */
export type Examined = {
  /** Connections as the owner of the database. */
  db: Db;
  config: Config;
  limits: Limits;
  /** The time of this machine, in milliseconds since 1970. */
  now(): number;
  /** Absent: secrets are not opened. */
  keyRing?: KeyRing;
  /** Absent: the media storage is not checked. */
  media?: Pick<MediaFiles, "check">;
};

/** A check of `parley doctor`. To add one, add an entry to a group, and run `npm run docs`. */
export type Check = {
  name: string;
  severity: Severity;
  /** What a finding means. Like `remedy`, it is printed and is in docs/doctor.md. */
  meaning: string;
  /** What to do. */
  remedy: string;
  /** Whether it reads sessions, which are hidden from an ordinary owner if they belong to other logins. */
  readsSessions?: true;
  /** Whether it reads what only the primary knows: a standby has no locks of workers, and statistics of its own. */
  needsPrimary?: true;
  /** Whether it takes too long to be repeated for the metrics. */
  isCostly?: true;
  /** Returns the faults; an empty list if there are none. */
  find(examined: Examined): Promise<readonly Finding[]>;
};

export type CheckGroup = { name: string; checks: readonly Check[] };

/**
 * A check by one SQL statement, which returns a row for each fault: `what`, and `severity` where it differs from the
 * check's.
 */
export function bySql(
  text: string,
  values: (examined: Examined) => readonly unknown[] = () => [],
): Check["find"] {
  return async (examined) => {
    const { rows } = await examined.db.query<{ what: string; severity?: Severity | null }>(text, [
      ...values(examined),
    ]);
    return rows.map(({ what, severity }) => ({ what, ...(severity && { severity }) }));
  };
}
