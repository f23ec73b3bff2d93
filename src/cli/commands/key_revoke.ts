import type { Command } from "commander";
import { findApiKey, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant?: string };
type Revoked = { id: string; name: string; revoked_at: Date };

/** `parley key revoke`. */
export function keyRevoke(): Command {
  return define(
    "revoke",
    "End an API key at once, with its WebSockets",
    'parley key revoke "Nightly report" --tenant bakery',
  )
    .argument("<key>", "its id, its name with --tenant, or the key itself")
    .option("--tenant <tenant>", "slug or id of the tenant")
    .action((key: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = options.tenant === undefined ? undefined : await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Revoked>(
          `update app_public.api_keys k set revoked_at = coalesce(k.revoked_at, now())
           where k.id = $1
           returning k.id, k.name, k.revoked_at`,
          [await findApiKey(pool, key, tenantId)],
        );
        const { id, name, revoked_at } = rows[0]!;
        print(options, { id, name, revokedAt: revoked_at.toISOString() }, `Revoked the key "${name}"`);
      }),
    );
}
