import type { Command } from "commander";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { Progress } from "../progress.ts";
import { NEW_PASSPHRASE, readPassphrase } from "../read_passphrase.ts";
import { onDatabase } from "../session.ts";
import { backupVerify } from "./backup_verify.ts";

type Options = CommonOptions & { table?: string[]; passphrase?: string };

/** `parley backup`. */
export function backup(): Command {
  return (
    define(
      "backup",
      "Write a backup of the database, as of one moment, while everything runs",
      "parley backup parley.tar",
    )
      // Options after "verify" are those of `parley backup verify`.
      .enablePositionalOptions()
      .argument("[target]", "a file, a folder/ or s3://bucket/prefix; default: parley-<time>.tar")
      .option("--table <names>", "only these tables, separated by commas", (names) => names.split(","))
      .option(...NEW_PASSPHRASE)
      .action((target: string | undefined, options: Options) => run(target ?? defaultTarget(), options))
      .addCommand(backupVerify())
  );
}

async function run(target: string, options: Options): Promise<void> {
  // What only this command needs is loaded only for it.
  const { backUp } = await import("../../backup/back_up.ts");
  const { openTarget } = await import("../../backup/open_place.ts");
  const { sealSecretKey } = await import("../../backup/sealed_keys.ts");
  const { readSecretKey } = await import("../../secrets/secret_keys.ts");
  const passphrase = await readPassphrase(options.passphrase);
  await onDatabase(async ({ ownerUrl, config }) => {
    const keys = passphrase && (await sealSecretKey(await readSecretKey(config), passphrase));
    const progress = new Progress();
    const { manifest, storedBytes, reusedBytes } = await backUp(ownerUrl, await openTarget(target, config), {
      tables: options.table,
      ...(keys && { keys }),
      onProgress: (table, rows) => progress.show(`${table}: ${rows} rows`),
    });
    progress.end();
    const rows = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
    const { takenAt, tables } = manifest;
    print(
      options,
      { target, takenAt, tables: tables.length, rows, storedBytes, reusedBytes, hasKeys: keys !== undefined },
      `Written to ${target}: ${rows} rows of ${tables.length} tables, as of ${takenAt}, ${megabytes(storedBytes)}`,
    );
  });
}

function defaultTarget(): string {
  return `parley-${new Date().toISOString().slice(0, 19).replaceAll(":", "")}Z.tar`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
