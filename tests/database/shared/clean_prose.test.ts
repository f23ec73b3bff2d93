import assert from "node:assert/strict";
import { cleanProse } from "../../../src/chatbot/text/pasted.ts";
import { aPerson, aWorkspace, become } from "../../support/people.ts";
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
