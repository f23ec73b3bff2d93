import type { Command } from "commander";
import { publicUrl, webhookUrl } from "../../base/address.ts";
import { columnOf } from "../../channels/connection.ts";
import { CHANNEL_KINDS, webhookPathOf } from "../../channels/registry.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string };

type Row = Record<"id" | "kind" | "tenant" | "name" | "status", string> & {
  last_webhook_at: Date | null;
  webhook_key: string | null;
  /** The settings that belong to the channel's kind. */
  [column: string]: unknown;
};

/** For each kind of channel its own table and the columns of its settings. */
const OWN = CHANNEL_KINDS.map(({ connection: { table, settings } }, at) => {
  const columns = Object.keys(settings).map(columnOf);
  return {
    columns: columns.map((column) => `k${at}.${column}`).join(", "),
    join: `left join ${table} k${at} on k${at}.channel_id = c.id`,
    id: columns[0]!,
  };
});

/** `parley channel list`. It never prints a secret. */
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
             t.slug as tenant, c.name, c.status, c.status_reason, c.is_default, c.kind,
             ${OWN.map(({ columns }) => columns).join(", ")}, s.last_webhook_at, c.id, c.webhook_key
           from app_public.channels c
           join app_public.tenants t on t.id = c.tenant_id
           ${OWN.map(({ join }) => join).join(" ")}
           left join app_private.channel_states s on s.channel_id = c.id
           where $1::uuid is null or c.tenant_id = $1
           order by t.slug, c.name, c.id`,
          [tenantId],
        );
        const channels: Row[] = rows.map((row) => ({
          ...row,
          webhook_url: webhookUrl(
            publicUrl(config),
            webhookPathOf(row.kind) ?? "",
            row.webhook_key ?? row.id,
          ),
        }));
        const shown = channels.map((channel) => {
          const { tenant, name, status, last_webhook_at, webhook_url } = channel;
          const ids = Object.fromEntries(OWN.map(({ id }) => [id, channel[id] as string | null]));
          return { tenant, name, status, ...ids, last_webhook_at, webhook_url };
        });
        print(
          options,
          channels,
          tableOf(shown, 'There is no channel yet: "parley channel add" connects one'),
        );
      }),
    );
}
