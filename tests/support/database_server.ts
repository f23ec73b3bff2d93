import { chown, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import pg from "pg";
import { serverAccount } from "../../embedded/account.ts";
import { findBinaries, reachableBinaries } from "../../embedded/binaries.ts";
import type { Cluster } from "../../embedded/cluster.ts";
import { launch } from "../../embedded/launch.ts";
import { inspect, replaceStalePid, stop } from "../../embedded/postmaster.ts";
import { superuserUrl } from "../../embedded/presence.ts";
import type { Throwaway } from "../../embedded/throwaway.ts";
import { createLog } from "../../src/base/log.ts";
import { freePort } from "./killable_process.ts";
import { until } from "./until.ts";

const START_MS = 30_000;
/** Of a copy: the log is streamed, and the rest belongs to the process. */
const NOT_COPIED = /^(postmaster\..*|pg_wal|pg_replslot|pg_stat_tmp)$/;

/** A PostgreSQL server whose processes can be killed, suspended and started again, on the same port. */
export class DatabaseServer {
  /** Database `postgres` as the superuser. */
  readonly superuserUrl: string;
  readonly port: number;
  readonly #cluster: Cluster;

  private constructor(cluster: Cluster, port: number) {
    this.#cluster = cluster;
    this.port = port;
    this.superuserUrl = superuserUrl(port, cluster.superuserPassword);
  }

  /** A server that runs. It is released by its own handle. */
  static async of({ clusterDir, port, superuserUrl }: Throwaway): Promise<DatabaseServer> {
    return new DatabaseServer(await clusterIn(dirname(clusterDir), passwordOf(superuserUrl)), port);
  }

  /**
   * Copies this server by PostgreSQL's backup functions, and starts the copy as a standby of it. `name` is what
   * `synchronous_standby_names` can name.
   */
  async startStandby({
    name = "standby",
    port,
  }: {
    name?: string;
    port?: number;
  } = {}): Promise<DatabaseServer> {
    const { account, dir, superuserPassword } = this.#cluster;
    // The name by which openThrowaway() finds and removes what a killed run has left.
    const home = await mkdtemp(join(dirname(dirname(dir)), `parley-throwaway-${process.pid}-`));
    if (account) await chown(home, account.uid, account.gid);
    await this.#copyTo(join(home, "postgres"));
    await follow(join(home, "postgres"), this.superuserUrl, name);
    if (account) await chownTree(home, account);
    const copy = new DatabaseServer(await clusterIn(home, superuserPassword), port ?? (await freePort()));
    await copy.start();
    return copy;
  }

  /** Starts it after a kill. Resolves when it answers. */
  async start(): Promise<void> {
    const end = performance.now() + START_MS;
    // The processes of a killed server need a moment to notice that it is gone.
    while ((await launch(this.#cluster, this.port)) === undefined) {
      if (performance.now() > end) throw new Error(`the server in ${this.#cluster.dir} does not start`);
      if ((await inspect(this.#cluster)).kind === "leftover") await replaceStalePid(this.#cluster);
    }
    await until("the server to answer", () => this.query("select 1").catch(() => undefined), START_MS);
  }

  /** Ends the recovery of a standby: it accepts writes when this resolves. */
  async promote(): Promise<void> {
    await this.query("select pg_promote(wait => true)");
  }

  async query(text: string): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: this.superuserUrl, connectionTimeoutMillis: 1_000 });
    client.on("error", () => {});
    try {
      await client.connect();
      return await client.query(text);
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** SIGKILL for the postmaster and all its processes: it writes nothing more. */
  async kill(): Promise<void> {
    await this.#signal("SIGKILL");
    await until("the server to be gone", async () => (await inspect(this.#cluster)).kind !== "alive");
  }

  /** Keeps its connections open, and does nothing, until `resume`. */
  suspend(): Promise<void> {
    return this.#signal("SIGSTOP");
  }

  resume(): Promise<void> {
    return this.#signal("SIGCONT");
  }

  /** Stops it and deletes its files. */
  async release(): Promise<void> {
    await this.resume();
    await stop(this.#cluster, "immediate", 10);
    await rm(dirname(this.#cluster.dir), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }

  async #signal(signal: NodeJS.Signals): Promise<void> {
    const seen = await inspect(this.#cluster);
    if (seen.kind !== "alive") return;
    const children = await readFile(`/proc/${seen.pid}/task/${seen.pid}/children`, "utf8").catch(() => "");
    for (const pid of [seen.pid, ...children.split(" ").filter(Boolean).map(Number)]) {
      try {
        process.kill(pid, signal);
      } catch {
        // It has ended by itself.
      }
    }
  }

  async #copyTo(target: string): Promise<void> {
    const source = this.#cluster.dir;
    const client = new pg.Client({ connectionString: this.superuserUrl });
    await client.connect();
    try {
      await client.query("select pg_backup_start('standby', fast => true)");
      await cp(source, target, {
        recursive: true,
        filter: (path) => dirname(path) !== source || !NOT_COPIED.test(basename(path)),
      });
      const { rows } = await client.query<{ labelfile: string }>(
        "select labelfile from pg_backup_stop(wait_for_archive => false)",
      );
      await writeFile(join(target, "backup_label"), rows[0]!.labelfile);
    } finally {
      await client.end();
    }
  }
}

async function clusterIn(home: string, superuserPassword: string): Promise<Cluster> {
  const dir = join(home, "postgres");
  const account = await serverAccount(dir);
  const binaries = await reachableBinaries(await findBinaries(), account, createLog("silent"));
  return { dir, account, binaries, logFile: join(home, "postgres.log"), superuserPassword };
}

function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

async function follow(dir: string, primaryUrl: string, name: string): Promise<void> {
  for (const folder of ["pg_wal", "pg_wal/archive_status", "pg_replslot", "pg_stat_tmp"])
    await mkdir(join(dir, folder), { mode: 0o700 });
  const { hostname, port, username } = new URL(primaryUrl);
  const source = `host=${hostname} port=${port} user=${username} password=${passwordOf(primaryUrl)}`;
  const settings = {
    primary_conninfo: `${source} application_name=${name}`,
    wal_retrieve_retry_interval: "200ms",
    synchronous_standby_names: "",
  };
  const lines = Object.entries(settings).map(([setting, value]) => `${setting} = '${value}'\n`);
  await writeFile(join(dir, "postgresql.auto.conf"), lines.join(""));
  await writeFile(join(dir, "standby.signal"), "");
}

async function chownTree(folder: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  await chown(folder, uid, gid);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chown(join(entry.parentPath, entry.name), uid, gid);
}
