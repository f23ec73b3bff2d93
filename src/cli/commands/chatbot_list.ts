import type { Command } from "commander";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant?: string };

/** `parley chatbot list`. */
export function chatbotList(): Command {
  return define("list", "List the chatbots and show which are active", "parley chatbot list --tenant bakery")
    .option("--tenant <tenant>", "slug or id; default: all tenants")
    .action((options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = options.tenant === undefined ? null : await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Record<string, unknown>>(
          `select
             t.slug as tenant, c.name, c.status, v.number as version, jsonb_array_length(c.nodes) as nodes,
             (
               select count(*)::int from app_public.conversation_contexts x
               where x.tenant_id = c.tenant_id and x.chatbot_id = c.id and x.is_active
             ) as running,
             c.updated_at, c.id
           from app_public.chatbots c
           join app_public.tenants t on t.id = c.tenant_id
           left join app_public.chatbot_versions v on v.tenant_id = c.tenant_id and v.id = c.active_version_id
           where $1::uuid is null or c.tenant_id = $1
           order by t.slug, c.name`,
          [tenantId],
        );
        print(options, rows, tableOf(rows, 'There is no chatbot yet: "parley chatbot import" stores one'));
      }),
    );
}
