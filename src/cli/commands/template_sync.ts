import type { Command } from "commander";
import { CHANNEL_KINDS } from "../../channels/registry.ts";
import { openOutboundChannels } from "../../outbox/outbound_channels.ts";
import { readKeyRing } from "../../secrets/secret_keys.ts";
import { findTenant } from "../../services/find.ts";
import { syncTemplates, templateAccounts } from "../../templates/sync_templates.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string };

/** `parley template sync`. */
export function templateSync(): Command {
  return define(
    "sync",
    "Read the templates of all connected accounts from the provider, and store them",
    "parley template sync --tenant bakery",
  )
    .option("--tenant <tenant>", "slug or id; default: all tenants")
    .action((options: Options) =>
      onDatabase(async ({ pool, config }) => {
        const tenantId = options.tenant === undefined ? undefined : await findTenant(pool, options.tenant);
        const keyRing = await readKeyRing(config);
        const channels = openOutboundChannels(CHANNEL_KINDS, { pool, keyRing, config });
        try {
          const results = [];
          for (const account of await templateAccounts(pool, tenantId === undefined ? {} : { tenantId })) {
            const result = await syncTemplates(account, { pool, channels });
            results.push({
              account: account.business_account_id,
              templates: result.kind === "done" ? result.templates : null,
              deleted: result.kind === "done" ? result.deleted : null,
              problem: result.kind === "done" ? null : result.problem,
            });
          }
          print(options, results, tableOf(results, "No number is connected"));
          if (results.some(({ problem }) => problem !== null)) process.exitCode = 1;
        } finally {
          await channels.close();
        }
      }),
    );
}
