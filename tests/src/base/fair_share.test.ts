import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate as turn } from "node:timers/promises";
import { FairShare, type ShareSettings } from "../../../src/base/fair_share.ts";

/** Work that notes who is in, and ends when it is told to. */
function aShare(settings: Partial<ShareSettings> = {}) {
  const share = new FairShare({
    places: 2,
    perKey: [2],
    waiting: 100,
    waitMs: 1_000,
    refusal: "Too many at once",
    ...settings,
  });
  const inside: { name: string; end: (error?: Error) => void }[] = [];
  const work = (name: string, ...keys: string[]) => {
    const running = share.run(
      keys,
      () =>
        new Promise<void>((resolve, reject) => {
          const one = {
            name,
            end(error?: Error) {
              inside.splice(inside.indexOf(one), 1);
              if (error) reject(error);
              else resolve();
            },
          };
          inside.push(one);
        }),
    );
    // What still waits when its test is over is refused some time.
    running.catch(() => {});
    return running;
  };
  const names = () => inside.map(({ name }) => name);
  const end = async (name: string, error?: Error) => {
    inside.find((one) => one.name === name)!.end(error);
    await turn();
  };
  return { share, work, names, end };
}

test("only as many run as there are places; a freed place goes to the oldest waiting", async () => {
  const { work, names, end } = aShare();
  const all = ["1", "2", "3", "4"].map((name) => work(name, "a"));
  await turn();
  assert.deepEqual(names(), ["1", "2"]);
  await end("1");
  assert.deepEqual(names(), ["2", "3"]);
  for (const name of ["2", "3", "4"]) await end(name);
  await Promise.all(all);
});

test("one key's load does not delay others: a free place goes to the key that holds the fewest", async () => {
  const { work, names, end } = aShare();
  for (const name of ["a1", "a2", "a3", "a4"]) void work(name, "a");
  void work("b1", "b");
  await turn();
  assert.deepEqual(names(), ["a1", "a2"]);
  await end("a1");
  assert.deepEqual(names(), ["a2", "b1"]);
  await end("b1");
  assert.deepEqual(names(), ["a2", "a3"]);
});

test("keys that wait take turns, however long the queue of one is", async () => {
  const { work, names, end } = aShare({ places: 1 });
  for (const name of ["a1", "a2", "a3", "a4"]) void work(name, "a");
  for (const name of ["b1", "b2"]) void work(name, "b");
  const order: string[] = [];
  await turn();
  for (let [name] = names(); name !== undefined; [name] = names()) {
    order.push(name);
    await end(name);
  }
  assert.deepEqual(order, ["a1", "a2", "b1", "a3", "b2", "a4"]);
});

test("a key holds no more than its share, though places are free; each level has its own", async () => {
  const { share, work, names, end } = aShare({ places: 10, perKey: [3, 2] });
  for (const name of ["1", "2", "3"]) void work(name, "tenant", "session");
  void work("4", "tenant", "other session");
  void work("5", "tenant", "other session");
  void work("6", "other tenant", "third session");
  await turn();
  assert.deepEqual(names(), ["1", "2", "4", "6"]);
  assert.deepEqual(share.exhausted(), ["tenant", "session"]);
  await end("1");
  assert.deepEqual(names(), ["2", "4", "6", "3"]);
});

test("too much waiting work is refused, for one key before the total", async () => {
  const { work } = aShare({ places: 1, waiting: 3, waitingPerKey: 2 });
  for (const name of ["in", "1", "2"]) void work(name, "a");
  await assert.rejects(work("3", "a"), { code: "PYUNA", message: "Too many at once" });
  void work("4", "b");
  await assert.rejects(work("5", "c"), { code: "PYUNA" });
});

test("work that waits too long is refused, and does not run afterwards", async () => {
  const { work, names, end } = aShare({ places: 1, waitMs: 1 });
  void work("in", "a");
  await assert.rejects(work("late", "a"), { code: "PYUNA" });
  await end("in");
  assert.deepEqual(names(), []);
});

test("work that fails releases its place", async () => {
  const { share, work, end } = aShare({ places: 1, waiting: 0 });
  const failing = work("1", "a");
  await turn();
  const failed = assert.rejects(failing, /no/);
  await end("1", new Error("no"));
  await failed;
  const leave = share.tryEnter(["a"]);
  assert.ok(leave);
  assert.equal(share.tryEnter(["b"]), null);
  leave();
  leave();
  assert.ok(share.tryEnter(["b"]));
  assert.equal(share.tryEnter(["c"]), null, "a place is given back once");
});
