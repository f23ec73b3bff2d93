import type { Command } from "commander";
import { readConfig } from "../../base/config.ts";
import { ParleyError } from "../../base/errors.ts";
import { type CommonOptions, define } from "../define.ts";
import { eraseAgain, remarkErased } from "../erase_again.ts";
import { leftOutRemark } from "../left_out_tables.ts";
import { print, remark } from "../print.ts";
import { Progress } from "../progress.ts";
import { PASSPHRASE } from "../read_passphrase.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & {
  passphrase?: string;
  pauseChannels?: true;
  table?: string[];
  into?: string;
};

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
    .option(
      "--table <names>",
      "instead: load only these tables, separated by commas, into the schema of --into",
      (names) => names.split(","),
    )
    .option("--into <schema>", "a schema of your own, for --table")
    .action(async (source: string, options: Options) => {
      if (options.table || options.into) return restoreTables(source, options);
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
            const leftOut = await run(reader, manifest, ownerUrl, log, { pausesChannels, onProgress });
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
              { takenAt, tables: tables.length, rows, resealed, unopened, queuedMessages: messages, leftOut },
              `Restored ${rows} rows of ${tables.length} tables, as of ${takenAt}`,
            );
            if (leftOut.length > 0) remark(options, leftOutRemark(leftOut));
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

async function restoreTables(source: string, options: Options): Promise<void> {
  const { table: tables, into } = options;
  if (tables === undefined || into === undefined)
    throw new ParleyError("PYREQ", "`--table` and `--into` must be given together");
  const { openReader } = await import("../../backup/open_place.ts");
  const { readManifest } = await import("../../backup/read_manifest.ts");
  const { loadIntoSchema } = await import("../../backup/load_into_schema.ts");
  const reader = await openReader(source, readConfig());
  const progress = new Progress();
  try {
    const manifest = await readManifest(reader);
    await onDatabase(
      async ({ ownerUrl }) => {
        const onProgress = (table: string) => progress.show(table);
        const loaded = await loadIntoSchema(reader, manifest, ownerUrl, { tables, into, onProgress });
        progress.end();
        const { takenAt } = manifest;
        const list = loaded.map(({ table, rows }) => `${table}: ${rows} rows`).join("\n");
        print(options, { takenAt, tables: loaded }, `${list}\nAs of ${takenAt}`);
      },
      { needsSchema: false },
    );
  } finally {
    await reader.close();
  }
}
