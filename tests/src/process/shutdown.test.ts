import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";

/** Starts the process of stubborn.ts, waits until it runs. */
async function run(behaviour: string) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "stubborn.ts"), behaviour]);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const exit = once(child, "exit");
  while (!output.includes("running")) await delay(20);
  return {
    child,
    output: () => output,
    async ended() {
      const begin = Date.now();
      const [code] = await exit;
      return { code, milliseconds: Date.now() - begin };
    },
  };
}

test("a signal closes it gracefully", async () => {
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
    const running = await run("obeys");
    running.child.kill(signal);
    assert.equal((await running.ended()).code, 0, signal);
    assert.match(running.output(), /closing[\s\S]*"stopped"/);
  }
});

test("two signals in quick succession, as from npm and a terminal, count as one", async () => {
  const running = await run("obeys");
  running.child.kill("SIGINT");
  running.child.kill("SIGINT");
  assert.equal((await running.ended()).code, 0);
});

test("an uncaught error closes it, and is logged", async () => {
  const running = await run("throws");
  assert.equal((await running.ended()).code, 1);
  assert.match(running.output(), /"level":"fatal".*nobody caught this/);
  assert.match(running.output(), /closing/);
});

test("a second signal ends what does not stop", async () => {
  const running = await run("hangs");
  running.child.kill("SIGTERM");
  await delay(1_200);
  running.child.kill("SIGTERM");
  const { code, milliseconds } = await running.ended();
  assert.equal(code, 1);
  assert.ok(milliseconds < 1_000);
});

test("a process that does not stop is ended within ten seconds", { timeout: 15_000 }, async () => {
  const running = await run("hangs");
  running.child.kill("SIGTERM");
  const { code, milliseconds } = await running.ended();
  assert.equal(code, 1);
  assert.ok(milliseconds < 10_000, `${milliseconds} ms`);
});
