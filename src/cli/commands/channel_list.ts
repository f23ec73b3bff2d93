import type { Command } from "commander";
import { publicUrl, webhookUrl } from "../../base/address.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string };

type Row = Record<"id" | "tenant" | "name" | "status" | "phone_number_id", string> & {
  last_webhook_at: Date | null;
  webhook_key: string | null;
};

/** `parley channel list`. Never a secret. */
export function channelList(): Command {
  return define(
    "list",
    "Show the connected numbers; never their secrets",
    "parley channel list --tenant bakery",
  )
    .option("--tenant <tenant>", "slug or id; default: all tenants")
    .action((options: Options) =>
      onDatabase(async ({ pool, config }) => {
        const tenantId = options.tenant === undefined ? null : await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Row>(
          `select
             t.slug as tenant, c.name, c.status, c.status_reason, c.is_default, c.kind, w.phone_number_id,
             w.business_account_id, w.display_phone_number, w.graph_url, s.last_webhook_at, c.id, c.webhook_key
           from app_public.channels c
           join app_public.tenants t on t.id = c.tenant_id
           left join app_public.whatsapp_channels w on w.channel_id = c.id
           left join app_private.channel_states s on s.channel_id = c.id
           where $1::uuid is null or c.tenant_id = $1
           order by t.slug, c.name, c.id`,
          [tenantId],
        );
        const channels = rows.map((row) => ({
          ...row,
          webhook_url: webhookUrl(publicUrl(config), row.webhook_key ?? row.id),
        }));
        const shown = channels.map(
          ({ tenant, name, status, phone_number_id, last_webhook_at, webhook_url }) => {
            return { tenant, name, status, phone_number_id, last_webhook_at, webhook_url };
          },
        );
        print(
          options,
          channels,
          tableOf(shown, 'There is no channel yet: "parley channel add" connects one'),
        );
      }),
    );
}
