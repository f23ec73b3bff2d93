/** A row of app_public.imports, as far as the program reads it. */
export type ImportState = {
  id: string;
  status: "running" | "completed" | "cancelled";
  is_dry_run: boolean;
  encoding: string;
  delimiter: string;
  header: string[];
  columns: string[];
  row_count: number;
  last_row: number;
  processed_count: number;
  created_count: number;
  updated_count: number;
  unchanged_count: number;
  failed_count: number;
};

/** An import as JSON. */
export function describeImport(state: ImportState) {
  return {
    id: state.id,
    status: state.status,
    isDryRun: state.is_dry_run,
    encoding: state.encoding,
    delimiter: state.delimiter,
    columns: Object.fromEntries(state.header.map((name, at) => [name, state.columns[at]])),
    rowCount: state.row_count,
    createdCount: state.created_count,
    updatedCount: state.updated_count,
    unchangedCount: state.unchanged_count,
    failedCount: state.failed_count,
  };
}
