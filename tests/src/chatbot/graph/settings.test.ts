import assert from "node:assert/strict";
import { test } from "node:test";
import { chatbotSettings, DEFAULT_SETTINGS } from "../../../../src/chatbot/graph/settings.ts";

test("what is missing or wrong takes its default", () => {
  for (const stored of [
    null,
    5,
    [],
    {},
    { maxAttempts: 0, timeZone: "Mars/Olympus", language: "xx", skipWords: "x", afterPause: "what" },
  ]) {
    assert.deepEqual(chatbotSettings(stored), DEFAULT_SETTINGS);
  }
});

test("what is right is taken", () => {
  const settings = {
    maxAttempts: 5,
    timeZone: "Europe/Istanbul",
    language: "tr-TR",
    skipWords: ["geç", 5],
    afterPause: "end",
    debounceMs: 0,
  };
  assert.deepEqual(chatbotSettings(settings), {
    ...DEFAULT_SETTINGS,
    maxAttempts: 5,
    timeZone: "Europe/Istanbul",
    language: "tr",
    skipWords: ["geç"],
    afterPause: "end",
  });
});

test("a guard cannot be set to infinity", () => {
  const endless = {
    maxStepsPerTurn: 1e15,
    maxVisitsPerNode: 1e15,
    maxStepsPerRun: 1e15,
    maxVariablesSize: 1e15,
  };
  const { maxStepsPerTurn, maxVisitsPerNode, maxStepsPerRun, maxVariablesSize } = chatbotSettings(endless);
  assert.deepEqual([maxStepsPerTurn, maxVisitsPerNode, maxStepsPerRun], [10_000, 10_000, 10_000]);
  assert.equal(maxVariablesSize, 5_000_000);
});
