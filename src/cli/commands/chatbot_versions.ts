import type { Command } from "commander";
import { findChatbot, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string };

/** `parley chatbot versions`. */
export function chatbotVersions(): Command {
  return define(
    "versions",
    "List a chatbot's published versions, which one is active, and how many runs each has",
    'parley chatbot versions "Support" --tenant bakery',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<Record<string, unknown>>(
          `select
             v.number as version, c.status = 'active' and c.active_version_id = v.id as is_active,
             jsonb_array_length(v.nodes) as nodes,
             (
               select count(*)::int from app_public.conversation_contexts x
               where x.tenant_id = v.tenant_id and x.version_id = v.id and x.is_active
             ) as running,
             v.created_at as published_at, v.id
           from app_public.chatbot_versions v
           join app_public.chatbots c on c.id = v.chatbot_id
           where c.id = $1
           order by v.number desc`,
          [await findChatbot(pool, chatbot, await findTenant(pool, options.tenant))],
        );
        print(options, rows, tableOf(rows, 'It was never published: run "parley chatbot publish"'));
      }),
    );
}
