import type { Command } from "commander";
import { findContact, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { tenant: string; preview?: true };
type Merge = { contact: { id: string }; discarded: Record<string, unknown>; moved: number; joined: number };

/** `parley contact merge`. */
export function contactMerge(): Command {
  return define(
    "merge",
    "Make two contacts one; it cannot be undone",
    'parley contact merge "+49 171 234567" customer-1815 --tenant bakery --preview',
  )
    .argument("<kept>", "the contact that remains: phone number, external reference or id")
    .argument("<merged>", "the contact that is merged into it, and deleted")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--preview", "only show the result")
    .action((kept: string, merged: string, options: Options) =>
      onDatabase(async ({ pool }) => {
        const tenantId = await findTenant(pool, options.tenant);
        const { rows } = await pool.query<Merge>(
          `select to_jsonb(m.contact) as contact, m.discarded, m.moved_conversations as moved,
             m.joined_conversations as joined
           from app_public.${options.preview ? "preview_contact_merge" : "merge_contacts"}($1, $2) m`,
          [await findContact(pool, kept, tenantId), await findContact(pool, merged, tenantId)],
        );
        const { contact, discarded, moved, joined } = rows[0]!;
        const lines = [
          `${options.preview ? "Would merge" : "Merged"} into ${contact.id}`,
          `conversations: ${moved} moved, ${joined} joined with one on the same channel`,
          ...Object.entries(discarded).map(
            ([name, value]) => `discarded: ${name} = ${JSON.stringify(value)}`,
          ),
        ];
        print(options, rows[0]!, lines.join("\n"));
      }),
    );
}
