import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { ROOT } from "./document.ts";

const run = promisify(execFile);

/** Those of Debian's package postgresql-15. */
const PG_BIN = process.env.PG_BIN ?? "/usr/lib/postgresql/15/bin";
const SCRIPT = readFileSync(join(ROOT, "docs/rehearse_recovery.sh"), "utf8");

test("a server is recovered to the moment before a mistake, as docs/backup.md says", async (t) => {
  if (!existsSync(join(PG_BIN, "pg_basebackup")))
    return t.skip(`there are no PostgreSQL programs in ${PG_BIN}`);
  // PostgreSQL refuses to run as root.
  const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout);
  const account = process.getuid?.() === 0 ? { uid: await id("-u"), gid: await id("-g") } : {};
  // Not by its path: that account may not reach the project.
  const { stdout } = await run("/bin/sh", ["-c", SCRIPT], {
    ...account,
    cwd: "/",
    env: { PATH: process.env.PATH, PG_BIN },
  });
  assert.match(stdout, /^Recovered to .*: 2000 of 2000 rows\n$/);
});

test("the page has the settings that the script rehearses", () => {
  const page = readFileSync(join(ROOT, "docs/backup.md"), "utf8");
  const settings = (text: string) =>
    [...text.matchAll(/^ *(\w+) = (.*)$/gm)]
      .filter(([, name = ""]) => /^(wal_level|archive_|restore_command|recovery_)/.test(name))
      .map(([, name, value = ""]) => [
        name,
        value.replaceAll("$archive", "/archive").replace(/'(\$before_mistake|20[^']*)'/, "'…'"),
      ]);
  assert.deepEqual(
    settings(page),
    settings(SCRIPT).filter(([, value]) => value !== "off"),
  );
});
