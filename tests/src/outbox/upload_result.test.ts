import assert from "node:assert/strict";
import { test } from "node:test";
import type { UploadedFile } from "../../../src/channels/outbound.ts";
import type { Failure } from "../../../src/channels/outcome.ts";
import { missingResult, unreadableResult, uploadResult } from "../../../src/outbox/upload_result.ts";

const LAST = 20;

const summary = (outcome: UploadedFile | Failure, attempts = 1): (string | number)[] => {
  const result = uploadResult(outcome, attempts);
  switch (result.kind) {
    case "failed":
      return [result.kind, result.code];
    case "postponed":
      return [result.kind, result.forMs];
    case "stopped":
      return [result.kind, result.reason];
    default:
      return [result.kind];
  }
};

const unavailable: Failure = { kind: "unavailable", reason: "ECONNREFUSED" };
const uncertain: Failure = { kind: "uncertain", code: null, reason: "timeout" };
const throttled = (retryAfterMs: number | null): Failure => ({
  kind: "throttled",
  code: "80007",
  scope: "channel",
  retryAfterMs,
});
const rejected = (code: string | null): Failure => ({ kind: "rejected", code, title: null, details: null });

test("an upload that was not received, or perhaps was, is repeated after a growing time", () => {
  for (const outcome of [unavailable, uncertain, throttled(null)]) {
    assert.deepEqual(summary(outcome), ["postponed", 1_000]);
    assert.deepEqual(summary(outcome, 4), ["postponed", 8_000]);
    assert.deepEqual(summary(outcome, LAST - 1), ["postponed", 300_000]);
  }
  assert.deepEqual(summary(throttled(7_000)), ["postponed", 7_000]);
  assert.deepEqual(summary(throttled(86_400_000)), ["postponed", 300_000]);
});

test("it fails after the last attempt", () => {
  assert.deepEqual(summary(unavailable, LAST), ["failed", "PYUNR"]);
  assert.deepEqual(summary(uncertain, LAST), ["failed", "PYUNR"]);
  assert.deepEqual(summary(throttled(null), LAST), ["failed", "80007"]);
  assert.deepEqual(summary({ kind: "uploaded", providerMediaId: "71", keptForMs: 1 }, LAST), ["uploaded"]);
});

test("a refusal fails it at once, and a refused token stops the channel", () => {
  assert.deepEqual(summary(rejected("131053")), ["failed", "131053"]);
  assert.deepEqual(summary(rejected(null)), ["failed", "rejected"]);
  const stopped: Failure = { kind: "channel_stopped", code: "190", title: "expired", details: null };
  assert.deepEqual(summary(stopped, LAST), ["stopped", "190: expired"]);
});

test("a file that cannot be read is tried again for as long", () => {
  assert.equal(unreadableResult(1).kind, "postponed");
  const result = unreadableResult(LAST);
  assert.equal(result.kind === "failed" && result.code, "PYSTO");
});

test("a file that is missing is looked for again for some minutes, and is gone then", () => {
  assert.equal(missingResult(8).kind, "postponed");
  const result = missingResult(9);
  assert.equal(result.kind === "failed" && result.code, "PYGON");
});
