import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { findUser } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { readSecret, type SecretSource } from "../read_secret.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { password?: string };

/** `parley user set-password`. */
export function userSetPassword(): Command {
  return define(
    "set-password",
    "Set a new password for a user; ends all of the user's sessions",
    "parley user set-password ann@example.com",
  )
    .argument("<email>")
    .option(
      "--password <password>",
      '"-" reads it from standard input; or PARLEY_PASSWORD; defaults to a random one, shown once',
    )
    .action(async (email: string, options: Options) => {
      const given = await readSecret(passwordSource(options.password));
      const password = given ?? randomBytes(15).toString("base64url");
      await onDatabase(async ({ pool }) => {
        await inTransaction(pool, async (db) => {
          await db.query("select app_private.set_password($1, $2)", [await findUser(db, email), password]);
        });
        print(options, { email, ...(given === undefined && { password }) }, `${email} has a new password`);
        if (given === undefined) remark(options, `Password, shown this once: ${password}`);
      });
    });
}

/** Where the password of a person comes from. */
export function passwordSource(value: string | undefined): SecretSource {
  return { flag: "--password", value, variable: "PARLEY_PASSWORD" };
}
