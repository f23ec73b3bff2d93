import type { Command } from "commander";
import { findContact, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

type Options = CommonOptions & { tenant: string };

/** `parley contact show`. */
export function contactShow(): Command {
  return define(
    "show",
    "Show what is stored about a contact",
    'parley contact show "+49 171 234567" --tenant bakery',
  )
    .argument("<contact>", "phone number, external reference or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((contact: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const { rows } = await pool.query<{ contact: Record<string, unknown> }>(
          `select to_jsonb(c) - 'tenant_id' || jsonb_build_object(
             'guessed_language', app_hidden.contact_language(c),
             'guessed_time_zone', app_hidden.contact_time_zone(c),
             'attribution', (
               select a.referral from app_public.contact_attributions a where a.contact_id = c.id
             ),
             'tags', array(
               select t.name from app_public.contact_tags x join app_public.tags t on t.id = x.tag_id
               where x.contact_id = c.id order by t.name
             ),
             'conversations', (select count(*) from app_public.conversations v where v.contact_id = c.id)
           ) as contact
           from app_public.contacts c
           where c.id = $1`,
          [await findContact(pool, contact, tenantId)],
        );
        const shown = rows[0]!.contact;
        const lines = Object.entries(shown)
          .filter(([, value]) => value !== null)
          .map(([name, value]) => ({
            name,
            value: typeof value === "object" ? JSON.stringify(value) : value,
          }));
        print(options, shown, tableOf(lines, ""));
      }),
    );
}
