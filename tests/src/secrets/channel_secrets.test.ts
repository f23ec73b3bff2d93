import assert from "node:assert/strict";
import { test } from "node:test";
import { openChannelSecrets, sealChannelSecrets } from "../../../src/secrets/channel_secrets.ts";
import { EnvelopeError } from "../../../src/secrets/envelope.ts";
import { keyRing } from "../../../src/secrets/key_ring.ts";

const CHANNEL = "0f3b6c1e-0000-7000-8000-000000000001";
const before = keyRing(["the key before it was changed"]);
const now = keyRing(["the key after it was changed"]);
const given = { accessToken: "token", appSecret: "secret", verifyToken: "verify" };

function rowOf(sealed: Record<string, string>, previous: string | null = null) {
  return {
    access_token: sealed.access_token ?? null,
    app_secret: sealed.app_secret ?? null,
    previous_app_secret: previous,
    verify_token: sealed.verify_token ?? null,
  };
}

test("what was sealed for a channel opens for it, and for no other", () => {
  const sealed = sealChannelSecrets(CHANNEL, given, now);
  const row = rowOf(sealed);
  assert.deepEqual(openChannelSecrets(CHANNEL, row, now), {
    accessToken: "token",
    appSecrets: ["secret"],
    apps: [sealed.app_secret_fingerprint],
    verifyToken: "verify",
  });
  assert.throws(() => openChannelSecrets(CHANNEL.replace(/1$/, "2"), row, now), EnvelopeError);
});

test("the app secret before a rotation is accepted beside the current one", () => {
  const previous = sealChannelSecrets(CHANNEL, { appSecret: "old" }, now).app_secret!;
  const row = rowOf(sealChannelSecrets(CHANNEL, given, now), previous);
  assert.deepEqual(openChannelSecrets(CHANNEL, row, now).appSecrets, ["secret", "old"]);
});

test("after the key was changed, sealing again once is enough: a previous secret that cannot be opened is skipped", () => {
  const previous = sealChannelSecrets(CHANNEL, { appSecret: "old" }, before).app_secret!;
  const row = rowOf(sealChannelSecrets(CHANNEL, given, now), previous);
  assert.deepEqual(openChannelSecrets(CHANNEL, row, now).appSecrets, ["secret"]);
  assert.throws(
    () => openChannelSecrets(CHANNEL, rowOf(sealChannelSecrets(CHANNEL, given, before)), now),
    EnvelopeError,
  );
});

test("a fingerprint is made with the key of its envelope, so that it is the stored one while keys change", () => {
  const both = keyRing(["the key after it was changed", "the key before it was changed"]);
  const sealed = sealChannelSecrets(CHANNEL, given, before);
  assert.deepEqual(openChannelSecrets(CHANNEL, rowOf(sealed), both).apps, [sealed.app_secret_fingerprint]);
});

test("channels of one app have one fingerprint, which reveals nothing about the secret", () => {
  const one = sealChannelSecrets(CHANNEL, given, now).app_secret_fingerprint;
  const other = sealChannelSecrets(CHANNEL.replace(/1$/, "2"), given, now).app_secret_fingerprint;
  assert.equal(one, other);
  assert.notEqual(one, sealChannelSecrets(CHANNEL, { appSecret: "other" }, now).app_secret_fingerprint);
  assert.notEqual(one, sealChannelSecrets(CHANNEL, given, before).app_secret_fingerprint);
});
