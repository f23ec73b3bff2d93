import assert from "node:assert/strict";
import { cleanName, cleanProse } from "../../../src/base/clean_prose.ts";
import { aConversation, aPerson, aWorkspace, become } from "../../support/people.ts";
import { stories } from "../../support/story.ts";
import { refusal } from "../../support/transaction.ts";

const story = stories();

story("words are cleaned as they are in TypeScript", async (db) => {
  const family = "\u{1f468}\u200d\u{1f469}\u200d\u{1f467} \u2764\ufe0f";
  const texts = [
    " VIP\u200b ",
    "\u202avip\u202c\ufeff",
    "\u2067\u0645\u06cc\u200c\u062e\u2069",
    family,
    "a\u00ad\u2060b\u00a0",
    "",
    "\u200e",
  ];
  const { rows } = await db.query(
    "select app_hidden.clean_prose(p) as is from unnest($1::text[]) with ordinality as x (p, n) order by n",
    [texts],
  );
  assert.deepEqual(
    rows.map(({ is }) => is),
    texts.map(cleanProse),
  );
});

story(
  "names are cleaned as they are in TypeScript, those that people type and those of the provider",
  async (db) => {
    const names = [
      "Ann\u202e\u2066\u0007",
      "Ann\r\nB.\tC\u2028D",
      "\u0085\u009bAnn\u007f",
      "\u{1f469}\u200d\u{1f467}",
      "\n\u200b",
    ];
    const { rows } = await db.query(
      "select nullif(app_hidden.clean_name(p), '') as is from unnest($1::text[]) with ordinality as x (p, n) order by n",
      [names],
    );
    assert.deepEqual(
      rows.map(({ is }) => is),
      ["Ann", "Ann B. C D", "Ann", "\u{1f469}\u200d\u{1f467}", null],
    );
    assert.deepEqual(
      names.map(cleanName),
      rows.map(({ is }) => is),
    );

    const workspace = await aWorkspace(db);
    await aConversation(db, workspace);
    const { rows: stored } = await db.query(
      `update app_public.contacts set name = E'\\u202eAnn\\n' where tenant_id = $1 returning name`,
      [workspace.tenantId],
    );
    assert.deepEqual(stored, [{ name: "Ann" }]);
    const empty = "update app_public.contacts set name = E'\\u202e' where tenant_id = $1";
    assert.equal(await refusal(db, () => db.query(empty, [workspace.tenantId])), "23514");
  },
);

story("tags and groups whose names look alike are one", async (db) => {
  const { tenantId } = await aWorkspace(db);
  await become(db, await aPerson(db, tenantId, "admin"));
  for (const table of ["tags", "groups"]) {
    const add = (name: string) =>
      db.query(`insert into app_public.${table} (name) values ($1) returning name`, [name]);
    assert.equal((await add("\u200eVIP\u200b ")).rows[0].name, "VIP");
    assert.equal(await refusal(db, () => add("vip\ufeff")), "23505", table);
    assert.equal(await refusal(db, () => add("\u200b")), "23514", table);
  }
});
