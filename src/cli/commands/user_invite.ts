import type { Command } from "commander";
import { inTransaction } from "../../database/pipeline.ts";
import { findTenant } from "../../services/find.ts";
import { isSentByMail, type LinkOptions, printLinkOption } from "../account_link.ts";
import { type CommonOptions, define } from "../define.ts";
import { invite } from "../invite.ts";
import { ROLES } from "../roles.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & LinkOptions & { tenant: string; role: string; name?: string };

/** `parley user invite`. */
export function userInvite(): Command {
  return define(
    "invite",
    "Invite an e-mail address to a tenant. The user chooses a password, or enters that of their account",
    "parley user invite ann@example.com --tenant bakery --role agent",
  )
    .argument("<email>")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .addOption(ROLES.option())
    .option("--name <name>", "the name of a new account; defaults to the part of the address before the @")
    .addOption(printLinkOption())
    .action((email: string, options: Options) =>
      onDatabase(({ pool, config }) =>
        inTransaction(pool, async (db) => {
          const tenantId = await findTenant(db, options.tenant);
          const invitee = { tenantId, email, role: options.role, name: options.name };
          await invite(db, invitee, { config, options, byMail: isSentByMail(options, config) });
        }),
      ),
    );
}
