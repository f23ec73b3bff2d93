import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { personExport } from "../../exports/person_export.ts";
import { openMediaFiles } from "../../media/media_files.ts";
import { findContact, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase, type Session } from "../session.ts";
import { withTenantRights } from "../with_tenant_rights.ts";
import { openOutput } from "./export.ts";

type Options = CommonOptions & { tenant: string; output?: string; files?: string };

/** `parley contact data`. */
export function contactData(): Command {
  return define(
    "data",
    "Write everything that is stored about a contact, as JSON Lines",
    'parley contact data "+49 171 234567" --tenant bakery --output ann.jsonl --files ann',
  )
    .argument("<contact>", "phone number, external reference or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--output <file>", "default: standard output")
    .option("--files <folder>", "also write the files of its messages, named by the ids of their media")
    .action((contact: string, options: Options) =>
      onDatabase(async (session) => {
        const tenantId = await findTenant(session.pool, options.tenant);
        const id = await findContact(session.pool, contact, tenantId);
        const { output, files } = options;
        await session.pool.query("select app_private.audit_export($1, 'contacts', $2, null)", [tenantId, id]);
        await withTenantRights(session, tenantId, (client) =>
          pipeline(
            Readable.from(personExport(client, id)),
            output === undefined ? openOutput() : createWriteStream(output),
          ),
        );
        const written = files === undefined ? 0 : await writeFiles(session, id, files);
        if (output !== undefined)
          print(options, { output, files: written }, `Written to ${output}, and ${written} files`);
      }),
    );
}

async function writeFiles({ pool, config }: Session, contactId: string, folder: string): Promise<number> {
  const { rows } = await pool.query<{ id: string; storage_key: string }>(
    `select distinct d.id, f.storage_key
     from app_public.conversations v
     cross join lateral (
       select m.media_id from app_public.messages m where m.conversation_id = v.id
       union all
       select unnest(a.media_ids) from app_public.message_archives a where a.conversation_id = v.id
     ) x
     join app_public.media d on d.id = x.media_id
     join app_private.media_files f on f.tenant_id = d.tenant_id and f.sha256 = d.sha256
     where v.contact_id = $1`,
    [contactId],
  );
  const media = openMediaFiles(config);
  try {
    await mkdir(folder, { recursive: true });
    for (const { id, storage_key } of rows) {
      const { stream } = await media.storage.open(storage_key);
      await pipeline(stream, createWriteStream(join(folder, id)));
    }
  } finally {
    await media.close();
  }
  return rows.length;
}
