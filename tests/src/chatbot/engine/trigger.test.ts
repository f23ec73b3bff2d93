import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import type { InboundMessage } from "../../../../src/chatbot/engine/context.ts";
import { type Arrival, isBeginning, matchTrigger } from "../../../../src/chatbot/engine/trigger.ts";
import { triggerRules } from "../../../../src/chatbot/engine/trigger_rules.ts";
import { DEFAULT_SETTINGS } from "../../../../src/chatbot/graph/settings.ts";
import { graphOf, NOW, tap, text } from "../build.ts";

const rulesOf = (chatbotId: string, data: JsonObject) =>
  triggerRules(chatbotId, graphOf({ s: ["start", data] }, []), {
    ...DEFAULT_SETTINGS,
    timeZone: "Europe/Istanbul",
  });
const arriving = (message: InboundMessage, isFirstMessage = false): Arrival => ({
  kind: "message",
  message,
  isFirstMessage,
});
const begins = (trigger: JsonObject, arrival: Arrival) =>
  matchTrigger(rulesOf("bot", { triggers: [trigger] }), arrival, NOW) !== null;

const payload: InboundMessage = { id: null, type: "button", content: { payload: "PROMO", text: "Yes" } };
const fromAd: InboundMessage = { ...text("hi"), referral: { source_id: "ad-1" } };

const cases: [JsonObject, Arrival, boolean][] = [
  [{ kind: "any" }, arriving(text("hi")), true],
  [{ kind: "any" }, arriving({ id: null, type: "reaction", content: {} }), false],
  [{ kind: "any" }, { kind: "api", name: "x" }, false],
  [{ kind: "first_message" }, arriving(text("hi"), true), true],
  [{ kind: "first_message" }, arriving(text("hi")), false],
  [{ kind: "keyword", words: ["İndirim"] }, arriving(text("INDIRIM!")), true],
  [{ kind: "keyword", words: ["price"] }, arriving(text("the price please")), false],
  [{ kind: "keyword", words: ["price"], match: "contains" }, arriving(text("the PRICE please")), true],
  [{ kind: "keyword", words: ["", "^order \\d+$"], match: "regex" }, arriving(text("Order 12")), true],
  [{ kind: "keyword", words: ["(a)\\1"], match: "regex" }, arriving(text("aaaa")), false],
  [{ kind: "keyword", words: ["x"] }, arriving(tap("x")), false],
  [{ kind: "template_button", payloads: ["PROMO"] }, arriving(payload), true],
  [{ kind: "template_button" }, arriving(payload), true],
  [{ kind: "template_button", payloads: ["OTHER"] }, arriving(payload), false],
  [{ kind: "template_button" }, arriving(text("PROMO")), false],
  [{ kind: "referral", sourceIds: ["ad-1"] }, arriving(fromAd), true],
  [{ kind: "referral" }, arriving(fromAd), true],
  [{ kind: "referral" }, arriving(text("hi")), false],
  [{ kind: "deep_link", codes: ["TABLE-7"] }, arriving(text("table-7 hello")), true],
  [{ kind: "deep_link", codes: [""] }, arriving(text("hello")), false],
  [{ kind: "api", names: ["welcome"] }, { kind: "api", name: "welcome" }, true],
  [{ kind: "api", names: ["welcome"] }, { kind: "api", name: "other" }, false],
  [{ kind: "api" }, arriving(text("hi")), false],
  [{ kind: "moon" }, arriving(text("hi")), false],
];
for (const [trigger, arrival, expected] of cases) {
  const what = arrival.kind === "api" ? arrival.name : JSON.stringify(arrival.message.content);
  test(`${JSON.stringify(trigger)} ${expected ? "begins" : "does not begin"} on ${what}`, () => {
    assert.equal(begins(trigger, arrival), expected);
  });
}

test("a start node without triggers begins on anything", () => {
  assert.equal(matchTrigger(rulesOf("bot", {}), arriving(text("hi")), NOW)?.chatbotId, "bot");
});

describe("when several match", () => {
  const any = rulesOf("any", {});
  const keyword = rulesOf("keyword", { triggers: [{ kind: "keyword", words: ["hi"] }] });
  const urgent = rulesOf("urgent", { priority: 5 });

  test("the higher priority wins, then the more specific, then the older", () => {
    assert.equal(
      matchTrigger([...any, ...keyword, ...urgent], arriving(text("hi")), NOW)?.chatbotId,
      "urgent",
    );
    assert.equal(matchTrigger([...any, ...keyword], arriving(text("hi")), NOW)?.chatbotId, "keyword");
    assert.equal(
      matchTrigger([...any, ...rulesOf("younger", {})], arriving(text("hi")), NOW)?.chatbotId,
      "any",
    );
  });
});

describe("business hours", () => {
  // 2026-03-02 is a Monday; Istanbul is three hours ahead of UTC.
  const hours = (weekly: JsonObject[], activeHours?: string) =>
    rulesOf("bot", { businessHours: { weekly }, activeHours: activeHours ?? "inside" });
  const isOpenAt = (rules: ReturnType<typeof hours>, now: string) =>
    matchTrigger(rules, arriving(text("hi")), now) !== null;
  const day = hours([{ days: [1, 2], from: "09:00", to: "18:00" }]);
  const night = hours([{ days: [7], from: "22:00", to: "02:00" }]);

  test("in the chatbot's time zone", () => {
    assert.equal(isOpenAt(day, "2026-03-02T05:59:00.000Z"), false);
    assert.equal(isOpenAt(day, "2026-03-02T06:00:00.000Z"), true);
    assert.equal(isOpenAt(day, "2026-03-02T15:00:00.000Z"), false);
    assert.equal(isOpenAt(day, "2026-03-04T09:00:00.000Z"), false);
  });

  test("outside them", () => {
    const outside = hours([{ days: [1], from: "09:00", to: "18:00" }], "outside");
    assert.equal(isOpenAt(outside, "2026-03-02T09:00:00.000Z"), false);
    assert.equal(isOpenAt(outside, "2026-03-02T20:00:00.000Z"), true);
  });

  test("past midnight", () => {
    assert.equal(isOpenAt(night, "2026-03-01T20:00:00.000Z"), true);
    assert.equal(isOpenAt(night, "2026-03-01T22:30:00.000Z"), true);
    assert.equal(isOpenAt(night, "2026-03-01T23:00:00.000Z"), false);
  });
});

test("a skip word or a timeout does not start a run", () => {
  assert.equal(isBeginning(DEFAULT_SETTINGS, text("hi")), true);
  assert.equal(isBeginning(DEFAULT_SETTINGS, text("VAZGEÇ")), false);
  assert.equal(isBeginning(DEFAULT_SETTINGS, { id: null, type: "reaction", content: {} }), false);
  assert.equal(isBeginning(DEFAULT_SETTINGS, { id: null, type: "image", content: {} }), true);
});
