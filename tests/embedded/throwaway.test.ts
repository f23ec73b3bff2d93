import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { openThrowaway } from "../../embedded/throwaway.ts";
import { logInto } from "./home.ts";
import { query } from "./query.ts";
import { until } from "./until.ts";

test("it has the requested durability, and is removed at the end", async () => {
  const log = logInto([]);
  const settings = { max_connections: "33" };
  const throwaway = await openThrowaway({ log, durable: false, settings });
  const shown = await query(
    throwaway.superuserUrl,
    "select name, setting from pg_settings where name in ('fsync', 'max_connections') order by name",
  );
  assert.deepEqual(shown, [
    { name: "fsync", setting: "off" },
    { name: "max_connections", setting: "33" },
  ]);
  await throwaway.release();
  await assert.rejects(stat(throwaway.clusterDir), { code: "ENOENT" });
  await assert.rejects(query(throwaway.superuserUrl, "select 1"), { code: "ECONNREFUSED" });
});

test("files of a killed run are removed by the next", async (t) => {
  const script = `
    const { openThrowaway } = await import(${JSON.stringify(import.meta.resolve("../../embedded/throwaway.ts"))});
    const { clusterDir } = await openThrowaway({ log: { info() {}, warn() {}, error() {} } });
    console.log(clusterDir);
    setInterval(() => undefined, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script]);
  t.after(() => child.kill("SIGKILL"));
  const [line] = await once(child.stdout.setEncoding("utf8"), "data");
  const clusterDir = String(line).trim();
  child.kill("SIGKILL");
  await once(child, "exit");
  const pid = Number.parseInt(await readFile(join(clusterDir, "postmaster.pid"), "utf8"), 10);

  const next = await openThrowaway({ log: logInto([]), durable: false });
  t.after(() => next.release());
  await assert.rejects(stat(clusterDir), { code: "ENOENT" });
  await until("its server has ended", async () => {
    const state = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => ") Z");
    return state.includes(") Z");
  });
});
