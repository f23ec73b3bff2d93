import type { Command } from "commander";
import { ParleyError } from "../../base/errors.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley segment remove`. */
export function segmentRemove(): Command {
  return define(
    "remove",
    "Delete a segment. Its contacts are not affected",
    'parley segment remove "VIPs" --tenant bakery',
  )
    .argument("<segment>", "name or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((segment: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<{ id: string; name: string }>(
          `delete from app_public.segments s
           where s.tenant_id = $1 and lower($2) in (s.id::text, lower(s.name))
           returning s.id, s.name`,
          [await findTenant(pool, options.tenant), segment],
        );
        const [removed] = rows;
        if (!removed) throw new ParleyError("PYNFD", "There is no such segment");
        print(options, removed, `Deleted the segment "${removed.name}"`);
      }),
    );
}
