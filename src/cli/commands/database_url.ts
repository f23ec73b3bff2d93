import type { Command } from "commander";
import { type CommonOptions, define } from "../define.ts";
import { print, remark } from "../print.ts";
import { onDatabase } from "../session.ts";

/** `parley database url`. */
export function databaseUrl(): Command {
  return define(
    "url",
    "Print the database's address with the owner's login and password, for psql and other clients",
    'psql "$(parley database url)"',
  ).action((options: CommonOptions) =>
    onDatabase(
      async ({ ownerUrl, isEmbedded }) => {
        print(options, { url: ownerUrl, isEmbedded }, ownerUrl);
        if (isEmbedded && process.stdout.isTTY) {
          remark(options, 'The embedded server runs only while Parley does: run "parley start"');
        }
      },
      { needsSchema: false },
    ),
  );
}
