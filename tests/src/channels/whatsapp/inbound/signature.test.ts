import assert from "node:assert/strict";
import { test } from "node:test";
import { sign, verifySignature } from "../../../../../src/channels/whatsapp/inbound/signature.ts";

const body = Buffer.from('{"object":"whatsapp_business_account","entry":[]}');

test("the published test vector verifies", () => {
  const header = "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756";
  assert.equal(sign(body, "test_app_secret"), header);
  assert.equal(verifySignature(body, header, ["test_app_secret"]), true);
});

test("while a secret is rotated both the old and the new one are good", () => {
  for (const secret of ["old", "new"])
    assert.equal(verifySignature(body, sign(body, secret), ["new", "old"]), true);
  assert.equal(verifySignature(body, sign(body, "older"), ["new", "old"]), false);
});

test("one changed byte is noticed", () => {
  const header = sign(body, "secret");
  const changed = Buffer.from(body);
  changed[3]! ^= 1;
  assert.equal(verifySignature(changed, header, ["secret"]), false);
});

test("a header of another shape is refused", () => {
  const right = sign(body, "secret");
  const hex = right.slice("sha256=".length);
  for (const header of [
    undefined,
    "",
    hex,
    `sha1=${hex}`,
    `${right}0`,
    right.slice(0, -1),
    right.toUpperCase(),
    `${right}\n`,
  ]) {
    assert.equal(verifySignature(body, header, ["secret"]), false, String(header));
  }
});

test("no signature is valid without a secret", () => {
  assert.equal(verifySignature(body, sign(body, ""), []), false);
  assert.equal(verifySignature(body, sign(body, ""), [""]), false);
});
