import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const CLI = `
export async function run(): Promise<void> {
  const what: string | undefined = process.argv[2];
  if (what === "say") console.log(process.argv.slice(3).join(" "));
  if (what === "echo") process.stdin.pipe(process.stdout);
  if (what === "fail") process.exit(5);
  if (what === "wait") {
    process.on("SIGTERM", () => process.exit(7));
    setInterval(() => undefined, 1000);
    console.log("waiting");
  }
}
`;

/** A checkout with a command of its own and our node_modules. */
let checkout = "";
before(async () => {
  checkout = await mkdtemp(join(tmpdir(), "parley-test-"));
  await mkdir(join(checkout, "src/cli"), { recursive: true });
  await cp(fileURLToPath(import.meta.resolve("../../src/parley.js")), join(checkout, "src/parley.js"));
  await cp(fileURLToPath(import.meta.resolve("../../package.json")), join(checkout, "package.json"));
  await writeFile(join(checkout, "src/cli/main.ts"), CLI);
  await symlink(fileURLToPath(import.meta.resolve("../../node_modules")), join(checkout, "node_modules"));
});
after(() => rm(checkout, { recursive: true }));

/** Starts the launcher; `--no-strip-types` makes this Node one that cannot read TypeScript. */
function start(nodeFlags: readonly string[], ...args: string[]) {
  const child = spawn(process.execPath, [...nodeFlags, join(checkout, "src/parley.js"), ...args], {
    env: { ...process.env, npm_command: "" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal, output }));
  return { child, ended };
}

for (const [name, flags] of [
  ["with a Node that reads TypeScript", []],
  ["with one that does not", ["--no-experimental-strip-types"]],
] as const) {
  test(`${name}: arguments, input, output and exit code go through`, async () => {
    assert.equal((await start(flags, "say", "a b", "--c").ended).output, "a b --c\n");
    const echo = start(flags, "echo");
    echo.child.stdin.end("hello");
    assert.deepEqual(await echo.ended, { code: 0, signal: null, output: "hello" });
    assert.equal((await start(flags, "fail").ended).code, 5);
  });

  test(`${name}: SIGTERM reaches the command, which decides how to end`, async () => {
    const { child, ended } = start(flags, "wait");
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    assert.equal((await ended).code, 7);
  });
}
