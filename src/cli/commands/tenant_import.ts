import type { Command } from "commander";
import { importTenant } from "../../backup/import_tenant.ts";
import { openReader } from "../../backup/open_place.ts";
import { readManifest } from "../../backup/read_manifest.ts";
import { readConfig } from "../../base/config.ts";
import { type CommonOptions, define } from "../define.ts";
import { eraseAgain, remarkErased } from "../erase_again.ts";
import { print, remark } from "../print.ts";
import { Progress } from "../progress.ts";
import { PASSPHRASE } from "../read_passphrase.ts";
import { readFormerKey, resealRestored, unopenedRemark } from "../restored_secrets.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { passphrase?: string; slug?: string };

/** `parley tenant import`. */
export function tenantImport(): Command {
  return define(
    "import",
    "Import an exported tenant beside the others; its channels are paused",
    "parley tenant import bakery.tar",
  )
    .argument("<source>", "what parley tenant export has written")
    .option("--slug <slug>", "its short name here; default: as it was")
    .option(...PASSPHRASE)
    .action(async (source: string, options: Options) => {
      const config = readConfig();
      const reader = await openReader(source, config);
      const progress = new Progress();
      try {
        const manifest = await readManifest(reader);
        const formerKey = await readFormerKey(manifest, options.passphrase);
        await onDatabase(async ({ ownerUrl, pool }) => {
          const tenant = await importTenant(reader, manifest, ownerUrl, {
            ...(options.slug !== undefined && { slug: options.slug }),
            onProgress: (table) => progress.show(table),
          });
          progress.end();
          const { resealed, unopened } = await resealRestored(pool, config, formerKey);
          const erased = await eraseAgain(pool, config);
          const { added, known } = tenant.users;
          print(
            options,
            { ...tenant, resealed, unopened },
            `Imported the tenant ${tenant.slug} with ${added} new users and ${known} known ones. Its channels are paused`,
          );
          if (unopened.length > 0) remark(options, unopenedRemark(unopened));
          remarkErased(options, erased);
        });
      } finally {
        await reader.close();
      }
    });
}
