import assert from "node:assert/strict";
import { test } from "node:test";
import { runParley } from "./parley.ts";

const COMMANDS = [
  ...[
    "start",
    "serve",
    "work",
    "migrate",
    "stats",
    "sql",
    "database url",
    "webhook replay",
    "secrets reseal",
  ],
  ...["tenant add", "tenant list"],
  ...["user add", "user list", "user set-role", "user set-password"],
  ...["user activate", "user deactivate", "user remove"],
  ...["key create", "key list", "key revoke"],
  ...["segment save", "segment preview", "segment list", "segment remove"],
  ...[
    "campaign create",
    "campaign start",
    "campaign pause",
    "campaign resume",
    "campaign cancel",
    "campaign retry",
  ],
  ...["campaign status", "campaign results"],
  ...["channel add", "channel list", "channel rotate-secrets"],
  ...[
    "chatbot import",
    "chatbot export",
    "chatbot list",
    "chatbot activate",
    "chatbot run",
    "chatbot validate",
    "chatbot publish",
    "chatbot stats",
  ],
];

test("every command has help with an example, and a JSON output", async () => {
  await Promise.all(
    COMMANDS.map(async (command) => {
      const { code, stdout } = await runParley([...command.split(" "), "--help"]);
      assert.equal(code, 0, command);
      assert.match(stdout, new RegExp(`^Usage: parley ${command} `), command);
      assert.match(stdout, new RegExp(`Example:\\n {2}\\$ .*parley ${command}`), command);
      assert.match(stdout, /--json/, command);
    }),
  );
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
  for (const name of new Set(COMMANDS.map((command) => command.split(" ")[0]))) {
    assert.match(help.stdout, new RegExp(`^ {2}${name} `, "m"));
  }
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(nothing.code, 1);
  assert.equal(unknown.code, 1);
  assert.match(unknown.stderr, /^error: unknown command 'frobnicate'/);
  assert.equal(option.code, 1);
  assert.match(option.stderr, /^error: unknown option '--frobnicate'/);
});
