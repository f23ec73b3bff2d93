import assert from "node:assert/strict";
import { test } from "node:test";
import { JOBS } from "../../src/jobs/registry.ts";
import { document, plain, rowsOf, sectionOf } from "./document.ts";

const page = document("docs/architecture.md");

test("the jobs are those of the registry: key, pool, schedule, slots", () => {
  const codes = (cell = "") => [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code);
  const described = rowsOf(sectionOf(page, "## Jobs")).map(([task = "", starts, keys, pool, does = ""]) => [
    plain(task),
    {
      cron: codes(starts).find((code) => code?.includes("*")),
      keys: codes(keys),
      pool,
      slots: /at most (\d+) of (\d+) slots/.exec(does)?.slice(1).map(Number),
    },
  ]);
  const registered = Object.entries(JOBS).map(([task, job]) => [
    task,
    {
      cron: "schedule" in job ? job.schedule.cron : undefined,
      keys: [...job.keys],
      pool: job.pool,
      slots: job.pool === "slow" ? [job.slots.perTenant, job.slots.places] : undefined,
    },
  ]);
  assert.deepEqual(Object.fromEntries(described), Object.fromEntries(registered));
});

test("the statuses are in the order of the enum", () => {
  const enumeration = /create type app_public\.message_status as enum \(([^)]*)\)/.exec(
    document("migrations/schema.sql").text,
  );
  const order = [...(enumeration?.[1] ?? "").matchAll(/'(\w+)'/g)].map(([, status]) => status);
  assert.ok(order.length > 5);
  assert.ok(sectionOf(page, "### Statuses").text.includes(order.join(" < ")), order.join(" < "));
});

test("schemas are those of the database", () => {
  const named = rowsOf(sectionOf(page, "## Schemas")).flatMap(([names = ""]) =>
    [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
  );
  const made = [...document("migrations/schema.sql").text.matchAll(/^create schema (\w+)/gm)].map(
    ([, name]) => name,
  );
  for (const name of made) assert.ok(named.includes(name), name);
});
