#!/usr/bin/env node
// The `parley` command. Runs src/cli/main.ts with a Node that understands TypeScript: this one, if it does, else the
// one in node_modules. Plain JavaScript, because whatever Node the machine has must be able to read it.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

const cli = new URL("./cli/main.ts", import.meta.url);

// npm runs a command through a shell that dies of a SIGTERM without passing it on, and the command stays behind.
if (process.env.npm_command) {
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 250);
  watch.unref();
}

if (process.features.typescript) {
  // Halves the start. Beside the packages: who can write there can change us anyway.
  module.enableCompileCache?.(fileURLToPath(new URL("../node_modules/.cache/parley", import.meta.url)));
  process.argv[1] = fileURLToPath(cli);
  await import(cli.href);
} else {
  reExecute();
}

function reExecute() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  if (!existsSync(node)) {
    console.error(`parley needs Node 22.18 or newer (this is ${process.version}); "npm ci" brings one along`);
    process.exit(1);
  }
  const child = spawn(node, [fileURLToPath(cli), ...process.argv.slice(2)], { stdio: "inherit" });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal has sent Ctrl-C to the child as well; twice would mean "at once".
      if (signal === "SIGINT" && process.stdin.isTTY) return;
      child.kill(signal);
    });
  }
  child.once("error", (error) => {
    console.error(`parley cannot run ${node}: ${error.message}`);
    process.exit(1);
  });
  child.once("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
