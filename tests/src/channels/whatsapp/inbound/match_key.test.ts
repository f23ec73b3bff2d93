import assert from "node:assert/strict";
import { test } from "node:test";
import { matchKeyOf } from "../../../../../src/channels/whatsapp/inbound/match_key.ts";
import cases from "../../../../cases/match_keys.json" with { type: "json" };

for (const { says, value, key } of cases)
  test(`the match key of ${says}`, () => assert.equal(matchKeyOf(value), key));
