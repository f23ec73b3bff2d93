import type { Command } from "commander";
import type pg from "pg";
import { type CommonOptions, define } from "../cli/define.ts";
import { print } from "../cli/print.ts";
import { onDatabase } from "../cli/session.ts";
import { JSON_VALUES, TEXTS } from "../cli/sql_values.ts";
import { table } from "../cli/table.ts";

/** `parley sql`. */
export function sql(): Command {
  return define(
    "sql",
    "Run one statement as the owner of the database; what it returns comes as a table, or as JSON",
    'parley sql "select slug, name from app_public.tenants"',
  )
    .argument("<statement>", "one statement; no need for a semicolon")
    .action((statement: string, options: CommonOptions) =>
      onDatabase(
        async ({ pool }) => {
          const query = {
            text: statement,
            rowMode: "array",
            // The extended protocol takes one statement and no more.
            queryMode: "extended",
            types: options.json ? JSON_VALUES : TEXTS,
          };
          const result: pg.QueryArrayResult = await pool.query(query as pg.QueryArrayConfig);
          const columns = distinct(result.fields.map(({ name }) => name));
          print(options, asDocument(result, columns), asText(result, columns));
        },
        { needsSchema: false },
      ),
    );
}

function asDocument({ command, rowCount, rows }: pg.QueryArrayResult, columns: readonly string[]) {
  const objects = rows.map((row: unknown[]) =>
    Object.fromEntries(columns.map((column, at) => [column, row[at]])),
  );
  return { command, rowCount, rows: objects };
}

function asText({ command, rowCount, rows }: pg.QueryArrayResult, columns: readonly string[]): string {
  if (columns.length === 0) return rowCount === null ? command : `${command} ${rowCount}`;
  const cells = rows.map((row: unknown[]) => row.map((value) => (value === null ? "" : String(value))));
  return `${table(columns, cells)}\n(${rows.length} ${rows.length === 1 ? "row" : "rows"})`;
}

/** Two columns of one name would be one in a JSON object. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
