import type { Command } from "commander";
import { findCampaign, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string };
type Row = Record<string, unknown>;

/** `parley campaign results`. */
export function campaignResults(): Command {
  return define(
    "results",
    "Show the results of a campaign by variant, and why recipients have failed or were skipped",
    'parley campaign results "Spring menu" --tenant bakery',
  )
    .argument("<campaign>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((campaign: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findCampaign(pool, campaign, await findTenant(pool, options.tenant));
        const { rows: figures } = await pool.query<Row>(
          `select 'all' as variant, f.*
           from app_public.campaigns c, app_public.campaigns_figures(c) f
           where c.id = $1
           union all
           (
             select v.name, f.*
             from app_public.campaign_variants v, app_public.campaign_variants_figures(v) f
             where v.campaign_id = $1
             order by lower(v.name)
           )`,
          [id],
        );
        const { rows: reasons } = await pool.query<Row>(
          "select r.* from app_public.campaigns c, app_public.campaigns_reasons(c) r where c.id = $1",
          [id],
        );
        const text = [tableOf(figures, ""), ...(reasons.length > 0 ? ["", tableOf(reasons, "")] : [])];
        print(options, { figures, reasons }, text.join("\n"));
      }),
    );
}
