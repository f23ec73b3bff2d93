import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { freePort } from "./killable_process.ts";
import { until } from "./until.ts";

export type PgBouncer = {
  /** The same database and login, by way of the pooler. */
  urlOf(databaseUrl: string): string;
  stop(): Promise<void>;
};

/** The version of the pgbouncer of this machine, or undefined without one. */
export function pgBouncerVersion(): string | undefined {
  const { stdout } = spawnSync("pgbouncer", ["--version"], { encoding: "utf8" });
  return /^PgBouncer (\d+\.\d+)/.exec(stdout ?? "")?.[1];
}

/** Starts a PgBouncer in transaction mode with few connections to the server, so that all clients share them. */
export async function startPgBouncer(
  databaseUrls: readonly string[],
  settings: Record<string, string | number> = {},
): Promise<PgBouncer> {
  const folder = await mkdtemp(join(tmpdir(), "parley-pgbouncer-"));
  const port = await freePort();
  const server = new URL(databaseUrls[0]!);
  const logins = databaseUrls.map((url) => new URL(url));
  const users = logins.map(({ username, password }) => `"${username}" "${decodeURIComponent(password)}"`);
  await writeFile(join(folder, "users.txt"), `${users.join("\n")}\n`);
  const options = {
    listen_addr: "127.0.0.1",
    listen_port: port,
    unix_socket_dir: "",
    auth_type: "scram-sha-256",
    auth_file: join(folder, "users.txt"),
    pool_mode: "transaction",
    default_pool_size: 2,
    ...(process.getuid?.() === 0 && { user: "nobody" }),
    ...settings,
  };
  const lines = Object.entries(options).map(([name, value]) => `${name} = ${value}`);
  const ini = `[databases]\n* = host=${server.hostname} port=${server.port}\n[pgbouncer]\n${lines.join("\n")}\n`;
  await writeFile(join(folder, "pgbouncer.ini"), ini);
  // It refuses to run as root, and reads both files as the other user.
  await chmod(folder, 0o755);
  const child = spawn("pgbouncer", ["-q", join(folder, "pgbouncer.ini")], { stdio: "ignore" });
  const bouncer = { urlOf: (url: string) => withPort(url, port), stop: () => stop(child, folder) };
  await until("PgBouncer to answer", () => answers(bouncer.urlOf(databaseUrls[0]!)));
  return bouncer;
}

function withPort(databaseUrl: string, port: number): string {
  return Object.assign(new URL(databaseUrl), { hostname: "127.0.0.1", port: String(port) }).href;
}

async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on("error", () => {});
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => {});
  }
}

async function stop(child: ChildProcess, folder: string): Promise<void> {
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
  await rm(folder, { recursive: true });
}
