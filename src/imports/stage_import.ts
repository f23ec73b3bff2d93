import type pg from "pg";
import { type CsvRow, openCsv } from "../csv/read_csv.ts";
import { inTransaction } from "../database/pipeline.ts";
import { matchColumns } from "./import_columns.ts";
import type { ImportState } from "./import_state.ts";
import { readContactPhone } from "./read_contact_phone.ts";

type NewImport = {
  /** Of the file. */
  path: string;
  tenantId: string;
  /** Null for an API key, and for the operator. */
  userId: string | null;
  filename: string | null;
  options: ImportOptions;
};

export type ImportOptions = {
  isDryRun: boolean;
  onExisting: "update" | "fill" | "skip";
  /** For names of columns, the targets. */
  mapping: Readonly<Record<string, string>>;
  createsFields: boolean;
  tags: readonly string[];
  groups: readonly string[];
  /** Of national phone numbers, and of the spreadsheet; default: the tenant's. */
  country?: string | undefined;
  encoding?: string | undefined;
  delimiter?: string | undefined;
};

const BATCH = 2_000;
/** For the last step, which compares all rows with each other: millions of them take minutes. */
const FINISH_MS = 15 * 60_000;

/**
 * Reads a CSV file into `import_rows`, with the phone numbers in international form, and schedules the import. All or
 * nothing: if a part of the file cannot be read, nothing is stored.
 *
 * @param onRows is called with the number of rows that have been read
 * @throws ParleyError PYCSV, PYREQ
 */
export async function stageImport(
  pool: pg.Pool,
  { path, tenantId, userId, filename, options }: NewImport,
  onRows: (count: number) => void = () => {},
): Promise<ImportState> {
  const country = options.country ?? (await countryOf(pool, tenantId));
  const file = await openCsv(path, { ...options, country });
  try {
    const columns = matchColumns(file.header, await fieldsOf(pool, tenantId), options);
    const staged = stagedRows(file.rows, columns, country);
    return await inTransaction(pool, async (client) => {
      // Rows are parsed between the statements, which takes long on a busy machine. Nothing that others need is locked.
      await client.query("set local idle_in_transaction_session_timeout = '5min'");
      const { rows } = await client.query<{ id: string }>(INSERT_IMPORT, [
        tenantId,
        userId,
        filename,
        options.isDryRun,
        options.onExisting,
        file.encoding,
        file.delimiter,
        file.header,
        columns,
        options.tags,
        options.groups,
      ]);
      const { id } = rows[0]!;
      await client.query("select app_private.prepare_import($1)", [id]);
      let count = 0;
      for await (const batch of inBatches(staged, BATCH)) {
        await client.query({
          name: "stage_import",
          text: INSERT_ROWS,
          values: [tenantId, id, JSON.stringify(batch)],
        });
        count += batch.length;
        onRows(count);
      }
      const finished = await client.query<ImportState>({
        text: "select * from app_private.finish_staging($1)",
        values: [id],
        query_timeout: FINISH_MS,
      } as pg.QueryConfig);
      return finished.rows[0]!;
    });
  } finally {
    await file.rows.return(undefined);
  }
}

async function countryOf(pool: pg.Pool, tenantId: string): Promise<string | null> {
  const { rows } = await pool.query<{ country: string | null }>(
    "select country from app_public.tenants where id = $1",
    [tenantId],
  );
  return rows[0]?.country ?? null;
}

async function fieldsOf(pool: pg.Pool, tenantId: string): Promise<{ key: string; label: string | null }[]> {
  const { rows } = await pool.query("select key, label from app_public.contact_fields where tenant_id = $1", [
    tenantId,
  ]);
  return rows;
}

const INSERT_IMPORT = `
  insert into app_public.imports (
    tenant_id, user_id, filename, is_dry_run, on_existing, encoding, delimiter, header, columns, tags, groups
  )
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
  returning id`;

const INSERT_ROWS = `
  insert into app_public.import_rows (
    tenant_id, import_id, row_number, phone, external_ref, cells, error_code, error
  )
  select $1, $2, r.row_number, r.phone, r.external_ref, r.cells, r.error_code, r.error
  from json_to_recordset($3::json) r (
    row_number int, phone text, external_ref text, cells text[], error_code text, error text
  )`;

type StagedRow = {
  row_number: number;
  phone: string | null;
  external_ref: string | null;
  cells: readonly string[];
  error_code: string | null;
  error: string | null;
};

async function* stagedRows(
  rows: AsyncIterable<CsvRow>,
  columns: readonly string[],
  country: string | null,
): AsyncGenerator<StagedRow> {
  const phoneAt = columns.indexOf("phone");
  const refAt = columns.indexOf("external_ref");
  for await (const { number, cells } of rows) {
    const written = cells[phoneAt] ?? "";
    const phone = written === "" ? null : readContactPhone(written, country);
    const external_ref = cells[refAt] || null;
    const [error_code, error] = problemOf();
    yield { row_number: number, phone, external_ref, cells, error_code, error };

    function problemOf(): [string, string] | [null, null] {
      if (cells.length > columns.length)
        return ["PYCSV", `The row has ${cells.length} cells, and the header ${columns.length}`];
      if (written !== "" && phone === null) return ["PYPHN", phoneProblem(written, country)];
      if (phone === null && external_ref === null)
        return ["PYCON", "`phone` or `external_ref` must not be empty"];
      return [null, null];
    }
  }
}

function phoneProblem(written: string, country: string | null): string {
  if (/^\d[.,]\d+E\+\d+$/i.test(written))
    return "`phone` was rounded by a spreadsheet: format the column as text before the file is written";
  if (country === null && /^0[1-9]/.test(written))
    return "`phone` has no country code: write it, or set the country of the tenant or of the import";
  return "`phone` must be a phone number, with its country code or of the country of the import";
}

async function* inBatches<T>(items: AsyncIterable<T>, size: number): AsyncGenerator<T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
