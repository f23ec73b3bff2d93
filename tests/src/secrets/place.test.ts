import assert from "node:assert/strict";
import { test } from "node:test";
import { placeOf } from "../../../src/secrets/place.ts";

const ID = "01890a5d-ac96-774b-bcce-b302099a8057";

test("a place is a table, a row and a column", () => {
  assert.equal(placeOf("app_private.x", [ID, ID], "token"), `app_private.x/${ID}/${ID}/token`);
});

test("an id that is spelled otherwise than the database does is refused", () => {
  for (const id of [ID.toUpperCase(), ID.replaceAll("-", ""), `{${ID}}`, "", "x"])
    assert.throws(() => placeOf("app_private.x", [ID, id], "token"), TypeError, id);
});
