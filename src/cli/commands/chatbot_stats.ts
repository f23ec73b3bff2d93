import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { findChatbot, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string; version?: string };
type Node = { node: string; entered: number; left_by: Record<string, number>; dropped: number };

/** `parley chatbot stats`. */
export function chatbotStats(): Command {
  return define(
    "stats",
    "Show a chatbot's statistics: how runs went through its nodes, and how they ended",
    'parley chatbot stats "Support" --tenant bakery',
  )
    .argument("<chatbot>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--version <number>", "the version; default: the newest")
    .action((chatbot: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findChatbot(pool, chatbot, await findTenant(pool, options.tenant));
        const { rows: versions } = await pool.query<{ id: string; number: number }>(
          `select v.id, v.number from app_public.chatbot_versions v
           where v.chatbot_id = $1 and ($2::text is null or v.number::text = $2)
           order by v.number desc
           limit 1`,
          [id, options.version ?? null],
        );
        const [version] = versions;
        if (!version) throw new ParleyError("PYNFD", "There is no such version: it was never published");
        const { rows: nodes } = await pool.query<Node>(
          `select
             node_id as node, entered, left_by, dropped, round((100 * drop_off)::numeric, 1)::float8 as drop_off_percent,
             round(median_seconds::numeric, 1)::float8 as median_seconds
           from app_public.chatbot_node_stats($1)`,
          [version.id],
        );
        const { rows: outcomes } = await pool.query<Record<string, unknown>>(
          `select status, outcome, runs, round(median_seconds::numeric, 1)::float8 as median_seconds
           from app_public.chatbot_outcome_stats($1)`,
          [version.id],
        );
        const shown = nodes.map((node) => ({ ...node, left_by: exitsOf(node) }));
        const text = [
          `Version ${version.number}`,
          tableOf(shown, "It has no runs yet"),
          ...(outcomes.length > 0 ? ["", tableOf(outcomes, "")] : []),
        ];
        print(options, { version: version.number, nodes, outcomes }, text.join("\n"));
      }),
    );
}

function exitsOf({ left_by }: Node): string {
  return Object.entries(left_by)
    .map(([exit, count]) => `${exit || "(on)"} ${count}`)
    .join(", ");
}
