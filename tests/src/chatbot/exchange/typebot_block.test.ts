import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../../src/base/json/json.ts";
import { p, play, read, typebot } from "./typebot_file.ts";

describe("single blocks", () => {
  const node = (block: JsonObject) => {
    const { graph, losses } = read(typebot({ g: [{ id: "b", ...block }] }, ["e0 > g"]));
    const { type, data } = graph.nodes.find(({ id }) => id === "b") ?? {};
    const { label: _, ...rest } = data ?? {};
    return { type, data: rest, losses };
  };
  const cases: [JsonObject, string, JsonObject, number][] = [
    [
      { type: "image", content: { url: "https://x.example/{{First name}}" } },
      "message",
      { messageType: "image", mediaUrl: "https://x.example/{{First_name}}" },
      0,
    ],
    [{ type: "Wait", options: { secondsToWaitFor: 5 } }, "delay", { delay: "5", delayUnit: "seconds" }, 0],
    [
      { type: "AB test", options: { aPercent: 30 }, items: [{ path: "a", outgoingEdgeId: "e0" }] },
      "ab_split",
      {
        variants: [
          { id: "a", weight: 30 },
          { id: "b", weight: 70 },
        ],
      },
      0,
    ],
    [
      { type: "Typebot link", options: { typebotId: "t2" } },
      "subflow",
      { chatbotId: "t2", outputs: { First_name: "First_name", Score: "Score" } },
      1,
    ],
    [
      { type: "rating input", options: { length: 7, variableId: "v2", retryMessageContent: "Hm?" } },
      "question",
      {
        questionType: "rating",
        content: "",
        variable: "Score",
        retryText: "Hm?",
        ratingMin: 0,
        ratingMax: 7,
      },
      0,
    ],
    [
      { type: "email input", options: { labels: { placeholder: "Mail?" } } },
      "question",
      { questionType: "email", content: "Mail?" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Phone number" } },
      "set_variable",
      { variable: "First_name", value: "{{customer_phone}}" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Append value(s)", item: "{{Score}}" } },
      "set_variable",
      { variable: "First_name", operation: "append", value: "{{Score}}" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Transcript" } },
      "set_variable",
      { variable: "First_name", operation: "clear" },
      1,
    ],
    [
      {
        type: "Set variable",
        options: { variableId: "v1", isCode: true, expressionToEvaluate: "Math.random()" },
      },
      "set_variable",
      { variable: "First_name", value: "Math.random()" },
      1,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", isCode: true, expressionToEvaluate: '"fix"' } },
      "set_variable",
      { variable: "First_name", value: "fix" },
      0,
    ],
    [
      {
        type: "Condition",
        items: [{ id: "i", content: { comparisons: [{ comparisonOperator: "Rhymes with" }] } }],
      },
      "condition",
      {
        conditionGroup: {
          conditions: [{ variable: "", operator: "", value: "" }],
          logicalOperator: "AND",
        },
      },
      1,
    ],
    [{ type: "Condition", items: [] }, "condition", {}, 0],
    [
      { type: "number input", options: { min: 1, max: 9, variableId: "v2" } },
      "question",
      { questionType: "number", content: "", variable: "Score", min: 1, max: 9 },
      0,
    ],
    [
      { type: "number input", options: { max: "{{Score}}" } },
      "question",
      { questionType: "number", content: "" },
      1,
    ],
    [
      { type: "date input", options: { min: "2026-03-01T00:00", max: "2026-04-01", hasTime: true } },
      "question",
      { questionType: "date", content: "", minDate: "2026-03-01", maxDate: "2026-04-01" },
      1,
    ],
    [
      { type: "date input", options: { isRange: true } },
      "question",
      { questionType: "date", content: "" },
      1,
    ],
    [{ type: "time input" }, "question", { questionType: "time", content: "" }, 0],
    [{ type: "url input" }, "question", { questionType: "url", content: "" }, 0],
    [{ type: "phone number input" }, "question", { questionType: "phone", content: "" }, 0],
    [
      { type: "file input", options: { isMultipleAllowed: true } },
      "question",
      { questionType: "media", content: "" },
      1,
    ],
    [
      { type: "rating input" },
      "question",
      { questionType: "rating", content: "", ratingMin: 0, ratingMax: 10 },
      0,
    ],
    [
      { type: "rating input", options: { startsAt: 1, buttonType: "Numbers" } },
      "question",
      { questionType: "rating", content: "", ratingMin: 1, ratingMax: 10 },
      0,
    ],
    [
      { type: "rating input", options: { buttonType: "Icons", length: 5 } },
      "question",
      { questionType: "rating", content: "", ratingMin: 1, ratingMax: 5 },
      0,
    ],
    [
      { type: "rating input", options: { startsAt: "{{Score}}", length: 12 } },
      "question",
      { questionType: "rating", content: "", ratingMin: 0, ratingMax: 12 },
      1,
    ],
    [
      { type: "phone number input", options: { defaultCountryCode: "FR" } },
      "question",
      { questionType: "phone", content: "" },
      1,
    ],
    [
      { type: "text input", options: { attachments: { isEnabled: true } } },
      "question",
      { questionType: "text", content: "" },
      1,
    ],
    [
      { type: "time input", options: { format: "hh:mm a" } },
      "question",
      { questionType: "time", content: "" },
      1,
    ],
    [
      { type: "date input", options: { format: "yyyy-MM-dd" } },
      "question",
      { questionType: "date", content: "" },
      0,
    ],
    [{ type: "date input" }, "question", { questionType: "date", content: "" }, 1],
    [{ type: "Wait" }, "delay", { delay: "", delayUnit: "seconds" }, 0],
    [
      { type: "AB test", items: [{ path: "a" }, { path: "b", outgoingEdgeId: "e0" }] },
      "ab_split",
      {
        variants: [
          { id: "a", weight: 0 },
          { id: "b", weight: 100 },
        ],
      },
      0,
    ],
    [
      {
        type: "picture choice input",
        items: [{ id: "i", title: "Red" }],
        options: { dynamicItems: { titlesVariableId: "v1" } },
      },
      "question",
      { questionType: "buttons", content: "", buttons: [{ id: "Red", title: "Red" }] },
      0,
    ],
    [
      { type: "OpenAI", options: { messages: [{ role: "user", content: "Hi" }] } },
      "ai_reply",
      { aiPrompt: "Hi", aiHistoryMessages: 0 },
      1,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", expressionToEvaluate: "{{Score}} * (2 + 1)" } },
      "set_variable",
      { variable: "First_name", value: "{{Score}} * (2 + 1)" },
      1,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", expressionToEvaluate: "{{Score}} - and more" } },
      "set_variable",
      { variable: "First_name", value: "{{Score}} - and more" },
      0,
    ],
    [
      {
        type: "Condition",
        items: [{ id: "i", content: { comparisons: [{ comparisonOperator: "Not equal", value: "x" }] } }],
      },
      "condition",
      {
        conditionGroup: { conditions: [{ variable: "", operator: "", value: "x" }], logicalOperator: "AND" },
      },
      0,
    ],
    [
      { type: "payment input", options: {} },
      "payment input",
      { id: "b", type: "payment input", options: {} },
      1,
    ],
    [
      { type: "location", content: { latitude: 1.5, longitude: 2, name: "Home" } },
      "message",
      { messageType: "location", latitude: 1.5, longitude: 2, name: "Home", address: "" },
      0,
    ],
    [
      { type: "embed", content: { url: "https://x.example" } },
      "message",
      { content: "https://x.example" },
      1,
    ],
    [
      { type: "video", content: { url: "https://youtu.be/x", type: "youtube" } },
      "message",
      { content: "https://youtu.be/x" },
      1,
    ],
    [
      { type: "video", content: { url: "https://x.example/a.mp4", type: "url" } },
      "message",
      { messageType: "video", mediaUrl: "https://x.example/a.mp4" },
      0,
    ],
    [
      { type: "Redirect", options: { url: "https://x.example" } },
      "message",
      { content: "https://x.example" },
      1,
    ],
    [{ type: "Return" }, "end", {}, 0],
    [{ type: "Chatwoot", options: {} }, "handoff", {}, 1],
    [
      { type: "Wait", options: { secondsToWaitFor: "{{Score}}" } },
      "delay",
      { delay: "{{Score}}", delayUnit: "seconds" },
      1,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Tomorrow" } },
      "set_variable",
      { variable: "First_name", operation: "today", value: 1 },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Environment name" } },
      "set_variable",
      { variable: "First_name", value: "whatsapp" },
      0,
    ],
    [
      { type: "Set variable", options: { variableId: "v1", type: "Shift", saveItemInVariableId: "v2" } },
      "set_variable",
      { variable: "First_name", value: "{{First_name}}" },
      1,
    ],
    [
      { type: "text", content: p({ text: "Total {{=1 + 1=}}" }) },
      "message",
      { content: "Total {{=1 + 1=}}" },
      1,
    ],
    [
      {
        type: "OpenAI",
        options: {
          task: "Create chat completion",
          model: "gpt-4o",
          messages: [
            { role: "system", content: "Be kind to {{First name}}." },
            { role: "Dialogue" },
            { role: "user", content: "Go on" },
          ],
          responseMapping: [{ valueToExtract: "Message content", variableId: "v2" }],
          advancedSettings: { temperature: 0.2 },
        },
      },
      "ai_reply",
      {
        aiModel: "gpt-4o",
        aiSystemPrompt: "Be kind to {{First_name}}.",
        aiPrompt: "Go on",
        aiHistoryMessages: 10,
        aiTemperature: 0.2,
        aiOutputVariable: "Score",
        aiSend: false,
      },
      1,
    ],
    [
      { type: "anthropic", options: { action: "Create Chat Message", systemMessage: "Hi", messages: [] } },
      "ai_reply",
      { aiSystemPrompt: "Hi", aiHistoryMessages: 0 },
      1,
    ],
    [
      { type: "OpenAI", options: { task: "Create image" } },
      "OpenAI",
      { id: "b", type: "OpenAI", options: { task: "Create image" } },
      1,
    ],
    [
      {
        type: "Zapier",
        options: { webhook: { url: "https://x.example", body: "{}" }, isCustomBody: true, timeout: 5 },
      },
      "rest_api",
      {
        apiUrl: "https://x.example",
        apiMethod: "POST",
        apiHeaders: {},
        apiQueryParams: {},
        apiBody: "{}",
        apiTimeout: 5000,
        apiOutputVariable: "http_b",
      },
      0,
    ],
    [
      { type: "Webhook", options: { webhook: { url: "https://x.example", body: "{}" } } },
      "rest_api",
      {
        apiUrl: "https://x.example",
        apiMethod: "POST",
        apiHeaders: {},
        apiQueryParams: {},
        apiBody: "",
        apiTimeout: 10000,
        apiOutputVariable: "http_b",
      },
      1,
    ],
    [
      { type: "Google Sheets", options: { a: 1 } },
      "Google Sheets",
      { id: "b", type: "Google Sheets", options: { a: 1 } },
      1,
    ],
  ];
  for (const [block, type, data, losses] of cases) {
    test(`${block.type} ${JSON.stringify(block.options ?? block.items ?? "")}`, () => {
      const mapped = node(block);
      assert.deepEqual([mapped.type, mapped.data, mapped.losses.length], [type, data, losses]);
    });
  }

  test("a run that reaches an unmapped block ends, naming it", () => {
    const result = play(typebot({ g: [{ id: "b", type: "Google Sheets" }] }, ["e0 > g"]));
    assert.equal(result.reason, "unknown_node_type: Google Sheets at b");
  });
});
