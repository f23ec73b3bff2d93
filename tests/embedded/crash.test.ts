import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type Home, makeHome } from "./home.ts";
import { query } from "./query.ts";
import { until } from "./until.ts";

const isRoot = process.getuid?.() === 0;

test("a server that ran before", async (t) => {
  const home = await makeHome(t);
  t.afterEach(() => home.close());

  await t.test(
    "kill -9 of Parley: the next one finds the server running and turns it off in the end",
    async () => {
      const occupant = home.startOccupant();
      await occupant.seen;
      await occupant.kill();
      const next = await home.open();
      assert.equal(next.startedHere, false);
      await next.release();
      assert.equal(await home.serverPid(), undefined);
    },
  );

  await t.test(
    "kill -9 of the server while it is used: it comes back on the same port, with all that was committed",
    async () => {
      const { ownerUrl } = await home.open();
      await query(ownerUrl, "create table kept as select 42 as answer");
      await killServer(home);
      await until("back", async () => home.log.includes("embedded PostgreSQL is running again"));
      assert.deepEqual(await query(ownerUrl, "table kept"), [{ answer: 42 }]);
    },
  );

  await t.test("kill -9 of everything: the next start recovers", async () => {
    const occupant = home.startOccupant();
    const { ownerUrl } = await occupant.seen;
    await query(ownerUrl, "create table kept_too as select 42 as answer");
    await occupant.kill();
    await killServer(home);
    const next = await home.open();
    assert.equal(next.startedHere, true);
    assert.deepEqual(await query(next.ownerUrl, "table kept_too"), [{ answer: 42 }]);
  });

  await t.test(
    "a process number that belongs to somebody else by now does not keep the server from starting",
    async (t) => {
      const pidFile = await leavePidFileBehind(home);
      const stranger = spawn("sleep", ["60"], { cwd: "/", stdio: "ignore", ...pidFile.account });
      t.after(() => stranger.kill());
      await pidFile.name(stranger.pid);
      assert.equal((await home.open()).startedHere, true);
      assert.equal(stranger.exitCode ?? stranger.signalCode, null);
    },
  );

  await t.test("a zombie server process does not prevent a start", async (t) => {
    const pidFile = await leavePidFileBehind(home);
    // The shell becomes a `sleep` that does not wait for the child it has.
    const parent = spawn("/bin/sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], {
      ...{ cwd: "/", stdio: ["ignore", "pipe", "ignore"] },
      ...pidFile.account,
    });
    t.after(() => parent.kill());
    const [line] = await once(parent.stdout.setEncoding("utf8"), "data");
    await pidFile.name(Number(line));
    assert.equal((await home.open()).startedHere, true);
  });
});

test("kill -9 in the middle of the first start leaves nothing half done", async (t) => {
  const home = await makeHome(t);
  const isHalfDone = async () => {
    const names = await readdir(home.dataDir).catch(() => []);
    return names.some((name) => name.startsWith(".init-"));
  };
  const occupant = home.startOccupant();
  await until("initdb is at work", isHalfDone);
  await occupant.kill();
  assert.equal(await isHalfDone(), true);
  // Its initdb outlives it for a moment; what that still writes goes with the start after the next.
  await (await home.open()).release();
  await home.open();
  assert.equal(await isHalfDone(), false);
});

test("a copy of a data directory whose server runs gets a server of its own", async (t) => {
  const [home, copy] = [await makeHome(t), await makeHome(t)];
  const original = await home.open();
  await query(original.superuserUrl, "checkpoint");
  await cp(home.dataDir, copy.dataDir, { recursive: true });
  await give(join(copy.dataDir, "postgres"), await stat(join(home.dataDir, "postgres")));
  const copied = await copy.open();
  assert.equal(copied.startedHere, true);
  assert.notEqual(copied.port, original.port);
});

async function killServer(home: Home): Promise<void> {
  const pid = await home.serverPid();
  assert.ok(pid);
  process.kill(pid, "SIGKILL");
}

/** A stopped server's pid file, as if it had been killed, in which any process can be named. */
async function leavePidFileBehind(home: Home) {
  const { release } = await home.open();
  const path = join(home.dataDir, "postgres", "postmaster.pid");
  const [, ...rest] = (await readFile(path, "utf8")).split("\n");
  await release();
  const { uid, gid } = await stat(join(home.dataDir, "postgres"));
  return {
    account: isRoot ? { uid, gid } : {},
    async name(pid: number | undefined) {
      await writeFile(path, [pid, ...rest].join("\n"), { mode: 0o600 });
      await give(path, { uid, gid });
    },
  };
}

async function give(path: string, { uid, gid }: { uid: number; gid: number }): Promise<void> {
  if (isRoot) await once(spawn("chown", ["-R", `${uid}:${gid}`, path]), "exit");
}
