import type pg from "pg";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import type { Template } from "../../sandbox/templates.ts";
import type { Log } from "../base/log.ts";
import { SANDBOX_GRAPH_PATH } from "../http/server.ts";

/**
 * Registers with the sandbox the templates that it had, because it keeps nothing between starts: those of accounts with a
 * channel there. Otherwise the next synchronisation would find that they were deleted, and campaigns would pause.
 *
 * @param url the address at which this process listens.
 */
export async function registerSandboxTemplates(
  pool: pg.Pool,
  sandbox: Pick<Sandbox, "addTemplate">,
  url: string,
  log: Log,
): Promise<void> {
  const { rows } = await pool.query<{ businessAccountId: string; template: Template }>(
    `select distinct on (t.business_account_id, t.name, t.language)
       t.business_account_id as "businessAccountId",
       json_strip_nulls(json_build_object(
         'id', t.provider_template_id,
         'name', t.name,
         'language', t.language,
         'category', upper(t.category::text),
         'status', upper(t.status::text),
         'parameter_format', upper(t.parameter_format::text),
         'components', t.components,
         'rejected_reason', case when t.status = 'rejected' then t.status_reason end,
         'message_send_ttl_seconds', t.message_ttl
       )) as template
     from app_public.templates t
     where t.business_account_id in (
       select w.business_account_id from app_public.whatsapp_channels w where w.graph_url = $1
     )
     and t.status in ('approved', 'pending', 'rejected', 'paused', 'disabled')
     and t.category is not null and t.provider_template_id is not null
     order by t.business_account_id, t.name, t.language, t.status_at desc nulls last`,
    [`${url}${SANDBOX_GRAPH_PATH}`],
  );
  for (const { businessAccountId, template } of rows) {
    try {
      sandbox.addTemplate(businessAccountId, template);
    } catch (error) {
      // An account of the sandbox has as many as Meta allows.
      log.warn(
        { businessAccountId, name: template.name, err: String(error) },
        "a template is not in the sandbox",
      );
    }
  }
}
