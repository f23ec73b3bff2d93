import type { Command } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant?: string };

/** `parley user activate`. */
export function userActivate(): Command {
  return define("activate", "Reactivate a user", "parley user activate ann@example.com")
    .argument("<email>")
    .option("--tenant <tenant>", "slug or id: only in this tenant; default: everywhere")
    .action((email: string, options: Options) => setActive(email, true, options));
}

/** `parley user deactivate`. */
export function userDeactivate(): Command {
  return define(
    "deactivate",
    "Deactivate a user, from the next request on; the last active owner cannot be deactivated (PYOWN)",
    "parley user deactivate ann@example.com --tenant bakery",
  )
    .argument("<email>")
    .option("--tenant <tenant>", "slug or id: only in this tenant; default: everywhere")
    .action((email: string, options: Options) => setActive(email, false, options));
}

function setActive(email: string, isActive: boolean, options: Options): Promise<void> {
  return onDatabase(async ({ pool }) => {
    await inTransaction(pool, async (db) => {
      const tenantId = options.tenant === undefined ? null : await findTenant(db, options.tenant);
      await db.query("select app_private.set_user_active($1, $2, $3)", [email, tenantId, isActive]);
    });
    const where = options.tenant === undefined ? "" : ` in ${options.tenant}`;
    print(options, { email, isActive }, `${email} is ${isActive ? "active" : "locked out"}${where} now`);
  });
}
