import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { type CommonOptions, define } from "../cli/define.ts";
import { print, remark } from "../cli/print.ts";
import { readSecret } from "../cli/read_secret.ts";
import { ROLES } from "../cli/roles.ts";
import { onDatabase } from "../cli/session.ts";
import { inTransaction } from "../database.ts";
import { ParleyError } from "../errors.ts";
import { findTenant } from "../operator/find.ts";

type Options = CommonOptions & { tenant: string; role: string; name?: string; password?: string };

/** `parley user add`. */
export function userAdd(): Command {
  return define(
    "add",
    "Make a person a member of a tenant; who has an account already keeps its password",
    'parley user add ann@example.com --tenant bakery --role agent --name "Ann"',
  )
    .argument("<email>", "what the person signs in with")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .addOption(ROLES.option())
    .option("--name <name>", "what others see; the front of the address unless told")
    .option(
      "--password <password>",
      '"-" reads it from standard input; or PARLEY_PASSWORD; made and shown once unless given',
    )
    .action(async (email: string, options: Options) => {
      const given = await readSecret({
        flag: "--password",
        value: options.password,
        variable: "PARLEY_PASSWORD",
      });
      const password = given ?? randomBytes(15).toString("base64url");
      await onDatabase(async ({ pool }) => {
        const added = await inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          const { rows } = await db.query<{ user_id: string; is_new: boolean }>(
            "select user_id, is_new from app_private.add_user($1, $2, $3, $4, $5)",
            [tenantId, email, options.role, options.name, password],
          );
          if (!rows[0]!.is_new && given !== undefined) {
            throw new ParleyError(
              "PYUSR",
              `${email} has an account already: "parley user set-password" changes its password`,
            );
          }
          return rows[0]!;
        });
        const shown = added.is_new && given === undefined ? { password } : {};
        const document = { id: added.user_id, email, role: options.role, isNew: added.is_new, ...shown };
        print(options, document, `Added ${email} as ${options.role}`);
        if (!added.is_new)
          remark(options, "The person had an account already, and keeps its name and password.");
        if (shown.password) remark(options, `Password, shown this once: ${password}`);
      });
    });
}
