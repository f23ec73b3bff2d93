import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { isTaskName, JOBS, type TaskName } from "../../../src/jobs/registry.ts";
import { borrowTestDatabase, type TestDatabase } from "../../support/database.ts";

/** The registry of jobs against the files of tasks, and against all that adds jobs. */

const ROOT = join(import.meta.dirname, "../../..");
const names = Object.keys(JOBS) as TaskName[];

type Added = { task: string; key: string | null; payload: string[]; where: string };

let database: TestDatabase;
let functions: { name: string; body: string }[];
before(async () => {
  database = await borrowTestDatabase();
  ({ rows: functions } = await database.pool.query(
    `select p.oid::regprocedure::text as name, p.prosrc as body
     from pg_proc p
     where p.pronamespace in ('app_public'::regnamespace, 'app_hidden'::regnamespace, 'app_private'::regnamespace)`,
  ));
});
after(() => database.drop());

/** What stands between the parentheses of each call of a function. */
function callsOf(name: string, text: string): string[] {
  return [...text.matchAll(new RegExp(`\\bapp_private\\.${name}\\(`, "g"))].map(
    ({ index, 0: { length } }) => {
      let depth = 1;
      let end = index + length;
      for (; depth > 0 && end < text.length; end += 1)
        depth += text[end] === "(" ? 1 : text[end] === ")" ? -1 : 0;
      return text.slice(index + length, end - 1);
    },
  );
}

function literalIn(text: string): string | null {
  return /^\s*'(\w+)'/.exec(text)?.[1] ?? null;
}

/** `<name>:<id>` or `<name>:later`, as app_private.job_key() builds it. */
function keysIn(text: string): string[] {
  return callsOf("job_key", text).flatMap((call) => {
    const name = literalIn(call);
    return name === null ? [] : [`${name}:${call.includes(",") ? "<id>" : "later"}`];
  });
}

/** Jobs that a text in SQL adds; a task that is an argument (of wake() itself) is that of its callers. */
function addedBy(where: string, text: string): Added[] {
  const none = { payload: [], where };
  const of = (name: string) => callsOf(name, text).flatMap((call) => literalIn(call) ?? []);
  return [
    ...of("wake").map((task) => ({ ...none, task, key: null })),
    ...of("wake_later").map((task) => ({ ...none, task, key: `${task}:later` })),
    ...callsOf("job", text).flatMap((call) => {
      const task = literalIn(call);
      const payload = /json_build_object\(([^()]*)\)/.exec(call)?.[1] ?? "";
      const fields = [...payload.matchAll(/'(\w+)'/g)].map(([, field]) => field!);
      return task === null ? [] : [{ task, key: keysIn(call)[0] ?? null, payload: fields, where }];
    }),
  ];
}

function allAdded(): Added[] {
  const files = globSync(["src/**/*.ts", "tasks/*.ts"], { cwd: ROOT });
  return [
    ...functions.flatMap(({ name, body }) => addedBy(name, body)),
    ...files.flatMap((path) => addedBy(path, readFileSync(join(ROOT, path), "utf8"))),
  ];
}

/** A registered key, whatever value identifies the row. */
const shape = (key: string) => key.replace(/<\w+>/, "<id>");

test("each task is a file, registered, and made by the worker under its own name", () => {
  const files = globSync("tasks/*", { cwd: ROOT }).map((path) => basename(path, ".ts"));
  assert.deepEqual(files.sort(), names.toSorted());
  const worker = readFileSync(join(ROOT, "src/process/worker_tasks.ts"), "utf8");
  for (const name of names) {
    const maker = name.replace(/_([a-z])/g, (_all, letter: string) => letter.toUpperCase());
    assert.ok(worker.includes(`import ${maker} from "../../tasks/${name}.ts";`), name);
    assert.ok(worker.includes(`${name}: ${maker}(context),`), name);
  }
});

test("each task is tested in a file of its name", () => {
  const files = globSync("tests/tasks/*.test.ts", { cwd: ROOT }).map((path) => basename(path, ".test.ts"));
  assert.deepEqual(files.sort(), names.toSorted());
});

test("what SQL and the program add is registered: the task, its key and the fields of its payload", () => {
  const added = allAdded();
  assert.ok(added.length >= 15, `${added.length} calls`);
  for (const { task, key, payload, where } of added) {
    assert.ok(isTaskName(task), `${where} adds ${task}`);
    const job = JOBS[task];
    if (key !== null)
      assert.ok(job.keys.map(shape).includes(key), `${where} adds ${task} with the key ${key}`);
    for (const field of payload) assert.ok(field in job.payload.shape, `${where} gives ${task} ${field}`);
  }
});

test("what is registered is added: no task without a cause, no key that nothing builds", () => {
  const added = allAdded();
  const built = new Set(added.flatMap(({ key }) => key ?? []));
  const tasks = new Set(added.map(({ task }) => task));
  for (const name of names) {
    assert.ok(tasks.has(name) || "schedule" in JOBS[name], `nothing starts ${name}`);
    for (const key of JOBS[name].keys) assert.ok(built.has(shape(key)), key);
  }
});

test("jobs are removed by registered keys", () => {
  const registered = new Set(names.flatMap((name) => JOBS[name].keys.map(shape)));
  const removed = functions.flatMap(({ body }) =>
    [...body.matchAll(/graphile_worker\.remove_job\((.*)\)/g)].flatMap(([, call = ""]) => keysIn(call)),
  );
  assert.ok(removed.length >= 2);
  for (const key of removed) assert.ok(registered.has(key), key);
});

test("the database watches the tasks that come round by the clock", () => {
  const { body } = functions.find(({ name }) => name.includes("operations_status("))!;
  const watched = [...(/task_identifier in \(([^)]*)\)/.exec(body)?.[1] ?? "").matchAll(/'(\w+)'/g)];
  assert.deepEqual(
    watched.map(([, name]) => name).sort(),
    names.filter((name) => "schedule" in JOBS[name]).sort(),
  );
});
