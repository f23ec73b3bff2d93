import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type pg from "pg";
import { inTransaction } from "../../database/pipeline.ts";
import { findTenant } from "../../services/find.ts";
import { isSentByMail } from "../account_link.ts";
import { type CommonOptions, define } from "../define.ts";
import { type Invitee, invite } from "../invite.ts";
import { print, remark } from "../print.ts";
import { readSecret } from "../read_secret.ts";
import { ROLES } from "../roles.ts";
import { onDatabase } from "../session.ts";
import { passwordSource } from "./user_set_password.ts";

type Options = CommonOptions & {
  tenant: string;
  role: string;
  name?: string;
  password?: string;
};
type Added = { id: string; isNew: boolean };

/** `parley user add`. */
export function userAdd(): Command {
  return define(
    "add",
    "Add a user to a tenant. If the address has an account, an invitation is created, unless --password sets a new password",
    'parley user add ann@example.com --tenant bakery --role agent --name "Ann"',
  )
    .argument("<email>", "the e-mail address with which the user signs in")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .addOption(ROLES.option())
    .option(
      "--name <name>",
      "the name that other users see; defaults to the part of the address before the @",
    )
    .option(
      "--password <password>",
      'the password of the account; of an existing account it replaces the password and ends the sessions. "-" reads it from standard input; or PARLEY_PASSWORD; defaults to a random one for a new account, shown once',
    )
    .action(async (email: string, options: Options) => {
      const given = await readSecret(passwordSource(options.password));
      await onDatabase(({ pool, config }) =>
        inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          const member = { tenantId, email, role: options.role, name: options.name };
          // The account's password was set by another operator or tenant: it alone must not give access to this tenant.
          if (given === undefined && (await hasAccount(db, email))) {
            await invite(db, member, { config, options, byMail: isSentByMail({}, config) });
            return remark(
              options,
              "The address has an account: the user accepts with the account's password. --password sets a new one instead.",
            );
          }
          const password = given ?? randomBytes(15).toString("base64url");
          const added = await add(db, member, password);
          reportAdded(options, member, added, given === undefined ? password : undefined);
        }),
      );
    });
}

function reportAdded(options: Options, { email, role }: Invitee, added: Added, password?: string): void {
  const document = { id: added.id, email, role, isNew: added.isNew, ...(password && { password }) };
  print(options, document, `Added ${email} as ${role}`);
  if (!added.isNew) remark(options, "The account has a new password, and its sessions have ended.");
  if (password) remark(options, `Password, shown this once: ${password}`);
}

async function hasAccount(db: pg.PoolClient, email: string): Promise<boolean> {
  const { rows } = await db.query<{ has: boolean }>("select app_private.has_account($1) as has", [email]);
  return rows[0]!.has;
}

async function add(
  db: pg.PoolClient,
  { tenantId, email, role, name }: Invitee,
  password: string,
): Promise<Added> {
  const { rows } = await db.query<Added>(
    'select user_id as id, is_new as "isNew" from app_private.add_user($1, $2, $3, $4, $5)',
    [tenantId, email, role, name, password],
  );
  return rows[0]!;
}
