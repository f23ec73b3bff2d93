/**
 * `npm run migration -- commit --message "…"` (or any other command of graphile-migrate): runs it with a
 * temporary server for the database, the shadow database and the root connection it needs.
 */
import { spawn } from "node:child_process";
import pg from "pg";
import { openThrowaway } from "../../embedded/throwaway.ts";
import { createLog } from "../base/log.ts";
import { prepareDatabase } from "./prepare.ts";

const log = createLog("warn");
const [command = "--help", ...rest] = process.argv.slice(2);
const server = await openThrowaway({ log, durable: false });
try {
  const client = new pg.Client({ connectionString: server.superuserUrl });
  await client.connect();
  for (const name of ["development", "shadow"]) await client.query(`create database ${name}`);
  await client.end();
  await prepareDatabase(urlOf("development"));
  // `uncommit` requires that the migration has been applied.
  if (command === "uncommit") await graphileMigrate("migrate");

  process.exitCode = await graphileMigrate(command, ...rest);
} finally {
  await server.release();
}

function graphileMigrate(...args: string[]): Promise<number> {
  const child = spawn("graphile-migrate", args, {
    stdio: "inherit",
    env: {
      ...process.env,
      DATABASE_URL: urlOf("development"),
      SHADOW_DATABASE_URL: urlOf("shadow"),
      ROOT_DATABASE_URL: server.superuserUrl,
    },
  });
  return new Promise((resolve) => child.on("close", (code) => resolve(code ?? 1)));
}

function urlOf(database: string): string {
  return Object.assign(new URL(server.superuserUrl), { pathname: `/${database}` }).href;
}
