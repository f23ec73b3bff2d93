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
