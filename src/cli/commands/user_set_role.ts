import { Argument, type Command } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { ROLES } from "../roles.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };

/** `parley user set-role`. */
export function userSetRole(): Command {
  return define(
    "set-role",
    "Change the role of a member; the last active owner cannot be changed (PYOWN)",
    "parley user set-role ann@example.com admin --tenant bakery",
  )
    .argument("<email>")
    .addArgument(new Argument("<role>").choices(ROLES.names))
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((email: string, role: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        await inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          await db.query("select app_private.set_user_role($1, $2, $3)", [tenantId, email, role]);
        });
        print(options, { email, role }, `${email} is ${role} now`);
      }),
    );
}
