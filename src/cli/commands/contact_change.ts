import type { Command } from "commander";
import { findContact, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; atProvider?: true };
type Changed = { id: string; name: string };

/** `parley contact block`. */
export function contactBlock(): Command {
  return change("block", "Block a contact: nothing is sent to it", "block_contact($1, $2)", "Blocked").option(
    "--at-provider",
    "also ask the providers of its channels to block it, so that its messages do not arrive",
  );
}

/** `parley contact unblock`. */
export function contactUnblock(): Command {
  return change(
    "unblock",
    "Unblock a contact, here and at the providers",
    "unblock_contact($1)",
    "Unblocked",
  );
}

/** `parley contact delete`. */
export function contactDelete(): Command {
  return change(
    "delete",
    "Delete a contact: it is hidden, and erased after 30 days",
    "delete_contact($1)",
    "Deleted",
  );
}

/** `parley contact restore`. */
export function contactRestore(): Command {
  return change("restore", "Restore a deleted contact", "restore_contact($1)", "Restored");
}

/** A command that calls a function of app_public for one contact. */
function change(name: string, description: string, call: string, done: string): Command {
  return define(name, description, `parley contact ${name} "+49 171 234567" --tenant bakery`)
    .argument("<contact>", "phone number, external reference or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((contact: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findContact(pool, contact, await findTenant(pool, options.tenant));
        const { rows } = await pool.query<Changed>(
          `select c.id, coalesce(c.name, c.profile_name, c.phone, c.id::text) as name from app_public.${call} c`,
          call.includes("$2") ? [id, options.atProvider ?? false] : [id],
        );
        const changed = rows[0]!;
        print(options, changed, `${done} ${changed.name}`);
      }),
    );
}
