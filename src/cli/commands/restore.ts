import type { Command } from "commander";
import { readConfig } from "../../base/config.ts";
import { type CommonOptions, define } from "../define.ts";
import { eraseAgain, remarkErased } from "../erase_again.ts";
import { print, remark } from "../print.ts";
import { Progress } from "../progress.ts";
import { PASSPHRASE } from "../read_passphrase.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { passphrase?: string; pauseChannels?: true };

/** `parley restore`. */
export function restore(): Command {
  return define(
    "restore",
    "Restore a backup into an empty database, then migrate it",
    "parley restore parley.tar --pause-channels",
  )
    .argument("<source>", "what parley backup has written")
    .option(...PASSPHRASE)
    .option(
      "--pause-channels",
      "pause all channels: queued messages are not sent until you set them to active",
    )
    .action(async (source: string, options: Options) => {
      const { openReader } = await import("../../backup/open_place.ts");
      const { readManifest } = await import("../../backup/read_manifest.ts");
      const { restore: run } = await import("../../backup/restore.ts");
      const { readFormerKey, resealRestored, unopenedRemark } = await import("../restored_secrets.ts");
      const config = readConfig();
      const reader = await openReader(source, config);
      const progress = new Progress();
      try {
        const manifest = await readManifest(reader);
        const formerKey = await readFormerKey(manifest, options.passphrase);
        await onDatabase(
          async ({ ownerUrl, pool, log }) => {
            const pausesChannels = options.pauseChannels ?? false;
            const onProgress = (table: string) => progress.show(table);
            await run(reader, manifest, ownerUrl, log, { pausesChannels, onProgress });
            progress.end();
            const { resealed, unopened } = await resealRestored(pool, config, formerKey);
            const erased = await eraseAgain(pool, config);
            const { rows: queued } = await pool.query<{ messages: number }>(
              "select count(*)::int as messages from app_private.outbox",
            );
            const messages = queued[0]?.messages ?? 0;
            const { takenAt, tables } = manifest;
            const rows = tables.reduce((sum, table) => sum + table.rows, 0);
            print(
              options,
              { takenAt, tables: tables.length, rows, resealed, unopened, queuedMessages: messages },
              `Restored ${rows} rows of ${tables.length} tables, as of ${takenAt}`,
            );
            if (unopened.length > 0) remark(options, unopenedRemark(unopened));
            remarkErased(options, erased);
            if (messages > 0 && !pausesChannels)
              remark(options, `${messages} messages are queued: a worker sends them as soon as it runs`);
          },
          { needsSchema: false },
        );
      } finally {
        await reader.close();
      }
    });
}
