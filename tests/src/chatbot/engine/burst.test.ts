import assert from "node:assert/strict";
import { test } from "node:test";
import { joinBurst } from "../../../../src/chatbot/engine/burst.ts";
import type { InboundMessage } from "../../../../src/chatbot/engine/context.ts";
import { tap, text } from "../build.ts";

test("texts that follow each other are one; taps stay apart", () => {
  const burst = [
    { ...text("I want"), referral: { source_id: "ad" } },
    text("a table"),
    tap("yes"),
    text("for two"),
  ];
  assert.deepEqual(
    joinBurst(burst, () => false),
    [{ ...text("I want\na table"), referral: { source_id: "ad" } }, tap("yes"), text("for two")],
  );
  assert.deepEqual(
    joinBurst([text("a"), text(" ")], () => false),
    [text("a")],
  );
  assert.deepEqual(
    joinBurst([], () => false),
    [],
  );
});

test("a text that leads to another node does not continue a burst, but can be continued", () => {
  const isEntry = (message: InboundMessage) => message.referral !== undefined;
  const fromAd = { ...text("hello"), referral: { source_id: "ad" } };
  assert.deepEqual(joinBurst([text("Bob"), text("Smith"), fromAd, text("are you open?")], isEntry), [
    text("Bob\nSmith"),
    { ...fromAd, content: { body: "hello\nare you open?" } },
  ]);
});
