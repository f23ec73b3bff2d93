import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../src/base/config.ts";
import { ParleyError } from "../../../src/base/errors.ts";
import { describeError } from "../../../src/cli/describe_error.ts";
import { readable } from "../../../src/cli/readable_log.ts";
import { table } from "../../../src/cli/table.ts";

test("settings come from .env where there is one; the environment goes before it", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "parley-env-"));
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, ".env"), "PORT=from the file\n");
  const run = (env: NodeJS.ProcessEnv) =>
    new Promise<string>((resolve) => {
      const args = [join(import.meta.dirname, "../../../src/parley.js"), "tenant", "list"];
      execFile(process.execPath, args, { cwd: folder, env }, (_error, _stdout, stderr) => resolve(stderr));
    });
  assert.match(await run({}), /^error: PORT: /);
  assert.match(
    await run({ PORT: "1", DATABASE_URL: "postgres://u@127.0.0.1:1/x" }),
    /^error: The database cannot be reached/,
  );
});

test("an error is one line, without control sequences", () => {
  assert.equal(
    describeError(new ParleyError("PYNFD", "No such\n  thing\x1b[31m")),
    "error: No such thing?[31m (PYNFD)",
  );
  assert.equal(describeError(new ConfigError("PORT: no")), "error: PORT: no");
  assert.equal(describeError("text"), "error: text (PYINT)");
  assert.equal(describeError(new Error()), "error: Error (PYINT)");
  assert.equal(describeError(undefined), "error: undefined (PYINT)");
  assert.ok(describeError(new Error("x".repeat(1_000_000))).length <= 1000);
  const nobody = new AggregateError([
    Object.assign(new Error("connect ECONNREFUSED ::1:1"), { code: "ECONNREFUSED" }),
  ]);
  Object.assign(nobody, { code: "ECONNREFUSED" });
  assert.equal(
    describeError(nobody),
    "error: The database cannot be reached: connect ECONNREFUSED ::1:1 (PYUNA)",
  );
});

test("any content keeps the layout of a table", () => {
  const text = table(
    ["a", "wide"],
    [
      ["1\n2", "x".repeat(500)],
      ["\x07", "é"],
      ["", ""],
    ],
  );
  const [head, rule, first, second] = text.split("\n");
  assert.equal(head, "a       wide");
  assert.match(rule ?? "", /^─{6} {2}─{120}$/);
  assert.match(first ?? "", /^1⏎2 {5}x{119}…$/);
  assert.equal(second, "\\u0007  é");
  assert.equal(table([], []), "\n");
});

test("a log line is readable", () => {
  const line = JSON.stringify({
    level: "warn",
    time: "2026-08-01T12:34:56.789Z",
    pool: "api",
    n: 1,
    err: "gone",
    msg: "lost",
  });
  assert.equal(readable(line), "12:34:56 \x1b[33mwarn \x1b[0m lost pool=api n=1: gone\n");
  const failed = JSON.stringify({
    level: "info",
    time: "2026-08-01T12:34:56.789Z",
    err: { message: "m", stack: "Error: m\n    at x" },
    msg: "s",
  });
  assert.equal(readable(failed), "12:34:56 info  s\nError: m\n    at x\n");
});
