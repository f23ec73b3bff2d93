import type { Command } from "commander";
import { findCampaign, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string };

/** `parley campaign status`. */
export function campaignStatus(): Command {
  return define(
    "status",
    "Show how far the campaigns of a tenant are, the newest first",
    "parley campaign status --tenant bakery",
  )
    .argument("[campaign]", "name or id; default: all")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((campaign: string | undefined, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const id = campaign === undefined ? null : await findCampaign(pool, campaign, tenantId);
        const { rows } = await pool.query<Record<string, unknown>>(
          `select
             c.name, c.status, f.recipients, f.pending, f.queued, f.sent, f.failed, f.skipped, c.started_at, c.completed_at,
             coalesce(c.status_reason, e.error) as reason, c.id
           from app_public.campaigns c
           cross join lateral app_public.campaigns_figures(c) f
           left join app_private.campaign_feeds e on e.campaign_id = c.id
           where c.tenant_id = $1 and ($2::uuid is null or c.id = $2)
           order by c.created_at desc, c.id
           limit 100`,
          [tenantId, id],
        );
        print(
          options,
          id === null ? rows : rows[0],
          tableOf(rows, 'There is no campaign yet: "parley campaign create" creates one'),
        );
      }),
    );
}
