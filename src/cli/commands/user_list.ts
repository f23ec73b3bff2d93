import type { Command } from "commander";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string };

/** `parley user list`. */
export function userList(): Command {
  return define("list", "List the users with their tenants and roles", "parley user list --tenant bakery")
    .option("--tenant <tenant>", "slug or id; default: all tenants")
    .action((options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = options.tenant === undefined ? null : await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Record<string, unknown>>(
          `select
             u.email, u.name, t.slug as tenant, m.role, u.is_active and m.is_active as is_active, u.last_login_at, u.id
           from app_public.users u
           left join app_public.memberships m on m.user_id = u.id
           left join app_public.tenants t on t.id = m.tenant_id
           where $1::uuid is null or m.tenant_id = $1
           order by u.email, t.slug`,
          [tenantId],
        );
        print(options, rows, tableOf(rows, 'There are no users yet: "parley user add" adds one'));
      }),
    );
}
