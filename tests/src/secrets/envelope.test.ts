import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type EnvelopeError, keyIdOf, open, seal } from "../../../src/secrets/envelope.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";

const address = "app_private.channel_secrets/0193f6a2-7c1d-7e45-9b0a-3f2d5c6e7a81/access_token";
const ring = keyRing(["a key nobody has guessed so far"]);

function refuses(reason: EnvelopeError["reason"], act: () => unknown): void {
  assert.throws(act, (error: EnvelopeError) => error.name === "EnvelopeError" && error.reason === reason);
}

test("what was sealed opens where it was put", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), fc.string(), (secret, place) => {
      assert.equal(open(seal(secret, place, ring), place, ring), secret);
    }),
  );
});

test("an envelope is small JSON with the key's id, and never the same twice", () => {
  const envelope = seal("EAAsecret", address, ring);
  assert.deepEqual(Object.keys(JSON.parse(envelope)), ["v", "kid", "iv", "ct", "tag"]);
  assert.equal(JSON.parse(envelope).kid, ring.current);
  assert.ok(!envelope.includes("EAAsecret"));
  assert.notEqual(seal("EAAsecret", address, ring), envelope);
});

test("moved to another row or column it does not open", () => {
  const envelope = seal("EAAsecret", address, ring);
  refuses("forged", () => open(envelope, address.replace("access_token", "app_secret"), ring));
  refuses("forged", () => open(envelope, address.replace("0193", "0194"), ring));
});

test("a changed byte anywhere is noticed", () => {
  const fields = JSON.parse(seal("EAAsecret", address, ring));
  for (const name of ["iv", "ct", "tag"]) {
    const bytes = Buffer.from(fields[name], "base64url");
    bytes[0]! ^= 1;
    const forged = JSON.stringify({ ...fields, [name]: bytes.toString("base64url") });
    refuses("forged", () => open(forged, address, ring));
  }
});

test("a value that is not an envelope is refused without being quoted", () => {
  const fields = JSON.parse(seal("EAAsecret", address, ring));
  const short = fields.tag.slice(0, 6);
  for (const broken of [
    "EAAsecret-in-the-clear",
    "null",
    "[]",
    "{}",
    JSON.stringify({ ...fields, v: 2 }),
    JSON.stringify({ ...fields, tag: short }),
    JSON.stringify({ ...fields, iv: "" }),
    JSON.stringify({ ...fields, ct: "+/=" }),
    JSON.stringify({ ...fields, ct: 7 }),
  ]) {
    refuses("malformed", () => open(broken, address, ring));
    assert.throws(
      () => open(broken, address, ring),
      (error: Error) => !`${error.stack}`.includes("EAAsecret"),
    );
  }
});

test("after a rotation old envelopes still open, and name the key that they are sealed with", () => {
  const texts = ["a key nobody has guessed so far", "the key that comes after that one"] as const;
  const envelope = seal("EAAsecret", address, ring);
  const rotated = keyRing([texts[1], texts[0]]);
  assert.equal(open(envelope, address, rotated), "EAAsecret");
  assert.equal(keyIdOf(envelope), ring.current);
  const renewed = seal(open(envelope, address, rotated), address, rotated);
  assert.equal(keyIdOf(renewed), rotated.current);
  refuses("unknown_key", () => open(renewed, address, ring));
});

test("a key is of 32 bytes whatever its text, and the same text gives the same key", () => {
  const again = keyRing(["a key nobody has guessed so far"]);
  assert.equal(again.current, ring.current);
  assert.equal(again.keys.get(again.current)?.symmetricKeySize, 32);
});

test("a ring requires keys of sufficient length", () => {
  assert.throws(() => keyRing([]), RangeError);
  assert.throws(() => keyRing(["short"]), RangeError);
});
