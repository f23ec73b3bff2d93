import assert from "node:assert/strict";
import { test } from "node:test";
import type { UploadedFile } from "../../../src/channels/outbound.ts";
import type { Failure } from "../../../src/channels/outcome.ts";
import { unreadableResult, uploadResult } from "../../../src/outbox/upload_result.ts";

const fresh = { attempts: 0, isOverdue: false };
const overdue = { attempts: 20, isOverdue: true };

const summary = (outcome: UploadedFile | Failure, state = fresh): (string | number)[] => {
  const result = uploadResult(outcome, state);
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
    assert.deepEqual(summary(outcome, { attempts: 3, isOverdue: false }), ["postponed", 8_000]);
    assert.deepEqual(summary(outcome, { attempts: 2_000, isOverdue: false }), ["postponed", 300_000]);
  }
  assert.deepEqual(summary(throttled(7_000)), ["postponed", 7_000]);
  assert.deepEqual(summary(throttled(86_400_000)), ["postponed", 300_000]);
});

test("it fails when its messages have waited too long", () => {
  assert.deepEqual(summary(unavailable, overdue), ["failed", "PYUNR"]);
  assert.deepEqual(summary(uncertain, overdue), ["failed", "PYUNR"]);
  assert.deepEqual(summary(throttled(null), overdue), ["failed", "80007"]);
  assert.deepEqual(summary({ kind: "uploaded", providerMediaId: "71", keptForMs: 1 }, overdue), ["uploaded"]);
});

test("a refusal fails it at once, and a refused token stops the channel", () => {
  assert.deepEqual(summary(rejected("131053")), ["failed", "131053"]);
  assert.deepEqual(summary(rejected(null)), ["failed", "rejected"]);
  const stopped: Failure = { kind: "channel_stopped", code: "190", title: "expired", details: null };
  assert.deepEqual(summary(stopped, overdue), ["stopped", "190: expired"]);
});

test("a file that cannot be read is tried again for as long", () => {
  assert.equal(unreadableResult(fresh).kind, "postponed");
  const result = unreadableResult(overdue);
  assert.equal(result.kind === "failed" && result.code, "PYSTO");
});
