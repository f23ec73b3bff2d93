import type { Command } from "commander";
import { findChatbot, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley chatbot deactivate`. */
export function chatbotDeactivate(): Command {
  return define(
    "deactivate",
    "Deactivate a chatbot: no new runs start; runs in progress continue to completion",
    'parley chatbot deactivate "Support" --tenant bakery',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findChatbot(pool, chatbot, await findTenant(pool, options.tenant));
        const { rows } = await pool.query<{ name: string; wasActive: boolean }>(
          `select d.name, c.status = 'active' as "wasActive"
           from app_public.chatbots c
           cross join app_public.deactivate_chatbot(c.id) d
           where c.id = $1`,
          [id],
        );
        const { name, wasActive } = rows[0]!;
        print(
          options,
          { id, name, wasActive },
          `"${name}" ${wasActive ? "is inactive now" : "was not active"}`,
        );
      }),
    );
}
