import { chown, readFile, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Cluster } from "./cluster.ts";
import { run } from "./run.ts";

/**
 * Makes PostgreSQL accept that the server named in `postmaster.pid` is dead. It refuses to start while any
 * process has that number, and a zombie whose parent does not collect it (`node` as process 1 of a container)
 * has it for ever. The file is not removed, because its shared memory line is what keeps a new server away from
 * backends of the old one that still run; only the number is replaced by that of a process that has ended.
 * Call it under the start lock, right after `inspect` has said `leftover`.
 */
export async function disown(cluster: Cluster): Promise<void> {
  const path = join(cluster.dir, "postmaster.pid");
  const { uid, gid } = await stat(path);
  const [, ...rest] = (await readFile(path, "utf8")).split("\n");
  const { pid: deadPid } = await run(cluster.binaries.postgres, ["--version"], cluster.account);
  await writeFile(`${path}.new`, [deadPid, ...rest].join("\n"), { mode: 0o600 });
  if (cluster.account) await chown(`${path}.new`, uid, gid);
  await rename(`${path}.new`, path);
}
