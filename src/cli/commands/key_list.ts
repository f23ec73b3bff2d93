import type { Command } from "commander";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string };

/** `parley key list`. */
export function keyList(): Command {
  return define(
    "list",
    "List the API keys with their scopes and when they were last used",
    "parley key list --tenant bakery",
  )
    .option("--tenant <tenant>", "slug or id; default: all tenants")
    .action((options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = options.tenant === undefined ? null : await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Record<string, unknown>>(
          `select
             k.name, t.slug as tenant, k.scopes::text[], '…' || k.ending as ending, k.last_used_at, k.expires_at,
             k.revoked_at, k.id
           from app_public.api_keys k
           join app_public.tenants t on t.id = k.tenant_id
           where $1::uuid is null or k.tenant_id = $1
           order by t.slug, k.revoked_at is not null, k.name`,
          [tenantId],
        );
        print(options, rows, tableOf(rows, 'There are no API keys yet: "parley key create" creates one'));
      }),
    );
}
