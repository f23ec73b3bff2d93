import assert from "node:assert/strict";
import { test } from "node:test";
import sendMessages from "../../tasks/send_messages.ts";

test("the job lasts as long as the sender has something to send", async () => {
  const { promise: sent, resolve } = Promise.withResolvers<void>();
  let drains = 0;
  const sender = {
    drain: () => {
      drains += 1;
      return sent;
    },
  };
  let isOver = false;
  const job = sendMessages({ sender })().then(() => {
    isOver = true;
  });
  await new Promise(setImmediate);
  assert.deepEqual([drains, isOver], [1, false]);
  resolve();
  await job;
  assert.equal(isOver, true);
});

test("an error of the sender fails the job, which is then retried", async () => {
  const sender = { drain: () => Promise.reject(new Error("the database is away")) };
  await assert.rejects(sendMessages({ sender })(), /the database is away/);
});
