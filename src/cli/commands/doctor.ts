import { type Command, InvalidArgumentError } from "commander";
import { readDuration } from "../../base/duration.ts";
import { type CommonOptions, define } from "../define.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { cancelOlderThan?: number };

/** `parley doctor`. Exits with 0 if nothing needs attention, with 2 after a warning and with 3 after a problem. */
export function doctor(): Command {
  return define(
    "doctor",
    "Check the server, the tables, the installation and the channels: what is wrong, and what to do",
    "parley doctor --json",
  )
    .option(
      "--cancel-older-than <duration>",
      "instead: cancel the statements that have been running for longer, such as 5m",
      duration,
    )
    .action(async (options: Options) => {
      const { printCancelledQueries, printReport } = await import("../run_doctor.ts");
      const { cancelOlderThan } = options;
      await onDatabase(
        (session) =>
          cancelOlderThan === undefined
            ? printReport(session, options)
            : printCancelledQueries(session, options, cancelOlderThan),
        { needsSchema: false, readsStandby: true },
      );
    });
}

function duration(text: string): number {
  const milliseconds = readDuration(text);
  if (milliseconds === undefined || milliseconds < 1_000)
    throw new InvalidArgumentError("It must be a duration of at least a second, such as 30s, 5m or 1h.");
  return milliseconds;
}
