import assert from "node:assert/strict";
import { test } from "node:test";
import type { Waiting } from "../../../src/chatbot/engine/context.ts";
import { chatbotSettings } from "../../../src/chatbot/graph/settings.ts";
import { eventAfterPause } from "../../../src/runner/event_after_pause.ts";
import ends from "../../cases/pause_ends.json" with { type: "json" };
import settings from "../../cases/pause_settings.json" with { type: "json" };

for (const { says, event, waitingFor, afterPause, ...run } of ends)
  test(`after a pause: ${says}`, () => {
    const given = {
      waitingFor: waitingFor as Waiting["kind"],
      afterPause: afterPause === "end" ? ("end" as const) : ("resume" as const),
      wasPaused: true,
      isOpen: true,
      isDue: false,
    };
    assert.equal(eventAfterPause({ ...given, ...run }), event);
  });

for (const { says, settings: given, seconds, afterPause } of settings)
  test(`the pause of a chatbot: ${says}`, () => {
    const { pauseSeconds, afterPause: after } = chatbotSettings(given);
    assert.deepEqual([pauseSeconds, after], [seconds, afterPause]);
  });
