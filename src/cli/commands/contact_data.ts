import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Command } from "commander";
import { type PersonZipParts, personZip } from "../../exports/person_zip.ts";
import { openMediaFiles } from "../../media/media_files.ts";
import { findContact, findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { withTenantRights } from "../with_tenant_rights.ts";

type Options = CommonOptions & { tenant: string; output?: string };

/** `parley contact data`. */
export function contactData(): Command {
  return define(
    "data",
    "Write everything that is stored about a contact, and the files of its messages, as a ZIP file",
    'parley contact data "+49 171 234567" --tenant bakery --output ann.zip',
  )
    .argument("<contact>", "phone number, external reference or id")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .option("--output <file>", "default: contact-<id>.zip")
    .action((contact: string, options: Options) =>
      onDatabase(async (session) => {
        const { pool, log, config } = session;
        const tenantId = await findTenant(pool, options.tenant);
        const id = await findContact(pool, contact, tenantId);
        const output = options.output ?? `contact-${id}.zip`;
        await pool.query("select app_private.audit_export($1, 'contacts', $2, null)", [tenantId, id]);
        const media = openMediaFiles(config);
        try {
          const read: PersonZipParts["read"] = (work) => withTenantRights(session, tenantId, work);
          await pipeline(
            personZip({ read, pool, storage: media.storage, log }, id),
            createWriteStream(output),
          );
        } catch (error) {
          await rm(output, { force: true });
          throw error;
        } finally {
          await media.close();
        }
        print(options, { output }, `Written to ${output}`);
      }),
    );
}
