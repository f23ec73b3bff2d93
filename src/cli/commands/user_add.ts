import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import type pg from "pg";
import { ParleyError } from "../../base/errors.ts";
import { inTransaction } from "../../database/pipeline.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
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
  invite?: true;
};
type Member = { tenantId: string; email: string; role: string; name: string | undefined };
type Added = { id: string; isNew: boolean };
type Invited = { token: string; expiresAt: Date };

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
    .option("--invite", "create an invitation instead: the user chooses a password when accepting it")
    .action(async (email: string, options: Options) => {
      const given = await readSecret(passwordSource(options.password));
      if (options.invite && given !== undefined)
        throw new ParleyError("PYREQ", "--invite and a password exclude each other");
      await onDatabase(({ pool }) =>
        inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          const member = { tenantId, email, role: options.role, name: options.name };
          // The account's password was set by another operator or tenant: it alone must not give access to this tenant.
          if (options.invite || (given === undefined && (await hasAccount(db, email))))
            return reportInvited(options, member, await invite(db, member));
          const password = given ?? randomBytes(15).toString("base64url");
          const added = await add(db, member, password);
          reportAdded(options, member, added, given === undefined ? password : undefined);
        }),
      );
    });
}

function reportAdded(options: Options, { email, role }: Member, added: Added, password?: string): void {
  const document = { id: added.id, email, role, isNew: added.isNew, ...(password && { password }) };
  print(options, document, `Added ${email} as ${role}`);
  if (!added.isNew) remark(options, "The account has a new password, and its sessions have ended.");
  if (password) remark(options, `Password, shown this once: ${password}`);
}

function reportInvited(options: Options, { email, role }: Member, { token, expiresAt }: Invited): void {
  const invitation = { token, expiresAt: expiresAt.toISOString() };
  print(options, { email, role, invitation }, `Invited ${email} as ${role}`);
  remark(options, `Invitation for acceptInvitation, shown this once: ${token}`);
  if (!options.invite)
    remark(
      options,
      "The address has an account: the user accepts with the account's password. --password sets a new one instead.",
    );
}

async function hasAccount(db: pg.PoolClient, email: string): Promise<boolean> {
  const { rows } = await db.query<{ has: boolean }>("select app_private.has_account($1) as has", [email]);
  return rows[0]!.has;
}

async function add(
  db: pg.PoolClient,
  { tenantId, email, role, name }: Member,
  password: string,
): Promise<Added> {
  const { rows } = await db.query<Added>(
    'select user_id as id, is_new as "isNew" from app_private.add_user($1, $2, $3, $4, $5)',
    [tenantId, email, role, name, password],
  );
  return rows[0]!;
}

async function invite(db: pg.PoolClient, { tenantId, email, role, name }: Member): Promise<Invited> {
  const { rows } = await db.query<Invited>(
    'select token, expires_at as "expiresAt" from app_private.invite($1, $2, $3, $4, null)',
    [tenantId, email, name, role],
  );
  return rows[0]!;
}
