import { readFile } from "node:fs/promises";
import { join } from "node:path";
import pg from "pg";
import { openThrowaway } from "../../embedded/throwaway.ts";

/** A Postgres with the settings that Parley gives its own, fsync and synchronous_commit on, and one empty database. */
export type Postgres = {
  /** `DATABASE_URL`: the owner of the database, who may make roles, and is no superuser. */
  ownerUrl: string;
  /** Looks on, and fills in rows with the triggers off. */
  watcher: pg.Client;
  postmaster: number;
  stop(): Promise<void>;
};

const OWNER = "parley";
/** Costs nothing until a profile is asked for: what each function and statement takes. */
const PROFILING = {
  shared_preload_libraries: "pg_stat_statements",
  "pg_stat_statements.track": "all",
  track_functions: "all",
};

export async function startPostgres({ isProfiled }: { isProfiled: boolean }): Promise<Postgres> {
  const log = { info() {}, warn: console.error, error: console.error };
  const server = await openThrowaway({ log, durable: true, ...(isProfiled && { settings: PROFILING }) });
  const maker = await connect(server.superuserUrl);
  await maker.query(`create role ${OWNER} login createrole createdb password '${OWNER}'`);
  await maker.query(`create database ${OWNER} owner ${OWNER}`);
  await maker.end();
  const watcher = await connect(withPath(server.superuserUrl, OWNER));
  if (isProfiled) await watcher.query("create extension pg_stat_statements");
  const owner = new URL(withPath(server.superuserUrl, OWNER));
  owner.username = OWNER;
  owner.password = OWNER;
  const [postmaster] = (await readFile(join(server.clusterDir, "postmaster.pid"), "utf8")).split("\n");
  return {
    ownerUrl: owner.href,
    watcher,
    postmaster: Number(postmaster),
    async stop() {
      await watcher.end().catch(() => {});
      await server.release();
    },
  };
}

export async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, application_name: "bench" });
  client.on("error", () => {});
  await client.connect();
  return client;
}

function withPath(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
