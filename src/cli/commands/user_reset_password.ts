import type { Command } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { passwordResetLink } from "../../mail/account_links.ts";
import { findUser } from "../../services/find.ts";
import { isSentByMail, type LinkOptions, printLinkOption } from "../account_link.ts";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & LinkOptions;

/** `parley user reset-password`. */
export function userResetPassword(): Command {
  return define(
    "reset-password",
    "Give a user a link with which to choose a new password within an hour; until then the old one stays valid",
    "parley user reset-password ann@example.com",
  )
    .argument("<email>")
    .addOption(printLinkOption())
    .action((email: string, options: Options) =>
      onDatabase(({ pool, config }) =>
        inTransaction(pool, async (db) => {
          await findUser(db, email);
          const byMail = isSentByMail(options, config);
          const { rows } = await db.query<{ token: string | null }>(
            "select token from app_private.start_password_reset($1, 'operator', $2)",
            [email, byMail],
          );
          const { token } = rows[0]!;
          const link = token === null ? undefined : passwordResetLink(token, config);
          print(options, { email, ...(link && { link }) }, `${email} may choose a new password`);
          if (link) remark(options, `Link, shown this once: ${link}`);
          else
            remark(
              options,
              byMail ? "A worker sends the link by e-mail." : "The user is inactive: no link was made.",
            );
        }),
      ),
    );
}
