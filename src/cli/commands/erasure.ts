import type { Command } from "commander";
import { openMediaFiles } from "../../media/media_files.ts";
import { repeatErasures } from "../../retention/erasure_list.ts";
import { findTenant } from "../../services/find.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";
import { tableOf } from "../table.ts";

/** `parley erasure list`. */
export function erasureList(): Command {
  return define("list", "List certificates of erased contacts", "parley erasure list --tenant bakery")
    .requiredOption("--tenant <tenant>", "slug or id of the tenant")
    .action((options: CommonOptions & { tenant: string }) =>
      onDatabase(async ({ pool }) => {
        const { rows } = await pool.query(
          `select id, erased_at, message_count as messages, file_count as files, webhook_count as webhooks,
             import_row_count as import_rows, completed_at
           from app_public.erasures
           where tenant_id = $1
           order by erased_at desc`,
          [await findTenant(pool, options.tenant)],
        );
        print(options, rows, tableOf(rows, "No contact has been erased."));
      }),
    );
}

/** `parley erasure repeat`. */
export function erasureRepeat(): Command {
  return define(
    "repeat",
    "After restoring a backup: erase again who has been erased since, by the list in the media storage",
    "parley erasure repeat",
  ).action((options: CommonOptions) =>
    onDatabase(async ({ pool, config }) => {
      const media = openMediaFiles(config);
      try {
        const contacts = await repeatErasures(pool, media);
        print(options, { contacts }, `Erased ${contacts} contacts again`);
      } finally {
        await media.close();
      }
    }),
  );
}
