import assert from "node:assert/strict";
import { test } from "node:test";
import type { Change } from "../../../../src/graphql/live/change.ts";
import { createChangeHub } from "../../../../src/graphql/live/change_hub.ts";

const wish = { tenantId: "t", kind: "message" as const, conversationId: null, onOverflow: () => {} };
const change = (more: Partial<Change> = {}): Change => ({
  kind: "message",
  tenantId: "t",
  conversationId: "c",
  id: "m",
  ...more,
});

test("a subscription gets only matching changes", async () => {
  const hub = createChangeHub();
  const all = hub.subscribe(wish);
  const one = hub.subscribe({ ...wish, conversationId: "d" });
  hub.publish(change({ tenantId: "another" }));
  hub.publish(change({ kind: "status" }));
  hub.publish(change({ id: "1" }));
  hub.publish(change({ id: "2", conversationId: "d" }));
  assert.equal((await all.next()).value?.id, "1");
  assert.equal((await all.next()).value?.id, "2");
  assert.equal((await one.next()).value?.id, "2");
});

test("a subscription that ends is removed, and the tenant with its last one", async () => {
  const hub = createChangeHub();
  const first = hub.subscribe(wish);
  const second = hub.subscribe(wish);
  await first.return?.();
  assert.equal(hub.hasSubscribers("t"), true);
  await second.return?.();
  assert.equal(hub.hasSubscribers("t"), false);
  const third = hub.subscribe(wish);
  hub.publish(change());
  assert.equal((await third.next()).value?.id, "m");
});

test("closing ends every subscription", async () => {
  const hub = createChangeHub();
  const waiting = [hub.subscribe(wish), hub.subscribe({ ...wish, tenantId: "u" })].map((queue) =>
    queue.next(),
  );
  hub.close();
  for (const { done } of await Promise.all(waiting)) assert.equal(done, true);
  assert.equal(hub.hasSubscribers("t"), false);
});
