import type { Command } from "commander";
import { primaryUrl } from "../../database/primary_client.ts";
import { databaseName, dropDatabase, dropRoles, dropSchemas } from "../../database/remove_database.ts";
import { confirm } from "../confirm.ts";
import { type CommonOptions, define } from "../define.ts";
import { print } from "../print.ts";
import { onDatabase } from "../session.ts";

type Options = CommonOptions & { confirm?: string; roles?: true };

const CONFIRM = ["--confirm <name>", "the name of the database, instead of typing it"] as const;

/** `parley database drop`. */
export function databaseDrop(): Command {
  return define(
    "drop",
    "Drop the database with all its data, and end all connections to it",
    "parley database drop --confirm parley",
  )
    .option(...CONFIRM)
    .option("--roles", "also drop the roles parley_visitor and parley_authenticator")
    .action((options: Options) =>
      onDatabase(
        async (session) => {
          const ownerUrl = await primaryUrl(session.ownerUrl);
          const name = await databaseName(ownerUrl);
          await confirm(`The database ${name} will be dropped with all its data.`, name, options.confirm);
          await dropDatabase(ownerUrl);
          if (options.roles) await dropRoles(ownerUrl, name);
          print(options, { dropped: name, roles: options.roles === true }, `Dropped the database ${name}`);
        },
        { needsSchema: false },
      ),
    );
}

/** `parley database recreate`. */
export function databaseRecreate(): Command {
  return define(
    "recreate",
    "Drop everything of Parley in the database, then migrate: an empty installation with the same owner",
    "parley database recreate --confirm parley",
  )
    .option(...CONFIRM)
    .action((options: Options) =>
      onDatabase(
        async (session) => {
          const ownerUrl = await primaryUrl(session.ownerUrl);
          const name = await databaseName(ownerUrl);
          await confirm(`All data of Parley in the database ${name} will be deleted.`, name, options.confirm);
          await dropSchemas(ownerUrl);
          const { migrate } = await import("../../database/migrate.ts");
          await migrate(ownerUrl, session.log);
          print(options, { recreated: name }, `The database ${name} is empty, with the current schema`);
        },
        { needsSchema: false },
      ),
    );
}
