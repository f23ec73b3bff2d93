import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../../../../src/graphql/live/change.ts";
import { createChangeQueue } from "../../../../src/graphql/live/change_queue.ts";

const change = (id: string): Change => ({ kind: "message", tenantId: "t", conversationId: "c", id });

test("changes come out in the order they went in, also to a reader who waits", async () => {
  const queue = createChangeQueue(() => {});
  const waiting = queue.next();
  for (const id of ["a", "b", "c"]) queue.push(change(id));
  assert.equal((await waiting).value?.id, "a");
  assert.equal((await queue.next()).value?.id, "b");
  assert.equal((await queue.next()).value?.id, "c");
});

test("a row that changes again while it waits is sent once", async () => {
  const queue = createChangeQueue(() => {});
  for (const id of ["a", "b", "a", "a"]) queue.push(change(id));
  assert.equal((await queue.next()).value?.id, "a");
  assert.equal((await queue.next()).value?.id, "b");
  queue.push(change("a"));
  assert.equal((await queue.next()).value?.id, "a");
});

test("returning ends a wait, once", async () => {
  let ends = 0;
  const queue = createChangeQueue(() => {
    ends += 1;
  });
  const waiting = queue.next();
  await queue.return?.();
  await queue.return?.();
  assert.equal((await waiting).done, true);
  assert.equal((await queue.next()).done, true);
  assert.equal(queue.push(change("a")), true);
  assert.equal(ends, 1);
});

test("a full queue ends, and says so once", async () => {
  const queue = createChangeQueue(() => {});
  let refused = 0;
  for (let i = 0; i < 20_000; i += 1) if (!queue.push(change(String(i)))) refused += 1;
  assert.equal(refused, 1);
  assert.equal((await queue.next()).done, true);
});
