import type { Command } from "commander";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { onDatabase } from "../session.ts";

/** `parley database url`. */
export function databaseUrl(): Command {
  return define(
    "url",
    "Print the owner's address of the database, password included, for psql and the like",
    'psql "$(parley database url)"',
  ).action((options: CommonOptions) =>
    onDatabase(
      async ({ ownerUrl, isEmbedded }) => {
        print(options, { url: ownerUrl, isEmbedded }, ownerUrl);
        if (isEmbedded && process.stdout.isTTY) {
          remark(options, "The embedded server runs as long as something of Parley does: parley start");
        }
      },
      { needsSchema: false },
    ),
  );
}
