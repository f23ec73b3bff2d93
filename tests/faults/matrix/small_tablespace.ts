import { execFile } from "node:child_process";
import { chown, mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import pg from "pg";
import type { DatabaseServer } from "../../support/database_server.ts";

const run = promisify(execFile);

const NAME = "small";
const BALLAST = "ballast";
const SPARE_BYTES = 16 * 1024 * 1024;

/** Moves some tables of a server to a disk that can be filled. Needs the right to mount a file system. */
export class SmallTablespace {
  readonly #client: pg.Client;
  readonly #folder: string;
  readonly #tables: readonly string[];

  private constructor(client: pg.Client, folder: string, tables: readonly string[]) {
    this.#client = client;
    this.#folder = folder;
    this.#tables = tables;
  }

  static isPossible(): boolean {
    return process.platform === "linux" && process.getuid?.() === 0;
  }

  /** @param tables names with their schemas */
  static async open(
    server: DatabaseServer,
    database: string,
    tables: readonly string[],
  ): Promise<SmallTablespace> {
    const client = new pg.Client({
      connectionString: Object.assign(new URL(server.superuserUrl), { pathname: `/${database}` }).href,
      // A folder of its own in the data directory, so that the standby has one, too.
      options: "-c allow_in_place_tablespaces=on",
    });
    client.on("error", () => {});
    await client.connect();
    await client.query(`create tablespace ${NAME} location ''`);
    const { rows } = await client.query<{ folder: string; bytes: string }>(
      `select current_setting('data_directory') || '/pg_tblspc/' || (select oid from pg_tablespace where spcname = $1) as folder,
         (select sum(pg_table_size(t.name::regclass)) from unnest($2::text[]) t (name)) as bytes`,
      [NAME, tables],
    );
    const { folder, bytes } = rows[0]!;
    await mountOver(folder, Number(bytes) + SPARE_BYTES);
    const tablespace = new SmallTablespace(client, folder, tables);
    await tablespace.#moveTo(NAME);
    return tablespace;
  }

  /** Takes all the space that is left. */
  async fill(): Promise<void> {
    const ballast = await open(join(this.#folder, BALLAST), "w");
    try {
      for (const bytes of [64 * 1024, 4 * 1024]) {
        const block = Buffer.alloc(bytes);
        while (await ballast.write(block).then(({ bytesWritten }) => bytesWritten === bytes, isFull));
      }
    } finally {
      await ballast.close();
    }
  }

  /** Makes space again. */
  async empty(): Promise<void> {
    await rm(join(this.#folder, BALLAST), { force: true });
  }

  /** Moves the tables back, and removes the disk. */
  async close(): Promise<void> {
    try {
      await this.empty();
      await this.#moveTo("pg_default");
      // Sessions of the server still have the removed files open.
      await run("umount", ["--lazy", this.#folder]);
      await this.#client.query(`drop tablespace ${NAME}`);
    } finally {
      await this.#client.end();
    }
  }

  async #moveTo(tablespace: string): Promise<void> {
    for (const table of this.#tables)
      await this.#client.query(`alter table ${table} set tablespace ${tablespace}`);
  }
}

/** Mounts a file system over a folder, with the folders in it, which are empty. */
async function mountOver(folder: string, bytes: number): Promise<void> {
  const { uid, gid } = await stat(folder);
  const inside = await readdir(folder);
  await run("mount", ["-t", "tmpfs", "-o", `size=${bytes},mode=700,uid=${uid},gid=${gid}`, "tmpfs", folder]);
  for (const name of inside) {
    await mkdir(join(folder, name), { mode: 0o700 });
    await chown(join(folder, name), uid, gid);
  }
}

function isFull(error: NodeJS.ErrnoException): false {
  if (error.code === "ENOSPC") return false;
  throw error;
}
