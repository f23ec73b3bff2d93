import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { findChannel, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { readFilter } from "../read_filter.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & {
  tenant: string;
  audience: string;
  template?: string;
  language?: string;
  text?: string;
  parameters?: string;
  channel?: string[];
  perMinute?: string;
  quietFrom?: string;
  quietUntil?: string;
};

/** `parley campaign create`. */
export function campaignCreate(): Command {
  return define(
    "create",
    "Create a campaign, as a draft: a template, or a text for those whose reply window is open, to many contacts",
    `parley campaign create "Spring menu" --tenant bakery --audience '{"field": "group", "is": "Regulars"}' --template spring_menu`,
  )
    .argument("<name>", "what the campaign is called")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .requiredOption(
      "--audience <filter>",
      "to whom: a filter over contacts, as JSON, or @ and the path of a file with it",
    )
    .option("--template <name>", "the template that is sent")
    .option("--language <language>", "its language for contacts whose own language it does not have")
    .option("--text <text>", "the text that is sent instead of a template")
    .option("--parameters <json>", `the values of the template's parameters: {"1": "{{contact.name|there}}"}`)
    .option(
      "--channel <channels...>",
      "ids or phone number ids of the channels; default: the tenant's default channel",
    )
    .option("--per-minute <number>", "how many messages are sent a minute at most")
    .option("--quiet-from <time>", "nothing is sent from this time of day, where the recipient is")
    .option("--quiet-until <time>", "the end of these hours")
    .action((name: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const campaign = await inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          const { rows } = await db.query<{ id: string; name: string; status: string }>(
            `insert into app_public.campaigns (
               tenant_id, name, audience, template_name, language, text, parameters, messages_per_minute, quiet_from,
               quiet_until
             )
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             returning id, name, status`,
            [
              tenantId,
              name,
              JSON.stringify(await readFilter(options.audience)),
              options.template ?? null,
              options.language ?? null,
              options.text ?? null,
              readParameters(options.parameters),
              options.perMinute ?? null,
              options.quietFrom ?? null,
              options.quietUntil ?? null,
            ],
          );
          const [created] = rows;
          for (const channel of options.channel ?? [])
            await db.query(
              "insert into app_public.campaign_channels (campaign_id, channel_id) values ($1, $2)",
              [created!.id, await findChannel(db, channel, tenantId)],
            );
          return created!;
        });
        print(
          options,
          campaign,
          `"${name}" is a draft: "parley campaign start" starts it\n  id ${campaign.id}`,
        );
      }),
    );
}

function readParameters(given = "{}"): string {
  try {
    JSON.parse(given);
    return given;
  } catch (cause) {
    throw new ParleyError("PYREQ", "--parameters must be JSON", { cause });
  }
}
