import type pg from "pg";
import { databaseFailure, isPassing } from "../base/database_error.ts";
import type { ImportState } from "./import_state.ts";

type Options = {
  /** Ends between two batches. */
  signal?: AbortSignal | undefined;
  onProgress?: (state: ImportState) => void;
};

/** Rows of one transaction. Their contacts are locked for as long as it takes, some tenths of a second. */
const MOST_ROWS = 1_000;
/** Rows of a cancelled import that are deleted at once. */
const DELETED_ROWS = 10_000;
/** How often a deadlock or the like is tried again at once. */
const ATTEMPTS = 5;

/**
 * Applies the rows of an import, batch by batch, until none is left or it is cancelled. Several processes may do this at
 * the same time: they take turns. A batch that cannot be applied is tried again with half of its rows, down to the row
 * with the error, which is recorded.
 */
export async function runImport(
  pool: pg.Pool,
  importId: string,
  { signal, onProgress = () => {} }: Options = {},
): Promise<ImportState> {
  let size = MOST_ROWS;
  let failures = 0;
  let state = await readImport(pool, importId);
  while (state.status === "running" && !signal?.aborted) {
    try {
      state = await importRows(pool, importId, size);
      size = Math.min(2 * size, MOST_ROWS);
      failures = 0;
      onProgress(state);
    } catch (error) {
      if (isPassing(error) && ++failures >= ATTEMPTS) throw error;
      else if (!isPassing(error) && size > 1) size = Math.ceil(size / 2);
      else if (!isPassing(error)) await failRow(pool, state, error);
      state = await readImport(pool, importId);
    }
  }
  if (state.status === "cancelled") await deleteRows(pool, importId, signal);
  return state;
}

async function deleteRows(pool: pg.Pool, importId: string, signal?: AbortSignal): Promise<void> {
  for (let deleted = DELETED_ROWS; deleted === DELETED_ROWS && !signal?.aborted; ) {
    const { rows } = await pool.query<{ deleted: number }>(
      "select app_private.delete_cancelled_rows($1, $2) as deleted",
      [importId, DELETED_ROWS],
    );
    deleted = rows[0]!.deleted;
  }
}

async function readImport(pool: pg.Pool, importId: string): Promise<ImportState> {
  const { rows } = await pool.query<ImportState>("select * from app_public.imports where id = $1", [
    importId,
  ]);
  return rows[0]!;
}

async function importRows(pool: pg.Pool, importId: string, maximum: number): Promise<ImportState> {
  const { rows } = await pool.query<ImportState>({
    name: "import_contacts",
    text: "select * from app_private.import_contacts($1, $2)",
    values: [importId, maximum],
  });
  return rows[0]!;
}

async function failRow(pool: pg.Pool, { id, last_row }: ImportState, error: unknown): Promise<void> {
  const { code, message } = databaseFailure(error) ?? {
    code: "PYINT",
    message: "An unexpected error occurred",
  };
  await pool.query("select app_private.fail_import_row($1, $2, $3, $4)", [id, last_row, code, message]);
}
