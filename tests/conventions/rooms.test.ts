import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { importsIn, ROOT, type SourceFile, sourceFiles } from "./source_files.ts";

/**
 * The rooms of the program, floor by floor: a room imports from lower floors only. Rooms of one floor do not know each
 * other. README.md says what belongs into each ("Where things are").
 */
const FLOORS: readonly (readonly string[])[] = [
  ["base", "embedded", "sandbox"],
  ["database"],
  ["secrets", "media", "mail", "csv"],
  ["backup", "jobs", "http", "console", "channels", "chatbot"],
  ["integrations", "inbound", "outbox", "imports", "exports", "retention", "doctor"],
  ["runner", "outreach", "templates"],
  ["services"],
  ["demo", "graphql"],
  ["process"],
  ["cli"],
  ["parley.js"],
];

/** The tasks are the process's: it runs them, and they get what it has opened. */
const SAME_ROOM: Readonly<Record<string, string>> = { tasks: "process" };

/** A kind of channel declares its settings, and the one reader of the environment reads them. */
const KNOWN: readonly string[] = ["src/base/config.ts > src/channels/settings.ts"];

function roomOf(path: string): string {
  const [top = "", second = ""] = path.split("/");
  const room = top === "src" ? second : top;
  return SAME_ROOM[room] ?? room;
}

/** Imports between rooms that do not go down. */
function upward(files: readonly SourceFile[]): string[] {
  const floorOf = (path: string) => FLOORS.findIndex((floor) => floor.includes(roomOf(path)));
  return files.flatMap(({ path, imports }) =>
    imports
      .filter((target) => /\.(ts|js)$/.test(target) && roomOf(target) !== roomOf(path))
      .filter((target) => floorOf(target) >= floorOf(path))
      .map((target) => `${path} > ${target}`),
  );
}

const files = sourceFiles();

test("every room has a floor", () => {
  const rooms = new Set(files.map(({ path }) => roomOf(path)));
  assert.deepEqual([...rooms].sort(), FLOORS.flat().toSorted());
});

test("a room imports from lower floors only", () => {
  assert.deepEqual(upward(files), KNOWN);
});

test("broken: an import that goes up, and one on the same floor, are found", () => {
  const planted = (path: string, target: string) => ({ path, imports: [target] });
  const wrong = [
    planted("src/base/log.ts", "src/http/server.ts"),
    planted("src/inbound/batcher.ts", "src/outbox/sender.ts"),
  ];
  const right = [
    planted("src/http/server.ts", "src/base/log.ts"),
    planted("tasks/maintain.ts", "src/process/worker_context.ts"),
    planted("src/cli/main.ts", "package.json"),
  ];
  assert.deepEqual(upward([...wrong, ...right]), [
    "src/base/log.ts > src/http/server.ts",
    "src/inbound/batcher.ts > src/outbox/sender.ts",
  ]);
});

test("the imports of a file are found, whatever their form", () => {
  const source =
    'import type { A } from "../a.ts";\nimport "./b.ts";\nawait import("./c.js");\nimport pg from "pg";';
  assert.deepEqual(importsIn("room/x/y.ts", source), ["room/a.ts", "room/x/b.ts", "room/x/c.js"]);
});

for (const room of ["embedded", "sandbox"]) {
  test(`${room}/ imports nothing from outside itself, and has a README`, () => {
    const outside = files
      .filter(({ path }) => path.startsWith(`${room}/`))
      .flatMap(({ imports }) => imports.filter((target) => !target.startsWith(`${room}/`)));
    assert.deepEqual(outside, []);
    assert.ok(readFileSync(join(ROOT, room, "README.md"), "utf8").length > 500);
  });
}
