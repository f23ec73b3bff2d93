import assert from "node:assert/strict";
import { test } from "node:test";
import { importParsed } from "../../../../src/chatbot/exchange/import.ts";
import type { ImportedChatbot } from "../../../../src/chatbot/exchange/import_result.ts";
import { IMPORT_LIMITS } from "../../../../src/chatbot/exchange/limits.ts";
import { linkFiles } from "../../../../src/chatbot/exchange/link_files.ts";
import { renameSubflows } from "../../../../src/chatbot/exchange/subflows.ts";
import { chainOf } from "../build.ts";

const calling = (...chatbotIds: string[]) =>
  chainOf(Object.fromEntries(chatbotIds.map((chatbotId, at) => [`call${at}`, ["subflow", { chatbotId }]])));

const imported = (file: unknown): ImportedChatbot => {
  const result = importParsed(file);
  assert.ok(result.kind === "imported", JSON.stringify(result));
  return result.chatbot;
};
const codes = (subflows: unknown): string[] => {
  const result = importParsed({ ...calling("a"), subflows });
  return result.kind === "refused" ? result.problems.map(({ code }) => code) : [];
};

test("embedded graphs are read, and found by those that call them", () => {
  const pay = { chatbotId: "p", name: "Pay", ...calling("r") };
  const receipt = { chatbotId: "r", name: "Receipt", ...calling() };
  const { chatbot, unused } = linkFiles(imported({ ...calling("p"), subflows: [pay, receipt] }), []);
  assert.deepEqual(
    chatbot.subflows.map(({ chatbotId, name }) => [chatbotId, name]),
    [
      ["p", "Pay"],
      ["r", "Receipt"],
    ],
  );
  assert.deepEqual(unused, []);
});

test("other files are referenced by id, name or file name; a file that no flow calls is reported", () => {
  const file = (fileName: string, content: object) => ({ fileName, chatbot: imported(content) });
  const { chatbot, unused } = linkFiles(imported(calling("7", "Receipt", "refund")), [
    file("one", { id: "7", name: "Pay", ...calling("Receipt") }),
    file("two", { name: "Receipt", ...calling("7") }),
    file("refund", { name: "Something else", ...calling() }),
    file("spare", { name: "Spare", ...calling() }),
  ]);
  assert.deepEqual(
    chatbot.subflows.map(({ chatbotId }) => chatbotId),
    ["7", "Receipt", "refund"],
  );
  assert.deepEqual(unused, ["spare"]);
});

test("a chatbot may call itself; forms of all files come along", () => {
  const flow = { whatsappFlowId: "77", flowJson: {} };
  const wrapped = { version: "1.0", chatbot: { id: "me", name: "Me", ...calling("me", "Other") } };
  const other = { version: "1.0", chatbot: { name: "Other", ...calling() }, whatsappFlows: [flow] };
  const { chatbot } = linkFiles(imported(wrapped), [{ fileName: "o", chatbot: imported(other) }]);
  assert.deepEqual(
    chatbot.subflows.map(({ name }) => name),
    ["Me", "Other"],
  );
  assert.equal(chatbot.flows.length, 1);
});

test("broken lists of subflows are errors", () => {
  assert.deepEqual(codes({}), ["subflows_not_a_list"]);
  assert.deepEqual(codes([{ nodes: [], edges: [] }, 5]), ["broken_subflow", "broken_subflow"]);
  assert.deepEqual(
    codes([
      { chatbotId: "a", nodes: [] },
      { chatbotId: "a", nodes: [] },
    ]),
    ["broken_subflow"],
  );
  assert.deepEqual(codes([{ chatbotId: "a" }]), ["missing_nodes"]);
  assert.deepEqual(codes(Array(IMPORT_LIMITS.subflows + 1).fill({})), ["too_many_subflows"]);
});

test("calls are renamed, and nothing else", () => {
  const graph = calling("a", "b");
  const renamed = renameSubflows(graph, new Map([["a", "x"]]));
  assert.deepEqual(renamed, calling("x", "b"));
  assert.deepEqual(graph, calling("a", "b"), "the graph given is as it was");
});
