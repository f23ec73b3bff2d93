import type { Command } from "commander";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string };

/** `parley segment list`. */
export function segmentList(): Command {
  return define(
    "list",
    "List the segments of a tenant with the number of their contacts",
    "parley segment list --tenant bakery",
  )
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<Record<string, unknown>>(
          `select s.name, app_public.segments_count(s) as contacts, s.filter, s.description, s.id
           from app_public.segments s
           where s.tenant_id = $1
           order by lower(s.name)`,
          [await findTenant(pool, options.tenant)],
        );
        const shown = rows.map((row) => ({ ...row, filter: JSON.stringify(row.filter) }));
        print(options, rows, tableOf(shown, 'There is no segment yet: "parley segment save" stores one'));
      }),
    );
}
