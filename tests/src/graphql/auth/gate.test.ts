import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { createGate } from "../../../../src/graphql/auth/gate.ts";

test("two run at once, the others wait for their turn, and too many are refused", async () => {
  const gate = createGate(2, 3);
  let running = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const work = () =>
    gate(async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => ends.push(resolve));
      running -= 1;
    });
  const results = Array.from({ length: 5 }, work);
  await assert.rejects(work(), { code: "PYUNA" });
  for (let done = 0; done < 5; done += 1) {
    await turn();
    ends[done]!();
  }
  await Promise.all(results);
  assert.equal(most, 2);
  assert.equal(running, 0);
});

test("work that fails gives its place back", async () => {
  const gate = createGate(1, 0);
  await assert.rejects(
    gate(() => Promise.reject(new Error("no"))),
    /no/,
  );
  assert.equal(await gate(async () => "yes"), "yes");
});
