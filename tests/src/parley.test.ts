import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

/** The launcher, before anything of Parley runs. */

const PROGRAM = join(import.meta.dirname, "../../src/parley.js");
const NODE = join(import.meta.dirname, "../../node_modules/node/bin/node");

test("a server replaces itself by one with the V8 flag, as the same process", {
  skip: process.platform !== "linux",
}, async (t) => {
  // A database that accepts and says nothing: the program stays while it is looked at.
  const silent = createServer().listen(0, "127.0.0.1");
  await once(silent, "listening");
  t.after(() => silent.close());
  const { port } = silent.address() as { port: number };
  const key = "0".repeat(40);
  const child = spawn(NODE, [PROGRAM, "work"], {
    stdio: "ignore",
    env: {
      PATH: process.env.PATH,
      DATABASE_URL: `postgres://parley@127.0.0.1:${port}/parley`,
      DATABASE_CONNECTION_TIMEOUT_MS: "20000",
      PARLEY_SECRET_KEY: key,
      JWT_SECRET: key,
    },
  });
  const exit = once(child, "exit");
  t.after(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  const [socket] = await Promise.race([once(silent, "connection"), exit]);
  assert.equal(typeof socket, "object", "it ended before it connected");
  socket.on("error", () => {});
  const flags = (await readFile(`/proc/${child.pid}/cmdline`, "utf8")).split("\0");
  assert.ok(flags.includes("--heap-growing-percent=50"), flags.join(" "));
});
