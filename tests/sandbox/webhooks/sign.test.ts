import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeBody, signBody } from "../../../sandbox/webhooks/sign.ts";

test("the signature of the test vector", () => {
  const bytes = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');
  assert.equal(
    signBody("test_app_secret", bytes),
    "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756",
  );
});

test("everything above U+007F and every slash is escaped, and reads back the same", () => {
  const value = { body: "Ayşe / 😀 \u0000 \ud83d", "ü/": 1 };
  const text = encodeBody(value).toString("utf8");
  assert.equal(text, '{"body":"Ay\\u015fe \\/ \\ud83d\\ude00 \\u0000 \\ud83d","\\u00fc\\/":1}');
  assert.deepEqual(JSON.parse(text), value);
});
