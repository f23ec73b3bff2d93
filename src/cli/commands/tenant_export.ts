import type { Command } from "commander";
import { backUp } from "../../backup/back_up.ts";
import { openTarget } from "../../backup/open_place.ts";
import { sealSecretKey } from "../../backup/sealed_keys.ts";
import { readSecretKey } from "../../secrets/secret_keys.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { Progress } from "../progress.ts";
import { NEW_PASSPHRASE, readPassphrase } from "../read_passphrase.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { passphrase?: string };

/** `parley tenant export`. */
export function tenantExport(): Command {
  return define(
    "export",
    "Write everything of a tenant, as of one moment, for another installation",
    "parley tenant export bakery bakery.tar",
  )
    .argument("<tenant>", "slug or id")
    .argument("<target>", "a file, a folder/ or s3://bucket/prefix")
    .option(...NEW_PASSPHRASE)
    .action(async (name: string, target: string, options: Options) => {
      const passphrase = await readPassphrase(options.passphrase);
      await onDatabase(async ({ pool, ownerUrl, config }) => {
        const id = await findTenant(pool, name);
        const { rows } = await pool.query<{ slug: string }>(
          "select slug from app_public.tenants where id = $1",
          [id],
        );
        const tenant = { id, slug: rows[0]!.slug };
        const keys = passphrase && (await sealSecretKey(await readSecretKey(config), passphrase));
        const progress = new Progress();
        const { manifest, storedBytes } = await backUp(ownerUrl, await openTarget(target, config), {
          tenant,
          ...(keys && { keys }),
          onProgress: (table, count) => progress.show(`${table}: ${count} rows`),
        });
        progress.end();
        const count = manifest.tables.reduce((sum, table) => sum + table.rows, 0);
        print(
          options,
          { target, tenant: tenant.slug, takenAt: manifest.takenAt, rows: count, storedBytes },
          `Written to ${target}: ${count} rows of ${tenant.slug}, as of ${manifest.takenAt}`,
        );
      });
    });
}
