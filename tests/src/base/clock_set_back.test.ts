import assert from "node:assert/strict";
import { test } from "node:test";
import { clockSetBack } from "../../../src/base/clock_set_back.ts";

test("setting a clock back is detected; setting it forward, or a small correction, is not", async () => {
  const stopping = new AbortController();
  let offset = 0;
  let isNoticed = false;
  const now = () => Date.now() + offset;
  const noticed = clockSetBack(stopping.signal, { now, lookMs: 1 }).then(() => {
    isNoticed = true;
  });
  for (const change of [3_600_000, -1_000, -30_000, 0]) {
    offset += change;
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(isNoticed, false, `${change} ms`);
  }
  offset -= 3_600_000;
  // Without its interval holding the process, something else has to.
  const alive = setInterval(() => {}, 1_000);
  await noticed.finally(() => clearInterval(alive));
});

test("it ends with the signal", async () => {
  const stopping = new AbortController();
  const watching = clockSetBack(stopping.signal);
  stopping.abort();
  await watching;
});
