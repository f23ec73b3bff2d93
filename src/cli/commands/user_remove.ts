import type { Command } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley user remove`. */
export function userRemove(): Command {
  return define(
    "remove",
    "Remove a user from a tenant, and delete the account if it has no other; messages stay. Not the last owner (PYOWN)",
    "parley user remove ann@example.com --tenant bakery",
  )
    .argument("<email>")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((email: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const isDeleted = await inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          const { rows } = await db.query<{ is_deleted: boolean }>(
            "select app_private.remove_user($1, $2) as is_deleted",
            [tenantId, email],
          );
          return rows[0]!.is_deleted;
        });
        const more = isDeleted ? ", and deleted: there was no other tenant" : "";
        print(options, { email, isDeleted }, `${email} was removed from ${options.tenant}${more}`);
      }),
    );
}
