import type { Command } from "commander";
import { findCampaign, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string };
type Row = Record<string, unknown>;
type Preview = {
  contacts: number;
  recipients: number;
  skipped: Row[];
  costs: Row[];
  examples: Row[];
  finishes_at: string | null;
  limited_by: string | null;
};

/** `parley campaign preview`. */
export function campaignPreview(): Command {
  return define(
    "preview",
    "Show whom a campaign would reach if it started now, what it would cost, and what the first ten would read",
    'parley campaign preview "Spring menu" --tenant bakery',
  )
    .argument("<campaign>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((campaign: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findCampaign(pool, campaign, await findTenant(pool, options.tenant));
        const { rows } = await pool.query<{ preview: Preview }>(
          "select to_jsonb(app_public.preview_campaign($1)) as preview",
          [id],
        );
        const { preview } = rows[0]!;
        print(options, preview, describe(preview));
      }),
    );
}

function describe({ contacts, recipients, skipped, costs, examples, ...end }: Preview): string {
  const sections = [
    `${recipients} of ${contacts} contacts would get it`,
    end.finishes_at === null ? "" : `It would finish at ${end.finishes_at}, limited by ${end.limited_by}`,
    ...[
      skipped,
      costs,
      examples.map(({ name, phone, text, problem }) => ({ name, phone, text, problem })),
    ].map((rows) => (rows.length > 0 ? `\n${tableOf(rows, "")}` : "")),
  ];
  return sections.filter((section) => section !== "").join("\n");
}
