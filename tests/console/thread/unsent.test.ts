import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { ApiError } from "../../../console/session/account_request.ts";
import { type Surroundings, type Unsent, UnsentMessages } from "../../../console/thread/messages/unsent.ts";

/** A server that has what it was sent once per key, and whose answers can be lost. */
function aServer() {
  const kept = new Map<string, string>();
  const stored = new Map<string, string>();
  const closed: string[] = [];
  let fails: (() => void) | null = null;
  let isOver = false;
  return {
    stored,
    closed,
    endSession() {
      isOver = true;
    },
    fail(next: (() => void) | null) {
      fails = next;
    },
    around: {
      async send({ key, text }: Unsent) {
        if (text === "no") throw new ApiError("PYWIN", "The reply window is closed");
        if (text.startsWith("lost")) stored.set(key, text);
        fails?.();
        stored.set(key, text);
        return null;
      },
      async close(id: string) {
        closed.push(id);
      },
      storage: {
        getItem: (key: string) => kept.get(key) ?? null,
        setItem: (key: string, value: string) => void kept.set(key, value),
        removeItem: (key: string) => void kept.delete(key),
      },
      hasEnded: () => isOver,
    } satisfies Surroundings,
    kept,
  };
}

const cut = () => {
  throw new ApiError("PYNET", "The server cannot be reached");
};
const written = (text: string, change: Partial<Unsent> = {}) => ({
  conversationId: "c",
  order: { kind: "message" as const, input: { conversationId: "c" } },
  text,
  ...change,
});
const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
const statesOf = (unsent: UnsentMessages) => unsent.get().map(({ text, state }) => `${text}: ${state}`);

test("what has no answer is kept, and sent again under its key, in order and once", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const server = aServer();
  server.fail(cut);
  const before = new UnsentMessages(server.around);
  before.add(written("lost 1"));
  before.add(written("2"));
  await settled();
  assert.deepEqual(statesOf(before), ["lost 1: waiting", "2: sending"]);

  // The page is loaded again, and the network is back.
  server.fail(null);
  const after = new UnsentMessages(server.around);
  after.sendAll();
  await settled();
  assert.deepEqual(statesOf(after), []);
  assert.deepEqual([...server.stored.values()], ["lost 1", "2"]);
  assert.equal(server.kept.size, 0);
  mock.timers.reset();
});

test("a refused message says why and stops no other; it is sent again or discarded by its author", async () => {
  const server = aServer();
  const unsent = new UnsentMessages(server.around);
  unsent.add(written("no"));
  unsent.add(written("yes", { closes: true }));
  await settled();
  assert.deepEqual(statesOf(unsent), ["no: refused"]);
  assert.deepEqual([unsent.get()[0]?.problem?.code, server.closed], ["PYWIN", ["c"]]);
  unsent.retry(unsent.get()[0]!.key);
  await settled();
  assert.deepEqual(statesOf(unsent), ["no: refused"]);
  unsent.discard(unsent.get()[0]!.key);
  assert.deepEqual(statesOf(unsent), []);
});

test("a note, which has no key, is not sent again by itself", async () => {
  const server = aServer();
  server.fail(cut);
  const unsent = new UnsentMessages(server.around);
  unsent.add(written("a note", { order: { kind: "note", input: { conversationId: "c" } } }));
  await settled();
  assert.deepEqual(statesOf(unsent), ["a note: refused"]);
});

test("nothing is sent or kept after the session has ended", async () => {
  const server = aServer();
  const unsent = new UnsentMessages(server.around);
  server.endSession();
  unsent.add(written("late"));
  await settled();
  assert.deepEqual([server.stored.size, server.kept.size], [0, 0]);
});
