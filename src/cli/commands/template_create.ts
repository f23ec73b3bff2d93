import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { isObject } from "../../base/json/json.ts";
import { integerOf, wordOf } from "../../base/json/values.ts";
import { findTenant } from "../../services/find.ts";
import { requestChange } from "../../templates/request_change.ts";
import { templateAccounts } from "../../templates/sync_templates.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { readJsonFile } from "../read_json_file.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; account?: string; submit?: true };

/** `parley template create`. */
export function templateCreate(): Command {
  return define(
    "create",
    "Store a template as a draft, and submit it if asked to",
    "parley template create order_ready.json --tenant bakery --submit",
  )
    .argument("<file>", 'JSON: {"name", "language", "category", "components", "parameter_format"?, …}')
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--account <account>", "the account (WABA), if several are connected")
    .option("--submit", "submit it to the provider, which reviews it")
    .action(async (file: string, options: Options) => {
      const template = await readJsonFile(file);
      if (!isObject(template)) throw new ParleyError("PYREQ", "The file must contain a JSON object");
      await onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const accounts = await templateAccounts(pool, { tenantId });
        if (options.account === undefined && accounts.length !== 1)
          throw new ParleyError("PYREQ", "Name the account with --account: the tenant has none, or several");
        const { rows } = await pool.query<{ id: string; problem: string | null }>(
          `insert into app_public.templates
             (tenant_id, business_account_id, name, language, category, parameter_format, components, message_ttl)
           values ($1, $2, $3, $4, lower($5)::app_public.template_category,
             coalesce(lower($6), 'positional')::app_public.template_parameter_format, $7, $8)
           returning id, app_public.templates_problem(templates) as problem`,
          [
            tenantId,
            options.account ?? accounts[0]!.business_account_id,
            wordOf(template.name),
            wordOf(template.language),
            wordOf(template.category),
            wordOf(template.parameter_format),
            JSON.stringify(template.components ?? []),
            integerOf(template.message_send_ttl_seconds),
          ],
        );
        const { id, problem } = rows[0]!;
        if (!options.submit) {
          print(
            options,
            { id, problem },
            `Stored as a draft: ${id}${problem === null ? "" : `\nTo mend: ${problem}`}`,
          );
          return;
        }
        const change = await requestChange(pool, { templateId: id, kind: "create" });
        const state = {
          queued: "a worker submits it",
          done: "submitted",
          failed: `refused: ${change.error}`,
        };
        print(options, { ...change, templateId: id }, `Stored: ${id}; ${state[change.state]}`);
        if (change.state === "failed") process.exitCode = 1;
      });
    });
}
