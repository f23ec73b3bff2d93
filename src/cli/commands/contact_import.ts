import { createWriteStream } from "node:fs";
import { access } from "node:fs/promises";
import { basename } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type Command, InvalidArgumentError, Option } from "commander";
import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { errorFile } from "../../imports/error_file.ts";
import { describeImport, type ImportState } from "../../imports/import_state.ts";
import { runImport } from "../../imports/run_import.ts";
import { type ImportOptions, stageImport } from "../../imports/stage_import.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { Progress } from "../progress.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions &
  Pick<ImportOptions, "country" | "encoding" | "delimiter"> & {
    tenant: string;
    column: Record<string, string>;
    createFields?: true;
    tag: string[];
    group: string[];
    existing: ImportOptions["onExisting"];
    dryRun?: true;
    errors?: string;
  };

/** `parley contact import`. */
export function contactImport(): Command {
  return define(
    "import",
    "Import contacts from a CSV file; importing a file again changes nothing",
    "parley contact import customers.csv --tenant bakery --group Newsletter --dry-run",
  )
    .argument("<file>", "a CSV file; its encoding, delimiter and columns are found in it")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option(
      "--column <name=target>",
      'where a column of the file goes: "Ort=fields.city", "Note=" to leave it out; can be repeated',
      column,
      {},
    )
    .option(
      "--create-fields",
      "make custom fields of columns that are not known; otherwise they are left out",
    )
    .option("--tag <name>", "tag all contacts of the file; can be repeated", several, [])
    .option("--group <name>", "put all contacts of the file into a group; can be repeated", several, [])
    .addOption(
      new Option(
        "--existing <rule>",
        "what to do with contacts that exist: replace values, fill in what is missing, or neither",
      )
        .choices(["update", "fill", "skip"])
        .default("update"),
    )
    .option(
      "--country <code>",
      "of numbers without a country code, such as DE; default: the tenant's",
      country,
    )
    .option("--encoding <name>", "of the file, such as windows-1250; default: found")
    .option("--delimiter <character>", "between two cells; default: found")
    .option("--dry-run", "check the file, and store nothing")
    .option("--errors <file>", "where to write rows with an error; default: beside the file")
    .action((path: string, options: Options) => onDatabase(({ pool }) => importFile(pool, path, options)));
}

async function importFile(pool: pg.Pool, path: string, options: Options): Promise<void> {
  await access(path).catch((cause: unknown) => {
    throw new ParleyError("PYREQ", `${path} cannot be read`, { cause });
  });
  const progress = new Progress();
  const newImport = {
    path,
    tenantId: await findTenant(pool, options.tenant),
    userId: null,
    filename: basename(path).slice(0, 240),
    options: {
      ...options,
      isDryRun: options.dryRun ?? false,
      onExisting: options.existing,
      mapping: options.column,
      createsFields: options.createFields ?? false,
      tags: options.tag,
      groups: options.group,
    },
  };
  const staged = await stageImport(pool, newImport, (count) => progress.show(`${numeral(count)} rows read`));
  const state = await runImport(pool, staged.id, {
    onProgress: ({ processed_count, row_count }) =>
      progress.show(`${numeral(processed_count)} of ${numeral(row_count)} rows`),
  });
  progress.end();
  const errors = state.failed_count > 0 ? (options.errors ?? `${path}.errors.csv`) : undefined;
  if (errors !== undefined) await pipeline(Readable.from(errorFile(pool, state)), createWriteStream(errors));
  report(state, errors, options);
  if (errors !== undefined) process.exitCode = 1;
}

function report(state: ImportState, errors: string | undefined, options: CommonOptions): void {
  const { created_count, updated_count, unchanged_count, failed_count, is_dry_run } = state;
  const document = { ...describeImport(state), ...(errors !== undefined && { errors }) };
  const left = state.header.filter((_, at) => state.columns[at] === "");
  if (left.length > 0) remark(options, `Columns that are left out: ${left.join(", ")}`);
  print(
    options,
    document,
    `${is_dry_run ? "Nothing is stored. It would be: created" : "Created"} ${numeral(created_count)}, updated ${numeral(updated_count)}, unchanged ${numeral(unchanged_count)}, failed ${numeral(failed_count)}`,
  );
  if (errors !== undefined) remark(options, `Rows with an error, and the reasons, are in ${errors}`);
}

function numeral(count: number): string {
  return count.toLocaleString("en-US");
}

function several(name: string, names: string[]): string[] {
  return [...names, name];
}

function column(text: string, columns: Record<string, string>): Record<string, string> {
  const [, name, target] = /^(.+)=([^=]*)$/s.exec(text) ?? [];
  if (name === undefined || target === undefined)
    throw new InvalidArgumentError("It must be a name of the file's header, =, and a target.");
  return { ...columns, [name]: target };
}

function country(code: string): string {
  if (!/^[A-Za-z]{2}$/.test(code)) throw new InvalidArgumentError("It must be two letters, such as DE.");
  return code.toUpperCase();
}
