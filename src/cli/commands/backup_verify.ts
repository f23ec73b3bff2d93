import type { Command } from "commander";
import { readConfig } from "../../base/config.ts";
import { type CommonOptions, define } from "../define.ts";
import { leftOutRemark } from "../left_out_tables.ts";
import { print, remark } from "../print.ts";
import { Progress } from "../progress.ts";
import { createCommandLog } from "../readable_log.ts";

type Options = CommonOptions & { quick?: true };

/** `parley backup verify`. It does not use the installation's database. */
export function backupVerify(): Command {
  return define(
    "verify",
    "Restore a backup into a throw-away server, and count its rows",
    "parley backup verify parley.tar",
  )
    .argument("<source>", "what parley backup has written")
    .option("--quick", "only read it, and compare sizes and hashes")
    .action(async (source: string, options: Options) => {
      const { openReader } = await import("../../backup/open_place.ts");
      const { readManifest } = await import("../../backup/read_manifest.ts");
      const { verifyByRestoring, verifyParts } = await import("../../backup/verify.ts");
      const config = readConfig();
      const log = createCommandLog(config.LOG_LEVEL === "info" ? "warn" : config.LOG_LEVEL);
      const reader = await openReader(source, config);
      const progress = new Progress();
      try {
        const manifest = await readManifest(reader);
        const { takenAt, program, tables } = manifest;
        const onProgress = (table: string) => progress.show(table);
        const isRestored = !options.quick && manifest.scope.kind === "whole";
        const leftOut = isRestored ? await verifyByRestoring(reader, manifest, log, { onProgress }) : [];
        if (!isRestored) await verifyParts(reader, manifest, onProgress);
        progress.end();
        const rows = tables.reduce((sum, table) => sum + table.rows, 0);
        const how = isRestored ? "was restored and counted" : "has the sizes and hashes of its manifest";
        print(
          options,
          { source, takenAt, program, tables: tables.length, rows, isRestored, leftOut },
          `The backup ${how}: ${rows} rows of ${tables.length} tables, as of ${takenAt}`,
        );
        if (leftOut.length > 0) remark(options, leftOutRemark(leftOut));
      } finally {
        await reader.close();
      }
    });
}
