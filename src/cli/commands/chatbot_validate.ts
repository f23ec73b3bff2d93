import type { Command } from "commander";
import { findChatbot, findTenant } from "../../services/find.ts";
import { validateChatbot } from "../../services/validate_chatbot.ts";
import { type CommonOptions, define } from "../define.ts";
import { describeProblem, print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley chatbot validate`: exits with an error when the chatbot has errors. */
export function chatbotValidate(): Command {
  return define(
    "validate",
    "List the problems of a chatbot's draft; the exit status is 1 if it cannot be published",
    'parley chatbot validate "Support" --tenant bakery',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findChatbot(pool, chatbot, await findTenant(pool, options.tenant));
        const { name, problems } = await validateChatbot(pool, id);
        const errors = problems.filter(({ severity }) => severity === "error").length;
        const lines = [
          `"${name}": ${errors} errors, ${problems.length - errors} warnings`,
          ...problems.map(describeProblem),
        ];
        print(options, { id, name, isValid: errors === 0, problems }, lines.join("\n"));
        if (errors > 0) process.exitCode = 1;
      }),
    );
}
