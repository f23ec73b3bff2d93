import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Argument, type Command, InvalidArgumentError, Option } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { EXPORT_NAMES, type ExportName } from "../../exports/export_kinds.ts";
import { type ExportQuery, exportQuery } from "../../exports/export_query.ts";
import { exportRows } from "../../exports/export_rows.ts";
import { findTenant } from "../../services/find.ts";
import { define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { isAboutStatement, StatementError } from "../statement_error.ts";
import { withTenantRights } from "../with_tenant_rights.ts";

type Options = {
  json?: true;
  tenant: string;
  columns?: string[];
  filter?: unknown;
  campaign?: string;
  sql?: string;
  delimiter?: string;
  output?: string;
};

/** `parley export`. */
export function exportCommand(): Command {
  return withOptions(
    define(
      "export",
      "Write rows of a tenant as a CSV file, with the rights of an admin of the tenant",
      'parley export contacts --tenant bakery --columns phone,name --filter \'{"field": "tag", "is": "vip"}\'',
    ).addArgument(new Argument("[rows]", "what to export; or --sql").choices(EXPORT_NAMES)),
  )
    .option("--campaign <id>", "of campaign_recipients: only those of this campaign")
    .option("--sql <select>", "one select, of what the tenant may see")
    .action((name: ExportName | undefined, options: Options) => run(name, options));
}

/** `parley contact export`, `parley user export`: {@link exportCommand} for these rows. */
export function exportOf(name: ExportName, example: string): Command {
  const command = define("export", `Write ${name} as a CSV file: "parley export ${name}"`, example);
  return withOptions(command).action((options: Options) => run(name, options));
}

function withOptions(command: Command): Command {
  return command
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--columns <names>", "the columns, separated by commas; default: all", (names) =>
      names.split(","),
    )
    .option("--filter <json>", "which rows: a filter of docs/filters.md", json)
    .addOption(new Option("--delimiter <character>", "between two cells").default(","))
    .option("--output <file>", "default: standard output");
}

async function run(name: ExportName | undefined, options: Options): Promise<void> {
  const { sql, columns, filter, delimiter, output } = options;
  if ((name === undefined) === (sql === undefined))
    throw new ParleyError("PYREQ", "Name what to export, or give a select with --sql");
  if (sql !== undefined && (columns ?? filter) !== undefined)
    throw new ParleyError("PYREQ", "--columns and --filter are not for --sql: write them in the select");
  await onDatabase(async (session) => {
    const tenantId = await findTenant(session.pool, options.tenant);
    await session.pool.query("select app_private.audit_export($1, $2, $3, $4)", [
      tenantId,
      name ?? "sql",
      options.campaign ?? null,
      columns ?? null,
    ]);
    await withTenantRights(session, tenantId, async (client) => {
      const query: ExportQuery =
        name === undefined
          ? { text: sql!, values: [] }
          : await exportQuery(client, { name, columns, filter, parentId: options.campaign });
      const parts = exportRows(client, query, { delimiter });
      try {
        await pipeline(Readable.from(parts), output === undefined ? openOutput() : createWriteStream(output));
      } catch (error) {
        throw sql !== undefined && isAboutStatement(error) ? new StatementError(error) : error;
      }
    });
    if (output !== undefined) print(options, { output }, `Written to ${output}`);
  });
}

/** Standard output stays open after the last part. */
function openOutput() {
  return async (parts: AsyncIterable<string>) => {
    for await (const part of parts)
      if (!process.stdout.write(part)) await new Promise((resolve) => process.stdout.once("drain", resolve));
  };
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidArgumentError("It must be JSON.");
  }
}
