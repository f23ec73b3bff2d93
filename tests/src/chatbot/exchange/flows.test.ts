import assert from "node:assert/strict";
import { test } from "node:test";
import { importChatbot, importParsed } from "../../../../src/chatbot/exchange/import.ts";
import { IMPORT_LIMITS } from "../../../../src/chatbot/exchange/limits.ts";

const nodes = [
  { id: "f", type: "whatsapp_flow", data: { whatsappFlowId: "77" } },
  { id: "g", type: "whatsapp_flow", data: { whatsappFlowId: "78" } },
];
const flow = { whatsappFlowId: "77", name: "Book", flowJson: { version: "7.0", screens: [] } };
const fileWith = (whatsappFlows: unknown) => ({
  version: "1.0",
  chatbot: { name: "B", nodes, edges: [] },
  whatsappFlows,
});
const read = (whatsappFlows: unknown) => {
  const result = importParsed(fileWith(whatsappFlows));
  const problems = result.kind === "imported" ? result.warnings : result.problems;
  return {
    codes: problems.map(({ code }) => code).filter((code) => code !== "flow_not_included"),
    flows: result.kind === "imported" ? result.chatbot.flows : null,
    first: problems[0]?.message ?? "",
  };
};

test("a form is read with all data of an export; a missing one is reported", () => {
  const whole = {
    ...flow,
    categories: ["OTHER", 5],
    endpointUri: "https://x.example/f",
    status: "PUBLISHED",
  };
  const result = importParsed(fileWith([whole]));
  assert.ok(result.kind === "imported");
  assert.deepEqual(result.chatbot.flows, [
    {
      whatsappFlowId: "77",
      name: "Book",
      description: null,
      categories: ["OTHER"],
      flowJson: { version: "7.0", screens: [] },
      endpointUri: "https://x.example/f",
    },
  ]);
  assert.deepEqual(
    result.warnings.map(({ code, nodeId }) => `${nodeId} ${code}`),
    ["g flow_not_included"],
  );
});

test("Flow JSON may be a text; a form without a name is called by its id", () => {
  const { flows } = read([{ whatsappFlowId: 77, flowJson: JSON.stringify(flow.flowJson) }]);
  assert.deepEqual([flows?.[0]?.name, flows?.[0]?.flowJson], ["77", flow.flowJson]);
});

const broken: [string, unknown, RegExp][] = [
  ["no object", 5, /Flow 1 .* must be an object/],
  ["no id", { ...flow, whatsappFlowId: undefined }, /no "whatsappFlowId"/],
  ["an id longer than any", { ...flow, whatsappFlowId: "7".repeat(256) }, /at most 255/],
  ["no Flow JSON", { ...flow, flowJson: undefined }, /no "flowJson" object/],
  ["a list for Flow JSON", { ...flow, flowJson: [] }, /no "flowJson" object/],
  ["a text that is no JSON", { ...flow, flowJson: "{" }, /cannot be read: .*valid JSON/],
  ["a text with a hostile key", { ...flow, flowJson: '{"__proto__":{}}' }, /"__proto__" is not allowed/],
  ["a text nested without end", { ...flow, flowJson: "[".repeat(9000) + "]".repeat(9000) }, /levels deep/],
  ["screens that are no list", { ...flow, flowJson: { screens: {} } }, /"screens" are not a list/],
];
for (const [name, form, message] of broken)
  test(`a broken form is an error: ${name}`, () => {
    const { codes, flows, first } = read([form]);
    assert.deepEqual([codes, flows], [["broken_flow"], null]);
    assert.match(first, message);
  });

test("forms that are not a list, and too many forms, are refused", () => {
  assert.deepEqual(read({ 77: flow }).codes, ["flows_not_a_list"]);
  assert.deepEqual(read(Array(IMPORT_LIMITS.flows + 1).fill(flow)).codes, ["too_many_flows"]);
  assert.deepEqual(read(null).flows, []);
});

test("a duplicate id and an invalid endpoint are reported and corrected", () => {
  const twice = read([flow, { ...flow, name: "Other" }]);
  assert.deepEqual(
    [twice.codes, twice.flows?.length, twice.flows?.[0]?.name],
    [["duplicate_flow"], 1, "Book"],
  );
  const odd = read([{ ...flow, endpointUri: "javascript:alert(1)" }]);
  assert.deepEqual([odd.codes, odd.flows?.[0]?.endpointUri], [["bad_endpoint"], null]);
});

test("an enormous form is refused with the file, a deep one too", () => {
  const refusedFor = (flowJson: string) => {
    const text = JSON.stringify(fileWith([flow])).replace('{"version":"7.0","screens":[]}', flowJson);
    const result = importChatbot(text);
    return result.kind === "refused" && result.problems[0]?.code;
  };
  assert.equal(refusedFor(`{"x":"${"x".repeat(IMPORT_LIMITS.characters)}"}`), "too_large");
  assert.equal(refusedFor(`{"x":[${"0,".repeat(IMPORT_LIMITS.values)}0]}`), "too_large");
  assert.equal(refusedFor(`{"x":${"[".repeat(5000)}${"]".repeat(5000)}}`), "too_deep");
  assert.equal(refusedFor('{"constructor":{}}'), "forbidden_key");
});
