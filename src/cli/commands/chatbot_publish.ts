import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { findChatbot, findTenant } from "../../services/find.ts";
import { describeErrors, validateChatbot } from "../../services/validate_chatbot.ts";
import { type CommonOptions, define } from "../define.ts";
import { describeProblem, print, remark } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley chatbot publish`. */
export function chatbotPublish(): Command {
  return define(
    "publish",
    "Freeze a chatbot's draft as its next version, without activating it",
    'parley chatbot publish "Support" --tenant bakery',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const published = await inTransaction(pool, async (db) => {
          const id = await findChatbot(db, chatbot, await findTenant(db, options.tenant));
          const { name, problems } = await validateChatbot(db, id);
          const errors = describeErrors(problems);
          if (errors !== null) throw new ParleyError("PYGRA", `"${name}" cannot be published: ${errors}`);
          const { rows } = await db.query<{ id: string; number: number }>(
            "select id, number from app_private.publish_chatbot($1)",
            [id],
          );
          return { id, name, versionId: rows[0]!.id, version: rows[0]!.number, warnings: problems };
        });
        print(options, published, `"${published.name}" has version ${published.version}`);
        for (const warning of published.warnings) remark(options, describeProblem(warning));
      }),
    );
}
