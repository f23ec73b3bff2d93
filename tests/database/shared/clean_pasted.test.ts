import assert from "node:assert/strict";
import { cleanPasted } from "../../../src/chatbot/text/pasted.ts";
import cases from "../../cases/pasted_text.json" with { type: "json" };
import { stories } from "../../support/story.ts";

const story = stories();

story("pasted text is cleaned as the table of cases says", async (db) => {
  const texts = cases.filter(({ only }) => only !== "typescript");
  const { rows } = await db.query(
    "select app_hidden.clean_pasted(p) as is from unnest($1::text[]) with ordinality as x (p, n) order by n",
    [texts.map(({ pasted }) => pasted)],
  );
  assert.deepEqual(
    rows,
    texts.map(({ is }) => ({ is })),
  );
});

story("every character there is comes out as it does in TypeScript", async (db) => {
  // Normalisation changes with Unicode's versions; these sets are the function's own.
  const isOurs = /[\p{Nd}\p{Default_Ignorable_Code_Point}\p{Cc}\p{Pd}\p{Z}]/u;
  const characters = Array.from({ length: 0x110000 - 1 }, (_, index) => index + 1)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => isOurs.test(character));
  const { rows } = await db.query(
    "select p as pasted, app_hidden.clean_pasted('a' || p || 'b') as is from unnest($1::text[]) as x (p)",
    [characters],
  );
  assert.ok(rows.length > 4_000);
  for (const { pasted, is } of rows)
    assert.equal(is, cleanPasted(`a${pasted}b`), `U+${pasted.codePointAt(0).toString(16)}`);
});
