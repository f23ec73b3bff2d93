import assert from "node:assert/strict";
import { cleanFilename } from "../../../src/media/clean_filename.ts";
import cases from "../../cases/filenames.json" with { type: "json" };
import { stories } from "../../support/story.ts";

const story = stories();

story("names of files are cleaned as the table of cases says, and as those of uploads", async (db) => {
  const names = [...cases.map(({ given }) => given), `${"📄".repeat(500)}.pdf`, "a".repeat(231)];
  const { rows } = await db.query(
    "select app_private.clean_filename(p) as is from unnest($1::text[]) with ordinality as x (p, n) order by n",
    [names],
  );
  assert.deepEqual(
    rows.slice(0, cases.length),
    cases.map(({ is }) => ({ is })),
  );
  assert.deepEqual(
    rows,
    names.map((name) => ({ is: cleanFilename(name) })),
  );
});
