import type { Command } from "commander";
import { findUser } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

/** `parley user remove-totp`. */
export function userRemoveTotp(): Command {
  return define(
    "remove-totp",
    "Let a user who has lost the authenticator app and the recovery codes sign in with the password only",
    "parley user remove-totp ann@example.com",
  )
    .argument("<email>")
    .action((email: string, options: CommonOptions) =>
      onDatabase(async ({ pool }) => {
        const { rowCount } = await pool.query("delete from app_private.totp_secrets where user_id = $1", [
          await findUser(pool, email),
        ]);
        const isRemoved = rowCount === 1;
        print(
          options,
          { email, isRemoved },
          isRemoved ? `${email} signs in with the password only` : `${email} signs in without codes already`,
        );
      }),
    );
}
