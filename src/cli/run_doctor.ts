import { cancelQueries } from "../doctor/cancel_queries.ts";
import { onExaminingConnection } from "../doctor/examining_connection.ts";
import { LIMITS } from "../doctor/limits.ts";
import { exitCodeOf, makeReport } from "../doctor/report.ts";
import { openMediaFiles } from "../media/media_files.ts";
import { readKeyRing } from "../secrets/secret_keys.ts";
import type { CommonOptions } from "./define.ts";
import { doctorPage } from "./doctor_page.ts";
import { print } from "./print.ts";
import type { Session } from "./session.ts";
import { tableOf } from "./table.ts";

/** Prints the report of the doctor, and sets the exit code. */
export async function printReport({ pool, config }: Session, options: CommonOptions): Promise<void> {
  const media = openMediaFiles(config);
  try {
    const keyRing = await readKeyRing(config);
    const report = await onExaminingConnection(pool, (db) =>
      makeReport({ db, config, limits: LIMITS, now: Date.now, keyRing, media }),
    );
    print(options, report, doctorPage(report));
    process.exitCode = exitCodeOf(report);
  } finally {
    await media.close();
  }
}

/** Cancels old statements, and prints which. */
export async function printCancelledQueries(
  { pool }: Session,
  options: CommonOptions,
  olderThanMs: number,
): Promise<void> {
  const queries = await cancelQueries(pool, olderThanMs);
  print(options, queries, tableOf(queries, "No statement has been running for that long"));
}
