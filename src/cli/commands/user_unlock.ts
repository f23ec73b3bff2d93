import type { Command } from "commander";
import { findUser } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

/** `parley user unlock`. */
export function userUnlock(): Command {
  return define(
    "unlock",
    "Remove the locks that failed sign-ins have set on an e-mail address",
    "parley user unlock ann@example.com",
  )
    .argument("<email>")
    .action((email: string, options: CommonOptions) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query<{ locks: number }>("select app_private.unlock_user($1) as locks", [
          await findUser(pool, email),
        ]);
        const { locks } = rows[0]!;
        print(options, { email, locks }, locks === 0 ? `${email} was not locked` : `${email} is unlocked`);
      }),
    );
}
