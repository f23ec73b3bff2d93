import assert from "node:assert/strict";
import { stories } from "../../support/story.ts";
import { INLINED } from "./inlined.ts";

const story = stories();

for (const [name, query] of Object.entries(INLINED))
  story(`${name} becomes part of the statements it stands in`, async (db) => {
    const { rows } = await db.query(`explain (verbose, costs off) ${query}`);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    assert.doesNotMatch(plan, new RegExp(`\\b${name}\\b`));
  });

story("a function that cannot become part of a statement is seen to be called", async (db) => {
  await db.query("alter function app_hidden.uuid_v7() set search_path to pg_catalog, pg_temp");
  const { rows } = await db.query(`explain (verbose, costs off) ${INLINED.uuid_v7}`);
  assert.match(JSON.stringify(rows), /uuid_v7/);
});
