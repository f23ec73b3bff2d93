import assert from "node:assert/strict";
import cases from "../../cases/match_keys.json" with { type: "json" };
import { stories } from "../../support/story.ts";

const story = stories();

story("identity_match_key() and matchKeyOf() are one rule", async (db) => {
  for (const { says, value, key } of cases) {
    const { rows } = await db.query("select app_hidden.identity_match_key('phone', $1) as key", [value]);
    assert.equal(rows[0].key, key, says);
  }
});

story("an id that is not a phone number is its own match key", async (db) => {
  const { rows } = await db.query(
    "select app_hidden.identity_match_key('external', '+5511987654321') as key",
  );
  assert.equal(rows[0].key, "+5511987654321");
});
