import assert from "node:assert/strict";
import { test } from "node:test";
import { joinBurst } from "../../../src/chatbot/burst.ts";
import { tap, text } from "./build.ts";

test("texts that follow each other are one; taps stay apart", () => {
  const burst = [
    { ...text("I want"), referral: { source_id: "ad" } },
    text("a table"),
    tap("yes"),
    text("for two"),
  ];
  assert.deepEqual(joinBurst(burst), [
    { ...text("I want\na table"), referral: { source_id: "ad" } },
    tap("yes"),
    text("for two"),
  ]);
  assert.deepEqual(joinBurst([text("a"), text(" ")]), [text("a")]);
  assert.deepEqual(joinBurst([]), []);
});
