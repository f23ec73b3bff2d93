import { Writable } from "node:stream";
import type { Command } from "commander";
import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { CopyingQuery, NO_COPY_IN } from "../copying_query.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { printable } from "../printable.ts";
import { onDatabase } from "../session.ts";
import { JSON_VALUES, TEXTS } from "../sql_values.ts";
import { isAboutStatement, StatementError } from "../statement_error.ts";
import { table } from "../table.ts";

/** `parley sql`. */
export function sql(): Command {
  return define(
    "sql",
    "Run one SQL statement as the owner of the database, and print the result as a table or as JSON",
    'parley sql "select slug, name from app_public.tenants"',
  )
    .argument("<statement>", "one statement; no need for a semicolon")
    .action((statement: string, options: CommonOptions) =>
      onDatabase(
        async ({ pool }) => {
          const copied: Buffer[] = [];
          const result = await run(pool, statement, options, (chunk) => copied.push(chunk));
          const columns = distinct(result.fields.map(({ name }) => name));
          const document = asDocument(result, columns);
          // After a `copy`, stdout holds only the copied rows.
          if (result.command === "COPY" && !options.json) remark(options, asText(result, columns));
          else if (copied.length === 0) print(options, document, asText(result, columns));
          else print(options, { ...document, copied: Buffer.concat(copied).toString() }, "");
        },
        { needsSchema: false },
      ),
    );
}

async function run(
  pool: pg.Pool,
  statement: string,
  { json }: CommonOptions,
  collect: (chunk: Buffer) => void,
): Promise<pg.QueryArrayResult> {
  const config = {
    text: statement,
    rowMode: "array",
    // The extended protocol takes exactly one statement.
    queryMode: "extended",
    types: json ? JSON_VALUES : TEXTS,
  } as pg.QueryConfig;
  const client = await pool.connect();
  try {
    return await new Promise((resolve, reject) => {
      const out = json
        ? new Writable({ write: (chunk, _encoding, done) => done(void collect(chunk)) })
        : terminal();
      client.query(
        new CopyingQuery(config, out, (error, result) => (error ? reject(error) : resolve(result))),
      );
    });
  } catch (error) {
    if (error instanceof Error && error.message.includes(NO_COPY_IN))
      throw new ParleyError("PYREQ", NO_COPY_IN, { cause: error });
    throw isAboutStatement(error) ? new StatementError(error) : error;
  } finally {
    client.release();
  }
}

/** A file gets the bytes unchanged; for a terminal control characters are escaped. */
function terminal(): Pick<Writable, "write" | "once"> {
  const { stdout } = process;
  if (!stdout.isTTY) return stdout;
  return {
    write: (chunk: Buffer) => stdout.write(printable(chunk.toString())),
    once: stdout.once.bind(stdout),
  } as Pick<Writable, "write" | "once">;
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

/** Refuses two columns of one name: in a JSON object the second would replace the first. */
function distinct(names: readonly string[]): string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name}_${count}`;
  });
}
