import assert from "node:assert/strict";
import { test } from "node:test";
import { newRecoveryCodes } from "../../../../src/graphql/auth/recovery_codes.ts";
import {
  authenticatorUri,
  newSecret,
  SecondFactors,
  stepOf,
} from "../../../../src/graphql/auth/second_factor.ts";
import { keyRing } from "../../../../src/secrets/key_ring.ts";
import { sealTotpSecret } from "../../../../src/secrets/totp_secret.ts";

/** "12345678901234567890", the secret of the examples in RFC 6238; of their eight digits, apps show the last six. */
const SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

test("codes are those of RFC 6238, now, a step ago and a step ahead", () => {
  for (const [seconds, code] of [
    [59, "287082"],
    [1_111_111_109, "081804"],
    [1_234_567_890, "005924"],
    [20_000_000_000, "353130"],
  ] as const) {
    const step = Math.floor(seconds / 30);
    for (const late of [-30, 0, 30]) assert.equal(stepOf(code, SECRET, (seconds + late) * 1000), step);
    for (const late of [-60, 60]) assert.equal(stepOf(code, SECRET, (seconds + late) * 1000), null);
  }
  assert.equal(stepOf("000000", SECRET, 59_000), null);
});

test("a new secret has 160 bits, and an app reads its address", () => {
  const secret = newSecret();
  assert.match(secret, /^[A-Z2-7]{32}$/);
  assert.notEqual(newSecret(), secret);
  const uri = new URL(authenticatorUri(secret, 'ann+1@example.com?x=&"'));
  assert.equal(uri.protocol, "otpauth:");
  assert.equal(decodeURIComponent(uri.pathname), '/Parley:ann+1@example.com?x=&"');
  assert.equal(uri.searchParams.get("secret"), secret);
  assert.equal(uri.searchParams.get("issuer"), "Parley");
  const codes = newRecoveryCodes();
  assert.equal(new Set(codes.map(({ plain }) => plain)).size, 10);
  for (const { plain, shown } of codes) {
    assert.match(shown, /^([A-Z2-7]{4}-){3}[A-Z2-7]{4}$/);
    assert.equal(shown.replaceAll("-", ""), plain);
  }
});

test("six digits are a code of the app, everything else is a recovery code", async () => {
  const userId = "0199a5c0-0000-7000-8000-000000000000";
  const ring = keyRing(["a secret key for tests, long enough"]);
  const asked: unknown[][] = [];
  let rows = [{ owner_id: userId, secret: sealTotpSecret(userId, SECRET, ring) }];
  const db = {
    async query({ values }: { values: unknown[] }) {
      asked.push(values);
      return { rows };
    },
  };
  const factors = new SecondFactors(db as never, ring);
  const read = (code: string | null | undefined) => factors.read(code, { email: "ann@example.com" });

  for (const none of [undefined, null, "", " - "])
    assert.deepEqual(await read(none), { totpStep: null, recoveryCode: null });
  for (const given of ["abcd-efgh-2345-mnop", "ABCDEFGH2345MNOP", " abcd efgh 2345 mnop "])
    assert.deepEqual(await read(given), { totpStep: null, recoveryCode: "ABCDEFGH2345MNOP" });
  assert.deepEqual(await read("\0"), { totpStep: -1, recoveryCode: null });
  assert.deepEqual(asked, []);
  const wrong = { totpStep: -1, recoveryCode: null };
  const codes = Array.from({ length: 20 }, (_each, at) => `${at}`.repeat(6).slice(0, 6));
  assert.ok((await Promise.all(codes.map(read))).filter(({ totpStep }) => totpStep === -1).length > 15);
  assert.deepEqual(asked[0], ["ann@example.com", null, null]);
  rows = [];
  assert.deepEqual(await read("123456"), wrong, "nobody has that address, or no app");
});
