import type { Command } from "commander";
import type { ImportedChatbot } from "../../chatbot/exchange/import_result.ts";
import { nodeType } from "../../chatbot/graph/graph.ts";
import { NODE_KINDS } from "../../chatbot/nodes/registry.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { activateChatbot } from "../../services/activate_chatbot.ts";
import { addChatbot } from "../../services/add_chatbot.ts";
import { findTenant } from "../../services/find.ts";
import { validateChatbot } from "../../services/validate_chatbot.ts";
import { type CommonOptions, define } from "../define.ts";
import { describeProblem, print, remark } from "../print.ts";
import { readChatbotFiles } from "../read_chatbot_files.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; name?: string; activate?: true };

/** `parley chatbot import`. */
export function chatbotImport(): Command {
  return define(
    "import",
    'Store a chatbot from an export, as a draft; a name that is taken gets "(Copy)"',
    "parley chatbot import support-bot.json --tenant bakery --activate",
  )
    .argument("<file>", "an export of Parley, wrapped or bare, or of Typebot version 6")
    .argument(
      "[others...]",
      "files of the chatbots that its subflows call: found by id, by name or by file name",
    )
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--name <name>", "a name to use instead of the one in the file")
    .option("--activate", "publish and activate it; deactivates the tenant's other chatbots")
    .action(async (file: string, others: string[], options: Options) => {
      const { chatbot: read, warnings } = await readChatbotFiles(file, others);
      const chatbot = { ...read, name: options.name ?? read.name };
      const unknownTypes = unknownNodeTypes(chatbot);
      await onDatabase(async ({ pool }) => {
        const { added, activated, found } = await inTransaction(pool, async (db) => {
          const added = await addChatbot(db, await findTenant(db, options.tenant), chatbot);
          const activated = options.activate ? await activateChatbot(db, added.id) : undefined;
          // Problems that the author should see before customers talk to it; activating has printed them already.
          const found = activated?.warnings ?? (await validateChatbot(db, added.id)).problems;
          return { added, activated, found };
        });
        const problems = [...warnings, ...found];
        const document = {
          ...added,
          nodes: chatbot.graph.nodes.length,
          version: activated?.version ?? null,
          unknownNodeTypes: unknownTypes,
          warnings: problems,
        };
        const state = activated ? `active, version ${activated.version}` : "a draft";
        print(options, document, `Imported "${added.name}" (${added.id}): ${document.nodes} nodes, ${state}`);
        for (const { name, id } of added.subflows)
          remark(options, `  with "${name}" (${id}), which it calls`);
        if (added.forms.length > 0) remark(options, `  with the forms ${added.forms.join(", ")}, as drafts`);
        for (const problem of problems) remark(options, describeProblem(problem));
        if (unknownTypes.length > 0)
          remark(options, `Node types this version does not know: ${unknownTypes.join(", ")}`);
      });
    });
}

function unknownNodeTypes({ graph }: ImportedChatbot): string[] {
  const unknown = graph.nodes
    .filter((node) => NODE_KINDS.of(node) === null)
    .map((node) => nodeType(node) || "(none)");
  return [...new Set(unknown)].sort();
}
