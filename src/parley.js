#!/usr/bin/env node
// The `parley` command. Runs src/cli/main.ts with a Node that can: this one, if it is new enough, else the one in
// node_modules. Plain JavaScript, because whatever Node the machine has must be able to read it.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Servers have their heap collected when it has grown by half. Left alone, V8 lets it grow to three or four times what
 * lives in it: under load that was 130 MB more, at the same speed. V8 takes flags at its start: a server that was
 * started without this one replaces itself, as the same process.
 */
const SERVER_FLAG = "--heap-growing-percent=50";
const SERVERS = ["start", "serve", "work"];

const isNew = Boolean(process.features.typescript) && "AsyncDisposableStack" in globalThis;
const lacksFlag = SERVERS.includes(process.argv[2]) && !process.execArgv.includes(SERVER_FLAG);

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

// Windows cannot replace a process; there a server does without.
if (isNew && lacksFlag && process.platform !== "win32") {
  const node = process.execPath;
  process.execve(node, [node, ...process.execArgv, SERVER_FLAG, ...process.argv.slice(1)]);
} else if (isNew) {
  // Halves the start. Beside the packages: who can write there can change us anyway.
  module.enableCompileCache?.(fileURLToPath(new URL("../node_modules/.cache/parley", import.meta.url)));
  if (import.meta.url.includes("/node_modules/")) stripOwnTypes();
  const { run } = await import("./cli/main.ts");
  await run();
} else {
  reExecute();
}

/** Node does not strip the types of packages that are installed in node_modules. */
function stripOwnTypes() {
  const own = new URL("..", import.meta.url).href;
  const dependencies = new URL("../node_modules/", import.meta.url).href;
  // The first call prints a warning, which would be in the output of each command.
  const { emitWarning } = process;
  process.emitWarning = () => {};
  module.stripTypeScriptTypes("");
  process.emitWarning = emitWarning;
  module.registerHooks({
    load(url, context, nextLoad) {
      if (!url.endsWith(".ts") || !url.startsWith(own) || url.startsWith(dependencies))
        return nextLoad(url, context);
      const source = module.stripTypeScriptTypes(readFileSync(fileURLToPath(url), "utf8"));
      return { format: "module", source, shortCircuit: true };
    },
  });
}

function reExecute() {
  const name = process.platform === "win32" ? "node.exe" : "node";
  let node;
  try {
    // Beside this package, if npm has installed it as a dependency of another.
    node = module.createRequire(import.meta.url).resolve(`node/bin/${name}`);
  } catch {
    console.error(`parley needs Node 24 or newer (this is ${process.version}); "npm ci" brings one along`);
    process.exit(1);
  }
  const flags = lacksFlag ? [SERVER_FLAG] : [];
  const child = spawn(node, [...flags, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: "inherit",
  });
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
