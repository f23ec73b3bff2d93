import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { apiKeyHash, isApiKey } from "../../../../src/graphql/auth/api_key.ts";

const RANDOM = "00112233445566778899aabbccddeeff0011223344556677";
const KEY = `parley_${RANDOM}${createHash("sha256").update(Buffer.from(RANDOM, "hex")).digest("hex").slice(0, 8)}`;

test("a key with its checksum has a hash; one that is mistyped, cut or longer is refused without a query", () => {
  assert.equal(apiKeyHash(KEY), createHash("sha256").update(KEY).digest("hex"));
  for (const wrong of [
    KEY.replace("0011", "0012"),
    KEY.slice(0, -1),
    `${KEY}0`,
    KEY.toUpperCase(),
    `parley_${RANDOM}`,
    "parley_",
  ])
    assert.equal(apiKeyHash(wrong), undefined, wrong);
  assert.ok(isApiKey("parley_"));
  assert.ok(!isApiKey("eyJhbGciOiJIUzI1NiJ9.e30.x"));
});
