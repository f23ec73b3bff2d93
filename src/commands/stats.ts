import type { Command } from "commander";
import { type CommonOptions, define } from "../cli/define.ts";
import { print } from "../cli/print.ts";
import { onDatabase } from "../cli/session.ts";
import { table, tableOf } from "../cli/table.ts";
import { readOperationsStatus } from "../operations_status.ts";

/** `parley stats`. */
export function stats(): Command {
  return define("stats", "Count what there is: rows by tenant, outbox, jobs, workers", "parley stats").action(
    (options: CommonOptions) =>
      onDatabase(async ({ pool }) => {
        const [operations, { rows: tenants }] = await Promise.all([
          readOperationsStatus(pool),
          pool.query<Record<string, unknown>>("select * from app_private.tenant_stats()"),
        ]);
        const figures = Object.entries(operations).map(([name, value]) => [
          name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
          Array.isArray(value) ? value.join(", ") || "none" : String(Math.round(Number(value))),
        ]);
        const text = `${tableOf(tenants, "There is no tenant yet")}\n\n${table(["operations", ""], figures)}`;
        print(options, { tenants, operations }, text);
      }),
  );
}
