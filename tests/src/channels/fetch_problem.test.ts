import assert from "node:assert/strict";
import { test } from "node:test";
import { fetchProblemOf } from "../../../src/channels/fetch_problem.ts";

const NOTHING = { title: null, details: null };

test("what is temporary is pending, and everything else is final", () => {
  const states = (
    [
      { kind: "gone" },
      { kind: "too_large", maxBytes: 10 },
      { kind: "damaged", reason: "it is empty" },
      { kind: "rejected", code: "131052", title: "Media download error", details: null },
      { kind: "rejected", code: null, ...NOTHING },
      { kind: "channel_stopped", code: "190", title: "Token expired", details: "The session has expired" },
      { kind: "throttled", code: "130429", scope: "channel", retryAfterMs: 5_000 },
      { kind: "unavailable", reason: "ECONNREFUSED" },
      { kind: "uncertain", code: null, reason: "HTTP 502" },
    ] as const
  ).map((outcome) => {
    const { state, code, text, retryAfterMs } = fetchProblemOf(outcome);
    return [state, code, text, retryAfterMs];
  });
  assert.deepEqual(states, [
    ["gone", "PYGON", "The provider does not have the file any more", null],
    ["failed", "PYMAX", "The file is larger than 10 bytes", null],
    ["failed", "PYMED", "The provider's file was not accepted: it is empty", null],
    ["failed", "131052", "Media download error", null],
    ["failed", "PYMED", "The provider refused the request", null],
    ["pending", "190", "The session has expired", null],
    ["pending", "130429", "Too many requests to the provider", 5_000],
    ["pending", "PYUNR", "The file could not be downloaded (ECONNREFUSED)", null],
    ["pending", "PYUNR", "The file could not be downloaded (HTTP 502)", null],
  ]);
});
