import type { Command } from "commander";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string; status?: string };

/** `parley template list`. */
export function templateList(): Command {
  return define(
    "list",
    "List the message templates with their status",
    "parley template list --tenant bakery --status rejected",
  )
    .option("--tenant <tenant>", "slug or id; default: all tenants")
    .option("--status <status>", "only templates with this status")
    .action((options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = options.tenant === undefined ? null : await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Record<string, unknown>>(
          `select
             t.slug as tenant, m.name, m.language, m.category, m.status, m.status_reason, m.quality_rating,
             m.checked_at, m.id
           from app_public.templates m
           join app_public.tenants t on t.id = m.tenant_id
           where ($1::uuid is null or m.tenant_id = $1) and ($2::text is null or m.status::text = $2)
           order by t.slug, m.name, m.language`,
          [tenantId, options.status ?? null],
        );
        print(options, rows, tableOf(rows, 'There is no template: "parley template sync" reads them'));
      }),
    );
}
