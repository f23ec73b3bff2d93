import type { Command } from "commander";
import { findContact, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string };
type Erasure = { id: string; conversations: number; messages: number; files: number };

/** `parley contact erase`. */
export function contactErase(): Command {
  return define(
    "erase",
    "Erase a contact permanently, with its conversations, messages and files",
    'parley contact erase "+49 171 234567" --tenant bakery',
  )
    .argument("<contact>", "phone number, external reference or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((contact: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const id = await findContact(pool, contact, await findTenant(pool, options.tenant));
        const { rows } = await pool.query<Erasure>(
          `select e.id, e.conversation_count as conversations, e.message_count as messages, e.file_count as files
           from app_public.erase_contact($1) e`,
          [id],
        );
        const erasure = rows[0]!;
        print(
          options,
          erasure,
          `Erased, with ${erasure.messages} messages and ${erasure.files} files: certificate ${erasure.id}\n` +
            "The worker removes the person from stored webhook bodies and imported files within minutes.",
        );
      }),
    );
}
