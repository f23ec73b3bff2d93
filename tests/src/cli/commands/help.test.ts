import assert from "node:assert/strict";
import { test } from "node:test";
import type { Command } from "commander";
import { wholeProgram } from "../../../../src/cli/program.ts";
import { runParley } from "./parley.ts";

const program = await wholeProgram();

/** The commands that do something, with their groups: "user add". */
function commandsOf(parent: Command, group = ""): { path: string; command: Command }[] {
  return parent.commands.flatMap((command) => {
    const path = `${group}${command.name()}`;
    return command.commands.length > 0 ? commandsOf(command, `${path} `) : [{ path, command }];
  });
}

test("every command has help with an example, and a JSON output", () => {
  const commands = commandsOf(program);
  assert.ok(commands.length > 50);
  for (const { path, command } of commands) {
    const written: string[] = [];
    command.configureOutput({ writeOut: (text) => void written.push(text) }).outputHelp();
    const help = written.join("");
    assert.match(help, /^Usage: parley /, path);
    assert.match(help, new RegExp(`Example:\\n {2}\\$ .*parley .*\\b${command.name()}\\b`), path);
    assert.match(help, /--json/, path);
  }
});

test("the program's help, its version, and unknown commands", async () => {
  const [help, version, nothing, unknown, option] = await Promise.all([
    runParley(["--help"]),
    runParley(["--version"]),
    runParley([]),
    runParley(["frobnicate"]),
    runParley(["tenant", "list", "--frobnicate"]),
  ]);
  assert.equal(help.code, 0);
  for (const command of program.commands)
    assert.match(help.stdout, new RegExp(`^ {2}${command.name()}[ |]`, "m"));
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(nothing.code, 1);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^error: unknown command 'frobnicate'/);
  assert.equal(option.code, 1);
  assert.match(option.stderr, /^error: unknown option '--frobnicate'/);
});
