import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { exportChatbot } from "../../chatbot/exchange/export.ts";
import { findChatbot, findTenant } from "../../services/find.ts";
import { readChatbot } from "../../services/read_chatbot.ts";
import { type CommonOptions, define } from "../define.ts";
import { printable } from "../printable.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; output?: string };

/** `parley chatbot export`. */
export function chatbotExport(): Command {
  return define(
    "export",
    "Print a chatbot's draft with its forms and subflows, for import elsewhere; without secrets",
    'parley chatbot export "Support" --tenant bakery > support.json',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--output <file>", "write it to this file instead of standard output")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const found = await readChatbot(pool, await findChatbot(pool, chatbot, tenantId));
        const text = `${JSON.stringify(exportChatbot(found, new Date().toISOString()), null, 2)}\n`;
        if (options.output === undefined) process.stdout.write(printable(text));
        else await writeFile(options.output, text);
      }),
    );
}
