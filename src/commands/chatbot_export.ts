import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { exportChatbot } from "../chatbot/export.ts";
import type { Graph } from "../chatbot/graph.ts";
import type { JsonObject } from "../chatbot/json.ts";
import { type CommonOptions, define } from "../cli/define.ts";
import { onDatabase } from "../cli/session.ts";
import { findChatbot, findTenant } from "../operator/find.ts";

type Options = CommonOptions & { tenant: string; output?: string };

type Row = {
  name: string;
  description: string | null;
  status: "active" | "archived" | "draft";
  graph: Graph;
  metadata: JsonObject | null;
};

/** `parley chatbot export`. */
export function chatbotExport(): Command {
  return define(
    "export",
    "Print a chatbot's draft as an export that can be imported elsewhere; without secrets",
    'parley chatbot export "Support" --tenant bakery > support.json',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--output <file>", "write it there instead")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Row>(
          `select
             c.name, c.description, c.status,
             json_build_object('nodes', c.nodes, 'edges', c.edges) as graph,
             -- The importer reads the language there.
             c.metadata || jsonb_strip_nulls(jsonb_build_object('language', c.settings -> 'language')) as metadata
           from app_public.chatbots c
           where c.id = $1`,
          [await findChatbot(pool, chatbot, tenantId)],
        );
        const found = rows[0]!;
        const isActive = found.status === "active";
        const document = exportChatbot({ ...found, isActive, flows: [] }, new Date().toISOString());
        const text = `${JSON.stringify(document, null, 2)}\n`;
        if (options.output === undefined) process.stdout.write(text);
        else await writeFile(options.output, text);
      }),
    );
}
