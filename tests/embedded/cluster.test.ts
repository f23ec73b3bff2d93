import assert from "node:assert/strict";
import { lstat, mkdir, readlink, rename, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readOrCreateKeys } from "../../embedded/keys.ts";
import { makeHome } from "./home.ts";
import { query } from "./query.ts";

test("a cluster of another major version is left alone", async (t) => {
  const home = await makeHome(t);
  await readOrCreateKeys(home.dataDir);
  await mkdir(join(home.dataDir, "postgres"));
  await writeFile(join(home.dataDir, "postgres", "PG_VERSION"), "17\n");
  await assert.rejects(home.open(), { code: "wrong_major_version", message: /PostgreSQL 17/ });
});

test("a link to a missing cluster does not create a new cluster", async (t) => {
  const home = await makeHome(t);
  await readOrCreateKeys(home.dataDir);
  await symlink("/nowhere/postgres", join(home.dataDir, "postgres"));
  await assert.rejects(home.open(), { code: "cluster_missing" });
});

test("a cluster that can no longer be used", async (t) => {
  const home = await makeHome(t);
  t.afterEach(() => home.close());
  await home.open();
  const keys = join(home.dataDir, "keys.json");
  const rightKeys = await readOrCreateKeys(home.dataDir);

  await t.test("keys that are not those of the database are recognised", async () => {
    await writeFile(keys, JSON.stringify({ ...rightKeys, superuserPassword: "another" }));
    await assert.rejects(home.open(), { code: "keys_mismatch" });
    await writeFile(keys, JSON.stringify(rightKeys));
  });

  await t.test("the error of a server that cannot start is one line with the reason", async () => {
    await writeFile(join(home.dataDir, "postgres", "postgresql.auto.conf"), "work_mem = 'plenty'\n");
    await assert.rejects(home.open(), {
      code: "start_failed",
      message: /^[^\n]*(work_mem|auto\.conf)[^\n]*$/,
    });
  });
});

test("a data directory with an awkward name works", async (t) => {
  const home = await makeHome(t);
  const awkward = join(home.dataDir, `it's "my" $HOME; \`x\` ü`);
  await mkdir(awkward, { recursive: true });
  const inner = await makeHome(t, 0o755, awkward);
  const { ownerUrl } = await inner.open();
  assert.deepEqual(await query(ownerUrl, "select 1 as one"), [{ one: 1 }]);
});

const onlyRoot = process.getuid?.() === 0 ? {} : { skip: "only root gives the server to another account" };
test(
  "where the server's account cannot go, the cluster is elsewhere and moves along",
  onlyRoot,
  async (t) => {
    const home = await makeHome(t, 0o700);
    const first = await home.open();
    await query(first.ownerUrl, "create table kept as select 42 as answer");
    await first.release();
    assert.match(
      await readlink(join(home.dataDir, "postgres")),
      /^\/var\/lib\/parley\/[0-9a-f-]+\/postgres$/,
    );
    assert.equal((await lstat(dirname(home.dataDir))).mode & 0o777, 0o700);

    // A new project at the place of one that has moved away gets a cluster of its own.
    const moved = await makeHome(t, 0o700);
    await rename(home.dataDir, moved.dataDir);
    const other = await home.open();
    await assert.rejects(query(other.ownerUrl, "table kept"), { code: "42P01" });
    const again = await moved.open();
    assert.deepEqual(await query(again.ownerUrl, "table kept"), [{ answer: 42 }]);
  },
);
