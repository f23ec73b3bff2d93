import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { test } from "node:test";
import type pg from "pg";
import { stories } from "../../support/story.ts";

const story = stories();

async function jobs(db: pg.PoolClient): Promise<number> {
  const { rows } = await db.query(
    "select count(*)::int from graphile_worker.jobs where task_identifier = 'advance_chatbots'",
  );
  return rows[0].count;
}

async function isDue(db: pg.PoolClient, task: string): Promise<boolean> {
  const { rows } = await db.query("select app_private.is_waking_due($1) as is_due", [task]);
  return rows[0].is_due;
}

story("rows for a task leave a job", async (db) => {
  await db.query("select app_private.wake('advance_chatbots')");
  assert.equal(await jobs(db), 1);
  assert.equal(await isDue(db, "advance_chatbots"), false);
});

story("a caller that runs the task itself gets its name, and no job is added", async (db) => {
  await db.query("select app_private.take_over_waking()");
  assert.equal(await isDue(db, "advance_chatbots"), false);
  await db.query("select app_private.wake('advance_chatbots')");
  assert.equal(await jobs(db), 0);
  assert.equal(await isDue(db, "advance_chatbots"), true);
  assert.equal(await isDue(db, "send_messages"), false);
});

test("the settings are named in one place, and for whole connections in another", () => {
  const files = globSync("{migrations/fixtures,src,tasks}/**/*.{sql,ts}");
  assert.ok(files.length > 500);
  assert.deepEqual(files.filter((file) => readFileSync(file, "utf8").includes("parley.wake")).sort(), [
    "migrations/fixtures/operations/wake.sql",
    "src/database/pool.ts",
  ]);
});
