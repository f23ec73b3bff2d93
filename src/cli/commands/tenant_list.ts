import type { Command } from "commander";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

/** `parley tenant list`. */
export function tenantList(): Command {
  return define("list", "List the tenants", "parley tenant list").action((options: CommonOptions) =>
    onDatabase(async ({ pool }) => {
      const { rows } = await pool.query<Record<string, unknown>>(
        `select t.slug, t.name, t.status, t.time_zone, count(m.user_id)::int as users, t.created_at, t.id
         from app_public.tenants t
         left join app_public.memberships m on m.tenant_id = t.id
         group by t.id
         order by t.slug`,
      );
      print(options, rows, tableOf(rows, 'There is no tenant yet: "parley tenant add" creates one'));
    }),
  );
}
