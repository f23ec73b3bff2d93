import assert from "node:assert/strict";
import { test } from "node:test";
import { type ExportedChatbot, exportChatbot } from "../../../../src/chatbot/exchange/export.ts";
import { importParsed } from "../../../../src/chatbot/exchange/import.ts";
import { chainOf, NOW } from "../build.ts";
import { sample } from "../fixtures/sample.ts";

const chatbot: ExportedChatbot = {
  id: "me",
  name: "Bot",
  description: "d",
  graph: sample,
  settings: { language: "tr", debounceMs: 500 },
  isActive: false,
  status: "draft",
  metadata: { a: 1 },
  flows: [],
  subflows: [],
};
const flow = {
  whatsappFlowId: "1",
  name: "Form",
  description: null,
  categories: ["OTHER"],
  flowJson: { screens: [] },
  endpointUri: null,
};

test("the wrapped form, in the fields of the exchange format", () => {
  const graph = chainOf({ form: ["whatsapp_flow", { whatsappFlowId: "1" }] });
  const flows = [{ ...flow, status: "PUBLISHED", metadata: {} }];
  const file = exportChatbot({ ...chatbot, graph, flows }, NOW);
  assert.deepEqual(Object.keys(file), ["version", "exportedAt", "chatbot", "whatsappFlows"]);
  assert.deepEqual([file.version, file.exportedAt], ["1.0", NOW]);
  assert.deepEqual(file.whatsappFlows, [{ ...flow, status: "PUBLISHED", metadata: {}, isActive: true }]);
});

test("forms are listed where a graph sends any, known or not", () => {
  const form = chainOf({ form: ["whatsapp_flow", { whatsappFlowId: "1" }] });
  assert.ok(!("whatsappFlows" in exportChatbot(chatbot, NOW)));
  assert.deepEqual(exportChatbot({ ...chatbot, graph: form }, NOW).whatsappFlows, []);
  const subflow = { chatbotId: "s", name: "S", description: null, graph: form, settings: {} };
  assert.deepEqual(exportChatbot({ ...chatbot, subflows: [subflow] }, NOW).whatsappFlows, []);
});

test("there and back: graph, settings, metadata, subflows and forms are the same", () => {
  const graph = chainOf({
    call: ["subflow", { chatbotId: "s" }],
    form: ["whatsapp_flow", { whatsappFlowId: "1" }],
  });
  const subflow = {
    chatbotId: "s",
    name: "S",
    description: null,
    graph: sample,
    settings: { maxAttempts: 2 },
  };
  const given = {
    ...chatbot,
    graph,
    subflows: [subflow],
    flows: [{ ...flow, status: "DRAFT", metadata: {} }],
  };
  const read = importParsed(JSON.parse(JSON.stringify(exportChatbot(given, NOW))));
  assert.ok(read.kind === "imported");
  const { isActive: _isActive, status: _status, ...kept } = given;
  assert.deepEqual(read.chatbot, { ...kept, flows: [flow] });
  assert.deepEqual(read.warnings, []);
});
