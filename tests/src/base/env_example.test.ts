import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { readConfig, Settings } from "../../../src/base/config.ts";
import { wholeProgram } from "../../../src/cli/program.ts";

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), "utf8");

const example = [...(await read(".env.example")).matchAll(/^#?([A-Z][A-Z0-9_]*)=(.*)$/gm)].map(
  ([, name = "", value = ""]) => ({ name, value }),
);

test(".env.example lists every setting of src/base/config.ts, and no other", () => {
  const settings = Object.keys(Settings.shape);
  assert.ok(settings.length > 15);
  assert.deepEqual(example.map(({ name }) => name).sort(), settings.sort());
});

test("the values it shows are the defaults", () => {
  const shown = Object.fromEntries(example.map(({ name, value }) => [name, value]));
  assert.deepEqual(readConfig(shown), readConfig({}));
});

test("docker-compose.yml sets only existing settings, and holds no secret", async () => {
  const compose = await read("docker-compose.yml");
  const [, environment = ""] = /environment: &environment\n((?: {4}\S.*\n)+)/.exec(compose) ?? [];
  const names = [...environment.matchAll(/^ {4}([A-Z][A-Z0-9_]*):/gm)].map(([, name]) => name);
  assert.ok(names.length > 4);
  for (const name of names)
    assert.ok(
      example.some((setting) => setting.name === name),
      name,
    );
  for (const [line, name] of compose.matchAll(/^.*(PASSWORD|SECRET|_KEY)\w*:.*$/gm))
    assert.match(line, /\$\{\w+:(\?|-\})/, name);
});

test("the systemd units run existing commands, and leave them the time to stop", async () => {
  const commands = (await wholeProgram()).commands.map((command) => command.name());
  for (const [unit, command] of [
    ["api", "serve"],
    ["worker", "work"],
  ] as const) {
    const text = await read(`docs/systemd/parley-${unit}.service`);
    const run = [...text.matchAll(/^Exec\w+=\S+\/node src\/parley\.js (\w+)$/gm)].map(
      ([, name = ""]) => name,
    );
    assert.equal(run.at(-1), command);
    assert.deepEqual(
      run.filter((name) => !commands.includes(name)),
      [],
    );
    assert.ok(Number(/^TimeoutStopSec=(\d+)$/m.exec(text)?.[1]) >= 15);
    for (const [, names = ""] of text.matchAll(/^Environment=(.*)$/gm))
      for (const assignment of names.split(" "))
        assert.ok(
          assignment.startsWith("NODE_ENV=") || assignment.split("=")[0]! in Settings.shape,
          assignment,
        );
  }
});
