import type { Command } from "commander";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { readFilter } from "../read_filter.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; filter: string; description?: string };
type Saved = { id: string; name: string; contacts: number };

/** `parley segment save`. */
export function segmentSave(): Command {
  return define(
    "save",
    "Save a filter of contacts as a segment, or change the filter of the segment with that name",
    `parley segment save "VIPs" --tenant bakery --filter '{"field": "tag", "is": "vip"}'`,
  )
    .argument("<name>", "the name of the segment")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .requiredOption("--filter <filter>", "a filter of contacts: JSON, or @ and the path of a file with it")
    .option("--description <text>", "what the segment is for")
    .action((name: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Saved>(
          `insert into app_public.segments as s (tenant_id, name, filter, description) values ($1, $2, $3, $4)
           on conflict (tenant_id, lower(name)) do update set
             filter = excluded.filter, description = coalesce(excluded.description, s.description)
           returning s.id, s.name, app_private.count_contacts_matching(s.tenant_id, s.filter) as contacts`,
          [tenantId, name, JSON.stringify(await readFilter(options.filter)), options.description ?? null],
        );
        const saved = rows[0]!;
        print(options, saved, `Saved the segment "${saved.name}": ${saved.contacts} contacts`);
      }),
    );
}
