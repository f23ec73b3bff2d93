import type { Command } from "commander";
import { type CommonOptions, define } from "../cli/define.ts";
import { print, remark } from "../cli/print.ts";
import { describeProblem } from "../cli/problems.ts";
import { onDatabase } from "../cli/session.ts";
import { inTransaction } from "../database.ts";
import { activateChatbot } from "../operator/activate_chatbot.ts";
import { findChatbot, findTenant } from "../operator/find.ts";

type Options = CommonOptions & { tenant: string };

/** `parley chatbot activate`. */
export function chatbotActivate(): Command {
  return define(
    "activate",
    "Let a chatbot answer new conversations, in the place of the one before; publishes its draft if that has changed",
    'parley chatbot activate "Support" --tenant bakery',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const activated = await inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          return activateChatbot(db, await findChatbot(db, chatbot, tenantId));
        });
        const { name, version, isNewVersion, warnings } = activated;
        print(options, activated, `"${name}" is active, version ${version}${isNewVersion ? " (new)" : ""}`);
        for (const warning of warnings) remark(options, describeProblem(warning));
      }),
    );
}
