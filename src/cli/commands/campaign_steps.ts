import type { Command } from "commander";
import { findCampaign, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley campaign start`. */
export function campaignStart(): Command {
  return step("start", "Start a campaign, now or at a time", "--at 2026-12-01T09:00:00Z")
    .option("--at <time>", "when it starts; default: now")
    .action((campaign: string, options: Options & { at?: string }) =>
      change(campaign, options, "app_public.start_campaign($1, $2)", options.at ?? null),
    );
}

/** `parley campaign pause`. */
export function campaignPause(): Command {
  return step("pause", "Pause a campaign; a scheduled one becomes a draft again").action(
    (campaign: string, options: Options) => change(campaign, options, "app_public.pause_campaign($1)"),
  );
}

/** `parley campaign resume`. */
export function campaignResume(): Command {
  return step("resume", "Continue a paused campaign").action((campaign: string, options: Options) =>
    change(campaign, options, "app_public.resume_campaign($1)"),
  );
}

/** `parley campaign cancel`. */
export function campaignCancel(): Command {
  return step("cancel", "End a campaign; recipients without a message are skipped").action(
    (campaign: string, options: Options) => change(campaign, options, "app_public.cancel_campaign($1)"),
  );
}

/** `parley campaign retry`. */
export function campaignRetry(): Command {
  return step("retry", "Send again to recipients whose message has failed", "--code 131026")
    .option("--code <codes...>", "only those that failed with one of these error codes")
    .action((campaign: string, options: Options & { code?: string[] }) =>
      change(campaign, options, "app_public.retry_campaign($1, $2)", options.code ?? null),
    );
}

function step(name: string, summary: string, more = ""): Command {
  return define(name, summary, `parley campaign ${name} "Spring menu" --tenant bakery ${more}`.trimEnd())
    .argument("<campaign>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant");
}

/** Calls a mutation with the id of the campaign, and prints how far it is now. */
function change(campaign: string, options: Options, call: string, ...values: unknown[]): Promise<void> {
  return onDatabase(async ({ pool }) => {
    const id = await findCampaign(pool, campaign, await findTenant(pool, options.tenant));
    const { rows } = await pool.query<{
      id: string;
      name: string;
      status: string;
      scheduled_at: Date | null;
    }>(`select c.id, c.name, c.status, c.scheduled_at from ${call} c`, [id, ...values]);
    const { name, status, scheduled_at: at } = rows[0]!;
    const when = status === "scheduled" && at !== null ? ` for ${at.toISOString()}` : "";
    print(options, rows[0], `"${name}" is ${status}${when} now`);
  });
}
